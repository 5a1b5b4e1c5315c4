import type { MaybePromise } from './storage.ts'

/** Up to when delegations are revoked, and how long that has to be remembered. Milliseconds since 1970. */
export interface RevocationEntry {
  /** Delegations issued at this instant or before it are revoked. */
  readonly before: number
  /** By then every delegation that this revokes has ended anyway. */
  readonly until: number
}

/** What a store knows: for each subject that was asked about, in that order, the latest `before`; and as of when it knows that. */
export interface RevocationAnswer {
  readonly before: readonly (number | undefined)[]
  /** Milliseconds since 1970. */
  readonly asOf: number
}

/**
 * **Port: revocations.** A subject is whatever can be revoked: a key, an account. A revocation that has resolved is in every later answer, in all processes that share the store.
 * Of two for one subject the later `before` and the later `until` stand, in whatever order they come. Both methods reject, within a bounded time, where they cannot do it.
 * `testRevocations` of `@session-sigs/conformance` holds a store to this.
 */
export interface RevocationStore {
  /** `subject` is at most 256 characters. */
  revoke(subject: string, entry: RevocationEntry): MaybePromise<void>
  find(subjects: readonly string[]): MaybePromise<RevocationAnswer>
}
