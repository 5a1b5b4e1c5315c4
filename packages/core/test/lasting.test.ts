/** A session's life: it ends, is renewed, grows, is prepared, follows the wallet, and learns what time it is. */
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isSessionError, SessionError } from '../src/errors.ts'
import type { SessionSig } from '../src/issue.ts'
import type { SessionSigsRequest } from '../src/request.ts'
import type { AuthCallbackParams } from '../src/scope.ts'
import { createSessionClient } from '../src/session.ts'
import type { SessionClientOptions } from '../src/session-client.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import type { SessionState } from '../src/state.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { inspectSessionSig, verifySessionSig } from '../src/verify.ts'
import { alice, authSigFor, bob, type CountingSigner, countingSigner, domain, nodes, refusal } from './wallet.ts'

const [node = ''] = nodes
const recordId = 'session-sigs:lit'
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const resources = ['litAction://a'] as const

async function code(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  )
  return error instanceof SessionError ? error.code : String(error)
}

function clientWith(options: Partial<SessionClientOptions> = {}) {
  const signer = countingSigner()
  return { signer, client: createSessionClient({ nodes, domain, signer, ...options }) }
}

/** What a server says to a signature, as a node of `apps/nodes` would send it. */
async function judge(sigs: Record<string, SessionSig>, now: Date, resource = 'litAction://a'): Promise<string> {
  const report = await inspectSessionSig(sigs[node], { audience: node, domains: [domain], resource, now })
  const failed = report.checks.find(({ status }) => status === 'failed')
  if (failed) throw Object.assign(new Error(failed.hint), { code: failed.code, time: now.toISOString() })
  return 'accepted'
}

/** A storage that outlives the page: each page has its own object over the same place. */
function lastingStorage(place: SessionStorage = memoryStorage()): SessionStorage {
  const { lasts: _, ...storage } = place
  return storage
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the end of a session', () => {
  it('is noticed while somebody looks: a warning first, then the change', async () => {
    vi.useFakeTimers()
    const { client } = clientWith({ warnSeconds: 600 })
    const seen: SessionState[] = []
    const end = client.subscribe((state) => seen.push(state))
    await client.signIn({ expiration: new Date(Date.now() + hour).toISOString() })
    vi.advanceTimersByTime(49 * minute)
    expect(seen.at(-1)).toMatchObject({ status: 'signed-in', endsSoon: false })
    vi.advanceTimersByTime(minute)
    expect(seen.at(-1)).toMatchObject({ status: 'signed-in', endsSoon: true })
    vi.advanceTimersByTime(10 * minute)
    expect(seen.at(-1)).toEqual({ status: 'signed-out', reason: 'expired' })
    expect(seen.length).toBe(4)
    end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is noticed beyond what a timer of the platform can wait for', async () => {
    vi.useFakeTimers()
    const { client } = clientWith()
    const seen: SessionState[] = []
    const end = client.subscribe((state) => seen.push(state))
    await client.signIn({ expiration: new Date(Date.now() + 29 * day).toISOString() })
    vi.advanceTimersByTime(29 * day - 1)
    expect(seen.at(-1)).toMatchObject({ status: 'signed-in', endsSoon: true })
    vi.advanceTimersByTime(1)
    expect(seen.at(-1)).toEqual({ status: 'signed-out', reason: 'expired' })
    end()
  })

  it('needs no timer: what is read and what is signed looks at the clock', async () => {
    let time = Date.now()
    const { client, signer } = clientWith({ now: () => new Date(time) })
    await client.signIn()
    time += day
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'expired' })
    await client.getSessionSigs()
    expect(signer.signed.length).toBe(2)
  })

  it('subscribing twice and leaving twice leaves nothing behind', async () => {
    vi.useFakeTimers()
    const { client } = clientWith()
    await client.signIn()
    const before = vi.getTimerCount()
    const [one, other] = [client.subscribe(() => undefined), client.subscribe(() => undefined)]
    one()
    one()
    expect(vi.getTimerCount()).toBe(before + 1)
    other()
    expect(vi.getTimerCount()).toBe(before)
  })
})

