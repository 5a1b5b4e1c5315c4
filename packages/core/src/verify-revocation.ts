import { checkDelegationAccount, readAuthSig } from './auth-sig.ts'
import { fromHex, toUtf8 } from './bytes.ts'
import { copyOnce } from './copy-once.ts'
import { verifySessionKey } from './ed25519.ts'
import { isSessionError, type Sentences, SessionError, type SessionErrorDetails } from './errors.ts'
import { isObject, parseJson } from './json.ts'
import { refusal } from './refusals.ts'
import { keyRevocationText, type RevokedSessions, readRevocationUri, walletRevocationText } from './revocation-text.ts'
import { type RevocationEntry, revocationSubject } from './revocations.ts'
import { readSessionSig } from './session-sig.ts'
import type { SiweMessage } from './siwe.ts'
import { parseSiweMessage } from './siwe-reading.ts'
import { formatInstant, parseInstant } from './time.ts'
import { readDefaults, type Settings, type VerifierDefaults } from './verify-options.ts'
import { isSignedByWallet, type Wallet, walletOf } from './wallet-proof.ts'

/** What a statement revokes, proven, as a `RevocationStore` takes it: `store.revoke(revocation.subject, revocation)`. */
export interface VerifiedRevocation extends RevocationEntry {
  /** Whose word it is. */
  readonly by: 'key' | 'wallet'
  readonly subject: string
  /** The session public key that is revoked; left out where all of the account's are. */
  readonly sessionKey?: string
  /** The wallet whose word it is, in its EIP-55 spelling. */
  readonly address?: string
  readonly chainId?: number
}

export interface VerifyRevocationOptions
  extends Pick<VerifierDefaults, 'domains' | 'clockToleranceSeconds' | 'maxDelegationSeconds' | 'verifyWallet' | 'curves'> {
  /** The time of the check; now by default. */
  now?: Date
}

type Code = 'revocation-malformed' | 'session-sig-not-yet-valid' | 'wallet-signature-invalid'

const sentences: Pick<Sentences<Code>, Code> = {
  'revocation-malformed': (d) => `Not a revocation: ${d.reason}. Send what revokeSessionKey or askRevocation returned, unchanged`,
  'session-sig-not-yet-valid': (d) => `The revocation is of ${d.issuedAt}; it is ${d.now}. Check the clock of who signed it`,
  'wallet-signature-invalid': (d) => `${d.address} did not sign this revocation. Sign it again, unchanged`,
}

function failure<C extends Code>(code: C, details: SessionErrorDetails<C>, options: ErrorOptions = {}): SessionError<C> {
  return new SessionError(code, details, { ...options, sentences })
}

const malformed = (reason: string, options?: ErrorOptions): SessionError => failure('revocation-malformed', { reason }, options)

/** More than any statement needs, in UTF-16 code units: the signature of a contract that is still to be made takes a few thousand. */
const maxLength = 65_536

function bound(what: string, text: unknown): void {
  if (typeof text === 'string' && text.length > maxLength) throw refusal('input-too-large', { what, limit: maxLength })
}

/** What cannot be read is no statement, whatever it was that could not be read. */
function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (isSessionError(cause, 'input-too-large') || !isSessionError(cause)) throw cause
    throw malformed(cause.message.replace(/\.$/, ''), { cause })
  }
}

function readOuter(statement: unknown): Readonly<Record<string, unknown>> {
  bound('the text', statement)
  const parse = (): unknown => (typeof statement === 'string' ? parseJson(statement) : copyOnce(Object(statement)))
  const value = reading(parse)
  if (!isObject(value)) throw malformed('it is not an object, or the JSON text of one')
  for (const [name, text] of Object.entries(value)) bound(name, text)
  return value
}

interface Situation {
  readonly settings: Settings
  /** Milliseconds, as everywhere here. */
  readonly now: number
  readonly tolerance: number
  /** By then every delegation has ended that this server may have accepted by now. A listed one's own end would be too soon: another of the same key may last longer. */
  readonly until: number
}

const optionNames = ['domains', 'clockToleranceSeconds', 'maxDelegationSeconds', 'verifyWallet', 'curves', 'now']

function readOptions(options: VerifyRevocationOptions): Situation {
  if (!isObject(options as unknown)) throw new TypeError("Options are required: { domains: ['app.example'] } at least.")
  for (const name of Object.keys(options)) {
    if (!optionNames.includes(name)) throw new TypeError(`There is no option "${name}"; known are ${optionNames.join(', ')}.`)
  }
  const { now: date = new Date(), ...defaults } = options
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new TypeError('now must be a valid Date.')
  // A revocation is meant for every server that hears it: there is no audience to ask about.
  const settings = readDefaults({ ...defaults, audience: 'any' })
  const { toleranceSeconds, maxDelegationSeconds } = settings
  const [now, tolerance] = [date.getTime(), toleranceSeconds * 1000]
  return { settings, now, tolerance, until: now + maxDelegationSeconds * 1000 + tolerance }
}

