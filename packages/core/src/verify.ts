/**
 * The verifier: its own entry, because a web page must not carry secp256k1.
 */
import { createDelegationCache, type DelegationCache } from './delegation-cache.ts'
import type { SessionError } from './errors.ts'
import type { Json } from './json.ts'
import { refusal } from './refusals.ts'
import { type Check, type CheckName, checkNames, startChecks } from './report.ts'
import type { SessionPayload } from './session-sig.ts'
import type { SiweMessage } from './siwe.ts'
import { formatInstant, parseInstant } from './time.ts'
import { unfit } from './unfit.ts'
import { verifyDelegation } from './verify-delegation.ts'
import { verifyEnvelope } from './verify-envelope.ts'
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

async function checkRevocation(question: RevocationQuestion, { isRevoked }: Settings): Promise<void> {
  if (!isRevoked) return
  let answer: unknown
  try {
    answer = await isRevoked(question)
  } catch (cause) {
    throw unfit('verifier-unavailable', { port: 'isRevoked' }, { cause })
  }
  if (answer === true) throw refusal('revoked', { address: question.address })
  // A port that answers neither yes nor no is broken, and must not let anything through.
  if (answer !== false) throw unfit('verifier-unavailable', { port: 'isRevoked' })
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
