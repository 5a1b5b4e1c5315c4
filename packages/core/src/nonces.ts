import type { MaybePromise } from './storage.ts'

/** What came of a nonce: it is taken now, it was taken before, or its signature is from before the store's memory and nobody can say. */
export type NonceAnswer = 'fresh' | 'used' | 'too-old'

/**
 * **Port: nonces.** `consume` takes a nonce for good, and answers `fresh` to exactly one of all who ask for the same name, also at the same time and from other processes that
 * share the store. It rejects, within a bounded time, where it cannot know. `testNonces` of `@session-sigs/conformance` holds a store to this.
 */
export interface NonceStore {
  /** `name` is the key's and the nonce's, at most 256 characters. Times are milliseconds since 1970: a nonce may be forgotten after `until`, and not before. */
  consume(name: string, times: { readonly createdAt: number; readonly until: number }): MaybePromise<NonceAnswer>
}
