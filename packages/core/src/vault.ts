import { endOf } from './coverage.ts'
import { SessionError } from './errors.ts'
import { type Readable, writable } from './observable.ts'
import type { Account } from './signer.ts'
import { emptyRecord, type LiveSession, type ReadRecord, type SessionStorage, type StoredSessions, sessionId } from './storage.ts'
import { formatInstant } from './time.ts'

/** Signed out, and why; or signed in: who delegated what to which key until when. */
export type SessionState =
  | { readonly status: 'signed-out'; readonly reason: 'never' | 'signed-out' | 'expired' | 'corrupt' }
  | {
      readonly status: 'signed-in'
      readonly address: string
      readonly chainId: number
      /** The session public key, 64 hex digits. */
      readonly sessionKey: string
      /** When the last of the delegations ends, RFC 3339. */
      readonly expiresAt: string
      /** What the wallet granted: the resources of the delegations' messages. */
      readonly capabilities: readonly string[]
    }

/** The sessions of a client while it runs: what the storage keeps, which of them is in use, and what that looks like from outside. */
export interface Vault {
  readonly state: Readable<SessionState>
  /** Reads the storage once; a failure is told to whoever waits, and the next call tries again. */
  opened(): Promise<void>
  /** When what is under way has come to its end. */
  settled(): Promise<void>
  /** The session in use. */
  current(): LiveSession | undefined
  /** An account's session, in use or not. */
  sessionOf(account: Account): Promise<LiveSession | undefined>
  /** Makes a session the one in use, if `check` does not throw by then. Nothing changes here until the storage has taken it. */
  select(session: LiveSession, check: () => void): Promise<void>
  /** Destroys the session in use. A storage that cannot be read is not thereby kept: all of the record goes. */
  remove(): Promise<void>
}

/** The record without one session. */
function without({ current, sessions }: StoredSessions, id: string): StoredSessions {
  const { [id]: _gone, ...others } = sessions
  return current === undefined || current === id ? { v: 1, sessions: others } : { v: 1, current, sessions: others }
}

function describe(session: LiveSession | undefined, now: number): SessionState {
  if (!session) return { status: 'signed-out', reason: 'never' }
  const { address, chainId } = session.account
  const end = Math.max(...session.delegations.map(endOf))
  if (!(end > now)) return { status: 'signed-out', reason: 'expired' }
  const capabilities = session.delegations.flatMap((item) => (endOf(item) > now ? (item.message.resources ?? []) : []))
  return { status: 'signed-in', address, chainId, sessionKey: session.key.publicKey, expiresAt: formatInstant(end), capabilities }
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

async function stored<T>(operation: 'open' | 'get' | 'set' | 'delete', run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw new SessionError('storage-failed', { operation }, { cause })
  }
}

export function createVault(storage: SessionStorage, recordId: string, now: () => number): Vault {
  const state = writable<SessionState>({ status: 'signed-out', reason: 'never' })
  const inTurn = createQueue()
  let current: LiveSession | undefined
  let opening: Promise<void> | undefined

  /** Read anew each time: whoever shares the storage may have changed it. */
  async function read(): Promise<ReadRecord> {
    const value = await stored('get', () => storage.get(recordId))
    return value === undefined ? { record: emptyRecord, isCorrupt: false } : (await import('./record.ts')).readStoredSessions(value)
  }

  /** A copy is written: what a storage does to it must not reach the client's own. */
  async function write(record: StoredSessions): Promise<void> {
    const isEmpty = Object.keys(record.sessions).length === 0
    if (isEmpty) await stored('delete', () => storage.delete(recordId))
    else if (storage.keys !== 'none') await stored('set', () => storage.set(recordId, structuredClone(record)))
  }

  async function find(sessions: StoredSessions['sessions'], id: string): Promise<LiveSession | undefined> {
    const kept = Object.hasOwn(sessions, id) ? sessions[id] : undefined
    return kept && (await import('./record.ts')).loadSession(id, kept)
  }

  async function load(): Promise<void> {
    await stored('open', () => storage.open?.())
    const { record, isCorrupt } = await read()
    current = await find(record.sessions, record.current ?? '')
    const isUnusable = isCorrupt || (record.current !== undefined && !current)
    if (isUnusable) state.set({ status: 'signed-out', reason: 'corrupt' })
    else if (current) state.set(describe(current, now()))
  }

  function opened(): Promise<void> {
    opening ??= load().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function sessionOf(account: Account): Promise<LiveSession | undefined> {
    const id = sessionId(account)
    return current && sessionId(current.account) === id ? current : find((await read()).record.sessions, id)
  }

  function select(session: LiveSession, check: () => void): Promise<void> {
    return inTurn(async () => {
      check()
      const id = sessionId(session.account)
      const { sessions } = (await read()).record
      await write({ v: 1, current: id, sessions: { ...sessions, [id]: session.stored } })
      current = session
      state.set(describe(current, now()))
    })
  }

  function remove(): Promise<void> {
    return inTurn(async () => {
      const record = await opened().then(
        async () => (await read()).record,
        () => emptyRecord,
      )
      const id = current ? sessionId(current.account) : (record.current ?? '')
      await write(without(record, id))
      current = undefined
      state.set({ status: 'signed-out', reason: 'signed-out' })
    })
  }

  return { state, opened, settled: () => inTurn(async () => undefined), current: () => current, sessionOf, select, remove }
}
