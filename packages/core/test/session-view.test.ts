/** A session as a page shows it, without any page. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Hex } from '../src/address.ts'
import { createSessionClient } from '../src/session.ts'
import type { SessionClient, SessionClientOptions } from '../src/session-client.ts'
import { type ObservedSession, observeSession, type SessionView } from '../src/session-view.ts'
import type { SessionState } from '../src/state.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { alice, bob, countingSigner, domain, nodes, refusal } from './wallet.ts'

const [second, minute, hour] = [1000, 60_000, 3_600_000]
const resources = ['litAction://a'] as const
const never = { status: 'signed-out', reason: 'never' } as const

function clientWith(options: Partial<SessionClientOptions> = {}) {
  const signer = countingSigner()
  return { signer, client: createSessionClient({ nodes, domain, signer, ...options }) }
}

interface SlowStorage {
  readonly storage: SessionStorage
  /** It answers nothing before. */
  answer(): void
}

/** A storage that outlives the page and has a session. */
async function usedStorage(): Promise<SessionStorage> {
  const { lasts: _, ...storage } = memoryStorage()
  await clientWith({ storage }).client.signIn({ resources })
  return storage
}

function slowed(inner: SessionStorage): SlowStorage {
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  return { storage: { ...inner, get: (id) => answered.then(() => inner.get(id)) }, answer }
}

const brokenStorage: SessionStorage = { ...memoryStorage(), get: () => Promise.reject(new Error('The disk is gone.')) }

/** Every view that a subscriber is told of. */
function watch(session: ObservedSession): { readonly views: SessionView[]; end(): void } {
  const views: SessionView[] = []
  return { views, end: session.subscribe((view) => views.push(view)) }
}

/** A client with some of its calls watched or replaced. */
function changed(client: SessionClient, calls: Partial<SessionClient>): SessionClient {
  return Object.create(client, Object.getOwnPropertyDescriptors(calls))
}

/** When nobody is busy any more. Restoring begins a microtask after somebody subscribed. */
async function whenIdle(session: ObservedSession): Promise<void> {
  await Promise.resolve()
  await vi.waitFor(() => {
    if (session.get().pending) throw new Error('still busy')
  })
}

/** What the page said last time, as the server has heard. */
async function hintFrom(storage: SessionStorage): Promise<SessionState> {
  const { client } = clientWith({ storage })
  await client.restore()
  return client.get()
}

describe('while nobody subscribes', () => {
  it('reads nothing, starts nothing, and shows nobody', () => {
    vi.useFakeTimers()
    const inner = memoryStorage()
    const get = vi.fn(inner.get)
    const { client } = clientWith({ storage: { ...inner, get } })
    const subscribe = vi.fn(client.subscribe)
    const session = observeSession(changed(client, { subscribe }))
    const shown = {
      state: never,
      address: undefined,
      secondsLeft: 0,
      scope: [],
      protection: undefined,
      pending: undefined,
      error: undefined,
    }
    expect(session.get()).toEqual(shown)
    expect(session.rendered).toEqual(shown)
    expect([get.mock.calls.length, subscribe.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0, 0])
  })

  it('is up to date whenever it is read, also by the clock', async () => {
    vi.useFakeTimers()
    const { client } = clientWith()
    const session = observeSession(client)
    await client.signIn({ resources, expiration: new Date(Date.now() + minute).toISOString() })
    expect(session.get()).toMatchObject({
      address: alice.address,
      secondsLeft: 60,
      scope: ['litActionCapability://a'],
      protection: 'memory',
    })
    vi.setSystemTime(Date.now() + 59_001)
    expect(session.get()).toMatchObject({ secondsLeft: 1, state: { endsSoon: true } })
    vi.setSystemTime(Date.now() + second)
    expect(session.get()).toMatchObject({ address: undefined, secondsLeft: 0, scope: [], state: { reason: 'expired' } })
  })
})

