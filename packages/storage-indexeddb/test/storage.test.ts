import 'fake-indexeddb/auto'
import { inspect } from 'node:util'
import { testStorage } from '@session-sigs/conformance'
import { createSessionClient, type SessionStorage, type Signer } from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { forceCloseDatabase } from 'fake-indexeddb'
import { createStore, keys, promisifyRequest, set } from 'idb-keyval'
import { afterEach, describe, expect, it, vi } from 'vitest'

const id = 'session-sigs:lit'
const other = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
const signer: Signer = {
  account: async () => ({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', chainId: 1 }),
  signMessage: async () => `0x${'11'.repeat(65)}`,
}
const clientOver = (storage: SessionStorage) =>
  createSessionClient({ nodes: ['https://node.example'], domain: 'app.example', signer, storage })

let databases = 0
const fresh = (): string => `database-${++databases}`

async function opened(database: string = fresh()): Promise<SessionStorage> {
  const storage = indexedDbStorage({ database })
  await storage.open?.()
  return storage
}

/** What a database holds; the connection is closed again, so that it is in nobody's way. */
function keysIn(database: string): Promise<IDBValidKey[]> {
  return createStore(database, 'sessions')('readonly', (store) => {
    const request = promisifyRequest(store.getAllKeys())
    store.transaction.db.close()
    return request
  })
}

const nameOf = (storage: SessionStorage): string => storage.sharedAs?.slice('indexeddb:'.length) ?? expect.fail('no name')

/** What the database does with a key that it is given, in this test; other values it keeps. */
function stubPut(change: (key: CryptoKey) => unknown): void {
  const put = IDBObjectStore.prototype.put
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    return put.call(this, value instanceof CryptoKey ? change(value) : value, key)
  })
}

/** A request that nothing ever comes of, unless the test lets it. */
const silentRequest = () => ({}) as IDBOpenDBRequest

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a database that keeps keys', () => {
  testStorage(it, {
    create: () => indexedDbStorage({ database: fresh() }),
    reopen: (storage) => indexedDbStorage({ database: nameOf(storage) }),
  })

  it('default: keys that cannot be exported', async () => {
    const database = fresh()
    const storage = await opened(database)
    expect(storage.keys).toBe('handle')
    await clientOver(storage).signIn()
    const [session] = Object.values((await storage.get(id))?.sessions ?? {})
    if (session?.key.type !== 'handle') expect.fail('no key was kept')
    for (const format of ['pkcs8', 'jwk'] as const) await expect(crypto.subtle.exportKey(format, session.key.privateKey)).rejects.toThrow()
  })

  it('behavior: finding out makes one key, leaves nothing behind, and is done once', async () => {
    const generateKey = vi.spyOn(crypto.subtle, 'generateKey')
    const database = fresh()
    const storage = indexedDbStorage({ database })
    await Promise.all([storage.open?.(), storage.open?.()])
    await storage.open?.()
    expect(generateKey).toHaveBeenCalledTimes(1)
    expect(await keysIn(database)).toEqual([])
  })

  it('behavior: no timer is left when it is open', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    expect((await opened()).keys).toBe('handle')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('behavior: many at the same time over one database do not disturb each other', async () => {
    const database = fresh()
    const storages = await Promise.all(Array.from({ length: 8 }, () => opened(database)))
    expect(storages.map((storage) => storage.keys)).toEqual(Array(8).fill('handle'))
    expect(await keysIn(database)).toEqual([])
  })
})

