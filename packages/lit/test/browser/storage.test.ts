/** What is in local storage before, while and after there is a session. */

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { keysOf } from '../../../../test/browser/clients.ts'
import { dumpOrigin, findSeed } from '../../../../test/browser/seeds.ts'
import { describeLit, getSigs, type LitProfile, localStorageOf, whenAtRest } from './rig.ts'

/** As an app has it that keeps things of its own, with names much like ours; one is that of a client of core's. */
const appsOwn = {
  'app-theme': 'dark',
  'lit-theme': 'light',
  'session-sigs': 'mine',
  'session-sigs:lit': '{"v":1,"sessions":{}}',
  '': 'nameless',
}

async function fillStorages(tab: Page): Promise<void> {
  await tab.evaluate(async (entries) => {
    for (const [name, value] of Object.entries(entries)) localStorage.setItem(name, value)
    sessionStorage.setItem('lit-session-key', 'of the app')
    await new Promise((resolve, reject) => {
      const opening = indexedDB.open('app')
      opening.onupgradeneeded = () => opening.result.createObjectStore('things').put('thing', 'key')
      opening.onsuccess = () => resolve(opening.result.close())
      opening.onerror = () => reject(opening.error)
    })
  }, appsOwn)
}

/** The seed that is in local storage, to look for wherever else it is. */
function seedIn(kept: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(JSON.parse(kept['lit-session-key'] ?? '').secretKey.slice(0, 64), 'hex')
}

/** Everything that the origin stores, by its place. */
async function storedIn(tab: Page): Promise<Record<string, readonly string[]>> {
  return Object.fromEntries((await dumpOrigin(tab)).map(({ where, texts }) => [where, texts]))
}

/** Signs for the nodes, and the wallet for itself, so that there is all that can be. */
async function useAll(tab: Page): Promise<void> {
  await getSigs(tab)
  await tab.evaluate(() => window.lit.checkAndSignAuthMessage({ chain: 'ethereum' }))
}

async function newFilled(profile: LitProfile, newTab: (profile: LitProfile) => Promise<Page>): Promise<Page> {
  const tab = await newTab(profile)
  await fillStorages(tab)
  return tab
}

describeLit('local storage', (lit) => {
  it('has the documented names while there is a session: the pair, what the wallet signed, and the rest', async () => {
    const profile = await lit.newProfile()
    const tab = await newFilled(profile, lit.newClient)
    const answer = await getSigs(tab)
    const [publicKey] = keysOf([answer])
    const kept = await localStorageOf(tab)
    const names = Object.keys(kept).filter((name) => !(name in appsOwn))
    expect(names.toSorted()).toEqual(['lit-session-key', 'lit-sessions', 'lit-sessions#', 'lit-wallet-sig'])

    const pair = JSON.parse(kept['lit-session-key'] ?? '')
    expect(Object.keys(pair)).toEqual(['publicKey', 'secretKey'])
    expect(pair).toEqual({ publicKey, secretKey: expect.stringMatching(new RegExp(`^[0-9a-f]{64}${publicKey}$`)) })

    const authSig = JSON.parse(kept['lit-wallet-sig'] ?? '')
    expect(Object.keys(authSig)).toEqual(['sig', 'derivedVia', 'signedMessage', 'address'])
    expect(authSig.signedMessage).toBe(profile.wallet.signRequests[0]?.message)
    const [sig] = Object.values('value' in answer ? answer.value : {})
    expect(JSON.parse(sig?.signedMessage ?? '').capabilities).toEqual([authSig])

    // The seed stands in the one place where Lit apps look for it.
    expect(findSeed(await dumpOrigin(tab), seedIn(kept))).toEqual([expect.stringMatching(/^localStorage lit-session-key: hex$/)])
  })

  for (const way of ['bare', 'of local storage'] as const) {
    it(`is as before after disconnectWeb3(), ${way}, and so is all else that the site keeps`, async () => {
      const profile = await lit.newProfile()
      const tab = await newFilled(profile, lit.newTab)
      const before = await storedIn(tab)
      await lit.start(tab)
      await useAll(tab)
      const during = await localStorageOf(tab)
      expect(Object.keys(during)).toEqual(expect.arrayContaining(['lit-auth-signature', 'lit-sessions']))
      await tab.evaluate((isBare) => window.lit.disconnectWeb3(isBare ? undefined : localStorage), way === 'bare')
      expect(await storedIn(tab)).toEqual(before)
      expect(findSeed(await dumpOrigin(tab), seedIn(during))).toEqual([])
    })
  }

  it("keeps what is not the client's after disconnectWeb3(client)", async () => {
    const profile = await lit.newProfile()
    const tab = await newFilled(profile, lit.newTab)
    const before = await localStorageOf(tab)
    await lit.start(tab)
    await useAll(tab)
    const during = await localStorageOf(tab)
    await tab.evaluate(() => window.lit.disconnectWeb3(window.litClient))
    expect(await localStorageOf(tab)).toEqual({ ...before, 'lit-auth-signature': during['lit-auth-signature'] })
    expect(findSeed(await dumpOrigin(tab), seedIn(during))).toEqual([])
  })

  it('has nothing of it in the very turn in which disconnectWeb3() was called', async () => {
    const profile = await lit.newProfile()
    const tab = await newFilled(profile, lit.newClient)
    await useAll(tab)
    const left = await tab.evaluate(() => {
      void window.lit.disconnectWeb3()
      return window.lit.readArea(localStorage)
    })
    expect(left).toEqual(appsOwn)
  })

  it('nor ever after, also while calls are under way', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await newFilled(profile, lit.newClient)
    wallet.answer = 'hold'
    const answer = getSigs(tab)
    await wallet.whenAsked(1)
    await tab.evaluate(() => window.lit.disconnectWeb3())
    wallet.release()
    expect(await answer).toEqual({ code: 'signed-out', message: expect.stringMatching(/^Signed out while the wallet was asked/) })
    // Nobody can call what this API does not have.
    expect(await answer).not.toMatchObject({ message: expect.stringContaining('signIn') })
    // What the wallet signed has arrived, and whoever was to write something has.
    await tab.evaluate(() => window.ethereum.request({ method: 'eth_chainId' }))
    await whenAtRest(tab)
    expect(await localStorageOf(tab)).toEqual(appsOwn)
  })

  it('is forgotten by a page that is left without waiting: loaded again, it asks again', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await newFilled(profile, lit.newClient)
    const old = keysOf([await getSigs(tab)])
    const loaded = tab.waitForEvent('load')
    await tab.evaluate(() => {
      void window.lit.disconnectWeb3()
      location.reload()
    })
    await loaded
    await lit.start(tab)
    expect(await localStorageOf(tab)).toEqual(appsOwn)
    expect(keysOf([await getSigs(tab)])).not.toEqual(old)
    expect(wallet.signRequests.length).toBe(2)
  })
})
