/**
 * What can go wrong with the wallet of a page.
 */
import { SessionError, type SessionErrorDetails } from '@session-sigs/core'

/** There is nobody to ask. */
export function failure(code: 'wallet-missing', details: SessionErrorDetails<'wallet-missing'>): SessionError {
  return new SessionError(code, details, {
    sentences: { [code]: () => `There is no wallet here: ${details.reason}. Sign with authNeededCallback, or in a page with a wallet` },
  })
}

/** What a wallet answered where it did not do what it was asked. A person's "no" has code 4001 (EIP-1193 §Provider Errors). */
export function walletError(during: 'account' | 'signMessage', cause: unknown): unknown {
  if (cause instanceof SessionError || cause instanceof TypeError) return cause
  return Object(cause).code === 4001
    ? new SessionError('wallet-refused', { by: 'signer' }, { cause })
    : new SessionError('wallet-failed', { during }, { cause })
}
