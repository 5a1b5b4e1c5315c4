import { isGoodNow } from './coverage.ts'
import type { Delegation } from './delegation.ts'
import { SessionError } from './errors.ts'
import type { StoredKey } from './keypair.ts'
import { generateHandle, type Handle, type SessionKey } from './native.ts'
import { type Readable, writable } from './observable.ts'
import { createPlace } from './place.ts'
import type { Account } from './signer.ts'
import { describe, endOfSession, type Protection, reasonFor, type SessionState, type SignedOutReason } from './state.ts'
import {
  emptyRecord,
  keyName,
  type LiveSession,
  maxDelegations,
  type ReadRecord,
  type SessionStorage,
  type StoredQuestion,
  type StoredSession,
  type StoredSessions,
  sessionId,
  sessionIn,
} from './storage.ts'
import { formatInstant } from './time.ts'
import type { Turns } from './turns.ts'
import { watched } from './watch.ts'

/** A delegation that the wallet gave, and what it was asked for with. */
interface NewDelegation {
  readonly account: Account
  readonly key: SessionKey
  readonly form: StoredKey
  readonly delegation: Delegation
  /** The session that it is added to, or that it takes the place of. */
  readonly earlier: LiveSession | undefined
  readonly isRenewal: boolean
}

/** Picks one of the record's sessions by its name; none is no session. */
export type PickSession = (ids: readonly string[], current: string | undefined) => string | undefined

/** The sessions of a client while it runs: what the storage keeps, which of them is in use, and what that looks like from outside. */
export interface Vault {
  readonly state: Readable<SessionState>
  /** Opens the storage where that is to be done still, waits for what is under way, and takes up what others who share the storage have done. */
  sync(): Promise<void>
  /** The session in use. */
  current(): LiveSession | undefined
  /** Whether a session ended otherwise than by time or by this client: only `signIn()` asks the wallet then. */
  isBarred(): boolean
  /** How a key is kept that is made now; not known before the storage is open. */
  protection(): Protection | undefined
  /**
   * A fresh key, in the best form that can be kept.
   *
   * @throws SessionError `protection-too-low`
   */
  generateKey(): Promise<StoredKey>
  /** An account's session, in use or not. */
  sessionOf(account: Account): Promise<LiveSession | undefined>
  /** Adds what the wallet gave and makes its session the one in use, if `check` does not throw by then. */
  add(given: NewDelegation, check: () => void): Promise<void>
  /** Makes the session that is picked the one in use, or none. Nothing is destroyed. */
  select(pick: PickSession, check?: () => void): Promise<void>
  /** Destroys the session in use, or all of them. A storage that cannot be read is not thereby kept: all of the record goes. Keys that are destroyed are added to `dead`. */
  remove(reason: 'signed-out' | 'revoked', dead?: StoredKey[], all?: boolean): Promise<void>
  /** The question that was prepared last, maybe by a page that is gone. */
  pending(): StoredQuestion | undefined
  setPending(question: StoredQuestion, check: () => void): Promise<void>
}

export interface VaultOptions {
  readonly now: () => number
  /** How long before its end a session is said to end soon, in milliseconds. */
  readonly warning: number
  readonly minimum: Protection
}

/** So long are others waited for that write the record, in milliseconds. */
const patience = 30_000

function idOf(session: LiveSession | undefined): string | undefined {
  return session && sessionId(session.account)
}

function hasKey(stored: StoredSession | undefined, name: string | undefined): boolean {
  return stored !== undefined && keyName(stored.key) === name
}

/** The record without one session, and without a question that nobody is asked any more. */
function without({ current, sessions }: StoredSessions, id: string | undefined): StoredSessions {
  const others = Object.fromEntries(Object.entries(sessions).filter(([name]) => name !== id))
  return current === undefined || current === id ? { v: 1, sessions: others } : { v: 1, current, sessions: others }
}

/** Runs one after another what must not run at the same time. */
function createQueue(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const next = last.then(run, run)
    last = next
    return next
  }
}

