/** Lit's client over IndexedDB: one more option, and the key is where nobody can read it. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { keysOf } from '../../../../test/browser/clients.ts'
import { dumpOrigin } from '../../../../test/browser/seeds.ts'
import { describeLit, getSigs, type LitProfile, type LitRig, localStorageOf, whenAtRest } from './rig.ts'

async function newKeyless(lit: LitRig, profile: LitProfile): Promise<Page> {
  const tab = await lit.newTab(profile)
  await lit.start(tab, true)
  return tab
}

async function storedTexts(tab: Page): Promise<string> {
  return JSON.stringify((await dumpOrigin(tab)).map(({ where, texts }) => [where, texts[0]]))
}

describeLit('a client over IndexedDB', (lit) => {
  it('keeps a key that cannot be exported, over reloads, and nothing in local storage', async () => {
    const profile = await lit.newProfile()
    const tab = await newKeyless(lit, profile)
    const first = await getSigs(tab)
    await lit.expectAccepted(first)
    expect(await localStorageOf(tab)).toEqual({})
    expect(await storedTexts(tab)).toContain('private Ed25519 key, extractable: false')
    await tab.reload()
    await lit.start(tab, true)
    expect(keysOf([await getSigs(tab)])).toEqual(keysOf([first]))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('is signed out by disconnectWeb3(), in all tabs, and nothing of the session is left', async () => {
    const profile = await lit.newProfile()
    const [here, there] = [await newKeyless(lit, profile), await newKeyless(lit, profile)]
    for (let i = 1; i <= 5; i++) {
      const [old = ''] = keysOf([await getSigs(there)])
      expect(keysOf([await getSigs(here)])).toEqual([old])
      await here.evaluate(() => window.lit.disconnectWeb3())
      await whenAtRest(here)
      const left = await storedTexts(here)
      expect(left).not.toContain(old)
      expect(left).not.toContain('private Ed25519 key')
      const next = await getSigs(there)
      await lit.expectAccepted(next)
      expect(keysOf([next])).not.toEqual([old])
      expect(profile.wallet.signRequests.length).toBe(i + 1)
    }
  })
})
