/** How often a person is asked: once, whatever the app does. */
import type { Network } from '@session-sigs/app-nodes'
import { memoryStorage } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GetSessionSigsParams, LitNodeClient, LitNodeClientConfig } from '../src/index.ts'
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
  latch,
  minute,
  PageWallet,
  payloadOf,
  runActions,
  startNodes,
} from './app.ts'
import { givePage, TextStore } from './page.ts'

let network: Network
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNodes()
})
afterAll(() => network.close())
afterEach(async () => {
  vi.useRealTimers()
  for (const client of clients.splice(0)) {
    await client.signOut()
    await client.disconnect()
  }
  vi.unstubAllGlobals()
})

async function open(config: Partial<LitNodeClientConfig> = {}): Promise<LitNodeClient> {
  const client = await connect(network, config)
  clients.push(client)
  return client
}

const first: GetSessionSigsParams = { chain: 'ethereum', resources: ['litAction://*'] }
const action = { resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }
const forms: [string, GetSessionSigsParams][] = [
  ['first form', first],
  ['later form', { resourceAbilityRequests: [action] }],
]
const places: [string, () => Partial<LitNodeClientConfig>][] = [
  ['in Node, without a storage', () => ({})],
  [
    'in a page',
    () => {
      givePage()
      return {}
    },
  ],
  ['with storageProvider', () => ({ storageProvider: { provider: new TextStore() } })],
  ['with a storage of its own', () => ({ storage: memoryStorage() })],
]

describe.each(places)('%s', (_, place) => {
  describe.each(forms)('%s', (_, params) => {
    it('default: once for the documented flow, not at all for the next call, nor for the next forty', async () => {
      const client = await open(place())
      const authNeededCallback = countingCallback()
      const sigs = await client.getSessionSigs({ ...params, authNeededCallback })
      for (let i = 0; i < 41; i++) expect(keyIn(await client.getSessionSigs({ ...params, authNeededCallback }))).toBe(keyIn(sigs))
      expect(authNeededCallback.asked.length).toBe(1)
      expect(await runActions(network, sigs)).toEqual([200, 200])
    })

    it('behavior: once for 25 calls at the same time', async () => {
      const client = await open(place())
      const authNeededCallback = countingCallback()
      const all = await Promise.all(Array.from({ length: 25 }, () => client.getSessionSigs({ ...params, authNeededCallback })))
      expect(authNeededCallback.asked.length).toBe(1)
      expect(new Set(all.map(keyIn)).size).toBe(1)
    })

    it('behavior: once for 25 calls at the same time, each with a callback of its own', async () => {
      const client = await open(place())
      const callbacks = Array.from({ length: 25 }, () => countingCallback())
      await Promise.all(callbacks.map((authNeededCallback) => client.getSessionSigs({ ...params, authNeededCallback })))
      expect(callbacks.reduce((sum, { asked }) => sum + asked.length, 0)).toBe(1)
    })

    it('behavior: one refusal for 25 calls at the same time, and one question for the next', async () => {
      const client = await open(place())
      const refused = countingCallback(() => Promise.reject(Object.assign(new Error('no'), { code: 4001 })))
      const all = await Promise.allSettled(
        Array.from({ length: 25 }, () => client.getSessionSigs({ ...params, authNeededCallback: refused })),
      )
      expect(all.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'wallet-refused')).toBe(true)
      expect(refused.asked.length).toBe(1)
      const authNeededCallback = countingCallback()
      await client.getSessionSigs({ ...params, authNeededCallback })
      expect(authNeededCallback.asked.length).toBe(1)
    })
  })
})