describe('restoring', () => {
  it('is begun by the first who subscribes, in a later turn, and shown', async () => {
    const { storage, answer } = slowed(await usedStorage())
    const { client, signer } = clientWith({ storage })
    const session = observeSession(client)
    const { views } = watch(session)
    expect(views).toEqual([session.rendered])
    await vi.waitFor(() => expect(session.get().pending).toBe('restore'))
    expect(session.get()).toMatchObject({ state: never, protection: undefined })
    answer()
    await whenIdle(session)
    expect(views.map(({ address, pending }) => [address, pending])).toEqual([
      [undefined, undefined],
      [undefined, 'restore'],
      // The client tells first, then it is done.
      [alice.address, 'restore'],
      [alice.address, undefined],
    ])
    expect(session.get()).toMatchObject({ protection: 'non-extractable', scope: ['litActionCapability://a'] })
    expect(signer.signed).toEqual([])
  })

  it('is done once a client, also where nothing was found', async () => {
    const { client } = clientWith()
    const restore = vi.fn(client.restore)
    const watched = changed(client, { restore })
    for (let i = 0; i < 3; i++) {
      const session = observeSession(watched)
      const { end } = watch(session)
      await whenIdle(session)
      expect(session.get()).toMatchObject({ state: never, protection: 'memory' })
      end()
    }
    expect(restore.mock.calls.length).toBe(1)
  })

  it('is not done for a client that has been used', async () => {
    const { client } = clientWith()
    await client.signIn({ resources })
    const restore = vi.fn(client.restore)
    const { views } = watch(observeSession(changed(client, { restore })))
    await Promise.resolve()
    expect([restore.mock.calls.length, views.length]).toEqual([0, 1])
  })

  it('error: is told, and the page goes on signed out', async () => {
    const { client } = clientWith({ storage: brokenStorage })
    const session = observeSession(client, { hint: await hintFrom(await usedStorage()) })
    watch(session)
    await whenIdle(session)
    expect(session.get()).toMatchObject({ state: never, address: undefined, error: { code: 'storage-failed' } })
    // The next action begins afresh.
    expect(await session.actions.signIn({ resources })).toBe(false)
    expect(session.get().error).toMatchObject({ code: 'storage-failed' })
  })
})

describe('a hint', () => {
  let hint: SessionState
  let slow: SlowStorage

  beforeEach(async () => {
    const storage = await usedStorage()
    hint = await hintFrom(storage)
    slow = slowed(storage)
  })

  it('is shown until the storage was looked at, with no moment of signed out', async () => {
    const { client } = clientWith({ storage: slow.storage })
    const session = observeSession(client, { hint })
    expect(session.get()).toMatchObject({ state: hint, address: alice.address, protection: 'non-extractable', secondsLeft: 0 })
    const { views } = watch(session)
    await vi.waitFor(() => expect(session.get().pending).toBe('restore'))
    slow.answer()
    await whenIdle(session)
    expect(new Set(views.map(({ address }) => address))).toEqual(new Set([alice.address]))
    // It said the same as the storage does: nothing that is drawn by identity is drawn anew.
    expect(new Set(views.map(({ state }) => state))).toEqual(new Set([hint]))
    expect(session.get().secondsLeft).toBeGreaterThan(86_000)
  })

  it('goes when the storage says otherwise', async () => {
    const { client } = clientWith()
    const session = observeSession(client, { hint })
    const { views } = watch(session)
    await vi.waitFor(() => expect(session.get().address).toBe(undefined))
    await whenIdle(session)
    expect(views[0]?.state).toBe(hint)
    expect(session.get().state).toEqual(never)
  })

  it('is shown also while the app, or another part of the page, is having the client restore', async () => {
    const { client } = clientWith({ storage: slow.storage })
    const restoring = client.restore()
    const [one, other] = [observeSession(client, { hint }), observeSession(client, { hint })]
    const [ofOne, ofOther] = [watch(one), watch(other)]
    await vi.waitFor(() => expect(one.get().pending).toBe('restore'))
    const late = observeSession(client, { hint })
    const ofLate = watch(late)
    expect(late.get().state).toBe(hint)
    slow.answer()
    await restoring
    for (const session of [one, other, late]) await whenIdle(session)
    for (const { views } of [ofOne, ofOther, ofLate]) expect(new Set(views.map(({ address }) => address))).toEqual(new Set([alice.address]))
  })

  it('is shown also while an action fails that looked at nothing', async () => {
    const { client } = clientWith({ storage: slow.storage })
    const session = observeSession(client, { hint })
    expect(await session.actions.signIn({ nodes: [] })).toBe(false)
    expect(session.get()).toMatchObject({ state: hint, error: { code: 'nodes-empty' } })
  })

  it('means nothing to a client that knows better; what a server rendered of it stays to be had', async () => {
    const { client } = clientWith({ signer: countingSigner(bob) })
    await client.signIn({ resources })
    const session = observeSession(client, { hint })
    expect(session.get().address).toBe(bob.address)
    expect(session.rendered).toMatchObject({ state: hint, address: alice.address })
  })

  it('stands still: the same on the server and in the page, however long the way was', async () => {
    vi.useFakeTimers()
    if (hint.status !== 'signed-in') expect.fail('nobody is signed in')
    const renderedAt = new Date(Date.parse(hint.expiresAt) - hour).toISOString()
    const onServer = observeSession(clientWith().client, { hint, renderedAt })
    expect(onServer.get().secondsLeft).toBe(3600)
    vi.advanceTimersByTime(5 * second)
    const inPage = observeSession(clientWith({ storage: slow.storage }).client, { hint, renderedAt })
    const { views, end } = watch(inPage)
    await vi.advanceTimersByTimeAsync(2 * second)
    expect(new Set(views.map(({ secondsLeft }) => secondsLeft))).toEqual(new Set([3600]))
    expect(views[0]).toEqual(onServer.get())
    end()
  })

  it('never counts what is no time', () => {
    const { client } = clientWith()
    expect(observeSession(client, { hint, renderedAt: 'now' }).get().secondsLeft).toBe(0)
    const odd = { ...hint, expiresAt: 'soon' } as SessionState
    expect(observeSession(client, { hint: odd, renderedAt: new Date().toISOString() }).get().secondsLeft).toBe(0)
  })
})

