/**
 * Every way in which data from outside can be wrong, as one table: code → sentence, and the sentence's parameter is the code's `details`.
 * A sentence says what is wrong and what to do; it never repeats a secret. `docs/errors.md` has a section for each code.
 */
const sentences = {
  // Reading and writing
  'json-invalid': (d: { offset: number; reason: string }): string =>
    `Not the JSON we accept: ${d.reason} at offset ${d.offset}. Send plain JSON with each key once.`,
  'time-invalid': (d: { field: string; reason: string }): string =>
    `${d.field} ${d.reason}. Give an RFC 3339 instant, such as new Date().toISOString().`,
  'address-invalid': (d: { reason: string }): string =>
    `Not an Ethereum address: ${d.reason}. Give 0x and 40 hex digits with the EIP-55 checksum.`,
  'siwe-invalid': (d: { line?: number; field: string; reason: string }): string =>
    `Not an EIP-4361 message: ${d.line === undefined ? '' : `line ${d.line}, `}${d.field} ${d.reason}.`,
  'recap-invalid': (d: { reason: string }): string => `Not an EIP-5573 ReCap: ${d.reason}. Write it with encodeRecap.`,
  'recap-statement-mismatch': (d: { expected: string }): string => `The statement must end with the sentence of its ReCap: "${d.expected}"`,
  'recap-unsupported': (d: { reason: string }): string =>
    `This grant is not understood and so is not used: ${d.reason}. Delegate without it.`,

  // What a caller asks for
  'key-malformed': (d: { reason: string }): string =>
    `Not a session key: ${d.reason}. Pass what generateSessionKeyPair() returned, as an object or its JSON text.`,
  'resource-malformed': (d: { resource: string; reason: string }): string =>
    `"${d.resource}" is not a resource: ${d.reason}. Write <type>://<id>, with "*" alone for every id.`,
  'resource-type-unknown': (d: { resource: string; known: readonly string[] }): string =>
    `"${d.resource}" has an unknown type. Known are: ${d.known.join(', ')}.`,
  'resource-wildcard': (d: { resource: string }): string => `"${d.resource}" has "*" inside a longer id. Use "*" alone, or an exact id.`,
  'resource-is-capability': (d: { resource: string }): string =>
    `"${d.resource}" is a capability. Ask for the resource itself, without "Capability".`,
  'ability-unknown': (d: { ability: string; prefix: string; known: readonly string[] }): string =>
    `"${d.ability}" is no ability of ${d.prefix}. Known are: ${d.known.join(', ') || 'none'}.`,
  'resources-empty': (d: { field: string }): string =>
    `${d.field} is empty. Name at least one resource, or leave resources out to ask for every type with "*".`,
  'node-invalid': (d: { node: string }): string =>
    `"${d.node}" is not the http(s) URL of a node. Use a URL such as https://node.example:7470.`,
  'nodes-empty': (_: { field: string }): string => `There is no node to sign for. Pass nodes to createSessionClient or to the call.`,
  'expiration-past': (d: { field: string; expiration: string; now: string }): string =>
    `${d.field} ${d.expiration} is not after now, ${d.now}. Choose a later instant.`,
  'lifetime-too-long': (d: { field: string; maxSeconds: number }): string =>
    `${d.field} is more than ${d.maxSeconds} seconds away. No verifier accepts that: choose an earlier instant.`,
  'chain-mismatch': (d: { chain: string; expected: number; actual: number }): string =>
    `Chain "${d.chain}" is ${d.expected}, but the wallet is on ${d.actual}. Switch the wallet, or pass switchChain: true.`,
  'storage-failed': (d: { operation: 'open' | 'get' | 'set' | 'delete' }): string =>
    `The storage failed at ${d.operation}(). See cause; nothing was changed.`,

  'signed-out': (_: { during: 'signIn' }): string =>
    `Signed out while the wallet was being asked; its answer was dropped. Sign in again when that is wanted.`,

  // What a wallet or a callback answers
  'wallet-refused': (_: { by: 'signer' | 'callback' }): string => `The person refused in the wallet. Ask again only when they choose to.`,
  'wallet-failed': (d: { during: 'account' | 'signMessage' }): string => `The signer failed at ${d.during}(). See cause.`,
  'callback-threw': (_: { reason: string }): string => `authNeededCallback threw. See cause.`,
  'callback-rejected': (_: { reason: string }): string => `authNeededCallback rejected. See cause.`,
  'callback-returned-nothing': (_: { got: string }): string =>
    `authNeededCallback returned nothing. Return {sig, derivedVia, signedMessage, address}.`,
  'delegation-malformed': (d: { reason: string }): string =>
    `Not an AuthSig: ${d.reason}. It has the strings sig, derivedVia, signedMessage and address, and at most algo besides.`,
  'delegation-key-mismatch': (d: { expected: string; actual: string }): string =>
    `The delegation is for ${d.actual}, not for ${d.expected}. Put the uri you were given into the message.`,
  'delegation-scope': (d: { missing: readonly string[] }): string =>
    `The delegation does not grant ${d.missing.join(', ')}. Put the resources you were given into the message.`,
  'delegation-expired': (d: { expiration: string; now: string }): string =>
    `The delegation ended at ${d.expiration}; it is ${d.now}. Sign in again.`,
  'delegation-not-yet-valid': (d: { from: string; now: string }): string =>
    `The delegation begins at ${d.from}; it is ${d.now}. Check the clock.`,
  'delegation-lifetime': (d: { reason: string }): string => `The delegation's times are not acceptable: ${d.reason}.`,
  'account-mismatch': (d: { expected: string; actual: string }): string =>
    `The delegation is by ${d.actual}, not by ${d.expected}. Ask the account that is in use.`,
  'wallet-signature-invalid': (d: { address: string }): string =>
    `${d.address} did not sign this delegation. Sign the message again, unchanged, with that account.`,

  // What a verifier says besides
  'input-too-large': (d: { what: string; limit: number }): string => `Too large: ${d.what} (limit ${d.limit}). Send less.`,
  'session-sig-malformed': (d: { reason: string }): string =>
    `Not a session signature: ${d.reason}. Send one value of what getSessionSigs returned, unchanged.`,
  'session-signature-invalid': (_: { key: string }): string =>
    `The session key did not sign this payload. Send it byte for byte as it was signed.`,
  'payload-malformed': (d: { reason: string }): string => `The signed payload is not acceptable: ${d.reason}.`,
  'resource-not-requested': (d: { resource: string }): string =>
    `${d.resource} is not among the resources of this session signature. Name it in getSessionSigs({ resources }).`,
  'session-sig-expired': (d: { expiration: string; now: string }): string =>
    `The session signature ended at ${d.expiration}; it is ${d.now}. Get a new one: no wallet is asked.`,
  'session-sig-not-yet-valid': (d: { issuedAt: string; now: string }): string =>
    `The session signature was issued at ${d.issuedAt}; it is ${d.now}. Check the client's clock.`,
  'session-sig-lifetime': (d: { reason: string }): string => `The session signature's times are not acceptable: ${d.reason}.`,
  'audience-mismatch': (d: { expected: readonly string[]; actual: string }): string =>
    `Signed for "${d.actual}", but this is ${d.expected.join(' or ')}. Send each node its own signature.`,
  'domain-mismatch': (d: { expected: readonly string[]; actual: string }): string =>
    `The wallet signed for the site "${d.actual}"; accepted here: ${d.expected.join(', ')}.`,
  'wallet-unsupported': (d: { kind: string }): string =>
    `Delegations by ${d.kind} cannot be checked here. Sign with an ordinary account, or give the verifier verifyWallet.`,
  revoked: (d: { address: string }): string => `This session of ${d.address} was revoked. Sign in again.`,
  'verifier-unavailable': (d: { port: 'verifyWallet' | 'isRevoked' }): string =>
    `The verifier could not ask ${d.port}, so it refuses. Try again.`,
}