describe('several clients', () => {
  it('default: over one local storage, one after the other: once, and one key', async () => {
    const store = givePage()
    const authNeededCallback = countingCallback()
    const keys: string[] = []
    for (let i = 0; i < 5; i++) keys.push(keyIn(await (await open()).getSessionSigs({ ...first, authNeededCallback })))
    expect(authNeededCallback.asked.length).toBe(1)
    expect(new Set(keys).size).toBe(1)
    expect(JSON.parse(store.getItem('lit-session-key') ?? '').publicKey).toBe(keys[0])
  })

  it('behavior: at the same time', async () => {
    givePage()
    const authNeededCallback = countingCallback()
    const all = await Promise.all(Array.from({ length: 5 }, () => open()))
    const sigs = await Promise.all(all.map((client) => client.getSessionSigs({ ...first, authNeededCallback })))
    expect(authNeededCallback.asked.length).toBe(1)
    expect(new Set(sigs.map(keyIn)).size).toBe(1)
  })

  it('behavior: at the same time over one storage that stands for it', async () => {
    const provider = new TextStore()
    const authNeededCallback = countingCallback()
    const all = await Promise.all(Array.from({ length: 5 }, () => open({ storageProvider: { provider } })))
    const sigs = await Promise.all(all.map((client) => client.getSessionSigs({ ...first, authNeededCallback })))
    expect(authNeededCallback.asked.length).toBe(1)
    expect(new Set(sigs.map(keyIn)).size).toBe(1)
  })

  it('behavior: at the same time over one SessionStorage', async () => {
    const storage = memoryStorage()
    const authNeededCallback = countingCallback()
    const all = await Promise.all(Array.from({ length: 5 }, () => open({ storage })))
    const sigs = await Promise.all(all.map((client) => client.getSessionSigs({ ...first, authNeededCallback })))
    expect(authNeededCallback.asked.length).toBe(1)
    expect(new Set(sigs.map(keyIn)).size).toBe(1)
  })

  it('behavior: a client that was there before the session takes it up', async () => {
    givePage()
    const [early, late] = [await open(), await open()]
    const authNeededCallback = countingCallback()
    await early.getSessionSigs({ ...first, authNeededCallback })
    const key = keyIn(await late.getSessionSigs({ ...first, authNeededCallback }))
    expect(authNeededCallback.asked.length).toBe(1)
    // And what the second one adds, the first has.
    await late.getSessionSigs({ resources: ['litPKP://1'], authNeededCallback })
    expect(keyIn(await early.getSessionSigs({ resources: ['litPKP://1'], authNeededCallback }))).toBe(key)
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: without a storage each has a session of its own', async () => {
    const authNeededCallback = countingCallback()
    const [one, other] = [await open(), await open()]
    const keys = [
      keyIn(await one.getSessionSigs({ ...first, authNeededCallback })),
      keyIn(await other.getSessionSigs({ ...first, authNeededCallback })),
    ]
    expect([authNeededCallback.asked.length, new Set(keys).size]).toEqual([2, 2])
  })
})

