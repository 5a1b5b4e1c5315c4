/** Where the session is kept: names, formats, and what happens when a storage or an app does something to them. */
import type { Network } from '@session-sigs/app-nodes'
import { testStorage } from '@session-sigs/conformance'
import { memoryStorage, type SessionStorage } from '@session-sigs/core'
import { webStorage } from '@session-sigs/storage-web'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { litArea } from '../src/area.ts'
import { generateSessionKeyPair, type LitNodeClient, type LitNodeClientConfig, type SessionKeyPair } from '../src/index.ts'
import {
  alice,
  answer,
  bob,
  connect,
  countingCallback,
  delegationIn,
  domain,
  keyIn,
  PageWallet,
  payloadOf,
  runActions,
  startNodes,
} from './app.ts'
import { givePage, notAllowed, quotaExceeded, TextStore } from './page.ts'

let network: Network
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
afterEach(async () => {
  vi.useRealTimers()
  for (const client of clients.splice(0)) await client.disconnect()
  vi.unstubAllGlobals()
})

async function open(config: Partial<LitNodeClientConfig> = {}): Promise<LitNodeClient> {
  const client = await connect(network, config)
  clients.push(client)
  return client
}

const actions = { chain: 'ethereum', resources: ['litAction://*'] }
const pkps = { chain: 'ethereum', resources: ['litPKP://*'] }
const pairIn = (store: TextStore): SessionKeyPair => JSON.parse(store.getItem('lit-session-key') ?? 'null')
const occurrences = (text: string, part: string): number => text.split(part).length - 1

/** How often somebody is asked by a page that is opened over a storage. */
async function asksOver(store: TextStore, params: object = actions): Promise<number> {
  const client = await open({ storageProvider: { provider: new TextStore(store.all()) } })
  const authNeededCallback = countingCallback()
  await client.getSessionSigs({ ...params, authNeededCallback })
  return authNeededCallback.asked.length
}

describe('webStorage over these names', () => {
  const storeOf = new WeakMap<SessionStorage, TextStore>()
  const over = (store: TextStore): SessionStorage => {
    const storage = webStorage(litArea(store))
    storeOf.set(storage, store)
    return storage
  }
  testStorage(it, {
    create: () => over(new TextStore()),
    reopen: (storage) => over(storeOf.get(storage) ?? expect.fail('a storage of another test')),
  })
})

