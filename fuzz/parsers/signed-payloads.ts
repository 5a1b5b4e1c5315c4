/** Payloads of any content, rightly signed. */
import { inspectSessionSig } from '@session-sigs/core/verify'
import { parseInstant } from '../../packages/core/src/time.ts'
import { inputOf } from '../inputs.ts'
import { defaults, first, inspectAll, outcomeOfReport, second } from '../inspecting.ts'
import { type Fields, isAuthSigOf, isFields, jsonOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import type { Random } from '../random.ts'
import {
  ability,
  audience,
  authSig,
  exactAuthSig,
  minutes,
  now,
  pair,
  resigned,
  resource,
  secondAuthSig,
  secondSessionSig,
  sessionSig,
  uselessAuthSigs,
} from '../samples.ts'
import { spell } from '../spell.ts'

/** Whether this list of what is asked for has the resource, in the form that is asked. */
function isListed(payload: Fields, isSecond: boolean): boolean {
  const list = isSecond ? payload['resourceAbilityRequests'] : payload['resources']
  if (!Array.isArray(list)) return false
  if (!isSecond) return list.some((item) => item === resource || item === 'litAction://*')
  return list.some(
    (item) =>
      item?.ability === ability && item.resource?.resourcePrefix === 'lit-litaction' && ['Qm1', '*'].includes(item.resource.resource),
  )
}

/** The rules for a payload that the key has signed. */
function isGoodPayload(payload: unknown, isSecond: boolean): boolean {
  if (!isFields(payload)) return false
  const { sessionKey, issuedAt, expiration, nodeAddress, capabilities } = payload
  const [begins, ends, time] = [parseInstant(String(issuedAt)), parseInstant(String(expiration)), now.getTime()]
  const isInTime = begins <= time + 60_000 && ends >= begins && ends >= time - 60_000 && ends - begins <= 30 * 86_400_000
  const goods = isSecond ? [secondAuthSig] : [authSig, exactAuthSig]
  const isGranted = Array.isArray(capabilities) && capabilities.some((one) => isAuthSigOf(one, goods))
  return sessionKey === pair.publicKey && nodeAddress === audience && isInTime && isGranted && isListed(payload, isSecond)
}

async function readSigned(input: Json): Promise<Outcome> {
  const { text: given, form } = Object(input) as Readonly<Record<string, Json>>
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? null)
  const isSecond = form === 2
  const report = await inspectAll(resigned(text), isSecond ? second : first, text.length % 32 === 0)
  const payload = jsonOf(text)
  if (report.ok) must(isGoodPayload(payload, isSecond), 'verifier: a payload is accepted only where all of it is good', text)
  if (/\p{Surrogate}/u.test(text)) must(!report.ok, 'verifier: half a pair is never signed', text)
  return outcomeOfReport(report)
}

function writePayload(random: Random): string {
  const usual = (good: Json, ...others: readonly Json[]): Json => (random.chance(0.9) ? good : random.pick(others))
  const list = random.chance(0.5)
    ? { resources: [usual(resource, 'litAction://*', 'litAction://Qm2', '*')] }
    : {
        resourceAbilityRequests: [
          { resource: { resource: usual('Qm1', '*', 'Qm2'), resourcePrefix: 'lit-litaction' }, ability: usual(ability, 'pkp-signing') },
        ],
      }
  const useless = inputOf(random.pick(uselessAuthSigs))
  const forged = { ...(inputOf(authSig) as object), sig: secondAuthSig.sig }
  const capability = (): Json =>
    random.pick<Json>([
      inputOf(authSig),
      inputOf(exactAuthSig),
      inputOf(secondAuthSig),
      { ...(inputOf(authSig) as object), algo: null },
      forged,
      useless,
      null,
    ])
  return spell(
    {
      sessionKey: usual(pair.publicKey, '00'.repeat(32)),
      ...list,
      capabilities: Array.from({ length: 1 + random.below(4) }, capability),
      issuedAt: usual(minutes(0), minutes(1), minutes(2), minutes(-10)),
      expiration: usual(minutes(5), minutes(-1), minutes(-2), minutes(30 * 24 * 60), minutes(30 * 24 * 60 + 1)),
      nodeAddress: usual(audience, `${audience}/`, ''),
    },
    random,
  )
}

export const signedPayloads: Parser = {
  name: 'signed-payload',
  reads: 'payloads of any content, rightly signed: the verifier, both forms',
  weight: 2,
  seeds: () => [
    { text: sessionSig.signedMessage, form: 1 },
    { text: secondSessionSig.signedMessage, form: 2 },
  ],
  generate: (random) => ({ text: writePayload(random), form: 1 + random.below(2) }),
  speed: {
    run(input) {
      const { text, form } = input as Readonly<Record<string, Json>>
      return inspectSessionSig(resigned(String(text)), { ...defaults, ...(form === 2 ? second : first) })
    },
    busy: (length) => ({ text: sessionSig.signedMessage.padEnd(length), form: 1 }),
  },
  read: readSigned,
}