describe('when what there is does not do', () => {
  it('behavior: more is asked for once, for the same key, and both go along where both are needed', async () => {
    const client = await open()
    const authNeededCallback = countingCallback()
    const before = await client.getSessionSigs({ resources: ['litAction://*'], authNeededCallback })
    const after = await client.getSessionSigs({ resources: ['litPKP://1'], authNeededCallback })
    expect(authNeededCallback.asked.map(({ resources }) => resources)).toEqual([['litActionCapability://*'], ['litPKPCapability://1']])
    expect(keyIn(after)).toBe(keyIn(before))
    const both = await client.getSessionSigs({ resources: ['litPKP://1', 'litAction://Qm1'], authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(2)
    expect(payloadOf(both).capabilities.length).toBe(2)
    expect(await runActions(network, await client.getSessionSigs({ resources: ['litPKP://1', 'litAction://*'] }))).toEqual([200, 200])
  })

  it('behavior: what one form was granted does not do for the other', async () => {
    const client = await open()
    const authNeededCallback = countingCallback()
    for (const [, params] of [...forms, ...forms]) await client.getSessionSigs({ ...params, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(2)
  })

  it('behavior: it is asked for again when it has ended, for a new key', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    givePage()
    const client = await open()
    const authNeededCallback = countingCallback()
    const before = await client.getSessionSigs({ ...first, authNeededCallback })
    vi.setSystemTime(Date.now() + day - minute)
    await client.getSessionSigs({ ...first, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
    vi.setSystemTime(Date.now() + 2 * minute)
    const after = await client.getSessionSigs({ ...first, authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(2)
    expect(keyIn(after)).not.toBe(keyIn(before))
    expect(await runActions(network, after)).toEqual([200, 200])
  })

  it('behavior: calls for different things at the same time ask one after the other', async () => {
    const client = await open()
    let asking = 0
    let most = 0
    const authNeededCallback = countingCallback(async (params) => {
      most = Math.max(most, ++asking)
      const authSig = await answer(params)
      asking -= 1
      return authSig
    })
    await Promise.all([1, 2, 3].map((id) => client.getSessionSigs({ resources: [`litAction://${id}`], authNeededCallback })))
    expect([most, authNeededCallback.asked.length]).toEqual([1, 3])
  })

  it('behavior: a call that comes while the wallet is asked waits for the answer', async () => {
    const client = await open()
    const person = latch()
    const asked = latch()
    const authNeededCallback = countingCallback(async (params) => {
      asked.release()
      await person.promise
      return answer(params)
    })
    const early = client.getSessionSigs({ ...first, authNeededCallback })
    await asked.promise
    const late = client.getSessionSigs({ resources: ['litAction://Qm1'], authNeededCallback })
    person.release()
    expect(keyIn(await late)).toBe(keyIn(await early))
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it('behavior: a wallet that does not answer is not waited for where nobody has to be asked', async () => {
    givePage()
    await (await open()).getSessionSigs({ ...first, authNeededCallback: answer })
    const asked: string[] = []
    const request = ({ method }: { method: string }): Promise<unknown> => {
      asked.push(method)
      return new Promise(() => undefined)
    }
    const client = await open({ provider: { request, on: () => undefined, removeListener: () => undefined }, domain })
    const call = client.getSessionSigs(first).then(keyIn)
    expect(await Promise.race([call, new Promise((resolve) => setTimeout(resolve, 5000, 'nothing'))])).toMatch(/^[0-9a-f]{64}$/)
    expect(asked).not.toContain('personal_sign')
  })

  it('error: a callback that signs for another chain than the session is told so', async () => {
    const client = await open()
    const authNeededCallback = countingCallback((params) => answer(params, { chainId: params.chain === 'polygon' ? 137 : 1 }))
    await client.getSessionSigs({ chain: 'ethereum', resources: ['litPKP://*'], authNeededCallback })
    const elsewhere = { chain: 'polygon', resources: ['litAction://*'], authNeededCallback }
    await expect(client.getSessionSigs(elsewhere)).rejects.toMatchObject({ code: 'account-mismatch' })
    await client.signOut()
    expect(delegationIn(await client.getSessionSigs(elsewhere)).chainId).toBe(137)
  })

  it('error: a callback that signs by another account is told so, and the session there is stays as it was', async () => {
    const client = await open()
    const before = await client.getSessionSigs({ ...first, authNeededCallback: answer })
    const authNeededCallback = countingCallback((params) => answer(params, {}, bob))
    const more = { resources: ['litPKP://*'], authNeededCallback }
    await expect(client.getSessionSigs(more)).rejects.toMatchObject({ code: 'account-mismatch' })
    expect(keyIn(await client.getSessionSigs({ ...first, authNeededCallback }))).toBe(keyIn(before))
    expect(authNeededCallback.asked.length).toBe(1)
    // As Lit's documentation says: sign out before somebody else signs in.
    await client.signOut()
    expect(delegationIn(await client.getSessionSigs(more)).address).toBe(bob.address)
  })

  it('behavior: a wallet that is switched to an account without a session is asked, and back on the first nobody is', async () => {
    givePage()
    const wallet = new PageWallet()
    const client = await open({ provider: wallet, domain })
    const alices = keyIn(await client.getSessionSigs(first))
    wallet.switchTo(bob)
    const of = (): Promise<string> => client.getSessionSigs(first).then((sigs) => delegationIn(sigs).address)
    await expect.poll(of).toBe(bob.address)
    const asked = wallet.signed.length
    expect(asked).toBe(2)
    wallet.switchTo(alice)
    await expect.poll(() => client.getSessionSigs(first).then(keyIn)).toBe(alices)
    expect(wallet.signed.length).toBe(asked)
  })
})
