import { createExpiringMap } from './expiring.ts'
import type { MaybePromise } from './storage.ts'
import { readStoreOptions, type StoreOptions } from './store-options.ts'
import { unfit } from './unfit.ts'

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

export interface MemoryNoncesOptions extends StoreOptions {
  /**
   * Answers `too-old` for what may have been signed before the store was made: a process that ran until then may have seen it. Left out, a request signed before a restart can be
   * repeated once after it, while its signature lasts; given, requests are refused for `clockToleranceSeconds` after a restart.
   */
  refuseOlderThanStore?: boolean | undefined
  /** How far ahead of this clock the times of signatures may be; 60. */
  clockToleranceSeconds?: number | undefined
}

/**
 * Nonces for one process, in memory. Full of nonces that are still needed, it takes no more until some have ended, and forgets none early.
 *
 * @throws TypeError for options that cannot be used; `consume` throws SessionError `verifier-unavailable` where it is full
 */
export function memoryNonces(options: MemoryNoncesOptions = {}): NonceStore {
  const { maxEntries, now } = readStoreOptions(options, ['refuseOlderThanStore', 'clockToleranceSeconds'])
  const { refuseOlderThanStore = false, clockToleranceSeconds = 60 } = options
  if (typeof refuseOlderThanStore !== 'boolean') throw new TypeError('refuseOlderThanStore is true or false.')
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 86_400)) throw new TypeError('clockToleranceSeconds is from 0 to 86400.')
  const since = refuseOlderThanStore ? now() + clockToleranceSeconds * 1000 : Number.NEGATIVE_INFINITY
  const ends = createExpiringMap<number>(maxEntries, now, (until) => until)
  return Object.freeze<NonceStore>({
    consume(name, { createdAt, until }) {
      if (![createdAt, until].every(Number.isFinite)) throw new TypeError('createdAt and until are milliseconds since 1970.')
      if (ends.get(name) !== undefined) return 'used'
      // The latter only where the clock leapt ahead and back, or what has ended is taken: whether it was used is forgotten.
      if (!(createdAt > since) || ends.isPast(until)) return 'too-old'
      if (ends.set(name, until)) return 'fresh'
      throw unfit('verifier-unavailable', { port: 'nonces' })
    },
  })
}
