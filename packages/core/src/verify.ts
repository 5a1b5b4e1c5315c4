/**
 * The verifier: its own entry, because a web page must not carry secp256k1.
 */
import { fromHex, toUtf8 } from './bytes.ts'
import { createDelegationCache, type DelegationCache } from './delegation-cache.ts'
import { isSessionError, SessionError } from './errors.ts'
import { isObject, type Json, parseJson } from './json.ts'
import { verifySessionKey } from './keypair.ts'
import { refusal } from './refusals.ts'
import { type Check, type CheckName, type CheckRun, checkNames, startChecks } from './report.ts'
import { isRequested, requestKey } from './resource.ts'
import { parsePayload, readSessionSig, type SessionPayload } from './session-sig.ts'
import type { SiweMessage } from './siwe.ts'
import { formatInstant, parseInstant } from './time.ts'
import { verifyDelegation } from './verify-delegation.ts'
import {
  type Asked,
  type RevocationQuestion,
  readDefaults,
  readRequest,
  refuseUnknown,
  type Settings,
  type VerifierDefaults,
  type VerifyOptions,
  type VerifyRequest,
} from './verify-options.ts'

export type { SessionErrorCode, SessionErrorDetails } from './errors.ts'
export { isSessionError, SessionError } from './errors.ts'
export type { Check, CheckName } from './report.ts'
export { checkNames } from './report.ts'
export type { IsRevoked, RevocationQuestion, VerifierDefaults, VerifyOptions, VerifyRequest } from './verify-options.ts'
export type { VerifyWallet, WalletQuestion } from './wallet-signature.ts'
export { hashPersonalMessage, recoverWallet } from './wallet-signature.ts'

/** Who a request is by, proven: this key may use this resource for this wallet, here and now. */
export interface VerifiedSession {
  /** The wallet, in its EIP-55 spelling. */
  readonly address: string
  readonly chainId: number
  /** The session public key, 64 hex digits. */
  readonly sessionKey: string
  readonly resource: string
  readonly ability?: string
  /** The site that the wallet signed for. */
  readonly domain: string
  /** The node address that was signed. */
  readonly audience: string
  readonly issuedAt: string
  /** RFC 3339: the earlier of the session signature's end and the delegation's. */
  readonly expiresAt: string
}

/** Every check and what came of it, and what could be read, whether or not it is good. */
export interface Report {
  readonly ok: boolean
  readonly checks: readonly Check[]
  /** The time of the check, RFC 3339. */
  readonly now: string
  /** Only where `ok`. */
  readonly session?: VerifiedSession
  /** What the session key signed, where it could be read. Proven only where its checks passed. */
  readonly payload?: SessionPayload
  /** The messages that wallets signed, one for each capability looked at, where they could be read. Likewise. */
  readonly messages: readonly (SiweMessage | undefined)[]
}

/** Bounds on what is looked at. `text` in UTF-16 code units. */
const limits = { text: 262_144, capabilities: 32, resources: 1024 }

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

/**
 * A copy of an object, every property read once: a getter or proxy has no second chance to show another face. What such code throws is not looked at, for that would
 * run it again.
 */
function copyOnce(value: object): Record<string, unknown> | undefined {
  try {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return undefined
    // One key too many is enough to refuse the rest.
    const keys = Reflect.ownKeys(value).slice(0, 6)
    return Object.fromEntries(keys.map((key) => [typeof key === 'symbol' ? 'symbol' : key, Reflect.get(value, key)]))
  } catch {
    return undefined
  }
}

function readOuter(sig: unknown): Readonly<Record<string, unknown>> {
  const value = typeof sig === 'string' ? parseJson(sig) : typeof sig === 'object' && sig !== null ? copyOnce(sig) : undefined
  if (isObject(value)) return value
  throw refusal('session-sig-malformed', { reason: 'it is not an object, or the JSON text of one' })
}

