import type { SessionStorage, StoredSessions } from '@session-sigs/core'
import { createStore, del, get, set, type UseStore } from 'idb-keyval'

export interface IndexedDbStorageOptions {
  /** The name of the database; `session-sigs`. */
  database?: string
}

/** What opening may take, in milliseconds: some browsers never answer. Less than the client waits for a storage, as it would take that for a failure. */
const limit = 2_000

/** Settles when `work` does, or after the limit with `undefined`. */
function withinLimit<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limit)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** idb-keyval's store, made to outlast its connection: it gives way to whoever deletes the database, and what failed is tried twice more over a new one. */
function lastingStore(database: string): UseStore {
  const connect = (): UseStore => createStore(database, 'sessions')
  let current = connect()
  return async (mode, run) => {
    let close = (): void => undefined
    const reach: typeof run = (store) => {
      const { db } = store.transaction
      close = () => db.close()
      db.onversionchange = close
      return run(store)
    }
    for (let left = 2; ; left--) {
      const used = current
      try {
        return await used(mode, reach)
      } catch (error) {
        if (left === 0) throw error
        // Browsers close connections, some without a word; while site data is being cleared, a new one as well. Another call may have replaced this one already.
        if (current === used) current = connect()
        close()
      }
    }
  }
}

/** Whether a key that was stored comes back able to sign, and not to be exported. Throws where it does not get that far. */
async function keepsKeys(id: string, store: UseStore): Promise<boolean> {
  const { subtle } = globalThis.crypto
  const made = (await subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  await set(id, made.privateKey, store)
  const kept = (await get<CryptoKey>(id, store)) as CryptoKey
  const message = new Uint8Array(32)
  if (!(await subtle.verify('Ed25519', made.publicKey, await subtle.sign('Ed25519', kept, message), message))) return false
  return subtle.exportKey('pkcs8', kept).then(
    () => false,
    () => true,
  )
}

/** What the database can keep, each step up proven by doing it: nothing, text, a key. What is not proven within the limit does not count. */
async function probe(store: UseStore): Promise<SessionStorage['keys']> {
  let proven: SessionStorage['keys'] = 'none'
  const id = `probe-${Math.random()}`
  async function climb(): Promise<void> {
    try {
      await set(id, id, store)
      if ((await get(id, store)) !== id) return
      proven = 'seed'
      if (await keepsKeys(id, store)) proven = 'handle'
    } finally {
      await del(id, store)
    }
  }
  // However it ended, what was proven is.
  await withinLimit(climb()).catch(() => undefined)
  return proven
}

/**
 * A `SessionStorage` for `createSessionClient` in IndexedDB, in pages and workers. `open()` finds out what `keys` the browser keeps: WebCrypto keys that nobody
 * can export (`'handle'`), else seeds, and nothing where there is no database (`'none'`) or none within 2 seconds; it never rejects.
 *
 * @throws TypeError for options that cannot be used
 */
export function indexedDbStorage(options: IndexedDbStorageOptions = {}): SessionStorage {
  for (const name of Object.keys(options)) if (name !== 'database') throw new TypeError(`There is no option "${name}".`)
  const { database = 'session-sigs' } = options
  if (typeof database !== 'string' || database === '') throw new TypeError('database is a name.')
  let store = lastingStore(database)
  let keys: SessionStorage['keys'] = 'none'
  let opening: Promise<void> | undefined

  async function open(): Promise<void> {
    // Not the connection that an earlier attempt may still be waiting for.
    store = lastingStore(database)
    keys = await probe(store)
    if (keys === 'none') opening = undefined
  }

  return Object.freeze<SessionStorage>({
    get keys() {
      return keys
    },
    sharedAs: `indexeddb:${database}`,
    open() {
      opening ??= open()
      return opening
    },
    get: async (id) => (keys === 'none' ? undefined : get<StoredSessions>(id, store)),
    // Copied at once: the database may only get to it later.
    set: async (id, value) => (keys === 'none' ? undefined : set(id, structuredClone(value), store)),
    async delete(id) {
      const deleted = del(id, store)
      // A database that did not answer at open() may hold the session all the same: it is tried, and nothing is made of a failure.
      await (keys === 'none' ? withinLimit(deleted).catch(() => undefined) : deleted)
    },
  })
}