/** What makes a browser keep seeds only. */
const forSeeds: Record<string, () => void> = {
  'WebCrypto does not know the curve': () => {
    vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(new DOMException('Unrecognized name.', 'NotSupportedError'))
  },
  'there is no WebCrypto, as on pages not loaded securely': () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  },
  'the database refuses keys': () => {
    stubPut(() => {
      throw new DOMException('The object could not be cloned.', 'DataCloneError')
    })
  },
  'a key comes back as an empty object': () => stubPut(() => ({})),
  'a key does not come back at all': () => stubPut(() => undefined),
  'another key comes back': () => stubPut(() => other.privateKey),
  'a key comes back that may not sign': () => stubPut(() => other.publicKey),
  'a key comes back that can be exported': () => {
    const generateKey = crypto.subtle.generateKey.bind(crypto.subtle)
    vi.spyOn(crypto.subtle, 'generateKey').mockImplementation((() => generateKey('Ed25519', true, ['sign', 'verify'])) as never)
  },
}
for (const [what, stub] of Object.entries(forSeeds)) {
  describe(`where ${what}`, () => {
    testStorage(it, {
      create() {
        stub()
        return indexedDbStorage({ database: fresh() })
      },
      reopen: (storage) => indexedDbStorage({ database: nameOf(storage) }),
    })

    it('behavior: seeds are kept, and nothing is left behind', async () => {
      stub()
      const database = fresh()
      expect((await opened(database)).keys).toBe('seed')
      expect(await keysIn(database)).toEqual([])
    })
  })
}

it('behavior: a WebCrypto that never answers costs the limit, and seeds are kept', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(crypto.subtle, 'generateKey').mockReturnValue(new Promise<never>(() => undefined))
  const storage = indexedDbStorage({ database: fresh() })
  const opening = storage.open?.()
  await vi.waitFor(() => expect(crypto.subtle.generateKey).toHaveBeenCalled())
  await vi.advanceTimersByTimeAsync(2_000)
  await opening
  expect(storage.keys).toBe('seed')
})

/** What makes a browser keep nothing. */
const forNothing: Record<string, () => void> = {
  'there is no IndexedDB': () => void vi.stubGlobal('indexedDB', undefined),
  'IndexedDB is null': () => void vi.stubGlobal('indexedDB', null),
  'touching IndexedDB throws': () => {
    vi.stubGlobal('indexedDB', undefined)
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
  },
  'opening throws': () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    })
  },
  'opening is refused': () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      const request = { ...silentRequest(), error: new DOMException('A mutation operation was attempted.', 'InvalidStateError') }
      queueMicrotask(() => request.onerror?.call(request, new Event('error')))
      return request
    })
  },
  'nothing can be written': () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    })
  },
  'what is written is gone': () => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => silentRequest() as never)
  },
}
for (const [what, stub] of Object.entries(forNothing)) {
  describe(`where ${what}`, () => {
    testStorage(it, {
      create() {
        stub()
        return indexedDbStorage({ database: fresh() })
      },
    })

    it('behavior: no key is kept, and signing in works for the page', async () => {
      stub()
      const storage = await opened()
      expect(storage.keys).toBe('none')
      await storage.set(id, { v: 1, sessions: {} })
      expect(await storage.get(id)).toBeUndefined()
      await storage.delete(id)
      const client = clientOver(storage)
      await client.restore()
      expect((await client.signIn()).status).toBe('signed-in')
      await client.signOut()
    })
  })
}

