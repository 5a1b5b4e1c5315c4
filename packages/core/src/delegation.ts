import { SessionError } from './errors.ts'
import type { SiweMessage } from './siwe.ts'
import { formatInstant, parseInstant } from './time.ts'

/** A wallet's signature over a delegation, as the wire has it. `sig` is `0x` hex, `signedMessage` an EIP-4361 text, `address` who signed. */
export interface AuthSig {
  sig: string
  derivedVia: string
  signedMessage: string
  address: string
  /** Absent or null for an ordinary account's `personal_sign`. */
  algo?: string | null
}

/** An AuthSig and what its text says. */
export interface Delegation {
  readonly authSig: AuthSig
  readonly message: SiweMessage
}

export const personalSign = 'web3.eth.personal.sign'
/** Of an AuthSig and of a session signature alike; `algo` last, for only there it may be absent. */
export const envelopeFields: readonly string[] = ['sig', 'derivedVia', 'signedMessage', 'address', 'algo']

/** `Issued At` may lie this far in the future, in seconds: clocks differ. */
const issueTolerance = 60

/** The URI by which a message names a session key, from its 64 hex digits. */
export function sessionKeyUri(publicKey: string): string {
  return `lit:session:${publicKey}`
}

/**
 * That the message is good now: `Issued At` at most the tolerance (a minute) ahead, no grace for the others, an end required, and the three in order.
 * Written so that an unreadable time fails.
 *
 * @throws SessionError `delegation-lifetime`, `delegation-expired`, `delegation-not-yet-valid`
 */
export function checkDelegationTime(
  message: SiweMessage,
  now: number,
  limits: { maxSeconds?: number; toleranceSeconds?: number } = {},
): void {
  const { maxSeconds = Number.POSITIVE_INFINITY, toleranceSeconds = issueTolerance } = limits
  const issuedAt = parseInstant(message.issuedAt)
  const notBefore = message.notBefore === undefined ? issuedAt : parseInstant(message.notBefore)
  if (message.expirationTime === undefined) throw new SessionError('delegation-lifetime', { reason: 'it has no Expiration Time' })
  const expiration = parseInstant(message.expirationTime)
  if (!(expiration > issuedAt && expiration > notBefore))
    throw new SessionError('delegation-lifetime', { reason: 'it ends before it begins' })
  if (!(expiration - issuedAt <= maxSeconds * 1000))
    throw new SessionError('delegation-lifetime', { reason: `it is longer than ${maxSeconds} seconds` })
  if (!(expiration > now)) throw new SessionError('delegation-expired', { expiration: message.expirationTime, now: formatInstant(now) })
  const tooEarly = (from: string): SessionError => new SessionError('delegation-not-yet-valid', { from, now: formatInstant(now) })
  if (!(issuedAt <= now + toleranceSeconds * 1000)) throw tooEarly(message.issuedAt)
  if (message.notBefore !== undefined && !(notBefore <= now)) throw tooEarly(message.notBefore)
}
