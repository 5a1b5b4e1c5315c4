/** `disconnectWeb3`: whatever it is given, nothing of the session is left, and no client goes on with it. */
import type { Network } from '@session-sigs/app-nodes'
import { memoryStorage, type SessionStorage } from '@session-sigs/core'
import { webStorage } from '@session-sigs/storage-web'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  disconnectWeb3,
  ethConnect,
  generateSessionKeyPair,
  type LitNodeClient,
  type LitNodeClientConfig,
  LOCAL_STORAGE_KEYS,
  type SessionKeyPair,
} from '../src/index.ts'
import { alice, answer, bob, connect, countingCallback, domain, keyIn, latch, PageWallet, startNodes } from './app.ts'
import { givePage, notAllowed, TextStore } from './page.ts'

let network: Network
let page: TextStore
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
beforeEach(() => {
  page = givePage(new TextStore({ mine: 'stays' }))
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function open(config: Partial<LitNodeClientConfig> = {}): Promise<LitNodeClient> {
  const client = await connect(network, config)
  clients.push(client)
  return client
}

const actions = { chain: 'ethereum', resources: ['litAction://*'] }
const signedOut = { code: 'signed-out', details: { during: 'signIn' } }

/** Where a session is, and how somebody ends it. */
interface Way {
  readonly config: Partial<LitNodeClientConfig>
  end(client: LitNodeClient): Promise<void>
  /** Everything that is in that place. */
  all(): unknown
}

/** Everything that a `SessionStorage` over texts of its own has. */
function ofStorage(storage: SessionStorage, store?: TextStore): Pick<Way, 'config' | 'all'> {
  return { config: { storage }, all: () => store?.all() ?? storage.get('session-sigs:lit') }
}

const ways: [string, () => Way][] = [
  ['bare, over local storage', () => ({ config: {}, end: () => disconnectWeb3(), all: () => page.all() })],
  ['the client, over local storage', () => ({ config: {}, end: (client) => disconnectWeb3(client), all: () => page.all() })],
  ['local storage itself', () => ({ config: {}, end: () => disconnectWeb3(globalThis.localStorage), all: () => page.all() })],
  [
    'bare, with storageProvider',
    () => {
      const provider = new TextStore({ mine: 'stays' })
      return { config: { storageProvider: { provider } }, end: () => disconnectWeb3(), all: () => provider.all() }
    },
  ],
  [
    'the client, with storageProvider',
    () => {
      const provider = new TextStore({ mine: 'stays' })
      return { config: { storageProvider: { provider } }, end: (client) => disconnectWeb3(client), all: () => provider.all() }
    },
  ],
  [
    'the provider of storageProvider',
    () => {
      const provider = new TextStore({ mine: 'stays' })
      return { config: { storageProvider: { provider } }, end: () => disconnectWeb3(provider), all: () => provider.all() }
    },
  ],
  ['bare, over memory', () => ({ ...ofStorage(memoryStorage()), end: () => disconnectWeb3() })],
  ['the client, over memory', () => ({ ...ofStorage(memoryStorage()), end: (client) => disconnectWeb3(client) })],
  [
    'a SessionStorage: memory',
    () => {
      const storage = memoryStorage()
      return { ...ofStorage(storage), end: () => disconnectWeb3(storage) }
    },
  ],
  [
    'a SessionStorage: texts of its own',
    () => {
      const store = new TextStore({ mine: 'stays' })
      const storage = webStorage(store)
      return { ...ofStorage(storage, store), end: () => disconnectWeb3(storage) }
    },
  ],
]

describe.each(ways)('%s', (_, make) => {
  it('default: what is there afterwards is what was there before the session', async () => {
    const { config, end, all } = make()
    const before = await all()
    const client = await open(config)
    const sessionKey = generateSessionKeyPair()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    await client.getSessionSigs({ resources: ['litPKP://*'], authNeededCallback: answer })
    await client.getSessionSigs({ ...actions, authNeededCallback: answer, sessionKey })
    expect(await all()).not.toEqual(before)
    await end(client)
    expect(await all()).toEqual(before)
    expect(page.all()).toEqual({ mine: 'stays' })
  })

  it('behavior: other accounts’ sessions are ended, too', async () => {
    const { config, end, all } = make()
    const before = await all()
    const provider = new PageWallet()
    const client = await open({ ...config, provider, domain })
    for (const account of [alice, bob]) {
      provider.account = account
      await client.getSessionSigs({ resources: [`litAction://${account.address}`] })
    }
    await end(client)
    expect(await all()).toEqual(before)
    provider.account = alice
    await client.getSessionSigs({ resources: [`litAction://${alice.address}`] })
    expect(provider.signed.length).toBe(3)
  })

  it('behavior: the next call asks, with a new key, and its session stays', async () => {
    const { config, end } = make()
    const client = await open(config)
    const authNeededCallback = countingCallback()
    const before = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    await end(client)
    const after = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    expect([authNeededCallback.asked.length, after === before]).toEqual([2, false])
    expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).toBe(after)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: not waited for, as apps with Lit’s own call it: the call right after it asks, and its session stays', async () => {
    const { config, end } = make()
    const client = await open(config)
    const authNeededCallback = countingCallback()
    const before = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    const ending = end(client)
    const after = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    await ending
    expect(after).not.toBe(before)
    expect(keyIn(await (await open(config)).getSessionSigs({ ...actions, authNeededCallback }))).toBe(after)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: several clients of that place, each with a session of it: none goes on', async () => {
    const { config, end } = make()
    const all = await Promise.all([1, 2, 3].map(() => open(config)))
    const authNeededCallback = countingCallback()
    const keys: string[] = []
    for (const client of all) keys.push(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback })))
    expect([authNeededCallback.asked.length, new Set(keys).size]).toEqual([1, 1])
    await end(all[1] ?? expect.fail())
    const after = await Promise.all(all.map((client) => client.getSessionSigs({ ...actions, authNeededCallback })))
    expect(authNeededCallback.asked.length).toBe(2)
    expect(new Set(after.map(keyIn)).size).toBe(1)
    expect(after.map(keyIn)).not.toContain(keys[0])
  })

  it('behavior: keys that callers brought are forgotten', async () => {
    const { config, end } = make()
    const client = await open(config)
    const authNeededCallback = countingCallback()
    const brought = { ...actions, authNeededCallback, sessionKey: await generateSessionKeyPair() }
    await client.getSessionSigs(brought)
    await client.getSessionSigs(brought)
    expect(authNeededCallback.asked.length).toBe(1)
    await end(client)
    await client.getSessionSigs(brought)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it.each([
    ['a key of ours', () => undefined],
    ['a key that the caller brought', () => generateSessionKeyPair()],
  ])('behavior: while the wallet is asked for %s, its answer comes to nothing', async (_, sessionKeyOf) => {
    const { config, end, all } = make()
    const before = await all()
    const client = await open(config)
    const [asked, person] = [latch(), latch()]
    const authNeededCallback = countingCallback(async (params) => {
      asked.release()
      await person.promise
      return answer(params)
    })
    const params = { ...actions, authNeededCallback, sessionKey: await sessionKeyOf() }
    const calls = [1, 2, 3].map(() => client.getSessionSigs(params))
    const outcomes = Promise.allSettled(calls)
    await asked.promise
    await end(client)
    person.release()
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: signedOut })
    expect(await all()).toEqual(before)
    // The answer has been given meanwhile; it is good for nothing.
    const first = authNeededCallback.asked.length
    const sigs = await client.getSessionSigs(params)
    expect(authNeededCallback.asked.length).toBe(first + 1)
    expect(`lit:session:${keyIn(sigs)}` === authNeededCallback.asked[0]?.uri).toBe(params.sessionKey !== undefined)
  })

  it('behavior: twice, and where nothing is, is no error', async () => {
    const { config, end, all } = make()
    const client = await open(config)
    const before = await all()
    await end(client)
    await Promise.all([end(client), end(client)])
    expect(await all()).toEqual(before)
  })
})

