/**
 * The verifier: its own entry, because a web page must not carry secp256k1.
 */

import type { ReadyKey } from './ed25519.ts'
import type { SessionError } from './errors.ts'
import { grantOf, isGoodAt, isWorthKeeping } from './grant.ts'
import { PresentedDelegations } from './presented.ts'
import { createMemory, keyFrom, learn, recall, type VerifierMemory } from './recall.ts'
import { refusal } from './refusals.ts'
import { type Check, startChecks } from './report.ts'
import type { SessionPayload } from './session-sig.ts'
import type { SiweMessage } from './siwe.ts'
import { formatInstant, parseInstant } from './time.ts'
import { isObject } from './values.ts'
import { type SignedByKey, sessionOf, type VerifiedSession } from './verified-session.ts'
import { checkRevocation, verifyCapabilities } from './verify-capabilities.ts'
import { verifyEnvelope } from './verify-envelope.ts'
import {
  type Asked,
  readDefaults,
  readRequest,
  refuseUnknown,
  type Settings,
  type VerifierDefaults,
  type VerifyOptions,
  type VerifyRequest,
} from './verify-options.ts'

export type { Curves } from './curves.ts'
export type { SessionKeyVerifier } from './ed25519.ts'
export { prepareSessionKey } from './ed25519.ts'
export type { SessionErrorCode, SessionErrorDetails } from './errors.ts'
export { isSessionError, SessionError } from './errors.ts'
export type { MemoryNoncesOptions, NonceAnswer, NonceStore } from './nonces.ts'
export { memoryNonces } from './nonces.ts'
export type { PresentedDelegations } from './presented.ts'
export { presentDelegations } from './presented.ts'
export type { Check, CheckName } from './report.ts'
export { checkNames } from './report.ts'
export type { MemoryRevocationsOptions, RevocationAnswer, RevocationEntry, RevocationStore, RevocationTarget } from './revocations.ts'
export { isRevokedBy, memoryRevocations, revocationSubject, revocationSubjects } from './revocations.ts'
export type { VerifiedSession } from './verified-session.ts'
export type { IsRevoked, RevocationQuestion, Revoked, VerifierDefaults, VerifyOptions, VerifyRequest } from './verify-options.ts'
export type { VerifiedRevocation, VerifyRevocationOptions } from './verify-revocation.ts'
export { verifyRevocation } from './verify-revocation.ts'
export type { VerifyWallet, WalletQuestion } from './wallet-signature.ts'
export { hashPersonalMessage, recoverWallet } from './wallet-signature.ts'

/** What is asked about a key that has signed something else than a session signature, such as a request. Its signature and its times are checked by who asks. */
export interface KeyRequest extends VerifyRequest, SignedByKey {}

/** Every check and what came of it, and what could be read, whether or not it is good. */
export interface Report {
  readonly ok: boolean
  readonly checks: readonly Check[]
  /** The time of the check, RFC 3339. */
  readonly now: string
  /** Only where `ok`. */
  readonly session?: VerifiedSession
  /** Only where not `ok`: the first failure, which `verify` throws. */
  readonly error?: SessionError
  /** What the session key signed, where it could be read. Proven only where its checks passed. */
  readonly payload?: SessionPayload
  /** The messages that wallets signed, one for each capability looked at, where they could be read. Likewise. */
  readonly messages: readonly (SiweMessage | undefined)[]
}

/** One report out of what was found; what cannot be told apart from it is not told. */
function reportOf(
  about: Omit<Report, 'ok' | 'session' | 'error'>,
  session: VerifiedSession | undefined,
  failure: SessionError | undefined,
): Report {
  if (session) return { ok: true, ...about, session }
  return { ok: false, ...about, error: failure ?? refusal('session-sig-malformed', { reason: 'it cannot be read' }) }
}

const endOf = ({ expirationTime = '' }: SiweMessage): number => parseInstant(expirationTime)

/** One list of checks, in one place: verifying and inspecting differ only in what they make of it. */
async function run(sig: unknown, asked: Asked, settings: Settings, memory: VerifierMemory | undefined): Promise<Report> {
  const head = startChecks()
  let key: ReadyKey | undefined
  const keyOf = (publicKey: string): ReadyKey => {
    key = keyFrom(memory, publicKey, settings.curves)
    return key
  }
  const read = await verifyEnvelope(head, sig, asked, settings, keyOf)
  const { payload } = read
  const capabilities = head.failure() || !payload ? [] : payload.capabilities
  const root = 'signedMessage.capabilities'
  const verdict = await verifyCapabilities(capabilities, root, payload?.sessionKey ?? '', asked, settings, () => memory?.delegations)
  const { messages, checks, granted, isProven, revocationAsOf } = verdict
  const about = { checks: [...head.checks, ...checks], now: formatInstant(asked.now), messages, ...(payload ? { payload } : {}) }
  if (!payload || !granted) return reportOf(about, undefined, head.failure() ?? verdict.failure)
  if (memory && key) learn(memory, key, sig, read, asked, isProven ? granted : undefined)
  const { sessionKey, issuedAt, expiration, nodeAddress } = payload
  const signed = { sessionKey, issuedAt, expiration: parseInstant(expiration), audience: nodeAddress }
  return reportOf(about, sessionOf(signed, asked, granted, endOf(granted), revocationAsOf), undefined)
}

