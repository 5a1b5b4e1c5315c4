/** Traffic of all sorts, with what each request has to be answered: accepted ones, refused ones, new sessions all the time, and senders that break off. */
import { createConnection } from 'node:net'
import { createSession, createSigner } from './requests.mjs'

const origin = 'http://api.example'
const lifeSeconds = 4
const toleranceSeconds = 1
const sessionSeconds = 5
const path = `${origin}/pkp?x=1`

/** What the server is told: everything that it remembers lasts for seconds, so that it soon forgets as much as it learns. */
export const settings = {
  origin,
  clockToleranceSeconds: toleranceSeconds,
  maxDelegationSeconds: 2 * sessionSeconds,
  delegationBytes: 262_144,
  maxBodyBytes: 16_384,
}

/** The bytes with one field's value changed. */
function withField(bytes, name, change) {
  const text = bytes.toString('latin1')
  const at = text.indexOf(`\r\n${name}: `) + name.length + 4
  const end = text.indexOf('\r\n', at)
  return Buffer.from(text.slice(0, at) + change(text.slice(at, end)) + text.slice(end), 'latin1')
}

/** The bytes with one bit of the body changed. */
function withBody(bytes) {
  const other = Buffer.from(bytes)
  other[other.length - 3] ^= 1
  return other
}

const flipped = (value) => value.replace(/:(.)/, (_, first) => `:${first === 'A' ? 'B' : 'A'}`)
const post = (bytes) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ text: 'a'.repeat(bytes) }),
})

/** A statement that ends this session, as the client makes it. */
async function revocationOf(signer) {
  let statement
  const sendRevocation = async (made) => {
    statement = made
  }
  const session = await createSession({ signer, sessionSeconds, lifeSeconds, sendRevocation })
  const late = await session.signWhole(path)
  await session.client.signOut({ revoke: true })
  const body = JSON.stringify(statement)
  const head = `POST /session/revoke HTTP/1.1\r\nhost: api.example\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return { told: Buffer.from(head + body), late }
}

/** Rounds of requests, each with the code that it has to be refused with, or `ok`. What a round rests on was sent in one before. */
export async function createTraffic() {
  const signer = createSigner()
  const stranger = await createSession({ domain: 'elsewhere.example', lifeSeconds })
  let [used, revoked] = [[], []]
  const old = []

  /** What makes a session known, for the requests of the next round that only name it. */
  async function arrival() {
    const session = await createSession({ signer, sessionSeconds, lifeSeconds })
    return { session, first: await session.sign(path) }
  }
  let next = await arrival()

  return async () => {
    const { session, first } = next
    next = await arrival()
    const unknown = await createSession({ signer, sessionSeconds, lifeSeconds })
    await unknown.sign(path)
    const named = await Promise.all(Array.from({ length: 24 }, () => session.sign(path)))
    const wholes = await Promise.all([1, 2, 3].map(() => session.signWhole(path)))
    const bodies = await Promise.all([1, 2000, 10_000].map((bytes) => session.signWhole(path, post(bytes))))
    const spoilt = await session.signWhole(path)
    const { told, late } = await revocationOf(signer)
    old.push({ request: await session.signWhole(path), ended: Date.now() + (lifeSeconds + toleranceSeconds + 1) * 1000 })
    const ended = old[0].ended < Date.now() ? [old.shift().request] : []
    const round = {
      before: [first],
      ok: [...wholes, ...bodies, ...named, told],
      'nonce-used': used,
      revoked,
      'session-signature-invalid': [withField(spoilt, 'signature', flipped)],
      'signature-malformed': [withField(spoilt, 'signature-input', (value) => value.slice(0, 20))],
      'signature-missing': [Buffer.from('GET /pkp HTTP/1.1\r\nhost: api.example\r\n\r\n')],
      'delegation-unknown': [await unknown.sign(path)],
      'delegation-scope': [await session.signWhole(`${origin}/other`)],
      'domain-mismatch': [await stranger.signWhole(path)],
      'body-mismatch': [withBody(await session.signWhole(path, post(100)))],
      'input-too-large': [await session.signWhole(path, post(20_000))],
      'session-sig-expired': ended,
      broken: [await session.signWhole(path, post(8000))],
    }
    used = [wholes[0], bodies[1], named[0]]
    revoked = [late]
    return round
  }
}

/** Sends half of a request and goes away. */
export function breakOff(port, request) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
    socket.on('error', () => undefined).on('close', resolve)
    socket.on('connect', () => socket.write(request.subarray(0, request.length - 4000), () => socket.destroy()))
  })
}
