import { fromHex, toUtf8 } from './bytes.ts'
import { copyOnce } from './copy-once.ts'
import type { ReadyKey } from './ed25519.ts'
import { isSessionError, type SessionError } from './errors.ts'
import type { SessionSig } from './issue.ts'
import { isObject, parseJson } from './json.ts'
import { refusal } from './refusals.ts'
import type { CheckRun } from './report.ts'
import { isRequested, requestKey } from './resource.ts'
import { parsePayload, readSessionSig, type SessionPayload } from './session-sig.ts'
import { formatInstant, parseInstant } from './time.ts'
import { type Asked, nameOf, type Settings } from './verify-options.ts'

/** Bounds on what is looked at. `text` in UTF-16 code units. */
export const limits = { text: 262_144, capabilities: 32, resources: 1024 }

function bound(what: string, actual: number, limit: number): void {
  if (actual > limit) throw refusal('input-too-large', { what, limit })
}

/** What a reading gave: a value, or the error to report in its own place in the list. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown }

function attempt<T>(read: () => T): Outcome<T> {
  try {
    return { value: read() }
  } catch (error) {
    // Size is not a matter of shape: it is reported as the bound that it breaks.
    if (isSessionError(error, 'input-too-large')) throw error
    return { error }
  }
}

function unwrap<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

function readOuter(sig: unknown): Readonly<Record<string, unknown>> {
  const value = typeof sig === 'string' ? parseJson(sig) : typeof sig === 'object' && sig !== null ? copyOnce(sig) : undefined
  if (isObject(value)) return value
  throw refusal('session-sig-malformed', { reason: 'it is not an object, or the JSON text of one' })
}

interface Reading {
  readonly envelope: Outcome<SessionSig>
  readonly payload: Outcome<SessionPayload>
}

/** Everything that is read before anything is checked, within bounds. */
function readWithinBounds(sig: unknown): Reading {
  if (typeof sig === 'string') bound('the text', sig.length, limits.text)
  const envelope = attempt(() => readSessionSig(readOuter(sig)))
  if ('error' in envelope) return { envelope, payload: envelope }
  const { signedMessage } = envelope.value
  bound('signedMessage', signedMessage.length, limits.text)
  const payload = attempt(() => parsePayload(signedMessage))
  if ('value' in payload) {
    const { capabilities, resources = [], resourceAbilityRequests = [] } = payload.value
    bound('the number of capabilities', capabilities.length, limits.capabilities)
    bound('the number of resources', resources.length + resourceAbilityRequests.length, limits.resources)
  }
  return { envelope, payload }
}

/** What a session key signed of when, and these times in milliseconds. */
type SignedTimes = Pick<SessionPayload, 'issuedAt' | 'expiration'>
export type Instants = readonly [issuedAt: number, expiration: number]

function instantsOf({ issuedAt, expiration }: SignedTimes): Instants {
  return [parseInstant(issuedAt), parseInstant(expiration)]
}

function checkResource(payload: SessionPayload, asked: Asked): void {
  const { resource, ability } = asked
  const { resources = [], resourceAbilityRequests = [] } = payload
  const listed =
    ability === undefined ? resources : resourceAbilityRequests.filter((request) => request.ability === ability).map(requestKey)
  if (!isRequested(listed, resource)) throw refusal('resource-not-requested', { resource: nameOf(asked) })
}

/** Written so that an unreadable time fails. @throws SessionError */
export function checkTime(
  payload: SignedTimes,
  [issuedAt, expiration]: Instants,
  { now }: Pick<Asked, 'now'>,
  { toleranceSeconds, maxLifetimeSeconds }: Settings,
): void {
  const tolerance = toleranceSeconds * 1000
  const lifetime = (reason: string): SessionError => refusal('session-sig-lifetime', { reason })
  if (Number.isNaN(issuedAt + expiration)) throw lifetime('issuedAt and expiration are RFC 3339 date-times')
  if (!(issuedAt <= now + tolerance)) throw refusal('session-sig-not-yet-valid', { issuedAt: payload.issuedAt, now: formatInstant(now) })
  if (!(expiration >= issuedAt)) throw lifetime('it ends before it was issued')
  if (!(expiration >= now - tolerance)) throw refusal('session-sig-expired', { expiration: payload.expiration, now: formatInstant(now) })
  if (!(expiration <= issuedAt + maxLifetimeSeconds * 1000)) throw lifetime(`it is longer than ${maxLifetimeSeconds} seconds`)
}

/** What was read of a session signature, where it could be; whether it is good is what the checks say. */
export interface ReadEnvelope {
  readonly envelope: SessionSig | undefined
  readonly payload: SessionPayload | undefined
}

/** Whether the key in the envelope signed its text. @throws SessionError where it did not */
function checkSigned({ address, sig, signedMessage }: SessionSig, keyOf: (publicKey: string) => ReadyKey): true | Promise<true> {
  const judge = (isSigned: boolean): true => {
    if (!isSigned) throw refusal('session-signature-invalid', { key: address })
    return true
  }
  const answer = keyOf(address).check(toUtf8(signedMessage), fromHex(sig) ?? new Uint8Array())
  return typeof answer === 'boolean' ? judge(answer) : answer.then(judge)
}

/** The seven checks that come before the capabilities. `keyOf` gives a session key that is ready to verify with. */
export async function verifyEnvelope(
  run: CheckRun,
  sig: unknown,
  asked: Asked,
  settings: Settings,
  keyOf: (publicKey: string) => ReadyKey,
): Promise<ReadEnvelope> {
  const reading = run.check('bounds', '', () => readWithinBounds(sig))
  const envelope = run.check('shape', '', () => unwrap(reading?.envelope ?? { error: undefined }))
  await run.wait('session-signature', 'sig', async () => (envelope ? checkSigned(envelope, keyOf) : unwrap({ error: undefined })))
  const payload = run.check('payload', 'signedMessage', () => {
    const value = unwrap(reading?.payload ?? { error: undefined })
    if (value.sessionKey !== envelope?.address)
      throw refusal('payload-malformed', { reason: 'sessionKey is not the address of the envelope' })
    return value
  })
  const signed = (): SessionPayload => payload ?? unwrap({ error: undefined })
  run.check('resource', 'signedMessage', () => checkResource(signed(), asked))
  run.check('time', 'signedMessage', () => checkTime(signed(), instantsOf(signed()), asked, settings))
  run.check('audience', 'signedMessage.nodeAddress', () => {
    if (!settings.audience.includes(signed().nodeAddress))
      throw refusal('audience-mismatch', { expected: settings.audience, actual: signed().nodeAddress })
  })
  return { envelope, payload: reading && 'value' in reading.payload ? reading.payload.value : undefined }
}
