/** A page that was not loaded securely, as in development on another machine: no `crypto.subtle`, no `navigator.locks`. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { keysOf } from '../../../../test/browser/clients.ts'
import { describeLit, getManySigs, getSigs, type LitProfile, type LitRig, localStorageOf } from './rig.ts'

async function newInsecure(lit: LitRig, profile: LitProfile): Promise<Page> {
  const tab = await profile.newTab(lit.insecureOrigin)
  await lit.start(tab)
  expect(await tab.evaluate(() => [isSecureContext, 'locks' in navigator])).toEqual([false, false])
  return tab
}

describeLit('on a page that was not loaded securely', (lit) => {
  it('many calls ask once, over reloads, and the signatures are good', async () => {
    const profile = await lit.newProfile()
    const tab = await newInsecure(lit, profile)
    const answers = await getManySigs(tab, 5)
    await tab.reload()
    await lit.start(tab)
    answers.push(await getSigs(tab))
    expect(keysOf(answers).length).toBe(1)
    for (const answer of answers) await lit.expectAccepted(answer, { domain: new URL(lit.insecureOrigin).host })
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('signing out leaves nothing at once, and another tab asks anew', async () => {
    const profile = await lit.newProfile()
    const [here, there] = [await newInsecure(lit, profile), await newInsecure(lit, profile)]
    const old = keysOf([await getSigs(there)])
    expect(keysOf([await getSigs(here)])).toEqual(old)
    const left = await here.evaluate(() => {
      void window.lit.disconnectWeb3()
      return window.lit.readArea(localStorage)
    })
    expect(left).toEqual({})
    await there.waitForFunction(() => localStorage.length === 0)
    expect(keysOf([await getSigs(there)])).not.toEqual(old)
    await there.evaluate(() => window.lit.disconnectWeb3())
    expect(await localStorageOf(there)).toEqual({})
    expect(profile.wallet.signRequests.length).toBe(2)
  })
})