describe('the countdown', () => {
  it('ticks once a second while somebody looks, to the end, and then stops', async () => {
    vi.useFakeTimers()
    const { client } = clientWith()
    const session = observeSession(client)
    await client.signIn({ resources, expiration: new Date(Date.now() + 3 * second).toISOString() })
    const { views, end } = watch(session)
    await vi.advanceTimersByTimeAsync(10 * second)
    expect(views.map(({ secondsLeft }) => secondsLeft)).toEqual([3, 2, 1, 0])
    expect(views.map(({ state }) => state.status)).toEqual(['signed-in', 'signed-in', 'signed-in', 'signed-out'])
    expect(views.at(-1)?.state).toEqual({ status: 'signed-out', reason: 'expired' })
    end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says when the end is near, and leaves every other part as it was', async () => {
    vi.useFakeTimers()
    const { client } = clientWith({ warnSeconds: 5 })
    const session = observeSession(client)
    await client.signIn({ resources, expiration: new Date(Date.now() + 10 * second).toISOString() })
    const { views, end } = watch(session)
    await vi.advanceTimersByTimeAsync(9 * second)
    const soon = views.map(({ state }) => state.status === 'signed-in' && state.endsSoon)
    expect(soon).toEqual([false, false, false, false, false, true, true, true, true, true])
    // By identity: two states in all, and one of everything else.
    const different = (name: keyof SessionView) => new Set(views.map((view) => view[name])).size
    expect([different('state'), different('scope'), different('address'), different('secondsLeft')]).toEqual([2, 1, 1, 10])
    end()
  })

  it('goes by the client’s clock', async () => {
    const ahead = 7 * minute
    const { client } = clientWith({ now: () => new Date(Date.now() + ahead) })
    await client.signIn({ resources, expiration: new Date(Date.now() + ahead + hour).toISOString() })
    expect(observeSession(client).get().secondsLeft).toBe(3600)
  })

  it('one timer for any number of subscribers, none after them', async () => {
    vi.useFakeTimers()
    const { client } = clientWith()
    await client.signIn({ resources })
    const session = observeSession(client)
    const before = vi.getTimerCount()
    const first = watch(session)
    const one = vi.getTimerCount()
    const others = Array.from({ length: 100 }, () => watch(session))
    expect(vi.getTimerCount()).toBe(one)
    for (const { end } of [first, ...others]) end()
    expect(vi.getTimerCount()).toBe(before)
  })
})