/** The stable names of everything that can be wrong with data from outside. */
export type SessionErrorCode = keyof typeof sentences

/** What a code carries besides its sentence. */
export type SessionErrorDetails<C extends SessionErrorCode = SessionErrorCode> = Parameters<(typeof sentences)[C]>[0]

/**
 * Bad data from outside: `code` to switch on, `details` typed by it, and a message that says what to do.
 * A programmer's mistake is a `TypeError` instead.
 */
export class SessionError<C extends SessionErrorCode = SessionErrorCode> extends Error {
  override readonly name: 'SessionError'
  readonly code: C
  readonly details: SessionErrorDetails<C>

  constructor(code: C, details: SessionErrorDetails<C>, options?: ErrorOptions) {
    // The table's type ties a code to its details; a union of functions cannot be called without saying so once more.
    const sentence = sentences[code] as (details: SessionErrorDetails<C>) => string
    // What came from outside may be long, or hold line breaks and escape sequences, and a message goes into logs.
    super(
      sentence(details)
        .slice(0, 600)
        .replace(/\p{Cc}/gu, '\ufffd'),
      options,
    )
    this.name = 'SessionError'
    this.code = code
    this.details = details
  }
}

/** Whether `error` is a `SessionError`, and of that code where one is given. Works across copies of this package. */
export function isSessionError<C extends SessionErrorCode = SessionErrorCode>(error: unknown, code?: C): error is SessionError<C> {
  if (!(error instanceof Error) || error.name !== 'SessionError' || !('code' in error)) return false
  return code === undefined ? typeof error.code === 'string' && Object.hasOwn(sentences, error.code) : error.code === code
}

/** Every code there is, for documentation and exhaustive switches. */
export function sessionErrorCodes(): SessionErrorCode[] {
  return Object.keys(sentences) as SessionErrorCode[]
}
