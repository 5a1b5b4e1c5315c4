/** Signing out, with and without a word to the nodes: what becomes of signatures that somebody copied before. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { endingOf } from '../src/index.ts'
import {
  closePages,
  createWallet,
  noticeOn,
  type Opened,
  openWith,
  type Site,
  signedIn,
  signIn,
  startSite,
  statuses,
  takeWayOut,
} from './site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite()
})
afterEach(async () => {
  closePages()
  await Promise.all(site.network.urls.map((url) => site.network.start(url)))
})
afterAll(() => site.close())

const copied = ({ demo }: Opened) => demo.get().copies?.calls ?? []
const titleOf = ({ demo, client }: Opened) => endingOf(demo.get(), client.get())?.title

/** Signs in with these powers, and nothing else. */
async function signedInFor(types: readonly string[]): Promise<Opened> {
  const page = await openWith(site, createWallet())
  for (const { type } of page.demo.get().powers) page.demo.choosePower(type, { isWanted: types.includes(type) })
  await signIn(page)
  return page
}

describe('signed out without a word', () => {
  it('a copy is good until it ends: all nodes take it', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    await page.demo.signOut(page.actions)
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(page.demo.get().revocation).toBe('none')
    expect(titleOf(page)).toBe('Signed out')
    expect(statuses(copied(page))).toEqual(['idle', 'idle', 'idle'])
    await page.demo.useCopies()
    expect(statuses(copied(page))).toEqual(['accepted', 'accepted', 'accepted'])
    expect(wallet.asked).toHaveLength(1)
  })
})

describe('signed out and revoked', () => {
  it('the same copy is refused by every node, and by the last of all checks', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    await page.demo.revoke(page.actions)
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(page.demo.get().revocation).toBe('told')
    expect(titleOf(page)).toBe('Signed out and revoked')
    expect(noticeOn(page)).toBeUndefined()
    await page.demo.useCopies()
    expect(copied(page).map(({ code }) => code)).toEqual(Array(3).fill('revoked'))
    for (const { checks } of copied(page)) {
      expect(checks).toHaveLength(16)
      expect(checks.slice(0, 15).every(({ status }) => status === 'passed')).toBe(true)
      expect(checks[15]).toMatchObject({ name: 'revocation', status: 'failed' })
    }
    // Being told so by a node changes nothing about why nobody is signed in.
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(wallet.asked).toHaveLength(1)
  })

  it.each(['SigningCondition', 'PKP', 'RLI', 'Action'])('also where all that was granted is %s', async (type) => {
    for (const [leave, status] of [
      ['signOut', 'accepted'],
      ['revoke', 'refused'],
    ] as const) {
      const page = await signedInFor([type])
      await page.demo[leave](page.actions)
      await page.demo.useCopies()
      expect(statuses(copied(page))).toEqual(Array(3).fill(status))
    }
  })

  it('where nothing was granted that could be shown at once, nothing is offered', async () => {
    const page = await signedInFor(['EncryptionCondition'])
    await page.demo.revoke(page.actions)
    expect(page.demo.get()).toMatchObject({ copies: undefined, revocation: 'told' })
    await page.demo.useCopies()
    expect(page.demo.get().copies).toBeUndefined()
  })

  it('the next session has nothing to do with it, and its end speaks for itself', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.revoke(page.actions)
    await page.demo.follow('sign-in', page.actions)
    expect(page.client.get().status).toBe('signed-in')
    expect(page.demo.get()).toMatchObject({ copies: undefined, revocation: 'none' })
    await page.demo.callNodes(page.actions)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    await page.demo.signOut(page.actions)
    expect(titleOf(page)).toBe('Signed out')
  })

  it('another storage’s session is not spoken of', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.revoke(page.actions)
    page.demo.chooseStorage('memory')
    expect(page.demo.get()).toMatchObject({ copies: undefined, revocation: 'none' })
  })

  it('while the wallet is asked something: nobody waits for its answer', async () => {
    const wallet = createWallet()
    let isAsked = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    let isSilent = false
    const request: typeof wallet.request = (args) => {
      if (!isSilent || args.method !== 'personal_sign') return wallet.request(args)
      isAsked()
      return new Promise(() => undefined)
    }
    const page = await openWith(site, { ...wallet, request })
    await signIn(page)
    isSilent = true
    const renewing = page.demo.renew(page.actions)
    await asked
    await page.demo.revoke(page.actions)
    await renewing
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(page.demo.get().revocation).toBe('told')
    await page.demo.useCopies()
    expect(copied(page).map(({ code }) => code)).toEqual(Array(3).fill('revoked'))
  })

  it('pressed twice, once is enough', async () => {
    const page = await signedIn(site, createWallet())
    await Promise.all([page.demo.revoke(page.actions), page.demo.revoke(page.actions), page.demo.signOut(page.actions)])
    expect(page.demo.get().revocation).toBe('told')
    expect(copied(page)).toHaveLength(3)
  })
})

describe('a node is down while the others are told', () => {
  it('said, with its name; it is started and told at a button', async () => {
    const page = await signedIn(site, createWallet())
    const [, second = ''] = site.network.urls
    await site.network.stop(second)
    await page.demo.revoke(page.actions)
    expect(page.client.get().status).toBe('signed-out')
    expect(page.demo.get().revocation).toBe('not-told')
    expect(titleOf(page)).toBe('Signed out')
    expect(noticeOn(page)).toMatchObject({
      title: 'A node was not told',
      text: expect.stringContaining(second),
      remedy: { name: 'revoke' },
    })
    await page.demo.useCopies()
    expect(statuses(copied(page))).toEqual(['refused', 'down', 'refused'])
    expect(noticeOn(page)?.title).toBe('A node was not told')
    await takeWayOut(page)
    await page.demo.useCopies()
    expect(copied(page).map(({ code }) => code)).toEqual(Array(3).fill('revoked'))
  })

  it('started in between, it takes a copy until it is told', async () => {
    const page = await signedIn(site, createWallet())
    const [, second = ''] = site.network.urls
    await site.network.stop(second)
    await page.demo.revoke(page.actions)
    await site.network.start(second)
    expect(noticeOn(page)?.remedy?.name).toBe('revoke')
    await takeWayOut(page)
    expect(noticeOn(page)).toBeUndefined()
    expect(page.demo.get()).toMatchObject({ revocation: 'told', network: { nodes: [{ isUp: true }, { isUp: true }, { isUp: true }] } })
    await page.demo.useCopies()
    expect(copied(page).map(({ code }) => code)).toEqual(Array(3).fill('revoked'))
  })

  it('all of them, twice in a row: said each time', async () => {
    const own = await startSite()
    const page = await signedIn(own, createWallet())
    await own.network.close()
    await page.demo.revoke(page.actions)
    expect(noticeOn(page)?.title).toBe('3 nodes were not told')
    // Nor can the site start them any more.
    await own.close()
    await takeWayOut(page)
    expect(noticeOn(page)).toMatchObject({ title: '3 nodes were not told', remedy: { name: 'revoke' } })
    expect(page.demo.get().revocation).toBe('not-told')
  })
})
