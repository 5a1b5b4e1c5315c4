import { type Sentences, SessionError, type SessionErrorDetails, type UnfitCode } from './errors.ts'

/** What is said of keys and delegations that cannot be used, by whoever reads them. */
const sentences: Sentences<UnfitCode> = {
  'key-malformed': (d) => `Not a session key: ${d.reason}. Use generateSessionKeyPair()`,
  'delegation-malformed': (d) => `Not an AuthSig: ${d.reason}`,
  'delegation-key-mismatch': (d) => `The delegation is for ${d.actual}, not ${d.expected}. Sign the uri that was given`,
  'account-mismatch': (d) => `The delegation is by ${d.actual}, not ${d.expected}. Use that account`,
  'wallet-signature-invalid': (d) => `${d.address} did not sign this delegation. Sign it again, unchanged`,
  'verifier-unavailable': (d) => `${d.port} gave neither yes nor no. Try again`,
}

/** A `SessionError` of one of these codes. */
export function unfit<C extends UnfitCode>(code: C, details: SessionErrorDetails<C>, options: ErrorOptions = {}): SessionError<C> {
  return new SessionError(code, details, { ...options, sentences })
}
