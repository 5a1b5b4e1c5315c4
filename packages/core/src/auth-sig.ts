/**
 * Reading AuthSigs that others made: a callback's answer, what a storage kept, what a request carries.
 */
import { isHexData } from './bytes.ts'
import { type AuthSig, checkDelegationTime, type Delegation, envelopeFields, personalSign, sessionKeyUri } from './delegation.ts'
import { SessionError } from './errors.ts'
import type { Scope } from './scope.ts'
import type { Account } from './signer.ts'
import type { SiweMessage } from './siwe.ts'
import { parseSiweMessage } from './siwe-reading.ts'
import { unfit } from './unfit.ts'
import { isObject } from './values.ts'

/**
 * A copy of an AuthSig, its fields in the order they came in.
 *
 * @throws SessionError `delegation-malformed`
 */
export function readAuthSig(value: unknown): AuthSig {
  const malformed = (reason: string): SessionError => unfit('delegation-malformed', { reason })
  let given: Readonly<Record<string, unknown>> | undefined
  try {
    given = isObject(value) ? { ...value } : undefined
  } catch {
    throw malformed('it cannot be read')
  }
  if (!given) throw malformed('it is not an object')
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

/** @throws SessionError `delegation-key-mismatch` unless the message is for exactly this key */
export function checkDelegationKey(message: SiweMessage, publicKey: string): void {
  const expected = sessionKeyUri(publicKey)
  if (message.uri !== expected) throw unfit('delegation-key-mismatch', { expected, actual: message.uri })
}

/** @throws SessionError `account-mismatch` unless envelope and message, and the account where one is expected, are one and the same */
export function checkDelegationAccount({ authSig, message }: Delegation, account?: Account): void {
  const mismatch = (expected: string, actual: string): SessionError => unfit('account-mismatch', { expected, actual })
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
    throw unfit('delegation-malformed', { reason: 'sig is not 0x and hex' })
  }
  const delegation = { authSig, message: parseSiweMessage(authSig.signedMessage) }
  checkDelegationKey(delegation.message, expected.publicKey)
  checkDelegationAccount(delegation, expected.account)
  checkDelegationTime(delegation.message, expected.now)
  const missing = expected.scope.missingFrom(delegation.message)
  if (missing.length > 0) throw new SessionError('delegation-scope', { missing })
  return delegation
}
