/**
 * Every way in which data from outside can be wrong: code → details. Its sentence, which says what is wrong and what to do, stands in `sentences` here for what an app
 * meets, and in `refusals.ts` for what only a reader of foreign data does, so that no page loads it. `docs/errors.md` has a section for each.
 */
export interface SessionErrorTable {
  'json-invalid': { offset: number; reason: string }
  'time-invalid': { field: string; reason: string }
  'address-invalid': { reason: string }
  'siwe-invalid': { line?: number; field: string; reason: string }
  'recap-invalid': { reason: string }
  'recap-statement-mismatch': { expected: string }
  'recap-unsupported': { reason: string }

  'key-malformed': { reason: string }
  'resource-malformed': { resource: string; reason: string }
  'resource-type-unknown': { resource: string; known: readonly string[] }
  'resource-wildcard': { resource: string }
  'resource-is-capability': { resource: string }
  'ability-unknown': { ability: string; prefix: string; known: readonly string[] }
  'resources-empty': { field: string }
  'node-invalid': { node: string }
  'nodes-empty': { field: string }
  'expiration-past': { field: string; expiration: string; now: string }
  'lifetime-too-long': { field: string; maxSeconds: number }
  'chain-mismatch': { chain: string; expected: number; actual: number }
  'storage-failed': { operation: 'open' | 'get' | 'set' | 'delete' }
  'protection-too-low': { minimum: string; actual: string }
  'signed-out': { during: 'signIn' | 'call' }

  'wallet-refused': { by: 'signer' | 'callback' }
  'wallet-failed': { during: 'account' | 'signMessage' }
  'callback-threw': { reason: string }
  'callback-rejected': { reason: string }
  'callback-returned-nothing': { got: string }
  'delegation-malformed': { reason: string }
  'delegation-key-mismatch': { expected: string; actual: string }
  'delegation-scope': { missing: readonly string[] }
  'delegation-expired': { expiration: string; now: string }
  'delegation-not-yet-valid': { from: string; now: string }
  'delegation-lifetime': { reason: string }
  'account-mismatch': { expected: string; actual: string }
  'wallet-signature-invalid': { address: string }

  'input-too-large': { what: string; limit: number }
  'session-sig-malformed': { reason: string }
  'session-signature-invalid': { key: string }
  'payload-malformed': { reason: string }
  'resource-not-requested': { resource: string }
  'session-sig-expired': { expiration: string; now: string }
  'session-sig-not-yet-valid': { issuedAt: string; now: string }
  'session-sig-lifetime': { reason: string }
  'audience-mismatch': { expected: readonly string[]; actual: string }
  'domain-mismatch': { expected: readonly string[]; actual: string }
  'wallet-unsupported': { kind: string }
  revoked: { address: string }
  'verifier-unavailable': { port: 'verifyWallet' | 'isRevoked' | 'nonces' | 'revocations' }

  'signature-missing': { reason: string }
  'signature-malformed': { reason: string }
  'signature-incomplete': { missing: readonly string[] }
  'signature-too-old': { createdAt: string }
  'delegation-unknown': { id: string }
  'body-mismatch': { reason: string }
  'body-incomplete': { reason: string }
  'nonce-used': { nonce: string }

  'nodes-unreachable': {
    connected: readonly string[]
    needed: number
    failed: readonly { readonly node: string; readonly reason: string }[]
  }
  'wallet-missing': { reason: string }

  'revocation-malformed': { reason: string }
  'revocation-failed': { statement: string }
}

/** The stable names of everything that can be wrong with data from outside. */
export type SessionErrorCode = keyof SessionErrorTable

/** What a code carries besides its sentence. */
export type SessionErrorDetails<C extends SessionErrorCode = SessionErrorCode> = SessionErrorTable[C]

/** Codes whose sentence only a reader of foreign data needs. */
export type RefusalCode =
  | 'json-invalid'
  | 'recap-invalid'
  | 'recap-statement-mismatch'
  | 'recap-unsupported'
  | 'ability-unknown'
  | 'input-too-large'
  | 'session-sig-malformed'
  | 'session-signature-invalid'
  | 'payload-malformed'
  | 'resource-not-requested'
  | 'session-sig-expired'
  | 'session-sig-not-yet-valid'
  | 'session-sig-lifetime'
  | 'audience-mismatch'
  | 'domain-mismatch'
  | 'wallet-unsupported'
  | 'revoked'

/** Codes whose sentence only a reader of keys and delegations needs. */
export type UnfitCode =
  | 'key-malformed'
  | 'delegation-malformed'
  | 'delegation-key-mismatch'
  | 'account-mismatch'
  | 'wallet-signature-invalid'
  | 'verifier-unavailable'