describe('what is kept', () => {
  it('default: the pair and the newest AuthSig under the names that Lit apps know, in their formats', async () => {
    const store = givePage()
    const sigs = await (await open()).getSessionSigs({ ...actions, authNeededCallback: answer })
    expect(Object.keys(store.all()).sort()).toEqual(['lit-session-key', 'lit-sessions', 'lit-wallet-sig'])
    const pair = pairIn(store)
    expect(Object.keys(pair)).toEqual(['publicKey', 'secretKey'])
    expect(pair.publicKey).toBe(keyIn(sigs))
    expect(pair.secretKey).toMatch(new RegExp(`^[0-9a-f]{64}${pair.publicKey}$`))
    expect(store.getItem('lit-wallet-sig')).toBe(JSON.stringify(payloadOf(sigs).capabilities[0]))
  })

  it('behavior: the pair is one that signs: an app can take it out, and bring it', async () => {
    const store = givePage()
    const client = await open()
    const sigs = await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    const authNeededCallback = countingCallback()
    const own = await client.getSessionSigs({ ...actions, authNeededCallback, sessionKey: store.getItem('lit-session-key') ?? '' })
    expect(keyIn(own)).toBe(keyIn(sigs))
    expect(await runActions(network, own)).toEqual([200])
  })

  it('behavior: of several AuthSigs the newest, and the others are not lost', async () => {
    const store = givePage()
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    const newest = await client.getSessionSigs({ ...pkps, authNeededCallback: answer })
    expect(store.getItem('lit-wallet-sig')).toBe(JSON.stringify(payloadOf(newest).capabilities[0]))
    expect(await asksOver(store, { resources: ['litPKP://1', 'litAction://1'] })).toBe(0)
  })

  it('behavior: a key that the app brought is not stored, nor what was delegated to it', async () => {
    const store = givePage()
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer, sessionKey: generateSessionKeyPair() })
    expect(store.all()).toEqual({})
  })

  it('behavior: nothing before there is a session, and nothing for a question that was refused', async () => {
    const store = givePage()
    const client = await open()
    expect(store.all()).toEqual({})
    await expect(client.getSessionSigs({ authNeededCallback: () => Promise.reject(new Error('no')) })).rejects.toThrow()
    expect(store.all()).toEqual({})
  })

  it('behavior: what else the site keeps is left alone', async () => {
    const store = givePage(new TextStore({ mine: '1', 'lit-session-key-2': '2', 'session-sigs': '3' }))
    const client = await open()
    await client.getSessionSigs({ ...actions, authNeededCallback: answer })
    expect(store.all()).toMatchObject({ mine: '1', 'lit-session-key-2': '2', 'session-sigs': '3' })
  })

  it('behavior: two accounts’ sessions lie side by side, the current one under the known names, each seed in one place', async () => {
    const store = givePage()
    const wallet = new PageWallet()
    const client = await open({ provider: wallet, domain })
    const keys = new Map<string, SessionKeyPair>()
    for (const account of [alice, bob]) {
      wallet.switchTo(account)
      await expect.poll(() => client.getSessionSigs(actions).then((sigs) => delegationIn(sigs).address)).toBe(account.address)
      keys.set(account.address, pairIn(store))
      expect(JSON.parse(store.getItem('lit-wallet-sig') ?? '').address).toBe(account.address)
    }
    expect(wallet.signed.length).toBe(2)
    const seeds = [...keys.values()].map(({ secretKey }) => secretKey.slice(0, 64))
    expect(new Set(seeds).size).toBe(2)
    for (const current of [bob, alice, bob]) {
      wallet.switchTo(current)
      await expect.poll(() => pairIn(store).publicKey).toBe(keys.get(current.address)?.publicKey)
      expect(keyIn(await client.getSessionSigs(actions))).toBe(keys.get(current.address)?.publicKey)
      expect(JSON.parse(store.getItem('lit-wallet-sig') ?? '').address).toBe(current.address)
      for (const seed of seeds) expect(occurrences(store.dump(), seed)).toBe(1)
    }
    expect(wallet.signed.length).toBe(2)
    expect(await asksOver(store)).toBe(0)
  })

  it('behavior: the account of the wallet that has no session has nobody else’s under the known names', async () => {
    const store = givePage()
    const wallet = new PageWallet()
    const client = await open({ provider: wallet, domain })
    const before = keyIn(await client.getSessionSigs(actions))
    const { secretKey } = pairIn(store)
    wallet.switchTo(bob)
    await expect.poll(() => store.getItem('lit-session-key')).toBeNull()
    expect(store.getItem('lit-wallet-sig')).toBeNull()
    expect(occurrences(store.dump(), secretKey.slice(0, 64))).toBe(1)
    wallet.switchTo(alice)
    await expect.poll(() => pairIn(store)?.publicKey).toBe(before)
  })
})

describe('other places', () => {
  it('default: storageProvider stands for local storage, which is left alone', async () => {
    const page = givePage()
    const provider = new TextStore()
    await (await open({ storageProvider: { provider } })).getSessionSigs({ ...actions, authNeededCallback: answer })
    expect(Object.keys(provider.all()).sort()).toEqual(['lit-session-key', 'lit-sessions', 'lit-wallet-sig'])
    expect(page.all()).toEqual({})
  })

  it('behavior: storage, whichever it is, keeps local storage untouched, read or written', async () => {
    const page = givePage()
    const touched: string[] = []
    page.before = (...args) => void touched.push(args.join(' '))
    vi.spyOn(page, 'getItem').mockImplementation((name) => {
      touched.push(`getItem ${name}`)
      return null
    })
    const place = new TextStore()
    for (const storage of [memoryStorage(), webStorage(place)]) {
      const client = await open({ storage })
      await client.getSessionSigs({ ...actions, authNeededCallback: answer })
      await client.getSessionSigs({ ...actions, authNeededCallback: answer })
      expect((await storage.get('session-sigs:lit'))?.current).toBe(`1:${alice.address}`)
      await client.signOut()
    }
    expect(touched).toEqual([])
    expect(place.all()).toEqual({})
  })

  it.each<[string, () => void]>([
    ['there is none', () => vi.stubGlobal('localStorage', undefined)],
    [
      'the page may not use it',
      () => {
        vi.stubGlobal('localStorage', undefined)
        Object.defineProperty(globalThis, 'localStorage', {
          configurable: true,
          get: () => {
            throw notAllowed()
          },
        })
      },
    ],
    [
      'it cannot be read',
      () => {
        vi.spyOn(givePage(), 'getItem').mockImplementation(() => {
          throw notAllowed()
        })
      },
    ],
  ])('behavior: where %s, the session lives as long as the client', async (_, stub) => {
    stub()
    const client = await open()
    const authNeededCallback = countingCallback()
    const sigs = await client.getSessionSigs({ ...actions, authNeededCallback })
    expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).toBe(keyIn(sigs))
    expect(authNeededCallback.asked.length).toBe(1)
    expect(await runActions(network, sigs)).toEqual([200])
  })
})

