import { createExpiringMap } from './expiring.ts'
import type { MaybePromise } from './storage.ts'
import { readStoreOptions, type StoreOptions } from './store-options.ts'
import { parseInstant } from './time.ts'
import { unfit } from './unfit.ts'
import type { IsRevoked, RevocationQuestion } from './verify-options.ts'

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

export type MemoryRevocationsOptions = StoreOptions

/**
 * Revocations for one process, in memory: a restart forgets them. Full of revocations that are still needed, it takes no more until some have ended, and forgets none early.
 *
 * @throws TypeError for options that cannot be used; `revoke` throws SessionError `verifier-unavailable` where it is full
 */
export function memoryRevocations(options: MemoryRevocationsOptions = {}): RevocationStore {
  const { maxEntries, now } = readStoreOptions(options)
  const entries = createExpiringMap<RevocationEntry>(maxEntries, now, ({ until }) => until)
  return Object.freeze<RevocationStore>({
    revoke(subject, { before, until }) {
      if (![before, until].every(Number.isFinite)) throw new TypeError('before and until are milliseconds since 1970.')
      const known = entries.get(subject) ?? { before, until }
      const isKept = entries.set(subject, { before: Math.max(known.before, before), until: Math.max(known.until, until) })
      if (!isKept) throw unfit('verifier-unavailable', { port: 'revocations' })
    },
    find: (subjects) => ({ before: subjects.map((subject) => entries.get(subject)?.before), asOf: now() }),
  })
}

/** What a revocation can be of. An account is an address, where it is a contract's on one chain: on another the same address may be somebody else's. */
export type RevocationTarget =
  | { readonly sessionKey: string; readonly account?: undefined }
  | { readonly sessionKey: string | undefined; readonly account: { readonly address: string; readonly chainId: number | undefined } }

/** How a store names what is revoked. */
export function revocationSubject({ sessionKey, account }: RevocationTarget): string {
  if (!account) return `key:${sessionKey}`
  const { address, chainId } = account
  const owner = `${chainId === undefined ? '' : `${chainId}:`}${address.toLowerCase()}`
  return sessionKey === undefined ? `all:${owner}` : `key:${sessionKey}@${owner}`
}

/** Everything that may have been revoked and would end this session: all of it must be asked about. */
export function revocationSubjects({ address, chainId, sessionKey }: RevocationQuestion): readonly string[] {
  // Who owns a contract wallet cannot be told from its address, so both kinds of account are asked about.
  const accounts = [
    { address, chainId: undefined },
    { address, chainId },
  ]
  return [
    revocationSubject({ sessionKey }),
    ...accounts.flatMap((account) => [revocationSubject({ sessionKey, account }), revocationSubject({ sessionKey: undefined, account })]),
  ]
}

/** A store's answer is outside data: one that does not say, for each subject, when or never is no answer. */
function isAnswer(answer: RevocationAnswer, length: number): boolean {
  const { before, asOf } = answer
  if (!Array.isArray(before) || before.length !== length || !Number.isFinite(asOf)) return false
  return Array.from(before).every((instant) => instant === undefined || (typeof instant === 'number' && !Number.isNaN(instant)))
}

/**
 * A store of revocations as a verifier asks about them: `createVerifier({ …, isRevoked: isRevokedBy(memoryRevocations()) })`. Throws where the store does, and where it gives no
 * answer: then nobody is let through.
 */
export function isRevokedBy(store: RevocationStore): IsRevoked {
  if (typeof store?.find !== 'function') throw new TypeError('isRevokedBy is given a store, such as memoryRevocations().')
  return async (question) => {
    const subjects = revocationSubjects(question)
    const delegatedAt = parseInstant(question.delegatedAt)
    const answer = await store.find(subjects)
    if (!isAnswer(answer, subjects.length) || Number.isNaN(delegatedAt)) throw unfit('verifier-unavailable', { port: 'revocations' })
    const { before, asOf } = answer
    return { revoked: before.some((instant) => instant !== undefined && delegatedAt <= instant), asOf: new Date(asOf) }
  }
}
