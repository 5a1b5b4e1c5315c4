/** What becomes of a session on the page: in time, in other tabs, with other accounts. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  announce,
  closePages,
  createWallet,
  newProfile,
  noticeOn,
  type Opened,
  open,
  openWith,
  type Profile,
  type Site,
  signedIn,
  signIn,
  startSite,
  statuses,
  Tab,
  type TestWallet,
  takeWayOut,
  until,
} from './site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite({ clockToleranceSeconds: 5 })
})
afterEach(() => {
  closePages()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
afterAll(() => site.close())

const scopeOf = ({ client }: Opened): readonly string[] => {
  const state = client.get()
  return state.status === 'signed-in' ? state.capabilities : []
}

/** Two tabs of one browser: they share what lies in its storage. */
async function openTabs(wallet: TestWallet | undefined, profile: Profile = newProfile()): Promise<readonly [Opened, Opened]> {
  const openTab = async (): Promise<Opened> => {
    const tab = new Tab(site.location, profile)
    if (wallet) announce(tab, wallet)
    vi.stubGlobal('localStorage', Object.assign(tab.localStorage, { removeItem: (key: string) => profile.texts.delete(key) }))
    return open(tab)
  }
  profile.texts.set('session-sigs-demo', JSON.stringify({ storage: 'local' }))
  return [await openTab(), await openTab()]
}

/** Time goes by for everybody, nodes included. */
function later(seconds: number): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + seconds * 1000 })
}

describe('renewing', () => {
  it('gives the same powers to a fresh key, for as long as is chosen', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    const before = page.client.get()
    page.demo.chooseLifetime('7-days')
    await page.demo.renew(page.actions)
    const after = page.client.get()
    if (before.status !== 'signed-in' || after.status !== 'signed-in') return expect.fail('Nobody is signed in.')
    expect(after.sessionKey).not.toBe(before.sessionKey)
    expect(after.capabilities).toEqual(before.capabilities)
    expect(Date.parse(after.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
    expect(wallet.asked).toHaveLength(2)
  })

  it('keeps what was called, and the signatures of the old key are still taken', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.callNodes(page.actions)
    await page.demo.renew(page.actions)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    await page.demo.resend()
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
  })
})

describe('one more power', () => {
  it('asks for the missing one only, and then offers the next', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    expect(page.demo.get().more).toMatchObject({ type: 'EncryptionCondition', extent: 'any' })
    await page.demo.requireMore(page.actions)
    expect(wallet.asked[1]).toMatch(/Resources:\n- litEncryptionConditionCapability:\/\/\*$/)
    expect(scopeOf(page).toSorted()).toEqual(['litActionCapability://*', 'litEncryptionConditionCapability://*'])
    expect(page.demo.get().more.type).toBe('SigningCondition')
    await page.demo.callPowers(page.actions)
    expect(statuses(page.demo.get().powerCalls)).toEqual(['accepted', 'refused', 'refused', 'refused', 'accepted'])
  })

  it('is the one that was chosen, and is not asked for before it is complete', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    page.demo.chooseMore({ type: 'PKP', extent: 'one' })
    expect(page.demo.get().more).toMatchObject({ type: 'PKP', problem: 'Write which one.' })
    await page.demo.requireMore(page.actions)
    expect(wallet.asked).toHaveLength(1)
    expect(noticeOn(page)).toBeUndefined()
    page.demo.chooseMore({ id: '42' })
    await page.demo.requireMore(page.actions)
    expect(scopeOf(page)).toContain('litPKPCapability://42')
    expect(page.demo.get().more).toMatchObject({ type: 'EncryptionCondition', extent: 'any', id: '' })
    await page.demo.callPowers(page.actions)
    expect(page.demo.get().powerCalls.find(({ id }) => id === 'PKP')?.status).toBe('accepted')
  })
})