describe('a storage that is full', () => {
  const full: [string, (n: number) => TextStore['before']][] = [
    [
      'at one write',
      (n) => {
        let writes = 0
        return (operation) => {
          if (operation === 'setItem' && ++writes === n) throw quotaExceeded()
        }
      },
    ],
    [
      'from one write on',
      (n) => {
        let writes = 0
        return (operation) => {
          if (operation === 'setItem' && ++writes >= n) throw quotaExceeded()
        }
      },
    ],
  ]
  const writes = [1, 2, 3, 4, 5, 6, 7]

  describe.each(full)('%s', (_, failAt) => {
    it.each(writes)('behavior: at the first session (write %i), the call answers and nothing is half-written', async (n) => {
      const store = givePage()
      const client = await open()
      store.before = failAt(n)
      const authNeededCallback = countingCallback()
      const sigs = await client.getSessionSigs({ ...actions, authNeededCallback })
      expect(await runActions(network, sigs)).toEqual([200])
      // The page goes on with what the person has signed.
      expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).toBe(keyIn(sigs))
      expect(authNeededCallback.asked.length).toBe(1)
      const names = Object.keys(store.all()).sort()
      expect([[], ['lit-session-key', 'lit-sessions', 'lit-wallet-sig']]).toContainEqual(names)
      expect(await asksOver(store)).toBe(names.length === 0 ? 1 : 0)
    })

    it.each(writes)('behavior: where more is granted (write %i), what was granted before is still there', async (n) => {
      const store = givePage()
      const client = await open()
      const key = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback: answer }))
      store.before = failAt(n)
      const more = await client.getSessionSigs({ ...pkps, authNeededCallback: answer })
      expect(keyIn(more)).toBe(key)
      expect(keyIn(await client.getSessionSigs({ resources: ['litPKP://1', 'litAction://1'] }))).toBe(key)
      expect(await asksOver(store)).toBe(0)
      expect(pairIn(store).publicKey).toBe(key)
    })

    it.each(writes)('behavior: where another account signs in (write %i), the first one’s session is still there', async (n) => {
      const store = givePage()
      const wallet = new PageWallet()
      const client = await open({ provider: wallet, domain })
      const key = keyIn(await client.getSessionSigs(actions))
      const { secretKey } = pairIn(store)
      await client.disconnect()
      // In another visit, so that nothing of the first is in memory.
      const other = new PageWallet(bob)
      const next = await open({ provider: other, domain })
      // Bob is asked because the session that is there is not for this.
      store.before = failAt(n)
      const sigs = await next.getSessionSigs(pkps)
      expect(delegationIn(sigs).address).toBe(bob.address)
      expect(occurrences(store.dump(), secretKey.slice(0, 64))).toBeGreaterThan(0)
      store.before = () => undefined
      const back = await open({ provider: new PageWallet(alice), domain, storageProvider: { provider: new TextStore(store.all()) } })
      const again = await back.getSessionSigs({ ...actions, chain: 'ethereum' })
      expect([keyIn(again), delegationIn(again).address]).toEqual([key, alice.address])
    })
  })

  it('behavior: whatever room there is, all of a session is kept, or what was there before', async () => {
    const store = givePage()
    const before = await open()
    await before.getSessionSigs({ ...actions, authNeededCallback: answer })
    const small = store.all()
    await before.getSessionSigs({ ...pkps, authNeededCallback: answer })
    const large = store.all()
    const sizeOf = (texts: Record<string, string>): number => Object.entries(texts).flat().join('').length
    const outcomes = new Set<number>()
    for (let capacity = sizeOf(small); capacity <= sizeOf(large) + 40; capacity += 29) {
      const provider = new TextStore(small)
      provider.capacity = capacity
      const client = await open({ storageProvider: { provider } })
      await client.getSessionSigs({ ...pkps, authNeededCallback: answer })
      expect(await asksOver(provider), `${capacity} characters`).toBe(0)
      outcomes.add(await asksOver(provider, pkps))
    }
    expect(outcomes).toEqual(new Set([0, 1]))
  })
})