/** Written so that an unreadable time fails. */
function checkTime(instant: number, { now, tolerance }: Situation): void {
  if (Number.isNaN(instant)) throw malformed('its time is no RFC 3339 date-time')
  if (!(instant <= now + tolerance))
    throw failure('session-sig-not-yet-valid', { issuedAt: formatInstant(instant), now: formatInstant(now) })
}

/** The `issuedAt` of a key's statement, which has no other spelling. */
function issuedAtOf(signedMessage: string, sessionKey: string): string {
  const issuedAt = signedMessage.slice(keyRevocationText(sessionKey, '').length - 2, -2)
  if (keyRevocationText(sessionKey, issuedAt) !== signedMessage) throw malformed('what was signed is no revocation of this key')
  return issuedAt
}

async function verifyByKey(value: Readonly<Record<string, unknown>>, situation: Situation): Promise<VerifiedRevocation> {
  const { address: sessionKey, sig, signedMessage } = reading(() => readSessionSig(value))
  const issuedAt = parseInstant(issuedAtOf(signedMessage, sessionKey))
  checkTime(issuedAt, situation)
  const { ed25519 } = situation.settings.curves
  if (!(await verifySessionKey(sessionKey, toUtf8(signedMessage), fromHex(sig) ?? new Uint8Array(), ed25519)))
    throw refusal('session-signature-invalid', { key: sessionKey })
  const { until } = situation
  return Object.freeze({ by: 'key', subject: revocationSubject({ sessionKey }), before: until, until, sessionKey })
}

/** What a wallet's message revokes. It is compared with the only message that there is for that, so it says neither more nor less than what was read by who signed it. */
function revokedBy(message: SiweMessage, signedMessage: string): RevokedSessions {
  const revoked = readRevocationUri(message.uri)
  if (!revoked) throw malformed('the URI of the message is none of a revocation')
  if (walletRevocationText(revoked, message) !== signedMessage) throw malformed('the message says something else than its URI, or more')
  return revoked
}

function subjectOf(wallet: Wallet, { address, chainId }: SiweMessage, { sessionKey }: RevokedSessions): string {
  return revocationSubject({ sessionKey, account: { address, chainId: wallet === 'contract' ? chainId : undefined } })
}

async function verifyByWallet(value: Readonly<Record<string, unknown>>, situation: Situation): Promise<VerifiedRevocation> {
  const { domains, verifyWallet } = situation.settings
  const authSig = reading(() => readAuthSig(value))
  const message = reading(() => parseSiweMessage(authSig.signedMessage))
  const revoked = revokedBy(message, authSig.signedMessage)
  reading(() => checkDelegationAccount({ authSig, message }))
  const wallet = walletOf(authSig, verifyWallet)
  if (domains !== '*' && !domains.includes(message.domain)) throw refusal('domain-mismatch', { expected: domains, actual: message.domain })
  checkTime(parseInstant(message.issuedAt), situation)
  // A time to come would end sessions that the person has yet to begin.
  if (revoked.before !== undefined) checkTime(revoked.before, situation)
  const { address, chainId } = message
  if (!(await isSignedByWallet(authSig, message, wallet, situation.settings))) throw failure('wallet-signature-invalid', { address })
  const { until } = situation
  const { before = until, sessionKey } = revoked
  const about = { by: 'wallet', subject: subjectOf(wallet, message, revoked), before, until, address, chainId } as const
  return Object.freeze(sessionKey === undefined ? about : { ...about, sessionKey })
}

/**
 * Verifies a statement that sessions have ended, by their key or by their wallet, and says what to keep of it. `statement` is the JSON text as it was received (best: keys given
 * twice are seen), or a parsed value. There is no time limit on it and no audience: heard again, or elsewhere, it ends the same sessions and no others.
 *
 * A key that is revoked is so for all who delegate to it, at any time, when the word is its own; for the one account, when it is the wallet's.
 *
 * @throws SessionError `revocation-malformed`, `session-signature-invalid`, `wallet-signature-invalid`, `wallet-unsupported`, `domain-mismatch`, `session-sig-not-yet-valid`,
 * `verifier-unavailable`, `input-too-large`; TypeError, before `statement` is read, for options that cannot be used
 */
export async function verifyRevocation(statement: unknown, options: VerifyRevocationOptions): Promise<VerifiedRevocation> {
  const situation = readOptions(options)
  const value = readOuter(statement)
  return value['algo'] === 'ed25519' ? verifyByKey(value, situation) : verifyByWallet(value, situation)
}
