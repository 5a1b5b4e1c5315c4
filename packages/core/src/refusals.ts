import { type RefusalCode, type Sentences, SessionError, type SessionErrorDetails } from './errors.ts'

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(', ')
}

/** What only a reader of foreign data says: the verifier, and who uses the second form. */
const sentences: Sentences<RefusalCode> = {
  'json-invalid': (d) => `Not the JSON we accept: ${d.reason} at offset ${d.offset}. Send plain JSON with each key once`,
  'recap-invalid': (d) => `Not an EIP-5573 ReCap: ${d.reason}. Write it with encodeRecap`,
  'recap-statement-mismatch': (d) => `The statement must end with the sentence of its ReCap: "${d.expected}"`,
  'recap-unsupported': (d) => `This grant is not understood and so is not used: ${d.reason}. Delegate without it`,
  'ability-unknown': (d) => `"${d.ability}" is no ability of ${d.prefix}. Known are: ${d.known.join(', ') || 'none'}`,
  'input-too-large': (d) => `Too large: ${d.what} (limit ${d.limit}). Send less`,
  'session-sig-malformed': (d) => `Not a session signature: ${d.reason}. Send one value of what getSessionSigs returned, unchanged`,
  'session-signature-invalid': () => `The session key did not sign this payload. Send it byte for byte as it was signed`,
  'payload-malformed': (d) => `The signed payload is not acceptable: ${d.reason}`,
  'resource-not-requested': (d) =>
    `${d.resource} is not among the resources of this session signature. Name it in getSessionSigs({ resources })`,
  'session-sig-expired': (d) => `The session signature ended at ${d.expiration}; it is ${d.now}. Get a new one: no wallet is asked`,
  'session-sig-not-yet-valid': (d) => `The session signature was issued at ${d.issuedAt}; it is ${d.now}. Check the client's clock`,
  'session-sig-lifetime': (d) => `The session signature's times are not acceptable: ${d.reason}`,
  'audience-mismatch': (d) =>
    `Signed for "${d.actual}"; the audience here is ${quoted(d.expected)}. Send each node its own signature, and name the audience just as clients name the node`,
  'domain-mismatch': (d) => `The wallet signed for the site "${d.actual}"; accepted here: ${quoted(d.expected)}`,
  'wallet-unsupported': (d) =>
    `Delegations by ${d.kind} cannot be checked here. Sign with an ordinary account, or give the verifier verifyWallet`,
  revoked: (d) => `This session of ${d.address} was revoked. Sign in again`,
}

/** A `SessionError` of one of these codes. */
export function refusal<C extends RefusalCode>(code: C, details: SessionErrorDetails<C>, options: ErrorOptions = {}): SessionError<C> {
  return new SessionError(code, details, { ...options, sentences })
}