export function createVault(storage: SessionStorage, turns: Turns, recordId: string, { now, warning, minimum }: VaultOptions): Vault {
  const state = writable<SessionState>({ status: 'signed-out', reason: 'never' })
  const inTurn = createQueue()
  const place = createPlace(storage, recordId, () => void scrub().catch(() => undefined))
  let current: LiveSession | undefined
  let reason: SignedOutReason = 'never'
  let isBarred = false
  /** The last change by a client in this page that was taken up. */
  let seen = 0
  let opening: Promise<void> | undefined
  /** In what form a key is kept that is made now; known when the storage is open. */
  let form: 'handle' | 'seed' | undefined
  let syncing: Promise<void> | undefined
  /** The record, where it is kept here because the storage cannot keep it, or may not. */
  let own: StoredSessions | undefined
  let pending: StoredQuestion | undefined
  /** A fresh key, for one session. */
  let spare: Handle | undefined
  /** The key that the storage has for the next session. */
  let nextKey: StoredKey | undefined

  /** Alone among all who share the storage. */
  const exclusively = <T>(run: () => Promise<T>): Promise<T> => inTurn(() => turns.take('write', patience, run))
  const { write } = place
  const readToWrite = async (): Promise<StoredSessions> => own ?? place.readSound()
  const read = async (): Promise<ReadRecord> => (own ? { record: own, isCorrupt: false, isMissing: own === emptyRecord } : place.read())

  function protectionOf(type: 'handle' | 'seed'): Protection {
    if (own || storage.lasts === false) return 'memory'
    return type === 'handle' ? 'non-extractable' : 'extractable'
  }

  function update(): void {
    const next: SessionState = current
      ? describe(current, protectionOf(current.stored.key.type), now(), warning)
      : { status: 'signed-out', reason }
    if (JSON.stringify(next) !== JSON.stringify(state.get())) state.set(next)
  }

  function use(session: LiveSession | undefined, otherwise: SignedOutReason = reason): void {
    current = session
    if (session) isBarred = false
    reason = otherwise
    update()
  }

  /** The session ended, and not by our doing. */
  function lose(why: SignedOutReason): void {
    use(undefined, why)
    isBarred = why !== 'account-changed'
  }

  function changed(): void {
    pending = nextKey = undefined
    // One's own change needs no taking up; another's, unseen before it, still does.
    if (seen === turns.version()) seen += 1
    turns.tell({ type: 'changed' })
  }

  const hasEnded = (stored: { readonly key: StoredKey } | undefined): boolean =>
    stored !== undefined && turns.ended.has(keyName(stored.key))

  function end(stored: { readonly key: StoredKey } | undefined, dead?: StoredKey[]): void {
    if (!stored) return
    turns.ended.add(keyName(stored.key))
    dead?.push(stored.key)
  }

  const isForbidden = (key: StoredKey): boolean => key.type === 'seed' && minimum !== 'extractable' && !own

  async function load(id: string | undefined, record: StoredSessions): Promise<LiveSession | undefined> {
    const kept = sessionIn(record, id)
    if (!id || !kept || hasEnded(kept)) return undefined
    // A seed that lies readable is not used where that is forbidden.
    if (isForbidden(kept.key)) return undefined
    return (await import('./record.ts')).loadSession(id, kept)
  }

  async function adopt(found: ReadRecord): Promise<void> {
    const { record } = found
    const kept = sessionIn(record, record.current)
    ;({ pending, nextKey } = record)
    if (current && kept && record.current === idOf(current) && hasKey(kept, keyName(current.stored.key)) && !hasEnded(kept)) {
      // What the wallet gave once stays given, also where the storage had no room for it.
      const known = current.stored.delegations.map(({ sig }) => sig)
      if (kept.delegations.every(({ sig }) => known.includes(sig))) return
    }
    const next = await load(record.current, record)
    const why = reasonFor(found, current, reason, hasEnded)
    if (current && !next) lose(why)
    else use(next, next ? reason : why)
  }

  async function open(): Promise<void> {
    await place.open()
    // Tells whether the platform has the curve; and the first session needs one anyhow.
    const making = storage.keys === 'seed' ? undefined : generateHandle()
    if (storage.keys === 'none' || (storage.keys === 'seed' && minimum !== 'extractable')) own = emptyRecord
    seen = turns.version()
    await adopt(await read())
    spare = await making
    form = spare ? 'handle' : 'seed'
  }

  /** A failure is told to whoever waits, and the next call tries again. */
  function opened(): Promise<void> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function takeUp(): Promise<void> {
    seen = turns.version()
    try {
      await adopt(await read())
    } catch (error) {
      // Whether somebody signed out cannot be known, so nobody signs. What is stored is taken up again when it can be read.
      if (current) lose('evicted')
      throw error
    }
  }

  async function sync(): Promise<void> {
    const isNew = !opening
    await opened()
    if (isNew || (storage.sharedAs === undefined && seen === turns.version() && !hasEnded(current?.stored)))
      return inTurn(async () => undefined)
    // Who comes before it has begun needs no other.
    syncing ??= inTurn(() => {
      syncing = undefined
      return takeUp()
    })
    return syncing
  }

  async function generateKey(): Promise<StoredKey> {
    if (nextKey && form === 'seed' && minimum === 'extractable' && !hasEnded({ key: nextKey })) return nextKey
    const made = spare
    spare = undefined
    if (made) return made
    const key = await (await import('./stored-key.ts')).generateStoredKey(storage.keys === 'seed' && !own ? 'seed' : 'handle')
    if (key.type === 'handle' || minimum === 'extractable') return key
    if (minimum !== 'memory') throw new SessionError('protection-too-low', { minimum, actual: protectionOf('seed') })
    own ??= emptyRecord
    return key
  }

  async function sessionOf(account: Account): Promise<LiveSession | undefined> {
    const id = sessionId(account)
    return id === idOf(current) ? current : load(id, (await read()).record)
  }

  function add({ account, key, form, delegation, earlier, isRenewal }: NewDelegation, check: () => void): Promise<void> {
    return exclusively(async () => {
      check()
      const id = sessionId(account)
      const found = await readToWrite().catch(() => undefined)
      const record = found ?? emptyRecord
      // Destroyed elsewhere while the wallet was asked: it must not come back by this.
      if (hasEnded(earlier?.stored) || (found && earlier && !hasKey(sessionIn(record, id), keyName(earlier.stored.key))))
        throw new SessionError('signed-out', { during: 'signIn' })
      const before = isRenewal ? undefined : ((earlier && (await load(id, record))) ?? earlier)
      const delegations = [...(before?.delegations ?? []).filter((item) => isGoodNow(item, now())).slice(1 - maxDelegations), delegation]
      const createdAt = before?.stored.createdAt ?? formatInstant(now())
      const stored = { key: form, delegations: delegations.map(({ authSig }) => authSig), createdAt }
      // A record that could not be read is not overwritten: other accounts' sessions are in it.
      const isWritten = !own && found && (await write({ v: 1, current: id, sessions: { ...record.sessions, [id]: stored } }))
      // What a person has signed is not lost for want of room: it is kept here. A key that the storage has stays there, so that a sign-out elsewhere is still seen.
      if (own || !(isWritten || before)) own = { v: 1, current: id, sessions: { ...own?.sessions, [id]: stored } }
      const session = { account, key, stored, delegations }
      // Not told to anybody yet: who signed out meanwhile finds it here and destroys it.
      current = session
      check()
      const replaced = sessionIn(record, id)
      if (!hasKey(replaced, keyName(form))) end(replaced)
      use(session)
      changed()
    })
  }

  async function select(pick: PickSession, check = (): void => undefined): Promise<void> {
    await sync()
    return exclusively(async () => {
      check()
      const record = await readToWrite()
      const id = pick(Object.keys(record.sessions), idOf(current))
      if (id === idOf(current)) return
      const next = await load(id, record)
      const { current: _, ...others } = record
      const chosen = next && id !== undefined ? { ...others, current: id } : others
      if (own || !(await write(chosen))) {
        if (!own && storage.sharedAs !== undefined) throw new SessionError('storage-failed', { operation: 'set' })
        own = chosen
      }
      if (next || current) use(next, 'account-changed')
      changed()
    })
  }

  function remove(why: 'signed-out' | 'revoked', dead?: StoredKey[], all?: boolean): Promise<void> {
    const gone = current
    end(gone?.stored, dead)
    isBarred = why === 'revoked'
    use(undefined, why)
    return exclusively(async () => {
      const record = await opened()
        .then(place.readSound)
        .catch(() => emptyRecord)
      // Also what was added while this waited for its turn.
      const others = all ? [record, own ?? emptyRecord].flatMap(({ sessions }) => Object.keys(sessions)) : []
      const ids = [idOf(gone ?? current) ?? own?.current ?? record.current, idOf(current), ...others]
      for (const stored of [...ids.map((id) => sessionIn(record, id)), current?.stored]) end(stored, dead)
      end(record.pending)
      if (record.nextKey) end({ key: record.nextKey })
      own = own && ids.reduce(without, own)
      use(undefined, why)
      const isGone = await write(ids.reduce(without, record))
      changed()
      if (!isGone) throw new SessionError('storage-failed', { operation: 'delete' })
    })
  }

  /** A write that was given up has landed: what was destroyed meanwhile is destroyed again. */
  function scrub(): Promise<void> {
    return exclusively(async () => {
      const record = await place.readSound()
      const dead = Object.keys(record.sessions).filter((id) => hasEnded(sessionIn(record, id)))
      if (dead.length > 0 || hasEnded(record.pending)) await write([...dead, ''].reduce(without, record))
    })
  }

  function setPending(question: StoredQuestion, check: () => void): Promise<void> {
    return exclusively(async () => {
      check()
      if (storage.lasts !== false && !own) await write({ ...(await place.readSound()), pending: question })
    })
  }

  const readable = watched(state, {
    update,
    untilChange: () => {
      const left = current ? endOfSession(current) - now() : Number.POSITIVE_INFINITY
      return left > warning ? left - warning : left > 0 ? left : Number.POSITIVE_INFINITY
    },
    listen: () => turns.hear(({ type }) => void (type === 'changed' && opening && sync().catch(() => undefined))),
  })

  return {
    state: readable,
    sync,
    current: () => current,
    isBarred: () => isBarred,
    // A seed that may not be stored is kept here, if it may be made at all.
    protection: () => form && (form === 'seed' && minimum !== 'extractable' ? 'memory' : protectionOf(form)),
    generateKey,
    sessionOf,
    add,
    select,
    remove,
    pending: () => (pending && (isForbidden(pending.key) || hasEnded(pending)) ? undefined : pending),
    setPending,
  }
}