describe('bare', () => {
  it('default: local storage is clear before it returns, also of what Lit’s own client kept, and of nothing else', async () => {
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    for (const name of Object.values(LOCAL_STORAGE_KEYS)) if (page.getItem(name) === null) page.setItem(name, 'left')
    expect(Object.keys(page.all()).length).toBeGreaterThan(8)
    const ending = disconnectWeb3()
    expect(page.all()).toEqual({ mine: 'stays' })
    await ending
    expect(page.all()).toEqual({ mine: 'stays' })
  })

  it('behavior: ethConnect has it under the name that Lit’s browser package has', async () => {
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    await ethConnect.disconnectWeb3()
    expect(page.all()).toEqual({ mine: 'stays' })
  })

  it('behavior: a button may hand it its event', async () => {
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    const target = new EventTarget()
    target.addEventListener('click', disconnectWeb3 as (event: object) => void)
    target.dispatchEvent(new Event('click'))
    expect(page.all()).toEqual({ mine: 'stays' })
  })

  it('behavior: clients of other places obey as well, each in its own', async () => {
    const provider = new TextStore()
    const storage = memoryStorage()
    const all = [await open(), await open({ storageProvider: { provider } }), await open({ storage })]
    for (const client of all) await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    await disconnectWeb3()
    expect([page.all(), provider.all(), await storage.get('session-sigs:lit')]).toEqual([{ mine: 'stays' }, {}, undefined])
    const authNeededCallback = countingCallback()
    for (const client of all) await client.getSessionSigs({ ...actions, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(3)
  })

  it('behavior: a client that is not connected any more, or not yet, has no session afterwards either', async () => {
    const left = await open()
    await left.getSessionSigs({ ...actions, authNeededCallback: answer })
    await left.disconnect()
    await disconnectWeb3()
    await left.connect()
    const authNeededCallback = countingCallback()
    await left.getSessionSigs({ ...actions, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it('behavior: in Node, where there is no storage, it ends the clients’ sessions', async () => {
    vi.stubGlobal('localStorage', undefined)
    const client = await open()
    const authNeededCallback = countingCallback()
    const before = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    await disconnectWeb3()
    expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).not.toBe(before)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: where the page may not use local storage, too', async () => {
    vi.stubGlobal('localStorage', undefined)
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get: () => {
        throw notAllowed()
      },
    })
    const client = await open()
    const authNeededCallback = countingCallback()
    await client.getSessionSigs({ ...actions, authNeededCallback })
    await disconnectWeb3()
    await client.getSessionSigs({ ...actions, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(2)
  })
})

describe('a call that was begun before, and has not come to the wallet yet', () => {
  const ends: [string, (client: LitNodeClient) => Promise<void>][] = [
    ['bare', () => disconnectWeb3()],
    ['the client', (client) => disconnectWeb3(client)],
  ]

  it.each(ends)('behavior: %s, right after it: nobody is asked', async (_, end) => {
    const client = await open()
    const authNeededCallback = countingCallback()
    const call = client.getSessionSigs({ ...actions, authNeededCallback })
    const ending = end(client)
    await expect(call).rejects.toMatchObject(signedOut)
    await ending
    expect(authNeededCallback.asked.length).toBe(0)
    expect(page.all()).toEqual({ mine: 'stays' })
  })

  it.each(ends)('behavior: %s, while it waits for the key that the caller brings', async (_, end) => {
    const client = await open()
    const authNeededCallback = countingCallback()
    const key = latch<SessionKeyPair>()
    const call = client.getSessionSigs({ ...actions, authNeededCallback, sessionKey: key.promise })
    const outcome = expect(call).rejects.toMatchObject(signedOut)
    await end(client)
    key.release(await generateSessionKeyPair())
    await outcome
    expect(authNeededCallback.asked.length).toBe(0)
  })

  it.each(ends)('behavior: %s, while the page’s wallet is still connecting', async (_, end) => {
    const wallet = new PageWallet()
    const [asked, person] = [latch(), latch()]
    const request = wallet.request.bind(wallet)
    const slow = async (args: { method: string; params?: unknown[] }): Promise<unknown> => {
      if (args.method === 'eth_requestAccounts') {
        asked.release()
        await person.promise
      }
      return request(args)
    }
    const client = await open({ provider: { request: slow }, domain })
    const outcome = expect(client.getSessionSigs(actions)).rejects.toMatchObject(signedOut)
    await asked.promise
    await end(client)
    person.release()
    await outcome
    expect(wallet.signed).toEqual([])
    expect(page.all()).toEqual({ mine: 'stays' })
  })

  it.each(ends)('behavior: %s, while another call’s question is open: only that one was ever put', async (_, end) => {
    const client = await open()
    const [asked, person] = [latch(), latch()]
    const authNeededCallback = countingCallback(async (params) => {
      asked.release()
      await person.promise
      return answer(params)
    })
    const outcomes = Promise.allSettled(
      [1, 2, 3].map((id) => client.getSessionSigs({ resources: [`litAction://${id}`], authNeededCallback })),
    )
    await asked.promise
    await end(client)
    person.release()
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: signedOut })
    expect(authNeededCallback.asked.length).toBe(1)
    expect(page.all()).toEqual({ mine: 'stays' })
  })
})

describe('given one client', () => {
  it('behavior: clients of other places go on', async () => {
    const other = await open({ storage: memoryStorage() })
    const client = await open()
    const authNeededCallback = countingCallback()
    await other.getSessionSigs({ ...actions, authNeededCallback })
    await client.getSessionSigs({ ...actions, authNeededCallback })
    await disconnectWeb3(client)
    await other.getSessionSigs({ ...actions, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: nodes and client stay connected', async () => {
    const client = await open()
    await disconnectWeb3(client)
    expect([client.ready, client.connectedNodes.size]).toEqual([true, 1])
  })
})

/** Other pages of this origin are told by a channel; here they are this process as well. */
describe('other tabs', () => {
  const name = 'session-sigs:lit'
  const tab = (): BroadcastChannel => {
    const channel = new BroadcastChannel(name)
    onTestFinished.push(() => channel.close())
    return channel
  }
  const onTestFinished: (() => void)[] = []
  afterEach(() => {
    for (const run of onTestFinished.splice(0)) run()
  })

  it('default: they hear of it once, and of no secret', async () => {
    const heard: unknown[] = []
    tab().addEventListener('message', ({ data }) => heard.push(data))
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    await disconnectWeb3()
    await expect.poll(() => heard).toEqual([{ id: expect.stringMatching(/./), at: expect.any(Number) }])
  })

  it('behavior: what they say ends the session here', async () => {
    const client = await open({ storage: memoryStorage() })
    const authNeededCallback = countingCallback()
    const before = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    tab().postMessage({ id: 'elsewhere', at: Date.now() + 1 })
    await expect.poll(() => client.getSessionSigs({ ...actions, authNeededCallback }).then(keyIn)).not.toBe(before)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: and lets this page forget the keys that were brought', async () => {
    const client = await open()
    const authNeededCallback = countingCallback()
    const brought = { ...actions, authNeededCallback, sessionKey: await generateSessionKeyPair() }
    await client.getSessionSigs(brought)
    tab().postMessage({ id: 'elsewhere', at: Date.now() + 1 })
    await expect.poll(() => client.getSessionSigs(brought).then(() => authNeededCallback.asked.length)).toBe(2)
  })

  it.each<[string, () => Partial<LitNodeClientConfig>]>([
    ['in local storage', () => ({})],
    ['in a storage of its own', () => ({ storage: memoryStorage() })],
    [
      'in memory, where there is no storage',
      () => {
        vi.stubGlobal('localStorage', undefined)
        return {}
      },
    ],
  ])('behavior: what they said before this session began does not: %s', async (_, place) => {
    const client = await open(place())
    const authNeededCallback = countingCallback()
    const before = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    const channel = tab()
    channel.postMessage({ id: 'before', at: Date.now() - 60_000 })
    for (const nonsense of [null, 7, 'out', { id: 7, at: 'now' }, { at: Date.now() + 1 }, []]) channel.postMessage(nonsense)
    // What is posted is heard in order: when this arrives, so has all before it.
    const arrived = latch()
    tab().addEventListener('message', ({ data }) => data === 'last' && arrived.release())
    channel.postMessage('last')
    await arrived.promise
    expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).toBe(before)
    expect(authNeededCallback.asked.length).toBe(1)
  })
})

/** A storage that takes its time, and says when it is at it. */
function slowStorage() {
  const inner = memoryStorage()
  const [begun, go] = [latch(), latch()]
  const storage: SessionStorage = {
    ...inner,
    async set(id, value) {
      begun.release()
      await go.promise
      await inner.set(id, value)
    },
  }
  return { storage, begun: begun.promise, go: () => go.release(), kept: () => inner.get('session-sigs:lit') }
}

describe('while the session is being written', () => {
  it.each<[string, (client: LitNodeClient, storage: SessionStorage) => Promise<void>]>([
    ['bare', () => disconnectWeb3()],
    ['the client', (client) => disconnectWeb3(client)],
    ['the storage', (_, storage) => disconnectWeb3(storage)],
  ])('behavior: %s: nothing is left, and the call comes to nothing', async (_, end) => {
    const { storage, begun, go, kept } = slowStorage()
    const client = await open({ storage })
    const call = client.getSessionSigs({ ...actions, authNeededCallback: answer })
    const outcome = call.then(
      () => 'answered',
      ({ code }) => code,
    )
    await begun
    const ending = end(client, storage)
    go()
    await ending
    expect(await outcome).toBe('signed-out')
    expect(await kept()).toBeUndefined()
    const authNeededCallback = countingCallback()
    await client.getSessionSigs({ ...actions, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
  })
})

describe('a storage that does not delete', () => {
  const failing = { name: 'SessionError', code: 'storage-failed' }
  /** Has the texts, whatever is done. */
  const stuck = (store: TextStore): TextStore => {
    store.before = () => {
      throw notAllowed()
    }
    return store
  }

  it.each<[string, (client: LitNodeClient) => Promise<void>]>([
    ['bare', () => disconnectWeb3()],
    ['the client', (client) => disconnectWeb3(client)],
    ['local storage itself', () => disconnectWeb3(globalThis.localStorage)],
  ])('error: %s: storage-failed, and the key is forgotten all the same', async (_, end) => {
    const [client, other] = [await open(), await open({ storage: memoryStorage() })]
    const authNeededCallback = countingCallback()
    const keys = [
      keyIn(await client.getSessionSigs({ ...actions, authNeededCallback })),
      keyIn(await other.getSessionSigs({ ...actions, authNeededCallback })),
    ]
    stuck(page)
    await expect(end(client)).rejects.toMatchObject(failing)
    const after = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    expect(keys).not.toContain(after)
    expect(authNeededCallback.asked.length).toBe(3)
  })

  it('error: bare: the other places’ sessions are ended all the same', async () => {
    const storage = memoryStorage()
    const [client, other] = [await open(), await open({ storage })]
    for (const one of [client, other]) await one.getSessionSigs({ ...actions, authNeededCallback: answer })
    stuck(page)
    await expect(disconnectWeb3()).rejects.toMatchObject(failing)
    expect(await storage.get('session-sigs:lit')).toBeUndefined()
  })

  it('error: one name that cannot be removed does not keep the others', async () => {
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    page.before = (_, name) => {
      if (name === 'lit-web3-provider' || name === 'lit-wallet-sig') throw notAllowed()
    }
    await expect(disconnectWeb3()).rejects.toMatchObject(failing)
    expect(page.getItem('lit-session-key')).toBeNull()
    expect(page.getItem('lit-sessions')).toBeNull()
  })

  it.each<[string, (storage: SessionStorage, client: LitNodeClient) => Promise<void>]>([
    ['the SessionStorage, which a client has open', (storage) => disconnectWeb3(storage)],
    ['that client', (_, client) => disconnectWeb3(client)],
    ['bare', () => disconnectWeb3()],
  ])('error: %s', async (_, end) => {
    const inner = memoryStorage()
    let isStuck = false
    const guarded = <A extends unknown[], R>(run: (...args: A) => R) => {
      return (...args: A): R => {
        if (isStuck) throw notAllowed()
        return run(...args)
      }
    }
    const storage: SessionStorage = { ...inner, set: guarded(inner.set), delete: guarded(inner.delete) }
    const client = await open({ storage })
    const authNeededCallback = countingCallback()
    const key = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
    isStuck = true
    await expect(end(storage, client)).rejects.toMatchObject(failing)
    expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).not.toBe(key)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('error: a SessionStorage that nobody here has open', async () => {
    const storage: SessionStorage = {
      ...memoryStorage(),
      delete: () => {
        throw notAllowed()
      },
    }
    await expect(disconnectWeb3(storage)).rejects.toMatchObject(failing)
  })
})
