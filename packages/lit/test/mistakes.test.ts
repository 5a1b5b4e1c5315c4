/**
 * Mistakes of the client whose API this is, each with a test that fails if ours makes it. One of them is kept on purpose: that the key lies in local storage is what this API is documented
 * to do, and `storage` is for who wants it otherwise.
 */
import type { Network } from '@session-sigs/app-nodes'
import { memoryStorage } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  disconnectWeb3,
  type GetSessionSigsParams,
  generateSessionKeyPair,
  type LitNodeClient,
  type LitNodeClientConfig,
} from '../src/index.ts'
import {
  alice,
  answer,
  bob,
  connect,
  countingCallback,
  day,
  delegationIn,
  domain,
  keyIn,
  lifeOf,
  minute,
  PageWallet,
  runActions,
  startNodes,
} from './app.ts'
import { givePage, type TextStore } from './page.ts'

let network: Network
let page: TextStore
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
beforeEach(() => {
  page = givePage()
})
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

const first: GetSessionSigsParams = { chain: 'ethereum', resources: ['litAction://*'] }
const later: GetSessionSigsParams = {
  chain: 'ethereum',
  resourceAbilityRequests: [{ resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }],
}
const forms: [string, GetSessionSigsParams][] = [
  ['first form', first],
  ['later form', later],
]