describe('a database that does not answer', () => {
  /** Database requests wait until `answer` is called; after `dropAll` only those that come then are answered. */
  function stubOpen(): { answer(): void; dropAll(): void } {
    const open = indexedDB.open.bind(indexedDB)
    const waiting: (() => void)[] = []
    const spy = vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
      const asked = { ...silentRequest() } as { -readonly [K in keyof IDBOpenDBRequest]: IDBOpenDBRequest[K] }
      waiting.push(() => {
        const real = open(name, version)
        for (const event of ['onupgradeneeded', 'onsuccess', 'onerror'] as const) {
          real[event] = (happened: Event) => {
            if (real.readyState === 'done' && !real.error) asked.result = real.result
            asked[event]?.call(asked, happened as never)
          }
        }
      })
      return asked
    })
    return {
      answer() {
        spy.mockRestore()
        for (const next of waiting.splice(0)) next()
      },
      dropAll: () => spy.mockRestore(),
    }
  }

  async function openedInVain(database: string): Promise<SessionStorage> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const storage = indexedDbStorage({ database })
    const opening = storage.open?.()
    let isOpen = false
    void opening?.then(() => {
      isOpen = true
    })
    await vi.advanceTimersByTimeAsync(1_999)
    expect(isOpen).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await opening
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    return storage
  }

  it('behavior: nothing is kept after 2 seconds, and signing in works for the page', async () => {
    stubOpen()
    const storage = await openedInVain(fresh())
    expect(storage.keys).toBe('none')
    expect(await storage.get(id)).toBeUndefined()
    await storage.set(id, { v: 1, sessions: {} })
    const client = clientOver(indexedDbStorage({ database: fresh() }))
    await client.restore()
    expect((await client.signIn()).status).toBe('signed-in')
  })

  it('behavior: an answer that comes later changes nothing, and leaves nothing behind', async () => {
    const database = fresh()
    const { answer } = stubOpen()
    const storage = await openedInVain(database)
    answer()
    await vi.waitFor(async () => expect((await indexedDB.databases()).map(({ name }) => name)).toContain(database))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(storage.keys).toBe('none')
    expect(await keysIn(database)).toEqual([])
  })

  it('behavior: opening it again tries again', async () => {
    const { dropAll } = stubOpen()
    const storage = await openedInVain(fresh())
    dropAll()
    await storage.open?.()
    expect(storage.keys).toBe('handle')
  })

  it('behavior: signing out destroys what it holds as soon as it answers', async () => {
    const database = fresh()
    await clientOver(await opened(database)).signIn()
    expect(await keysIn(database)).toEqual([id])
    const { answer } = stubOpen()
    const storage = await openedInVain(database)
    const deleting = storage.delete(id)
    answer()
    await deleting
    expect(await keysIn(database)).not.toContain(id)
  })

  it('behavior: signing out does not wait for ever', async () => {
    stubOpen()
    const storage = await openedInVain(fresh())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const deleting = storage.delete(id)
    await vi.advanceTimersByTimeAsync(2_000)
    await deleting
  })
})

describe('a database that goes away', () => {
  /** The database as it is deleted by another page; rejects where an open connection is in the way. */
  function deleteDatabase(database: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(database)
      request.onsuccess = () => resolve()
      request.onblocked = () => reject(new Error('A connection is in the way.'))
      request.onerror = () => reject(request.error)
    })
  }

  /** The connections made in this test. */
  function watchConnections(): IDBDatabase[] {
    const open = indexedDB.open.bind(indexedDB)
    const connections: IDBDatabase[] = []
    vi.spyOn(indexedDB, 'open').mockImplementation((...args) => {
      const request = open(...args)
      request.addEventListener('success', () => connections.push(request.result))
      return request
    })
    return connections
  }

  function isOpen(connection: IDBDatabase): boolean {
    try {
      return connection.transaction('sessions') !== undefined
    } catch {
      return false
    }
  }

  it('behavior: deleted by another page, it is let go, and made anew when it is needed', async () => {
    const database = fresh()
    const storage = await opened(database)
    await clientOver(storage).signIn()
    await deleteDatabase(database)
    const client = clientOver(storage)
    await client.restore()
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'never' })
    await client.signIn()
    expect(await keysIn(database)).toEqual([id])
    await deleteDatabase(database)
    expect(await storage.get(id)).toBeUndefined()
  })

  it('behavior: many calls at once after that share one new connection', async () => {
    const database = fresh()
    const storage = await opened(database)
    await deleteDatabase(database)
    const connections = watchConnections()
    await Promise.all([storage.get('a'), storage.set('b', { v: 1, sessions: {} }), storage.get('c'), storage.delete('d')])
    expect(connections.length).toBe(1)
  })

  it('behavior: closed by the browser, as when site data is cleared, it is opened anew', async () => {
    const database = fresh()
    const connections = watchConnections()
    const storage = await opened(database)
    await clientOver(storage).signIn()
    expect(connections.length).toBe(1)
    for (const connection of connections) forceCloseDatabase(connection as never)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await storage.get(id)).toBeDefined()
    await deleteDatabase(database)
    expect(await storage.get(id)).toBeUndefined()
  })

  it('behavior: closed without a word, it is opened anew', async () => {
    const connections = watchConnections()
    const storage = await opened()
    await clientOver(storage).signIn()
    for (const connection of connections) connection.close()
    expect(await storage.get(id)).toBeDefined()
  })

  it('behavior: closed while something is under way, that is done again', async () => {
    const storage = await opened()
    await clientOver(storage).signIn()
    const record = (await storage.get(id)) ?? expect.fail('nothing was stored')
    for (const method of ['put', 'get', 'delete'] as const) {
      const really = IDBObjectStore.prototype[method] as (...args: unknown[]) => unknown
      const spy = vi.spyOn(IDBObjectStore.prototype, method)
      for (const _ of ['the connection', 'the next one']) {
        spy.mockImplementationOnce(function (this: IDBObjectStore, ...args: unknown[]) {
          const request = really.apply(this, args)
          this.transaction.abort()
          return request as never
        })
      }
    }
    await storage.set(id, { ...record, sessions: {} })
    expect(await storage.get(id)).toEqual({ ...record, sessions: {} })
    await storage.delete(id)
    expect(await storage.get(id)).toBeUndefined()
  })

  it('error: what keeps failing is told, and one connection is left', async () => {
    const connections = watchConnections()
    const storage = await opened()
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    })
    await expect(storage.set(id, { v: 1, sessions: {} })).rejects.toMatchObject({ name: 'QuotaExceededError' })
    expect(await storage.get(id)).toBeUndefined()
    expect(connections.map(isOpen)).toEqual([false, false, true])
  })
})

