import { SessionError } from './errors.ts'
import { copyRecord, emptyRecord, type ReadRecord, type SessionStorage, type StoredSessions } from './storage.ts'
import { withLimit } from './timers.ts'

/** The one record, where the storage has it. */
export interface Place {
  /** @throws SessionError `storage-failed` */
  open(): Promise<void>
  /**
   * Read anew each time: whoever shares the storage may have changed it.
   *
   * @throws SessionError `storage-failed`
   */
  read(): Promise<ReadRecord>
  /** As it may be written back: without sessions that cannot be used, whoever's they are. */
  readSound(): Promise<StoredSessions>
  /** Whether the record is there afterwards: a storage may fail, hang, or say that it wrote and not have written. */
  write(record: StoredSessions): Promise<boolean>
}

/** How long a storage may take, in milliseconds. */
const limit = 3_000

/** What a record says of who is signed in; a delegation names its key. */
function summary({ current, pending, sessions }: StoredSessions): string {
  return JSON.stringify([current, pending?.message, Object.entries(sessions).map(([id, { delegations }]) => [id, delegations])])
}

/** `late` is called when a write that was given up lands after all. */
export function createPlace(storage: SessionStorage, id: string, late: () => void): Place {
  async function stored<T>(operation: 'open' | 'get' | 'set' | 'delete', run: () => T | Promise<T>): Promise<T> {
    let isGivenUp = false
    try {
      const answer = run()
      // What is there at once needs no watching.
      if (typeof (answer as PromiseLike<T> | undefined)?.then !== 'function') return answer
      const watched = async (): Promise<T> => {
        const value = await answer
        if (isGivenUp) late()
        return value
      }
      return await withLimit(limit, watched)
    } catch (cause) {
      isGivenUp = true
      throw new SessionError('storage-failed', { operation }, { cause })
    }
  }

  async function readOnce(): Promise<ReadRecord> {
    const value: unknown = await stored('get', () => storage.get(id))
    if (value === undefined) return { record: emptyRecord, isCorrupt: false, isMissing: true }
    return (await import('./record.ts')).readStoredSessions(value)
  }

  async function write(record: StoredSessions): Promise<boolean> {
    // A copy is written: what a storage does to it must not reach the client's own.
    const set = (): Promise<void> => stored('set', () => storage.set(id, copyRecord(record)))
    const clear = (): Promise<void> => stored('delete', () => storage.delete(id))
    const isEmpty = Object.keys(record.sessions).length === 0 && !record.pending
    // Where others look, an empty record tells them that somebody signed out; nothing at all would look like an eviction.
    const attempts = !isEmpty ? [set, set] : storage.sharedAs === undefined || storage.keys === 'none' ? [clear, set] : [set, clear]
    for (const attempt of attempts) {
      try {
        await attempt()
        // Where it cannot be read any more, its word has to do.
        const found = await readOnce().catch(() => undefined)
        if (!found || summary(found.record) === summary(record)) return true
      } catch {
        // Tried once more, or another way; what matters is what is there in the end.
      }
    }
    return false
  }

  // What fails once may work at once when asked again.
  const read = (): Promise<ReadRecord> => readOnce().catch(readOnce)
  const readSound = async (): Promise<StoredSessions> => (await import('./record.ts')).soundRecord((await read()).record)
  return { open: () => stored('open', () => storage.open?.()), read, readSound, write }
}