describe.each(forms)('%s', (_, params) => {
  it('1: no second prompt within one call, and none in the next', async () => {
    const client = await open()
    const authNeededCallback = countingCallback()
    await client.getSessionSigs({ ...params, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
    await client.getSessionSigs({ ...params, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it('3: a stored signature is not used for another key', async () => {
    const client = await open()
    await client.getSessionSigs({ ...params, authNeededCallback: answer })
    const sessionKey = await generateSessionKeyPair()
    const authNeededCallback = countingCallback()
    const sigs = await client.getSessionSigs({ ...params, authNeededCallback, sessionKey })
    expect(delegationIn(sigs).uri).toBe(`lit:session:${sessionKey.publicKey}`)
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it('5: the answer to a second question is looked at as the first was', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const client = await open()
    await client.getSessionSigs({ ...params, authNeededCallback: answer })
    vi.setSystemTime(Date.now() + day + minute)
    const ofAnother = countingCallback((asked) => answer(asked, { uri: `lit:session:${'ab'.repeat(32)}` }))
    await expect(client.getSessionSigs({ ...params, authNeededCallback: ofAnother })).rejects.toMatchObject({
      code: 'delegation-key-mismatch',
    })
    expect(ofAnother.asked.length).toBe(1)
  })

  it('6: parallel calls open one prompt', async () => {
    const client = await open()
    const authNeededCallback = countingCallback()
    const all = await Promise.all(Array.from({ length: 25 }, () => client.getSessionSigs({ ...params, authNeededCallback })))
    expect(authNeededCallback.asked.length).toBe(1)
    expect(new Set(all.map(keyIn)).size).toBe(1)
  })

  it('7: log-out leaves no secret key behind', async () => {
    const client = await open()
    await client.getSessionSigs({ ...params, authNeededCallback: answer })
    const { secretKey } = JSON.parse(page.getItem('lit-session-key') ?? '')
    expect(page.dump()).toContain(secretKey)
    await disconnectWeb3()
    expect(page.all()).toEqual({})
  })

  it.each(['lit-session-key', 'lit-wallet-sig', 'lit-sessions'])(
    '8: a corrupt %s is asked anew, once, and is no error for ever',
    async (name) => {
      const client = await open()
      const authNeededCallback = countingCallback()
      await client.getSessionSigs({ ...params, authNeededCallback })
      expect(page.getItem(name)).not.toBeNull()
      for (const nonsense of ['{', 'null', '[object Object]']) {
        page.setItem(name, nonsense)
        // In the page that had it in memory, and in one that has just been opened.
        for (const visitor of [client, await open()]) {
          const asked = authNeededCallback.asked.length
          expect(await runActions(network, await visitor.getSessionSigs({ ...params, authNeededCallback }))).toEqual([200])
          expect(authNeededCallback.asked.length).toBeLessThanOrEqual(asked + 1)
        }
      }
    },
  )

  it('11: no time has to pass before the wallet is called', async () => {
    const wallet = new PageWallet()
    const client = await open({ provider: wallet, domain })
    // Nothing that waits for a timer gets on.
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate'] })
    await client.getSessionSigs(params)
    expect(wallet.called).toContain('personal_sign')
    const authNeededCallback = countingCallback()
    await client.getSessionSigs({ ...params, authNeededCallback, sessionKey: generateSessionKeyPair() })
    expect(authNeededCallback.asked.length).toBe(1)
  })
})

it('2: no single slot: each account, and each account on another chain, has a session of its own', async () => {
  const wallet = new PageWallet()
  const client = await open({ provider: wallet, domain })
  const accounts: [typeof alice, number][] = [
    [alice, 1],
    [alice, 137],
    [bob, 1],
  ]
  const go = async ([account, chainId]: [typeof alice, number], resource: string) => {
    Object.assign(wallet, { account, chainId })
    return client.getSessionSigs({ resources: [resource] })
  }
  const keys = new Map<string, string>()
  for (const [i, who] of accounts.entries()) {
    const sigs = await go(who, `litAction://${i}`)
    expect(delegationIn(sigs)).toMatchObject({ address: who[0].address, chainId: who[1] })
    keys.set(String(i), keyIn(sigs))
  }
  expect([wallet.signed.length, new Set(keys.values()).size]).toEqual([3, 3])
  for (const [i, who] of accounts.entries()) expect(keyIn(await go(who, `litAction://${i}`))).toBe(keys.get(String(i)))
  expect(wallet.signed.length).toBe(3)
})

it('3: a stored signature is not used beyond its scope', async () => {
  const client = await open()
  const authNeededCallback = countingCallback()
  for (const resource of ['litAction://Qm1', 'litAction://Qm2', 'litPKP://1', 'litAction://*'])
    await client.getSessionSigs({ resources: [resource], authNeededCallback })
  expect(authNeededCallback.asked.length).toBe(4)
})

it('3: nor refused while it is good', async () => {
  const client = await open()
  const authNeededCallback = countingCallback()
  await client.getSessionSigs({ resources: ['litAction://*', 'litPKP://*'], authNeededCallback })
  for (const resource of ['litAction://Qm1', 'litPKP://1', 'litAction://*'])
    await client.getSessionSigs({ resources: [resource], authNeededCallback })
  expect(authNeededCallback.asked.length).toBe(1)
})

it.each([
  ['no statement', { statement: undefined }],
  ['a statement', { statement: 'Hello.' }],
  ['a statement that looks like an end', { statement: 'Expiration Time: 2099-01-01T00:00:00.000Z' }],
  ['a request id', { statement: undefined, requestId: 'Expiration' }],
])('4: the end is read as the field it is: with %s', async (_, changes) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const authNeededCallback = countingCallback((params) => answer(params, changes))
  const client = await open()
  const params = { ...first, authNeededCallback, expiration: new Date(Date.now() + 10 * minute).toISOString() }
  await client.getSessionSigs(params)
  vi.setSystemTime(Date.now() + 9 * minute)
  await client.getSessionSigs({ ...first, authNeededCallback })
  expect(authNeededCallback.asked.length).toBe(1)
  vi.setSystemTime(Date.now() + 2 * minute)
  // Also for who comes back later.
  for (const visitor of [await open(), client]) await visitor.getSessionSigs({ ...first, authNeededCallback })
  expect(authNeededCallback.asked.length).toBe(2)
})

it('9: session signatures of the later form live five minutes, too, unless the app says how long', async () => {
  const client = await open()
  expect(lifeOf(await client.getSessionSigs({ ...later, authNeededCallback: answer }))).toBe(5 * minute)
  const expiration = new Date(Date.now() + 60 * minute).toISOString()
  expect(lifeOf(await client.getSessionSigs({ ...later, expiration }))).toBeGreaterThan(50 * minute)
})

it('10, which is documented: the key lies in local storage, and with another storage it does not', async () => {
  await (await open()).getSessionSigs({ ...first, authNeededCallback: answer })
  expect(JSON.parse(page.getItem('lit-session-key') ?? '').secretKey).toMatch(/^[0-9a-f]{128}$/)
  await disconnectWeb3()
  const storage = memoryStorage()
  await (await open({ storage })).getSessionSigs({ ...first, authNeededCallback: answer })
  expect(page.all()).toEqual({})
  const record = await storage.get('session-sigs:lit')
  expect(Object.values(record?.sessions ?? {}).map(({ key }) => key.type)).toEqual(['handle'])
})