describe('what somebody else put there', () => {
  const contents: Record<string, unknown> = {
    'a text': 'hello',
    'a number': 7,
    'a list': [],
    null: null,
    'an object of somebody else': { theme: 'dark' },
    'a record with no session where it says one is': { v: 1, current: '1:0x', sessions: {} },
    'a map': new Map([['v', 1]]),
  }
  for (const [what, content] of Object.entries(contents)) {
    it(`behavior: ${what} is a corrupt session, and a new one can be had`, async () => {
      const database = fresh()
      await set(id, content, createStore(database, 'sessions'))
      const client = clientOver(indexedDbStorage({ database }))
      await client.restore()
      expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
      expect((await client.signIn()).status).toBe('signed-in')
      const again = clientOver(indexedDbStorage({ database }))
      await again.restore()
      expect(again.get().status).toBe('signed-in')
    })
  }

  it('behavior: a key that is another’s is a corrupt session', async () => {
    const database = fresh()
    const storage = await opened(database)
    await clientOver(storage).signIn()
    const record = (await storage.get(id)) ?? expect.fail('nothing was stored')
    const sessions = Object.entries(record.sessions).map(([name, session]) => [
      name,
      { ...session, key: { ...session.key, privateKey: other.privateKey } },
    ])
    await set(id, { ...record, sessions: Object.fromEntries(sessions) }, createStore(database, 'sessions'))
    const client = clientOver(storage)
    await client.restore()
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
  })

  it('behavior: a database of that name with no place for sessions is left as it is', async () => {
    const database = fresh()
    await set('theirs', 1, createStore(database, 'other'))
    expect((await opened(database)).keys).toBe('none')
    expect(await keys(createStore(database, 'other'))).toEqual(['theirs'])
  })
})

it('default: the name of the database, which is the name of the place', async () => {
  const storage = indexedDbStorage()
  await storage.open?.()
  expect(storage.sharedAs).toBe('indexeddb:session-sigs')
  expect((await indexedDB.databases()).map(({ name }) => name)).toContain('session-sigs')
})

it('behavior: nothing is touched before it is opened', () => {
  const open = vi.spyOn(indexedDB, 'open')
  expect(indexedDbStorage().keys).toBe('none')
  expect(open).not.toHaveBeenCalled()
})

it('error: options that cannot be used are a TypeError', () => {
  for (const wrong of [{ databse: 'x' }, { database: '' }, { database: 5 }, null, 'x']) {
    expect(() => indexedDbStorage(wrong as never)).toThrow(TypeError)
  }
})

it('the storage does not show the seed it keeps', async () => {
  vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(new DOMException('Unrecognized name.', 'NotSupportedError'))
  const storage = await opened()
  const client = clientOver(storage)
  await client.signIn()
  const [session] = Object.values((await storage.get(id))?.sessions ?? {})
  if (session?.key.type !== 'seed') expect.fail('no seed was stored')
  for (const value of [storage, client]) {
    const shown = [JSON.stringify(value), String(value), inspect(value, { depth: 9, showHidden: true, getters: true })].join('\n')
    expect(shown).not.toContain(session.key.seed)
  }
})