describe('time', () => {
  it('a session ends; signing in again asks with the choices as they are', async () => {
    const wallet = createWallet()
    const page = await openWith(site, wallet)
    page.demo.chooseLifetime('1-minute')
    await signIn(page)
    await page.demo.callNodes(page.actions)
    later(61)
    expect(page.session.get().state).toEqual({ status: 'signed-out', reason: 'expired' })
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    await page.demo.callNodes(page.actions)
    expect(noticeOn(page)).toMatchObject({ title: 'The session has ended', remedy: { name: 'sign-in' } })
    expect(wallet.asked).toHaveLength(1)
    await takeWayOut(page)
    expect(page.client.get().status).toBe('signed-in')
    expect(wallet.asked).toHaveLength(2)
    await page.demo.callNodes(page.actions)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it('a message that was read for too long is written anew', async () => {
    const wallet = createWallet()
    const page = await openWith(site, wallet)
    page.demo.chooseLifetime('1-minute')
    await page.demo.read()
    later(61)
    await page.demo.signIn(page.actions)
    expect(noticeOn(page)).toMatchObject({ title: 'The message is too old', remedy: { name: 'read' } })
    expect(wallet.asked).toEqual([])
    await takeWayOut(page)
    expect(noticeOn(page)).toBeUndefined()
    const { message } = page.demo.get()
    await page.demo.signIn(page.actions)
    expect(wallet.asked.at(-1)).toBe(message?.text)
    expect(page.client.get().status).toBe('signed-in')
  })

  it('kept signatures are good until they end, and are then refused; new ones cost no question', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    page.demo.chooseSignatureLifetime('10-seconds')
    await page.demo.callNodes(page.actions)
    const first = page.demo.lastSignature()
    await page.demo.resend()
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(page.demo.lastSignature()).toBe(first)
    later(16)
    await page.demo.resend()
    expect(page.demo.get().nodeCalls.map(({ code }) => code)).toEqual(Array(3).fill('session-sig-expired'))
    expect(noticeOn(page)).toMatchObject({ title: 'The signatures have ended', remedy: { name: 'call-nodes' } })
    await takeWayOut(page)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(noticeOn(page)).toBeUndefined()
    expect(wallet.asked).toHaveLength(1)
  })

  it('the same for the five powers', async () => {
    const page = await signedIn(site, createWallet())
    page.demo.chooseSignatureLifetime('10-seconds')
    await page.demo.callPowers(page.actions)
    later(16)
    await page.demo.resend()
    expect(statuses(page.demo.get().powerCalls)).toEqual(Array(5).fill('refused'))
    expect(noticeOn(page)?.remedy?.name).toBe('call-powers')
  })
})

describe('a second tab', () => {
  it('follows the first: in, and out', async () => {
    const wallet = createWallet()
    const [first, second] = await openTabs(wallet)
    await signIn(first)
    await until(second.client, ({ status }) => status === 'signed-in')
    await second.demo.callNodes(second.actions)
    expect(statuses(second.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(wallet.asked).toHaveLength(1)

    await first.demo.signOut(first.actions)
    await until(second.client, ({ status }) => status === 'signed-out')
    expect(second.demo.get()).toMatchObject({ kept: undefined })
    expect(second.demo.lastSignature()).toBeUndefined()
    expect(statuses(second.demo.get().nodeCalls)).toEqual(['idle', 'idle', 'idle'])
    await second.demo.callNodes(second.actions)
    expect(noticeOn(second)).toMatchObject({ title: 'You are signed out', remedy: { name: 'sign-in' } })
    await takeWayOut(second)
    expect(second.client.get().status).toBe('signed-in')
  })

  it('that is at the message goes on with the session', async () => {
    const [first, second] = await openTabs(createWallet())
    await second.demo.read()
    expect(second.demo.get().message).toBeDefined()
    await signIn(first)
    await until(second.client, ({ status }) => status === 'signed-in')
    expect(second.demo.get().message).toBeUndefined()
  })

  it('has the same choices', async () => {
    const profile = newProfile()
    const tab = new Tab(site.location, profile)
    const first = await open(tab)
    first.demo.choosePower('PKP', { isWanted: true, extent: 'one', id: '42' })
    first.demo.chooseLifetime('7-days')
    first.demo.chooseSignatureLifetime('10-seconds')
    first.demo.chooseStorage('memory')
    const second = await open(new Tab(site.location, profile))
    const { powers, lifetime, signatureLifetime, storage, wallet } = first.demo.get()
    expect(second.demo.get()).toMatchObject({ powers, lifetime, signatureLifetime, storage, wallet })
  })
})

describe('accounts', () => {
  it('of another one nothing is shown; back on the first nobody is asked', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    await page.demo.callNodes(page.actions)
    wallet.select(1)
    await until(page.client, ({ status }) => status === 'signed-out')
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'account-changed' })
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['idle', 'idle', 'idle'])
    expect(page.demo.get().kept).toBeUndefined()
    wallet.select(0)
    await until(page.client, ({ status }) => status === 'signed-in')
    await page.demo.callNodes(page.actions)
    expect(wallet.asked).toHaveLength(1)
  })

  it('two can be signed in side by side', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    wallet.select(1)
    await until(page.client, ({ status }) => status === 'signed-out')
    await signIn(page)
    expect(page.client.get()).toMatchObject({ address: wallet.accounts[1] })
    wallet.select(0)
    await until(page.client, (state) => state.status === 'signed-in' && state.address === wallet.accounts[0])
    expect(wallet.asked).toHaveLength(2)
  })
})

describe('signing out', () => {
  it('forgets the session, its signatures and what came of them', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.callNodes(page.actions)
    await page.demo.signOut(page.actions)
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(page.demo.get().kept).toBeUndefined()
    expect(page.demo.lastSignature()).toBeUndefined()
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['idle', 'idle', 'idle'])
    await page.demo.resend()
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['idle', 'idle', 'idle'])
  })

  it('what is only being signed then is not sent', async () => {
    const page = await signedIn(site, createWallet())
    const calling = page.demo.callPowers(page.actions)
    await page.demo.signOut(page.actions)
    await calling
    expect(page.demo.lastSignature()).toBeUndefined()
    expect(statuses(page.demo.get().powerCalls)).toEqual(Array(5).fill('idle'))
    expect(page.demo.get()).toMatchObject({ isCalling: false, kept: undefined })
    expect(noticeOn(page)).toBeUndefined()
  })

  it('what is under way then is shown no more', async () => {
    const page = await signedIn(site, createWallet())
    const calling = page.demo.callNodes(page.actions)
    await until(page.demo, ({ kept }) => kept !== undefined)
    await page.demo.signOut(page.actions)
    await calling
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['idle', 'idle', 'idle'])
    expect(page.demo.get()).toMatchObject({ isCalling: false, kept: undefined })
  })
})

describe('storages', () => {
  it('each has a session of its own, and going back finds it', async () => {
    const page = await openWith(site, createWallet())
    page.demo.chooseStorage('memory')
    const inMemory = page.demo.get().client
    const reading = page.demo.read()
    expect(inMemory).not.toBe(page.client)
    await reading
    await inMemory?.signIn()
    expect(inMemory?.get()).toMatchObject({ status: 'signed-in', protection: 'memory' })
    page.demo.chooseStorage('local')
    expect(page.demo.get().client).not.toBe(inMemory)
    expect(page.demo.get().client?.get().status).toBe('signed-out')
    page.demo.chooseStorage('memory')
    expect(page.demo.get().client).toBe(inMemory)
    expect(page.demo.get().client?.get().status).toBe('signed-in')
  })
})