/** The delegations alone, where somebody else has checked what the key signed. */
async function runKey(presented: PresentedDelegations, request: KeyRequest, settings: Settings): Promise<Report> {
  const content = PresentedDelegations.contentOf(presented)
  const { sessionKey, audience, issuedAt, expiration, ...rest } = request
  const asked = readRequest(rest, settings.vocabulary)
  if (!/^[0-9a-f]{64}$/.test(sessionKey)) throw new TypeError('sessionKey is 64 lower-case hex digits.')
  // Written so that what is no time is none.
  if (![issuedAt, expiration].every((time) => Math.abs(time) <= 8.64e15))
    throw new TypeError('issuedAt and expiration are milliseconds since 1970.')
  const { capabilities, memoryOf } = content
  const verdict = await verifyCapabilities(capabilities, 'capabilities', sessionKey, asked, settings, memoryOf)
  const { checks, messages, granted: message, isProven, revocationAsOf } = verdict
  const about = { checks, now: formatInstant(asked.now), messages }
  if (!message) return reportOf(about, undefined, verdict.failure)
  // What was found good without asking anybody else: a contract is asked every time.
  if (isProven && messages.length === 1 && isWorthKeeping(asked.resource))
    content.grant = { settings, ...grantOf(sessionKey, asked, message) }
  return reportOf(about, sessionOf(request, asked, message, endOf(message), revocationAsOf), undefined)
}

/**
 * What was found good before and cannot have changed: text, domain, key, grant and the wallet's signature. `undefined` where it was something else, or is not good at this
 * time: then every check is run, and says what is wrong. Revocation is asked about every time.
 */
function recallKey(
  presented: PresentedDelegations,
  request: KeyRequest,
  settings: Settings,
): Promise<VerifiedSession> | VerifiedSession | undefined {
  const { grant } = PresentedDelegations.contentOf(presented)
  const { sessionKey, resource, ability, issuedAt, expiration, now } = request
  if (!grant || grant.settings !== settings || grant.sessionKey !== sessionKey) return undefined
  if (grant.resource !== resource || grant.ability !== ability) return undefined
  const time = now instanceof Date ? now.getTime() : now === undefined ? Date.now() : Number.NaN
  if (!isGoodAt(grant, time, settings) || !(Math.abs(issuedAt) <= 8.64e15 && Math.abs(expiration) <= 8.64e15)) return undefined
  const { message, end } = grant
  const { isRevoked } = settings
  if (!isRevoked) return sessionOf(request, grant, message, end, undefined)
  const { address, chainId, issuedAt: delegatedAt, nonce } = message
  const asking = checkRevocation({ address, chainId, sessionKey, delegatedAt, nonce }, time, isRevoked)
  return asking.then((asOf) => sessionOf(request, grant, message, end, asOf))
}

function verdictOf({ session, error }: Report): VerifiedSession {
  if (session) return session
  throw error
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
  return run(sig, asked, settings, undefined)
}

export interface Verifier {
  /** As `verifySessionSig`, with the defaults filled in. */
  verify(sig: unknown, request: VerifyRequest): Promise<VerifiedSession>
  /** As `inspectSessionSig`, with the defaults filled in. */
  inspect(sig: unknown, request: VerifyRequest): Promise<Report>
  /**
   * Whether delegations (of `presentDelegations`) let this key use the resource: all checks of a delegation, and of revocation. For protocols that bind a key's signature to
   * more than a session signature does. That the key signed, for this audience and in time, is the caller's to check, beforehand.
   *
   * @throws SessionError the first check that failed; TypeError for a request that cannot be used
   */
  verifyKey(presented: PresentedDelegations, request: KeyRequest): Promise<VerifiedSession>
  /** As `verifyKey`, but tells instead of throwing. */
  inspectKey(presented: PresentedDelegations, request: KeyRequest): Promise<Report>
}

/**
 * A verifier that remembers (up to about 64 MB) which delegations' wallet signatures it found good, so that a delegation seen again costs no curve but ed25519's, and which
 * sessions may use what, so that of another signature of the same session little else than that has to be checked.
 *
 * @throws TypeError for options that cannot be used
 */
export function createVerifier(defaults: VerifierDefaults): Verifier {
  refuseUnknown(defaults, 'defaults')
  const settings = readDefaults(defaults)
  const memory = createMemory()
  const call = async (sig: unknown, request: VerifyRequest, known: VerifierMemory): Promise<Report> => {
    refuseUnknown(request, 'request')
    return run(sig, readRequest(request, settings.vocabulary), settings, known)
  }
  // A report tells every check, so every one is run.
  const forReports: VerifierMemory = { ...memory, sessions: undefined }
  return Object.freeze<Verifier>({
    async verify(sig, request) {
      refuseUnknown(request, 'request')
      const known = typeof sig === 'string' && isObject(request) ? recall(sig, request, settings, memory) : undefined
      return known ?? verdictOf(await call(sig, request, memory))
    },
    inspect: (sig, request) => call(sig, request, forReports),
    verifyKey: async (presented, request) =>
      recallKey(presented, request, settings) ?? verdictOf(await runKey(presented, request, settings)),
    inspectKey: (presented, request) => runKey(presented, request, settings),
  })
}
