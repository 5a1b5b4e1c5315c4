/** The ways of sending: each tells what was said, what has to be said, and what that depends on. */
import { inHeader } from './requests.mjs'
import { ask, bytesOf, converse, heard } from './wire.mjs'

/** A request that is checked to its end asks the store. */
const store = ['store']

/** The name of a delegation is enough only for a server that knows it; and of what was signed before Redis lost its memory nobody can say more. */
function alsoRight({ parts, at }, crowd) {
  const isNamed = parts.headers['session-delegation-id'] !== undefined
  return [...(isNamed ? ['401 delegation-unknown'] : []), ...(at < crowd.remembers() ? ['503 signature-too-old'] : [])]
}

/** Its address and path: the number is a part of what is signed. */
function numbered(ledger, path, may) {
  const n = ledger.next(may)
  return { n, to: `${path}?n=${n}` }
}

/** Who was let in has to be who asked: another's name is as wrong as a refusal. */
function judged(ledger, { said, text }, { address }, n) {
  if (said !== '200') return said
  const answer = JSON.parse(text)
  if (String(answer.n) !== String(n) || answer.address.toLowerCase() !== address.toLowerCase()) return '200 for somebody else'
  ledger.told(n)
  return said
}

export function createSending({ random, crowd, ledger, portOf }) {
  const anyPort = () => portOf(random.below(2))
  const sendAny = (parts) => ask(anyPort(), parts)

  /** By the app's own means: signs and sends, with the delegation's name where the server knows it, and once more where the server says so. */
  async function live(party, path, { init, needs = store } = {}) {
    const { n, to } = numbered(ledger, path, 'once')
    const answer = await heard(party.send(to, init))
    const said = judged(ledger, answer, party, n)
    const kept = { parts: answer.parts, n, party }
    if (said === '200') crowd.accepted.put(kept)
    else if (said === 'no answer' || said.startsWith('503')) crowd.unanswered.put(kept)
    if (said === '503 signature-too-old') crowd.lose()
    return { said, expected: '200', needs }
  }

  /** `make(path, sig)` is the request that has it. */
  async function bySessionSig(party, path, make, needs = store) {
    const { n, to } = numbered(ledger, path, 'once')
    const answer = await sendAny(make(to, await party.sessionSig()))
    return { said: judged(ledger, answer, party, n), expected: '200', needs }
  }

  /** Signed as it should be, and then changed, or sent where it is not good for. */
  async function spoilt(party, path, expected, { change, init, needs = [], sign = party.sign } = {}) {
    const parts = await sign(numbered(ledger, path, 'never').to, init)
    const { said } = await sendAny(change ? change(parts) : parts)
    return { said, expected, needs }
  }

  async function sessionSigAt(path, expected, { change, node } = {}) {
    const { to } = numbered(ledger, path, 'never')
    const sig = await crowd.party('first').sessionSig(node)
    const { said } = await sendAny(inHeader(to, change ? change(sig) : sig))
    return { said, expected }
  }

  /** Sent as it was kept, to any server; nothing where none was kept. */
  async function kept(one, right, needs = store) {
    if (!one) return undefined
    const answer = await sendAny(one.parts)
    const said = one.party ? judged(ledger, answer, one.party, one.n) : answer.said
    return { said, expected: [...right, ...alsoRight(one, crowd)], needs }
  }

  /** One is signed for a second, and another one sent that was so when that was over. */
  async function tooLate(party) {
    crowd.late.put({ parts: await party.signBriefly(numbered(ledger, '/first', 'never').to) })
    const one = crowd.late.ripe()
    return one && { said: (await sendAny(one.parts)).said, expected: '401 session-sig-expired' }
  }

  /** On a connection of its own. Who goes on sending after the answer may not get to read it. */
  async function tooLarge(party, init) {
    const bytes = bytesOf(await party.sign(numbered(ledger, '/body', 'never').to, init))
    const { said } = await converse(anyPort(), (socket) => socket.write(bytes))
    return { said, expected: ['413 input-too-large', 'no answer'] }
  }

  /** What nobody has signed. */
  const plain = async (parts, expected) => ({ said: (await sendAny(parts)).said, expected })

  return { live, bySessionSig, spoilt, sessionSigAt, kept, tooLate, tooLarge, plain }
}