/** What is said of signed requests (RFC 9421). Its sentences stand with who checks them. */
export type RequestCode =
  | 'signature-missing'
  | 'signature-malformed'
  | 'signature-incomplete'
  | 'signature-too-old'
  | 'delegation-unknown'
  | 'body-mismatch'
  | 'body-incomplete'
  | 'nonce-used'

/** What is said of revocations, by who makes and who reads them. */
export type RevocationCode = 'revocation-malformed' | 'revocation-failed'

/** What an `authNeededCallback` does. Its sentences stand where it is called. */
export type CallbackCode = 'callback-threw' | 'callback-rejected' | 'callback-returned-nothing'

/** What is said by who greets nodes and looks for a wallet in the page. */
export type SurroundingsCode = 'nodes-unreachable' | 'wallet-missing'

/** For each code the words that make its sentence. */
export type Sentences<C extends SessionErrorCode> = { readonly [K in C]: (details: SessionErrorTable[K]) => string }

const sentences: Sentences<
  Exclude<SessionErrorCode, RefusalCode | UnfitCode | CallbackCode | RequestCode | RevocationCode | SurroundingsCode>
> = {
  'time-invalid': (d) => `${d.field} ${d.reason}. Use toISOString()`,
  'address-invalid': (d) => `Not an address: ${d.reason}. Use its EIP-55 spelling`,
  'siwe-invalid': (d) => `Not an EIP-4361 message: ${d.line ? `line ${d.line}, ` : ''}${d.field} ${d.reason}`,
  'resource-malformed': (d) => `"${d.resource}" is no resource: ${d.reason}. Write <type>://<id>`,
  'resource-type-unknown': (d) => `"${d.resource}" has an unknown type. Use ${d.known.join(', ')}`,
  'resource-wildcard': (d) => `"${d.resource}" has "*" in its id. Use "*" alone, or an exact id`,
  'resource-is-capability': (d) => `"${d.resource}" is a capability. Ask for the resource`,
  'resources-empty': (d) => `${d.field} is empty. Name one, or leave it out for all`,
  'node-invalid': (d) => `"${d.node}" is no http(s) URL. Name the node as it names itself`,
  'nodes-empty': (d) => `${d.field} is empty. Name a node`,
  'expiration-past': (d) => `${d.field} ${d.expiration} is past; it is ${d.now}. Use a later one`,
  'lifetime-too-long': (d) => `${d.field} is over ${d.maxSeconds} s away. Use an earlier one`,
  'chain-mismatch': (d) => `"${d.chain}" is chain ${d.expected}, the wallet's is ${d.actual}. Switch it, or use switchChain`,
  'storage-failed': (d) => `The storage failed at ${d.operation}(): see cause`,
  'protection-too-low': (d) => `Key protection ${d.actual} is below ${d.minimum}. Use another storage or browser`,
  'signed-out': (d) => `Signed out${d.during === 'signIn' ? ' while the wallet was asked' : ''}. Call signIn()`,
  'wallet-refused': () => `The person refused. Ask again only when they choose to`,
  'wallet-failed': (d) => `The signer failed at ${d.during}(): see cause`,
  'delegation-scope': (d) => `The delegation does not grant ${d.missing.join(', ')}. Sign the resources that were given`,
  'delegation-expired': (d) => `The delegation ended at ${d.expiration}; it is ${d.now}. Sign in again`,
  'delegation-not-yet-valid': (d) => `The delegation begins at ${d.from}; it is ${d.now}. Check the clock`,
  'delegation-lifetime': (d) => `The delegation cannot be used: ${d.reason}`,
}

/**
 * Bad data from outside: `code` to switch on, `details` typed by it, and a message that says what to do.
 * A programmer's mistake is a `TypeError` instead.
 */
export class SessionError<C extends SessionErrorCode = SessionErrorCode> extends Error {
  override readonly name: 'SessionError'
  readonly code: C
  readonly details: SessionErrorDetails<C>

  constructor(code: C, details: SessionErrorDetails<C>, options?: ErrorOptions & { sentences?: Partial<Sentences<SessionErrorCode>> }) {
    // The table ties a code to its details; that the two belong together has to be said once more where the code is not known.
    const table: Partial<Record<string, unknown>> = options?.sentences ?? sentences
    const sentence = (table[code] ?? ((): string => code)) as (details: SessionErrorDetails<C>) => string
    // What came from outside may be long, or hold line breaks and escape sequences, and a message goes into logs.
    super(
      `${sentence(details)
        .slice(0, 600)
        .replace(/\p{Cc}/gu, '\ufffd')}.`,
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
  return code === undefined ? typeof error.code === 'string' : error.code === code
}
