/** Delegations without a session signature around them, as signed requests carry them: `presentDelegations` and `verifyKey`. */
import { createVerifier, presentDelegations } from '@session-sigs/core/verify'
import { parseInstant } from '../../packages/core/src/time.ts'
import { writeMessage } from '../grammars/siwe.ts'
import { inputOf } from '../inputs.ts'
import { accepted, attempt, attemptLater, outcomeOf } from '../judge.ts'
import { isAuthSigOf, isFields, jsonOf, keysIn, keysOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import {
  ability,
  audience,
  authSig,
  domain,
  exactAuthSig,
  message,
  now,
  pair,
  resource,
  secondAuthSig,
  secondMessage,
  secondResource,
  signed,
  uselessAuthSigs,
  wallet,
} from '../samples.ts'
import { spell } from '../spell.ts'

const verifier = createVerifier({ audience, domains: [domain] })
const about = { sessionKey: pair.publicKey, audience, issuedAt: now.getTime(), expiration: now.getTime() + 60_000, now }
const first = { ...about, resource }
const second = { ...about, resource: secondResource, ability }

async function readList(input: Json): Promise<Outcome> {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const presented = attempt(() => presentDelegations(text))
  if (presented.error) return outcomeOf(presented)
  const list = jsonOf(text)
  must(Array.isArray(list) && list.length === presented.value.size && list.length <= 32, 'delegations: a list of at most 32', text)
  must(keysIn(text) === keysOf(list), 'delegations: sees a key that is there twice', text)
  for (const [asked, goods] of [
    [first, [authSig, exactAuthSig]],
    [second, [secondAuthSig]],
  ] as const) {
    const session = await attemptLater(() => verifier.verifyKey(presented.value, asked))
    // Now it may be known.
    const again = await attemptLater(() => verifier.verifyKey(presented.value, asked))
    must(again.error?.code === session.error?.code, 'delegations: a memory changes nothing', text)
    if (session.error) continue
    must(
      Array.isArray(list) && list.some((one) => isAuthSigOf(one, goods)),
      'delegations: nothing is accepted but what the wallet signed',
      text,
    )
    must(session.value.address === wallet.address && session.value.resource === asked.resource, 'delegations: says who and what', text)
    return accepted
  }
  const { error, checks } = await verifier.inspectKey(presented.value, first)
  must(
    checks.some(({ status }) => status === 'failed'),
    'delegations: what is refused failed a check',
    text,
  )
  return outcomeOf(
    attempt(() => {
      throw error
    }),
  )
}

export const delegationLists: Parser = {
  name: 'delegations',
  reads: 'lists of AuthSigs: `presentDelegations`, `verifyKey`',
  weight: 1,
  seeds: () => [
    JSON.stringify([authSig]),
    JSON.stringify([exactAuthSig, secondAuthSig]),
    JSON.stringify([{ ...authSig, algo: null, address: authSig.address.toLowerCase() }]),
    '[]',
  ],
  generate: (random) =>
    spell(
      Array.from({ length: random.below(4) }, () => inputOf(random.pick([authSig, exactAuthSig, secondAuthSig, ...uselessAuthSigs]))),
      random,
    ),
  speed: {
    run: (input) => presentDelegations(String(input)),
    busy: (length) => `[${'{"a":["b",1]},'.repeat(Math.max(1, Math.min(31, length / 14)))}"${'\\u0061b'.repeat(length / 7)}"]`,
  },
  read: readList,
}

/** What the text of a delegation has to say, looked for in its lines. */
function isGoodMessage(text: string, isSecond: boolean): boolean {
  const lines = text.split('\n')
  const after = (label: string): string => lines.find((line) => line.startsWith(label))?.slice(label.length) ?? ''
  const [issued, ends, begins, time] = [
    ...['Issued At: ', 'Expiration Time: ', 'Not Before: '].map((label) => parseInstant(after(label))),
    now.getTime(),
  ] as [number, number, number, number]
  const isInTime = issued <= time + 60_000 && ends > time && !(begins > time) && ends - issued <= 30 * 86_400_000
  const isNamed = lines[0]?.endsWith(`${domain} wants you to sign in with your Ethereum account:`) === true && lines[1] === wallet.address
  const grants = isSecond
    ? lines.filter((line) => line.startsWith('- urn:recap:')).length === 1
    : ['- litActionCapability://*', '- litActionCapability://Qm1'].some((line) => lines.includes(line))
  return isInTime && isNamed && grants && lines.includes(`URI: lit:session:${pair.publicKey}`) && lines.includes('Version: 1')
}

async function readMessage(input: Json): Promise<Outcome> {
  const { text: given, form } = isFields(input) ? input : { text: input, form: 1 }
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? null)
  const isSecond = form === 2
  const list = JSON.stringify([await signed(text)])
  const session = await attemptLater(async () => verifier.verifyKey(presentDelegations(list), isSecond ? second : first))
  if (session.error) must(session.error.code !== 'wallet-signature-invalid', 'delegations: a signature of the wallet is known as one', text)
  else must(isGoodMessage(text, isSecond), 'delegations: a message is accepted only where all of it is good', text)
  return outcomeOf(session)
}

export const signedMessages: Parser = {
  name: 'signed-message',
  reads: 'messages of any content, rightly signed by a wallet: the checks of a delegation',
  weight: 0.5,
  seeds: () => [
    { text: message, form: 1 },
    { text: secondMessage, form: 2 },
  ],
  generate: (random) => ({
    text: random.chance(0.3) ? writeMessage(random) : random.pick([message, secondMessage]),
    form: 1 + random.below(2),
  }),
  read: readMessage,
}
