import { SessionError, type SessionErrorCode, type SessionErrorDetails } from '@session-sigs/core'

type RequestCode =
  | 'signature-missing'
  | 'signature-malformed'
  | 'signature-incomplete'
  | 'signature-too-old'
  | 'delegation-unknown'
  | 'body-mismatch'
  | 'body-incomplete'
  | 'nonce-used'
  | 'json-invalid'
  | 'revocation-malformed'
  | 'input-too-large'
  | 'session-signature-invalid'
  | 'session-sig-expired'
  | 'session-sig-not-yet-valid'
  | 'session-sig-lifetime'
  | 'verifier-unavailable'

/** What is said of signed requests. */
const sentences: { readonly [K in RequestCode]: (details: SessionErrorDetails<K>) => string } = {
  'signature-missing': (d) => `The request is not signed by a session key: ${d.reason}. Send it with createSessionFetch`,
  'signature-malformed': (d) => `The request's signature cannot be read: ${d.reason}`,
  'signature-incomplete': (d) => `The request's signature must cover ${d.missing.join(', ')}`,
  'signature-too-old': (d) =>
    `The request was signed at ${d.createdAt}, and the memory of which requests were used is younger. Sign it again in a minute`,
  'delegation-unknown': () => `The delegation of that id is not known here, or not any more. Send it whole, as Session-Delegation`,
  'body-mismatch': (d) => `The body is not the one that was signed: ${d.reason}. Send it byte for byte`,
  'body-incomplete': (d) => `The body did not arrive: ${d.reason}. Send the request again`,
  'nonce-used': () => `This request was received before. Sign it again for a second time`,
  'revocation-malformed': (d) => `Not a revocation: ${d.reason}`,
  'json-invalid': (d) => `Not JSON: ${d.reason}`,
  'input-too-large': (d) => `Too large: ${d.what} (limit ${d.limit}). Send less`,
  'session-signature-invalid': () =>
    `The session key did not sign this request. Check the origin that the server expects, and what changes requests on their way`,
  'session-sig-expired': (d) => `The request's signature ended at ${d.expiration}; it is ${d.now}. Sign it again: no wallet is asked`,
  'session-sig-not-yet-valid': (d) => `The request was signed at ${d.issuedAt}; it is ${d.now}. Check the client's clock`,
  'session-sig-lifetime': (d) => `The times of the request's signature are not acceptable: ${d.reason}`,
  'verifier-unavailable': (d) => `${d.port} gave neither yes nor no. Try again`,
}

/** A `SessionError` about a signed request. */
export function requestError<C extends RequestCode>(code: C, details: SessionErrorDetails<C>, options: ErrorOptions = {}): SessionError<C> {
  return new SessionError<C & SessionErrorCode>(code, details, { ...options, sentences })
}
