import type { AuthSig, Delegation } from './delegation.ts'
import type { StoredKey } from './keypair.ts'
import type { SessionKey } from './native.ts'
import type { Account } from './signer.ts'

export type MaybePromise<T> = T | Promise<T>

/** One account's session: its key and the delegations for that key. */
export interface StoredSession {
  key: StoredKey
  delegations: AuthSig[]
  createdAt: string
}

/** A question that was prepared and not yet answered: what is asked for, the key it is for, and the message. Nobody is signed in by it. */
export interface StoredQuestion {
  what: string
  key: StoredKey
  message: string
}

/** Everything an app keeps, as one record, so that nothing can be half-stored. Sessions are by `chainId:address`; `current` is one of them. */
export interface StoredSessions {
  v: 1
  current?: string
  sessions: Record<string, StoredSession>
  pending?: StoredQuestion
  /** A seed that an app had before, and nobody has delegated to yet: the next session is for it. */
  nextKey?: StoredKey
}

/**
 * **Port: where sessions are kept.** `keys` says what it can keep (a CryptoKey, a serialised seed, no key) and is settled when `open()` has resolved.
 * `get` answers `undefined` for what was never set; what it answers otherwise is outside data, and is read as strictly as a request. A `set` that has
 * resolved is what the next `get` gives, whole. Failures throw or reject. `testStorage` of `@session-sigs/conformance` holds a storage to this.
 */
export interface SessionStorage {
  readonly keys: 'handle' | 'seed' | 'none'
  /** The name of the place, where other pages and workers of this origin have their sessions in it too; left out, it is this object's alone. */
  readonly sharedAs?: string
  /** `false` where nothing outlives the page or process. */
  readonly lasts?: false
  open?(): Promise<void>
  get(id: string): MaybePromise<StoredSessions | undefined>
  set(id: string, value: StoredSessions): MaybePromise<void>
  delete(id: string): MaybePromise<void>
}

/** A stored session, read and proven: its key signs, and every delegation is for that key and by that account. */
export interface LiveSession {
  readonly account: Account
  readonly key: SessionKey
  readonly stored: StoredSession
  readonly delegations: readonly Delegation[]
}

/** What a storage kept, as far as it can be used. `isCorrupt` where the current session, or all of it, cannot; `isMissing` where there was nothing at all. */
export interface ReadRecord {
  readonly record: StoredSessions
  readonly isCorrupt: boolean
  readonly isMissing: boolean
}

/** More than a session ever needs; a bound on the work that a foreign record can cause. */
export const maxDelegations = 64

export const emptyRecord: StoredSessions = { v: 1, sessions: {} }

/** The name of an account's session within the record. */
export function sessionId(account: Account): string {
  return `${account.chainId}:${account.address}`
}

/** What tells two keys apart. For a seed that is the seed itself: it goes nowhere from here. */
export function keyName(key: StoredKey): string {
  return key.type === 'seed' ? key.seed : key.publicKey
}

/** The session of that name, if the record has one. */
export function sessionIn({ sessions }: StoredSessions, id: string | undefined): StoredSession | undefined {
  return id !== undefined && Object.hasOwn(sessions, id) ? sessions[id] : undefined
}

/**
 * A copy of a record all the way down, but for its CryptoKeys: nobody can change those, and cloning one takes longer than all the rest.
 */
export function copyRecord<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyRecord) as T
  if (Object.prototype.toString.call(value) !== '[object Object]') return value
  return Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, copyRecord(part)])) as T
}

/** Sessions for as long as the page or process lives, and nowhere else. Each call makes a store of its own. */
export function memoryStorage(): SessionStorage {
  const records = new Map<string, StoredSessions>()
  // Copies both ways: what a caller does with its object afterwards must not reach the store.
  return Object.freeze<SessionStorage>({
    keys: 'handle',
    lasts: false,
    get: (id) => copyRecord(records.get(id)),
    set: (id, value) => void records.set(id, copyRecord(value)),
    delete: (id) => void records.delete(id),
  })
}