describe('actions', () => {
  it('show what is under way, and resolve with whether they succeeded', async () => {
    const { client, signer } = clientWith()
    const session = observeSession(client)
    const { actions } = session
    const { views } = watch(session)
    await whenIdle(session)
    expect(await actions.signIn({ resources })).toBe(true)
    expect(await actions.require(['litPKP://7'])).toBe(true)
    expect(session.get().scope).toEqual(['litActionCapability://a', 'litPKPCapability://7'])
    const before = session.get().state
    expect(await actions.renew()).toBe(true)
    expect(session.get().state).not.toEqual(before)
    expect(Object.keys(await actions.getSessionSigs({ resources }))).toEqual(nodes)
    expect(await actions.signOut()).toBe(true)
    expect(session.get()).toMatchObject({ state: { reason: 'signed-out' }, scope: [], pending: undefined, error: undefined })
    const pending = views.map((view) => view.pending).filter((name, i, all) => name !== all[i - 1])
    expect(pending.filter((name) => name !== 'restore' && name !== undefined)).toEqual([
      'signIn',
      'require',
      'renew',
      'getSessionSigs',
      'signOut',
    ])
    expect(signer.signed.length).toBe(3)
  })

  it('of several, the one begun last is shown', async () => {
    const { storage, answer } = slowed(await usedStorage())
    const { client } = clientWith({ storage })
    const session = observeSession(client)
    const signing = session.actions.signIn({ resources })
    const requiring = session.actions.require(['litAction://a'])
    expect(session.get().pending).toBe('require')
    answer()
    await requiring
    await signing
    expect(session.get().pending).toBe(undefined)
  })

  it('call the wallet in the turn of the caller, when everything was prepared', async () => {
    const signMessage = vi.fn(() => new Promise<Hex>(() => undefined))
    const signer = { ...countingSigner(), signMessage }
    const { client } = clientWith({ signer })
    await client.prepare({ resources })
    void observeSession(client).actions.signIn()
    expect(signMessage).toHaveBeenCalledOnce()
  })

  it('error: a refusal is shown until the next action begins; what gives no signatures resolves false', async () => {
    let isWilling = false
    const inner = countingSigner()
    const signer = {
      ...inner,
      signMessage: (message: string) => (isWilling ? inner.signMessage(message, undefined as never) : Promise.reject(refusal())),
    }
    const { client } = clientWith({ signer })
    const session = observeSession(client)
    expect(await session.actions.signIn({ resources })).toBe(false)
    expect(session.get()).toMatchObject({ error: { code: 'wallet-refused' }, pending: undefined, address: undefined })
    expect(await session.actions.require(['litPKP://1'])).toBe(false)
    expect(await session.actions.renew()).toBe(false)
    expect(session.get().error).toMatchObject({ code: 'signed-out' })
    await expect(session.actions.getSessionSigs({ resources })).rejects.toMatchObject({ code: 'wallet-refused' })
    expect(session.get().error).toMatchObject({ code: 'wallet-refused' })
    isWilling = true
    const signing = session.actions.signIn({ resources })
    expect(session.get()).toMatchObject({ error: undefined, pending: 'signIn' })
    expect(await signing).toBe(true)
    expect(session.get().error).toBe(undefined)
  })

  it('error: what failed before anybody looked is still there when they do', async () => {
    const session = observeSession(clientWith().client)
    await session.actions.signIn({ resources: ['nonsense'] as never })
    const page = watch(session)
    await whenIdle(session)
    page.end()
    expect(page.views.map(({ pending, error }) => [pending, error?.code])).toEqual([
      [undefined, 'resource-malformed'],
      ['restore', 'resource-malformed'],
      [undefined, 'resource-malformed'],
    ])
  })

  it('error: a programmer’s mistake is no error of the session', async () => {
    const session = observeSession(clientWith().client)
    const wrong = { resourcse: [] } as object
    await expect(session.actions.signIn(wrong)).rejects.toBeInstanceOf(TypeError)
    await expect(session.actions.getSessionSigs(wrong)).rejects.toBeInstanceOf(TypeError)
    expect(session.get()).toMatchObject({ error: undefined, pending: undefined })
  })

  it('of one observer are not the other’s; the session is', async () => {
    const { client } = clientWith({ signer: { ...countingSigner(), signMessage: () => Promise.reject(refusal()) } })
    const [one, other] = [observeSession(client), observeSession(client)]
    await one.actions.signIn({ resources })
    expect([one.get().error?.code, other.get().error]).toEqual(['wallet-refused', undefined])
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