interface Reading {
  readonly envelope: Outcome<ReturnType<typeof readSessionSig>>
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

function checkResource(payload: SessionPayload, { resource, ability }: Asked): void {
  const { resources = [], resourceAbilityRequests = [] } = payload
  const listed =
    ability === undefined ? resources : resourceAbilityRequests.filter((request) => request.ability === ability).map(requestKey)
  if (!isRequested(listed, resource))
    throw refusal('resource-not-requested', { resource: ability === undefined ? resource : `${ability} on ${resource}` })
}

/** Written so that an unreadable time fails. */
function checkTime(payload: SessionPayload, { now }: Asked, { toleranceSeconds, maxLifetimeSeconds }: Settings): void {
  const [issuedAt, expiration] = [parseInstant(payload.issuedAt), parseInstant(payload.expiration)]
  const tolerance = toleranceSeconds * 1000
  const lifetime = (reason: string): SessionError => refusal('session-sig-lifetime', { reason })
  if (Number.isNaN(issuedAt + expiration)) throw lifetime('issuedAt and expiration are RFC 3339 date-times')
  if (!(issuedAt <= now + tolerance)) throw refusal('session-sig-not-yet-valid', { issuedAt: payload.issuedAt, now: formatInstant(now) })
  if (!(expiration >= issuedAt)) throw lifetime('it ends before it was issued')
  if (!(expiration >= now - tolerance)) throw refusal('session-sig-expired', { expiration: payload.expiration, now: formatInstant(now) })
  if (!(expiration <= issuedAt + maxLifetimeSeconds * 1000)) throw lifetime(`it is longer than ${maxLifetimeSeconds} seconds`)
}

async function checkRevocation(question: RevocationQuestion, { isRevoked }: Settings): Promise<void> {
  if (!isRevoked) return
  let answer: unknown
  try {
    answer = await isRevoked(question)
  } catch (cause) {
    throw new SessionError('verifier-unavailable', { port: 'isRevoked' }, { cause })
  }
  if (answer === true) throw refusal('revoked', { address: question.address })
  // A port that answers neither yes nor no is broken, and must not let anything through.
  if (answer !== false) throw new SessionError('verifier-unavailable', { port: 'isRevoked' })
}

/** The seven checks that come before the capabilities. */
async function verifyEnvelope(run: CheckRun, sig: unknown, asked: Asked, settings: Settings): Promise<SessionPayload | undefined> {
  const reading = await run.check('bounds', '', () => readWithinBounds(sig))
  const envelope = await run.check('shape', '', () => unwrap(reading?.envelope ?? { error: undefined }))
  await run.check('session-signature', 'sig', async () => {
    const { address = '', sig: signature = '', signedMessage = '' } = envelope ?? {}
    const isSigned = await verifySessionKey(
      fromHex(address) ?? new Uint8Array(),
      toUtf8(signedMessage),
      fromHex(signature) ?? new Uint8Array(),
    )
    if (!isSigned) throw refusal('session-signature-invalid', { key: address })
  })
  const payload = await run.check('payload', 'signedMessage', () => {
    const value = unwrap(reading?.payload ?? { error: undefined })
    if (value.sessionKey !== envelope?.address)
      throw refusal('payload-malformed', { reason: 'sessionKey is not the address of the envelope' })
    return value
  })
  const signed = (): SessionPayload => payload ?? unwrap({ error: undefined })
  await run.check('resource', 'signedMessage', () => checkResource(signed(), asked))
  await run.check('time', 'signedMessage', () => checkTime(signed(), asked, settings))
  await run.check('audience', 'signedMessage.nodeAddress', () => {
    if (!settings.audience.includes(signed().nodeAddress))
      throw refusal('audience-mismatch', { expected: settings.audience, actual: signed().nodeAddress })
  })
  return reading && 'value' in reading.payload ? reading.payload.value : undefined
}

function notReached(names: readonly CheckName[], path: string): Check[] {
  return names.map((name) => ({ name, status: 'not-reached', path }))
}

interface Inspection {
  readonly report: Report
  readonly failure: SessionError | undefined
}

/** One list of checks, in one place: verifying and inspecting differ only in what they make of it. */
async function run(sig: unknown, asked: Asked, settings: Settings, cache: DelegationCache | undefined): Promise<Inspection> {
  const head = startChecks()
  const payload = await verifyEnvelope(head, sig, asked, settings)
  const checks: Check[] = [...head.checks]
  const messages: (SiweMessage | undefined)[] = []
  let failure = head.failure()
  let revocation: Check = { name: 'revocation', status: 'not-reached', path: 'signedMessage.capabilities' }
  let session: VerifiedSession | undefined

  const capabilities: readonly Json[] = failure || !payload ? [] : payload.capabilities
  for (const [i, capability] of capabilities.entries()) {
    const path = `signedMessage.capabilities[${i}]`
    const verdict = await verifyDelegation(capability, path, payload?.sessionKey ?? '', asked, settings, cache)
    checks.push(...verdict.run.checks)
    messages.push(verdict.message)
    failure ??= verdict.run.failure()
    if (verdict.run.failure() || !verdict.message || !payload) continue
    const { address, chainId, issuedAt: delegatedAt, nonce, domain } = verdict.message
    const last = startChecks()
    await last.check('revocation', path, () =>
      checkRevocation({ address, chainId, sessionKey: payload.sessionKey, delegatedAt, nonce }, settings),
    )
    revocation = last.checks[0] ?? revocation
    failure ??= last.failure()
    if (last.failure()) continue
    const expiresAt = formatInstant(Math.min(parseInstant(payload.expiration), parseInstant(verdict.message.expirationTime ?? '')))
    const { sessionKey, issuedAt, nodeAddress: audience } = payload
    const ability = asked.ability === undefined ? {} : { ability: asked.ability }
    session = Object.freeze({ address, chainId, sessionKey, resource: asked.resource, ...ability, domain, audience, issuedAt, expiresAt })
    break
  }
  if (capabilities.length === 0)
    checks.push(
      ...notReached(
        checkNames.filter((name) => name.startsWith('delegation.')),
        'signedMessage.capabilities[0]',
      ),
    )
  checks.push(revocation)
  const about = { checks, now: formatInstant(asked.now), messages, ...(payload ? { payload } : {}) }
  return { report: session ? { ok: true, ...about, session } : { ok: false, ...about }, failure }
}

function verdictOf({ report, failure }: Inspection): VerifiedSession {
  if (report.session) return report.session
  throw failure ?? refusal('session-sig-malformed', { reason: 'it cannot be read' })
}

function readOptions(options: VerifyOptions): [Asked, Settings] {
  refuseUnknown(options, 'both')
  const settings = readDefaults(options)
  return [readRequest(options, settings.vocabulary), settings]
}

/**
 * Verifies one session signature and says who it is by. `sig` is the JSON text as it was received (best: keys given twice are seen), or a parsed value.
 *
 * @throws SessionError the first check that failed; TypeError, before `sig` is read, for options that cannot be used
 */
export async function verifySessionSig(sig: unknown, options: VerifyOptions): Promise<VerifiedSession> {
  const [asked, settings] = readOptions(options)
  return verdictOf(await run(sig, asked, settings, undefined))
}

/**
 * As `verifySessionSig`, but tells instead of throwing: each check of the list passed, failed or was not reached. Any value whatever gives a report.
 *
 * @throws TypeError for options that cannot be used, and nothing else
 */
export async function inspectSessionSig(sig: unknown, options: VerifyOptions): Promise<Report> {
  const [asked, settings] = readOptions(options)
  return (await run(sig, asked, settings, undefined)).report
}

export interface Verifier {
  /** As `verifySessionSig`, with the defaults filled in. */
  verify(sig: unknown, request: VerifyRequest): Promise<VerifiedSession>
  /** As `inspectSessionSig`, with the defaults filled in. */
  inspect(sig: unknown, request: VerifyRequest): Promise<Report>
}

/**
 * A verifier that remembers which delegations' wallet signatures it found good (about 32 MB of them), so that a delegation seen again costs no curve but ed25519's.
 *
 * @throws TypeError for options that cannot be used
 */
export function createVerifier(defaults: VerifierDefaults): Verifier {
  refuseUnknown(defaults, 'defaults')
  const settings = readDefaults(defaults)
  const cache = createDelegationCache(32 * 1024 * 1024)
  const call = async (sig: unknown, request: VerifyRequest): Promise<Inspection> => {
    refuseUnknown(request, 'request')
    return run(sig, readRequest(request, settings.vocabulary), settings, cache)
  }
  return Object.freeze<Verifier>({
    verify: async (sig, request) => verdictOf(await call(sig, request)),
    inspect: async (sig, request) => (await call(sig, request)).report,
  })
}
