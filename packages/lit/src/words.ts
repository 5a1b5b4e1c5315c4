/**
 * What core says, as it is for who uses this API: loaded where something went wrong.
 */
import { isSessionError, SessionError } from '@session-sigs/core'

/** Of a sign-in there is nothing here to call, an option has another name, and a signer is ours. */
export function inOurWords(error: unknown): unknown {
  if (isSessionError(error, 'signed-out')) {
    const sentence = (): string => 'Signed out while the wallet was asked. Call getSessionSigs() to ask again'
    return new SessionError('signed-out', error.details, { sentences: { 'signed-out': sentence } })
  }
  if (isSessionError(error, 'lifetime-too-long')) return new SessionError('lifetime-too-long', { ...error.details, field: 'expiration' })
  const { cause } = Object(error)
  // What is missing or wrong in the page, and not what a wallet said of it.
  return isSessionError(error, 'wallet-failed') && (isSessionError(cause) || cause instanceof TypeError) ? cause : error
}