describe('renew', () => {
  it('gives a fresh key, and the old one goes on until then', async () => {
    const wallet = countingSigner()
    let answer: () => void = () => undefined
    let isHeld = false
    const signMessage = async (...args: Parameters<CountingSigner['signMessage']>) => {
      if (isHeld) await new Promise<void>((resolve) => (answer = resolve))
      return wallet.signMessage(...args)
    }
    const { client } = clientWith({ signer: { ...wallet, signMessage } })
    const first = await client.getSessionSigs({ resources })
    isHeld = true
    const [renewing, same] = [client.renew(), client.renew()]
    await vi.waitFor(() => expect(answer.name).not.toBe('answer'))
    const meanwhile = await client.getSessionSigs({ resources })
    expect(meanwhile[node]?.address).toBe(first[node]?.address)
    answer()
    const state = await renewing
    expect(await same).toBe(state)
    const after = await client.getSessionSigs({ resources })
    expect(after[node]?.address).not.toBe(first[node]?.address)
    expect(state).toMatchObject({ sessionKey: after[node]?.address, capabilities: ['litActionCapability://a'] })
    await verifySessionSig(after[node], { audience: node, domains: [domain], resource: 'litAction://a' })
    expect(wallet.signed.length).toBe(2)
  })

  it('asks once for all that was granted, in both forms', async () => {
    const { client, signer } = clientWith()
    const requests = [{ resource: { resource: '7', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }]
    const more = [{ resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }]
    await client.signIn({ resources: ['litAction://a', 'litRLI://1'] })
    await client.signIn({ resourceAbilityRequests: requests })
    await client.signIn({ resourceAbilityRequests: more })
    await client.renew({ expiration: new Date(Date.now() + 2 * hour).toISOString() })
    expect(signer.signed.length).toBe(4)
    const first = await client.getSessionSigs({ resources: ['litAction://a', 'litRLI://1'] })
    const second = await client.getSessionSigs({ resourceAbilityRequests: [...requests, ...more] })
    expect(signer.signed.length).toBe(4)
    const options = { audience: node, domains: [domain] }
    await verifySessionSig(first[node], { ...options, resource: 'litRLI://1' })
    await verifySessionSig(second[node], { ...options, resource: 'lit-pkp://7', ability: 'pkp-signing' })
    await verifySessionSig(second[node], { ...options, resource: 'lit-litaction://x', ability: 'lit-action-execution' })
  })

  it('asks a callback, and tells it the statement that it needs', async () => {
    const client = createSessionClient({ nodes, domain })
    const authNeededCallback = vi.fn((params: AuthCallbackParams) => authSigFor(params))
    const request = { resource: { resource: '7', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }
    await client.signIn({ resourceAbilityRequests: [request], authNeededCallback })
    await client.renew({ authNeededCallback })
    expect(authNeededCallback.mock.calls[1]?.[0]).toMatchObject({ resources: [expect.stringMatching(/^urn:recap:/)], domain })
    expect(client.get().status).toBe('signed-in')
  })

  it('that is refused leaves everything as it was', async () => {
    const { client } = clientWith()
    await client.signIn({ authNeededCallback: authSigFor })
    const before = client.get()
    expect(await code(client.renew({ authNeededCallback: () => Promise.reject(refusal()) }))).toBe('wallet-refused')
    expect(client.get()).toBe(before)
  })

  it('needs a session, of the account that it is for', async () => {
    const { client } = clientWith()
    expect(await code(client.renew())).toBe('signed-out')
    await client.signIn()
    expect(await code(client.renew({ authNeededCallback: (params) => authSigFor(params, {}, bob) }))).toBe('account-mismatch')
  })
})

describe('require', () => {
  it('asks only for what is missing, and a verifier accepts the pair', async () => {
    const { client, signer } = clientWith()
    await client.signIn({ resources: ['litAction://a', 'litPKP://1'] })
    const state = await client.require(['litPKP://1', 'litRLI://2', 'litAction://a'])
    expect(signer.signed.map((text) => parseSiweMessage(text).resources)).toEqual([
      ['litActionCapability://a', 'litPKPCapability://1'],
      ['litRLICapability://2'],
    ])
    expect(state).toMatchObject({ capabilities: ['litActionCapability://a', 'litPKPCapability://1', 'litRLICapability://2'] })
    const sigs = await client.getSessionSigs({ resources: ['litAction://a', 'litRLI://2'] })
    const options = { audience: node, domains: [domain] }
    await verifySessionSig(sigs[node], { ...options, resource: 'litAction://a' })
    await verifySessionSig(sigs[node], { ...options, resource: 'litRLI://2' })
    await client.require(['litRLI://2'])
    expect(signer.signed.length).toBe(2)
  })

  it('takes the second form, too', async () => {
    const { client, signer } = clientWith()
    const ask = (id: string) => ({ resource: { resource: id, resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' })
    await client.require([ask('1')])
    await client.require([ask('1'), ask('2')])
    expect(parseSiweMessage(signer.signed[1] ?? '').statement).toMatch(/for 'lit-pkp:\/\/2'\.$/)
    expect(parseSiweMessage(signer.signed[1] ?? '').statement).not.toMatch(/lit-pkp:\/\/1/)
    await client.getSessionSigs({ resourceAbilityRequests: [ask('1'), ask('2')] })
    expect(signer.signed.length).toBe(2)
  })

  it('of the same by many at once asks once; of nothing is an error', async () => {
    const { client, signer } = clientWith()
    await Promise.all(Array.from({ length: 9 }, () => client.require(['litPKP://1'])))
    expect(signer.signed.length).toBe(1)
    expect(await code(client.require([]))).toBe('resources-empty')
    await expect(client.require('litPKP://1' as never)).rejects.toThrow(TypeError)
  })
})

describe('prepare', () => {
  it('does all the waiting: signIn() calls the wallet before it returns', async () => {
    const { client, signer } = clientWith()
    const message = await client.prepare({ resources })
    expect(client.get().status).toBe('signed-out')
    expect(signer.signed).toEqual([])
    const pending = client.signIn({ resources: [...resources] })
    expect(signer.signed).toEqual([message])
    expect((await pending).status).toBe('signed-in')
    expect(signer.signed.length).toBe(1)
  })

  it('is for signIn() without a request, a callback, and calls at the same time, too', async () => {
    const { client } = clientWith()
    const callback = vi.fn((params: AuthCallbackParams) => authSigFor(params))
    expect(await client.prepare({ resources, authNeededCallback: callback })).toBeUndefined()
    const pending = client.signIn()
    expect(callback).toHaveBeenCalledTimes(1)
    await Promise.all([pending, client.getSessionSigs({ resources, authNeededCallback: callback })])
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('another request asks for itself and does not wait for what was prepared', async () => {
    const { client, signer } = clientWith()
    await client.prepare({ resources })
    await client.signIn({ resources: ['litPKP://1'] })
    expect(signer.signed.length).toBe(1)
    await client.prepare({ resources })
    await client.prepare({ resources: ['litRLI://1'] })
    await client.signIn()
    expect(parseSiweMessage(signer.signed[1] ?? '').resources).toEqual(['litRLICapability://1'])
  })

  it('a call for the same, instead of signIn(), asks what was prepared', async () => {
    const { client, signer } = clientWith()
    const message = await client.prepare({ resources })
    await client.getSessionSigs({ resources })
    expect(signer.signed).toEqual([message])
  })

  it('has nothing to ask where there is a session', async () => {
    const { client, signer } = clientWith()
    await client.signIn({ resources })
    expect(await client.prepare({ resources })).toBeUndefined()
    await client.signIn({ resources })
    expect(signer.signed.length).toBe(1)
  })

  it.each([['signIn'], ['getSessionSigs']] as const)('whose message has ended meanwhile is not signed for nothing: %s', async (call) => {
    let time = Date.now()
    const { client, signer } = clientWith({ now: () => new Date(time) })
    const request = { resources, expiration: new Date(time + minute).toISOString() }
    await client.prepare(request)
    time += minute
    expect(await code(client[call](request))).toBe('expiration-past')
    expect(signer.signed).toEqual([])
    await client.signIn({ resources })
    expect(signer.signed.length).toBe(1)
  })

  it('and withdraw: nobody waits for it any more, and signIn() still asks for no more than that', async () => {
    const storage = memoryStorage()
    const [first, second] = [clientWith({ storage }), clientWith({ storage })]
    for (const isReady of [true, false]) {
      const preparing = first.client.prepare({ resources })
      if (isReady) await preparing
      first.client.withdraw()
      expect(await preparing).toMatch(/wants you to sign in/)
      await second.client.renew().catch(() => second.client.signIn({ resources: ['litRLI://1'] }))
    }
    expect(second.signer.signed.length).toBe(2)
    await first.client.signIn()
    expect(first.signer.signed.map((text) => parseSiweMessage(text).resources)).toEqual([['litActionCapability://a']])
  })

  it('that is no longer prepared: signIn() still asks for what it was, and for nothing wider', async () => {
    const { client, signer } = clientWith({ takeOverSeconds: 0.02 })
    await client.prepare({ resources })
    await new Promise((resolve) => setTimeout(resolve, 60))
    await client.signIn()
    expect(parseSiweMessage(signer.signed[0] ?? '').resources).toEqual(['litActionCapability://a'])
    expect(await client.prepare({ resources })).toBeUndefined()
    await client.signIn()
    expect(signer.signed.length).toBe(1)
  })

  it('that still runs is not waited for by signIn()', async () => {
    const { client, signer } = clientWith()
    const preparing = client.prepare({ resources })
    await client.signIn({ resources })
    await preparing
    await client.signIn({ resources: ['litPKP://1'] })
    expect(signer.signed.length).toBe(2)
  })

  it('whose wallet says nothing ends with a sign-out, and gives its turn back', async () => {
    const silent = { account: () => new Promise<never>(() => undefined), signMessage: () => new Promise<never>(() => undefined) }
    const storage = memoryStorage()
    const client = createSessionClient({ nodes, domain, signer: silent, storage })
    const preparing = code(client.prepare({ resources }))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await client.signOut()
    expect(await preparing).toBe('signed-out')
    const wallet = { ...countingSigner(), signMessage: silent.signMessage }
    const second = createSessionClient({ nodes, domain, signer: wallet, storage })
    await second.prepare({ resources })
    const waiting = code(second.signIn())
    await second.signOut()
    expect(await waiting).toBe('signed-out')
    await clientWith({ storage }).client.signIn({ resources })
  })

  it('and signed out of after all: neither its key nor its message comes again', async () => {
    const { client, signer } = clientWith()
    await client.prepare({ resources })
    const first = await client.signIn()
    await client.signOut()
    const second = await client.signIn({ resources })
    expect(signer.signed[1]).not.toBe(signer.signed[0])
    if (first.status !== 'signed-in' || second.status !== 'signed-in') throw new Error('both were to sign in')
    expect(second.sessionKey).not.toBe(first.sessionKey)
  })

  it('that is signed out of, or waits too long, comes to nothing', async () => {
    const { client, signer } = clientWith({ takeOverSeconds: 0.05 })
    await client.prepare({ resources })
    await client.signOut()
    await client.signIn({ resources: ['litPKP://1'] })
    expect(signer.signed.length).toBe(1)
    await client.prepare({ resources })
    await new Promise((resolve) => setTimeout(resolve, 80))
    const later = client.signIn({ resources })
    expect(signer.signed.length).toBe(1)
    await later
    expect(signer.signed.length).toBe(2)
  })

  it('is asked again word for word by the page that comes after, for the same account and request', async () => {
    const place = memoryStorage()
    const message = await clientWith({ storage: lastingStorage(place) }).client.prepare({ resources })
    const { client: other, signer: same } = clientWith({ storage: lastingStorage(place) })
    await other.restore()
    expect(other.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    await other.signIn({ resources })
    expect(same.signed).toEqual([message])
    expect((await place.get(recordId))?.pending).toBeUndefined()
  })

  it.each([
    ['another request', { request: { resources: ['litPKP://1'] as const } }],
    ['another account', { account: bob }],
    ['another statement', { options: { statement: 'Something else' } }],
    ['another end', { request: { resources, expiration: new Date(Date.now() + hour).toISOString() } }],
    ['an hour later', { later: hour }],
  ])(
    'is not asked again for %s',
    async (_, {
      request = { resources },
      account = alice,
      options = {},
      later = 0,
    }: {
      request?: SessionSigsRequest
      account?: typeof alice
      options?: Partial<SessionClientOptions>
      later?: number
    }) => {
      const place = memoryStorage()
      const storage = lastingStorage(place)
      const message = await clientWith({ storage: lastingStorage(place) }).client.prepare({ resources })
      const signer = countingSigner(account)
      const other = createSessionClient({ nodes, domain, signer, storage, now: () => new Date(Date.now() + later), ...options })
      await other.signIn(request)
      expect(signer.signed.length).toBe(1)
      expect(signer.signed).not.toEqual([message])
    },
  )
})

describe('a clock that is off', () => {
  const at = (offset: number) => () => new Date(Date.now() + offset)

  it('ten minutes slow: the refusal tells the time, and the second signature is good', async () => {
    const { client, signer } = clientWith({ now: at(-10 * minute) })
    let sent = 0
    const deliver = async (sigs: Record<string, SessionSig>) => judge(sigs, new Date(), `litAction://${++sent && 'a'}`)
    expect(await client.send({ resources }, deliver)).toBe('accepted')
    expect([sent, signer.signed.length]).toEqual([2, 1])
    expect(await client.send({ resources }, deliver)).toBe('accepted')
    expect([sent, signer.signed.length]).toEqual([3, 1])
  })

  it('ten minutes fast: one more question, which says why', async () => {
    const { client, signer } = clientWith({ now: at(10 * minute) })
    expect(await client.send({ resources }, (sigs) => judge(sigs, new Date()))).toBe('accepted')
    expect(signer.signed.length).toBe(2)
    expect(parseSiweMessage(signer.signed[1] ?? '').statement).toMatch(/the clock of this device is 10 min fast/)
    for (const text of signer.signed) expect(parseSiweMessage(text).notBefore).toBeUndefined()
    await client.require(['litPKP://1'])
    expect(parseSiweMessage(signer.signed[2] ?? '').statement).not.toMatch(/clock/)
  })

  it('of several at once, all are signed once more, by the time that the first refusal told', async () => {
    const { client, signer } = clientWith({ now: at(-10 * minute) })
    let sent = 0
    const deliver = async (sigs: Record<string, SessionSig>) => {
      sent += 1
      return judge(sigs, new Date())
    }
    await client.signIn({ resources })
    const all = await Promise.all(Array.from({ length: 4 }, () => client.send({ resources }, deliver)))
    expect(all).toEqual(Array(4).fill('accepted'))
    expect([sent, signer.signed.length]).toEqual([8, 1])
  })

  it('one that was signed before another was refused, and is sent after that, is signed once more as well', async () => {
    const storage = { ...memoryStorage(), sharedAs: 'here' }
    const { client } = clientWith({ now: at(-10 * minute), storage })
    await client.signIn({ resources })
    const { sign } = crypto.subtle
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    // The platform takes its time over one signature.
    crypto.subtle.sign = async (...given) => {
      crypto.subtle.sign = sign
      const signature = await sign.apply(crypto.subtle, given)
      await held
      return signature
    }
    try {
      const deliver = async (sigs: Record<string, SessionSig>) => judge(sigs, new Date())
      const slow = client.send({ resources }, deliver)
      while (crypto.subtle.sign !== sign) await new Promise((resolve) => setImmediate(resolve))
      expect(await client.send({ resources }, deliver)).toBe('accepted')
      release()
      expect(await slow).toBe('accepted')
    } finally {
      crypto.subtle.sign = sign
    }
  })

  it('half a minute fast costs nothing', async () => {
    const { client, signer } = clientWith({ now: at(minute / 2) })
    expect(await client.send({ resources }, (sigs) => judge(sigs, new Date()))).toBe('accepted')
    expect(signer.signed.length).toBe(1)
  })

  it('signs once more, once', async () => {
    const { client } = clientWith()
    let sent = 0
    const deliver = () => {
      sent += 1
      throw Object.assign(new Error('no'), { code: 'session-sig-expired', details: { now: at(sent * hour)().toISOString() } })
    }
    await expect(client.send({ resources }, deliver)).rejects.toThrow('no')
    expect(sent).toBe(2)
  })

  it.each([
    [undefined],
    ['no'],
    [{ code: 'session-sig-expired' }],
    [{ code: 'session-sig-expired', time: 'now' }],
    [{ code: 'session-sig-expired', time: '2001-01-01T00:00:00Z' }],
    [{ code: 'resource-not-requested', time: at(hour)().toISOString() }],
    [{ code: { toString: null }, time: at(hour)().toISOString() }],
    [new Error('offline')],
  ])('learns nothing from %j', (refused) => {
    expect(clientWith().client.heed(refused)).toBe(false)
  })

  it('tells its time to whoever makes instants for a request: by the device, until a server knew better', () => {
    const { client } = clientWith({ now: at(-hour) })
    const isNear = (time: number) => Math.abs(client.now().getTime() - time) < minute
    expect(isNear(Date.now() - hour)).toBe(true)
    client.heed({ code: 'session-sig-expired', time: new Date().toISOString() })
    expect(isNear(Date.now())).toBe(true)
  })

  it('learns nothing from its own time', () => {
    expect(clientWith().client.heed({ code: 'session-sig-expired', time: new Date().toISOString() })).toBe(false)
  })

  it('learns from a SessionError, too', async () => {
    const { client } = clientWith({ now: at(-hour) })
    const sigs = await client.getSessionSigs({ resources })
    const error: unknown = await verifySessionSig(sigs[node], { audience: node, domains: [domain], resource: 'litAction://a' }).catch(
      (thrown: unknown) => thrown,
    )
    expect(isSessionError(error, 'session-sig-expired')).toBe(true)
    expect(client.heed(error)).toBe(true)
    expect(await judge(await client.getSessionSigs({ resources }), new Date())).toBe('accepted')
  })
})

describe('revocation', () => {
  it('that a verifier tells of ends the session, and only signIn() begins another', async () => {
    const storage = memoryStorage()
    const { client, signer } = clientWith({ storage })
    await client.signIn()
    expect(client.heed({ code: 'revoked' })).toBe(false)
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'revoked' })
    expect(await code(client.getSessionSigs())).toBe('signed-out')
    expect(await storage.get(recordId)).toBeUndefined()
    await client.signIn()
    await client.getSessionSigs()
    expect(signer.signed.length).toBe(2)
  })
})

describe('wallet events', () => {
  function wallet() {
    const listeners = new Map<string, Set<(value: never) => void>>()
    return {
      on: (event: string, listener: (value: never) => void) => void listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
      removeListener: (event: string, listener: (value: never) => void) => void listeners.get(event)?.delete(listener),
      emit: (event: string, value: unknown) => {
        for (const listener of listeners.get(event) ?? []) listener(value as never)
      },
      count: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
    }
  }

  it('another account: its session is selected, or none; nothing is destroyed, nobody asked', async () => {
    const { client, signer } = clientWith()
    const provider = wallet()
    client.follow(provider)
    await vi.waitFor(() => expect(provider.count()).toBe(3))
    await client.signIn({ resources })
    provider.emit('accountsChanged', [bob.address.toLowerCase()])
    await vi.waitFor(() => expect(client.get()).toEqual({ status: 'signed-out', reason: 'account-changed' }))
    signer.switchTo(bob)
    await client.signIn({ resources })
    provider.emit('accountsChanged', [alice.address.toLowerCase()])
    await vi.waitFor(() => expect(client.get()).toMatchObject({ address: alice.address }))
    provider.emit('accountsChanged', [bob.address])
    await vi.waitFor(() => expect(client.get()).toMatchObject({ address: bob.address }))
    provider.emit('accountsChanged', [])
    await vi.waitFor(() => expect(client.get()).toEqual({ status: 'signed-out', reason: 'account-changed' }))
    provider.emit('accountsChanged', [bob.address])
    await vi.waitFor(() => expect(client.get()).toMatchObject({ address: bob.address }))
    expect(signer.signed.length).toBe(2)
  })

  it('another chain: the account’s session there is selected if it has one', async () => {
    const storage = memoryStorage()
    await createSessionClient({ nodes, domain, storage, signer: countingSigner(alice, 137) }).signIn({ resources })
    const { client } = clientWith({ storage })
    const provider = wallet()
    client.follow(provider)
    await vi.waitFor(() => expect(provider.count()).toBe(3))
    await client.signIn({ resources, chain: 'ethereum' })
    expect(client.get()).toMatchObject({ chainId: 1 })
    provider.emit('chainChanged', '0x89')
    await vi.waitFor(() => expect(client.get()).toMatchObject({ chainId: 137 }))
    provider.emit('chainChanged', '0xa')
    provider.emit('chainChanged', 'nonsense')
    await client.restore()
    expect(client.get()).toMatchObject({ chainId: 137 })
  })

  it('a lost connection changes nothing, a person who disconnects does', async () => {
    const { client } = clientWith()
    const provider = wallet()
    const end = client.follow(provider)
    await vi.waitFor(() => expect(provider.count()).toBe(3))
    await client.signIn({ resources })
    provider.emit('disconnect', { code: 1013 })
    provider.emit('disconnect', undefined)
    await client.restore()
    expect(client.get().status).toBe('signed-in')
    provider.emit('disconnect', { code: 6000 })
    await vi.waitFor(() => expect(client.get()).toEqual({ status: 'signed-out', reason: 'account-changed' }))
    end()
    await vi.waitFor(() => expect(provider.count()).toBe(0))
  })
})

describe('protection', () => {
  const seeds = (): SessionStorage => ({ ...lastingStorage(), keys: 'seed' })
  const handles = lastingStorage

  it.each([
    ['a storage of keys', handles, 'non-extractable'],
    ['a storage of texts', seeds, 'extractable'],
    ['a storage that keeps none', (): SessionStorage => ({ ...lastingStorage(), keys: 'none' }), 'memory'],
    ['memory', memoryStorage, 'memory'],
  ])('is told: %s', async (_, storage, expected) => {
    const { client } = clientWith({ storage: storage() })
    expect(client.protection).toBeUndefined()
    await client.restore()
    expect(client.protection).toBe(expected)
    expect(await client.signIn()).toMatchObject({ protection: expected })
  })

  it.each([
    ['extractable', 'extractable'],
    ['memory', 'memory'],
  ] as const)(
    'is told as it is where the platform has no ed25519 of its own; the minimum being %s',
    async (minimumProtection, expected) => {
      vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
      onTestFinished(() => void vi.unstubAllGlobals())
      const { client } = clientWith({ storage: handles(), minimumProtection })
      await client.restore()
      expect(client.protection).toBe(expected)
      expect(await client.signIn()).toMatchObject({ protection: expected })
      expect(client.protection).toBe(expected)
    },
  )

  it('has a minimum: a seed is then not stored, and one that was is not used', async () => {
    const storage = seeds()
    await clientWith({ storage }).client.signIn()
    const before = JSON.stringify(await storage.get(recordId))
    const { client, signer } = clientWith({ storage, minimumProtection: 'memory' })
    await client.restore()
    expect(client.get().status).toBe('signed-out')
    expect(await client.signIn()).toMatchObject({ protection: 'memory' })
    await client.getSessionSigs()
    expect(signer.signed.length).toBe(1)
    expect(JSON.stringify(await storage.get(recordId))).toBe(before)
    expect(await clientWith({ storage, minimumProtection: 'non-extractable' }).client.signIn()).toMatchObject({ protection: 'memory' })
  })

  it('holds for a question that was stored, too, and a wider one is not asked', async () => {
    const place = memoryStorage()
    await clientWith({ storage: { ...lastingStorage(place), keys: 'seed' } }).client.prepare({ resources })
    const stored = (await place.get(recordId))?.pending ?? expect.fail('nothing was stored')
    const careful = clientWith({ storage: lastingStorage(place), minimumProtection: 'memory' })
    expect(await careful.client.signIn({ resources })).toMatchObject({ protection: 'non-extractable' })
    expect(careful.signer.signed).not.toEqual([stored.message])
    const wider = stored.message.replace('litActionCapability://a', 'litActionCapability://a\n- litPKPCapability://*')
    await place.set(recordId, { v: 1, sessions: {}, pending: { ...stored, message: wider } })
    const { client, signer } = clientWith({ storage: { ...lastingStorage(place), keys: 'seed' } })
    await client.signIn({ resources })
    expect(parseSiweMessage(signer.signed[0] ?? '').resources).toEqual(['litActionCapability://a'])
  })

  it('error: where the platform has no ed25519, non-extractable cannot be had, and nobody is asked', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const { client, signer } = clientWith({ storage: handles(), minimumProtection: 'non-extractable' })
    expect(await code(client.signIn())).toBe('protection-too-low')
    expect(signer.signed).toEqual([])
    const storage = handles()
    const lower = clientWith({ storage, minimumProtection: 'memory' })
    expect(await lower.client.signIn()).toMatchObject({ protection: 'memory' })
    expect(await storage.get(recordId)).toBeUndefined()
    vi.unstubAllGlobals()
  })

  it('error: a minimum, or a number of seconds, that is none', () => {
    expect(() => clientWith({ minimumProtection: 'high' as never })).toThrow(TypeError)
    expect(() => clientWith({ warnSeconds: Number.NaN })).toThrow(TypeError)
    expect(() => clientWith({ takeOverSeconds: -1 })).toThrow(TypeError)
  })
})
