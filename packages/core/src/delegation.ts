import { toChecksumAddress } from './address.ts'
import { isHexData } from './bytes.ts'
import { SessionError } from './errors.ts'
import { isObject } from './json.ts'
import type { Scope } from './scope.ts'
import { type Account, isRefusal, type Signer } from './signer.ts'
import { parseSiweMessage, type SiweMessage } from './siwe.ts'
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
 * A copy of an AuthSig, its fields in the order they came in.
 *
 * @throws SessionError `delegation-malformed`
 */
export function readAuthSig(value: unknown): AuthSig {
  const malformed = (reason: string): SessionError => new SessionError('delegation-malformed', { reason })
  if (!isObject(value)) throw malformed('it is not an object')
  let given: Readonly<Record<string, unknown>>
  try {
    given = { ...value }
  } catch {
    throw malformed('it cannot be read')
  }
  const copy: Record<string, unknown> = {}
  for (const [field, content] of Object.entries(given)) {
    if (!envelopeFields.includes(field)) throw malformed('it has other fields')
    if (content === undefined && field === 'algo') continue
    if (typeof content !== 'string' && !(field === 'algo' && content === null)) throw malformed(`${field} is not a string`)
    copy[field] = content
  }
  for (const field of envelopeFields.slice(0, 4)) if (!copy[field]) throw malformed(`${field} is missing`)
  return copy as unknown as AuthSig
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

/** @throws SessionError `delegation-key-mismatch` unless the message is for exactly this key */
export function checkDelegationKey(message: SiweMessage, publicKey: string): void {
  const expected = sessionKeyUri(publicKey)
  if (message.uri !== expected) throw new SessionError('delegation-key-mismatch', { expected, actual: message.uri })
}

/** @throws SessionError `account-mismatch` unless envelope and message, and the account where one is expected, are one and the same */
export function checkDelegationAccount({ authSig, message }: Delegation, account?: Account): void {
  const mismatch = (expected: string, actual: string): SessionError => new SessionError('account-mismatch', { expected, actual })
  // The wire has two spellings of the envelope's address, and the message's is the checksum.
  const spellings = [message.address, message.address.toLowerCase()]
  if (!spellings.includes(authSig.address)) throw mismatch(message.address, authSig.address)
  // Both are in their EIP-55 spelling.
  const name = (one: Pick<SiweMessage, 'address' | 'chainId'>): string => `${one.address} on chain ${one.chainId}`
  if (account && name(account) !== name(message)) throw mismatch(name(account), name(message))
}

/**
 * What the client can judge of an answer without secp256k1: everything that the text says. Whether the wallet really signed it is a verifier's to say.
 *
 * @throws SessionError that says what was wrong with it: `delegation-malformed`, `siwe-invalid`, `delegation-key-mismatch`, `account-mismatch`,
 * `delegation-lifetime`, `delegation-expired`, `delegation-not-yet-valid`, `delegation-scope`, `recap-…`
 */
export function readDelegation(
  answer: unknown,
  expected: { publicKey: string; scope: Scope; now: number; account?: Account | undefined },
): Delegation {
  const authSig = readAuthSig(answer)
  if (authSig.derivedVia === personalSign && !isHexData(authSig.sig)) {
    throw new SessionError('delegation-malformed', { reason: 'sig is not 0x and hex' })
  }
  const delegation = { authSig, message: parseSiweMessage(authSig.signedMessage) }
  checkDelegationKey(delegation.message, expected.publicKey)
  checkDelegationAccount(delegation, expected.account)
  checkDelegationTime(delegation.message, expected.now)
  const missing = expected.scope.missingFrom(delegation.message)
  if (missing.length > 0) throw new SessionError('delegation-scope', { missing })
  return delegation
}

/** What a signer's failure means: a person's "no", or something else. */
async function asking<T>(during: 'account' | 'signMessage', ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw isRefusal(cause)
      ? new SessionError('wallet-refused', { by: 'signer' }, { cause })
      : new SessionError('wallet-failed', { during }, { cause })
  }
}

/**
 * Asks a signer for its account. Wallets name addresses in any case; a message needs the checksum.
 *
 * @throws SessionError `wallet-refused`, `wallet-failed`
 */
export function askAccount(signer: Signer): Promise<Account> {
  return asking('account', async () => {
    const { address, chainId } = await signer.account()
    if (!Number.isSafeInteger(chainId)) throw new TypeError('chainId is no whole number.')
    return { address: toChecksumAddress(address), chainId }
  })
}

/**
 * Has a signer sign an EIP-4361 text. It is called before this returns, because phones open a wallet only in the turn of the event loop in which the person tapped.
 *
 * @throws SessionError `wallet-refused`, `wallet-failed`
 */
export async function askSigner(signer: Signer, account: Account, signedMessage: string): Promise<AuthSig> {
  const sig = await asking('signMessage', () => signer.signMessage(signedMessage, account))
  return { sig, derivedVia: personalSign, signedMessage, address: account.address }
}