/** What apps do to what lies in their local storage, as they did with Lit's own client. */
describe('an app that changes what is there by hand', () => {
  const places: [string, (store: TextStore) => Partial<LitNodeClientConfig>][] = [
    [
      'local storage',
      (store) => {
        givePage(store)
        return {}
      },
    ],
    ['storageProvider', (provider) => ({ storageProvider: { provider } })],
  ]

  describe.each(places)('%s', (_, place) => {
    it.each([
      ['lit-session-key', false],
      ['lit-wallet-sig', true],
      ['lit-sessions', false],
    ])('behavior: %s removed: the live client asks again', async (name, isSameKey) => {
      const store = new TextStore()
      const client = await open(place(store))
      const authNeededCallback = countingCallback()
      const key = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
      store.removeItem(name)
      const isLeftByOld = name === 'lit-sessions'
      const after = await client.getSessionSigs({ ...actions, authNeededCallback })
      // The pair and its AuthSig alone are what Lit's own client leaves.
      expect(authNeededCallback.asked.length).toBe(isLeftByOld ? 1 : 2)
      expect(keyIn(after) === key).toBe(isSameKey || isLeftByOld)
      expect(await runActions(network, after)).toEqual([200])
      expect(await asksOver(store)).toBe(0)
    })

    it('behavior: both removed, as a log-out of the app’s own: the key is not used any more', async () => {
      const store = new TextStore()
      const client = await open(place(store))
      const authNeededCallback = countingCallback()
      const key = keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))
      store.removeItem('lit-session-key')
      store.removeItem('lit-wallet-sig')
      expect(keyIn(await client.getSessionSigs({ ...actions, authNeededCallback }))).not.toBe(key)
      expect(authNeededCallback.asked.length).toBe(2)
    })

    it('behavior: another pair put in its place: that one is asked for', async () => {
      const store = new TextStore()
      const client = await open(place(store))
      const authNeededCallback = countingCallback()
      await client.getSessionSigs({ ...actions, authNeededCallback })
      const pair = await generateSessionKeyPair()
      store.setItem('lit-session-key', JSON.stringify(pair))
      const after = await client.getSessionSigs({ ...actions, authNeededCallback })
      expect([keyIn(after), authNeededCallback.asked.length]).toEqual([pair.publicKey, 2])
      expect(pairIn(store)).toEqual(pair)
    })

    it('behavior: another AuthSig put in its place: it is not taken for this key’s', async () => {
      const store = new TextStore()
      const client = await open(place(store))
      const authNeededCallback = countingCallback()
      await client.getSessionSigs({ ...actions, authNeededCallback })
      const foreign = await answer({
        chain: 'ethereum',
        resources: ['litActionCapability://*', 'litPKPCapability://*'],
        uri: `lit:session:${'ab'.repeat(32)}`,
        expiration: '2099-01-01T00:00:00.000Z',
      })
      store.setItem('lit-wallet-sig', JSON.stringify(foreign))
      const after = await client.getSessionSigs({ ...actions, authNeededCallback })
      expect(authNeededCallback.asked.length).toBe(2)
      expect(payloadOf(after).capabilities).not.toContainEqual(foreign)
      expect(await runActions(network, after)).toEqual([200])
    })
  })
})
