import { endOf } from './coverage.ts'
import { SessionError } from './errors.ts'
import { type Readable, writable } from './observable.ts'
import type { Account } from './signer.ts'
import { emptyRecord, type LiveSession, type SessionStorage, type StoredSessions, sessionId } from './storage.ts'
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

/** The record without one session, and with none current. */
function without({ sessions }: StoredSessions, id: string): StoredSessions {
  const { [id]: _gone, ...others } = sessions
  return { v: 1, sessions: others }
}

function describe(session: LiveSession | undefined, now: number): SessionState {
  if (!session) return { status: 'signed-out', reason: 'never' }
  const { address, chainId } = session.account
  const end = Math.max(...session.delegations.map(endOf))
  if (!(end > now)) return { status: 'signed-out', reason: 'expired' }
  const capabilities = session.delegations.flatMap(({ message }) => message.resources ?? [])
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
  let record = emptyRecord
  let current: LiveSession | undefined
  let opening: Promise<void> | undefined

  async function load(): Promise<void> {
    await stored('open', () => storage.open?.())
    const value = await stored('get', () => storage.get(recordId))
    if (value === undefined) return
    const { loadSession, readStoredSessions } = await import('./record.ts')
    const read = readStoredSessions(value)
    const { current: id = '' } = read.record
    const kept = read.record.sessions[id]
    current = kept && (await loadSession(id, kept))
    record = kept && !current ? without(read.record, id) : read.record
    const isCorrupt = read.isCorrupt || (kept !== undefined && !current)
    state.set(isCorrupt ? { status: 'signed-out', reason: 'corrupt' } : describe(current, now()))
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
    if (current && sessionId(current.account) === id) return current
    const kept = Object.hasOwn(record.sessions, id) ? record.sessions[id] : undefined
    return kept && (await import('./record.ts')).loadSession(id, kept)
  }

  function select(session: LiveSession, check: () => void): Promise<void> {
    return inTurn(async () => {
      check()
      const id = sessionId(session.account)
      const next: StoredSessions = { v: 1, current: id, sessions: { ...record.sessions, [id]: session.stored } }
      // A copy: what a storage does to it must not reach the client's own.
      if (storage.keys !== 'none') await stored('set', () => storage.set(recordId, structuredClone(next)))
      record = next
      current = session
      state.set(describe(current, now()))
    })
  }

  function remove(): Promise<void> {
    return inTurn(async () => {
      const isReadable = await opened().then(
        () => true,
        () => false,
      )
      const next = isReadable ? without(record, record.current ?? '') : emptyRecord
      const isEmpty = Object.keys(next.sessions).length === 0
      if (isEmpty || storage.keys === 'none') await stored('delete', () => storage.delete(recordId))
      else await stored('set', () => storage.set(recordId, structuredClone(next)))
      record = next
      current = undefined
      state.set({ status: 'signed-out', reason: 'signed-out' })
    })
  }

  return { state, opened, settled: () => inTurn(async () => undefined), current: () => current, sessionOf, select, remove }
}
