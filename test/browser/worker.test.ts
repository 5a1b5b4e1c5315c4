/** A worker, which has no wallet, signs by the session of the page. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { nodes } from '../../packages/core/test/wallet.ts'
import { call, codeOf, expectAccepted, keysOf, newClient, whenWaiting } from './clients.ts'
import type { Outcome } from './pages/outcome.ts'
import type { WorkerAnswer } from './pages/worker.ts'
import { describeInBrowser } from './suite.ts'

function work(tab: Page): Promise<Outcome<WorkerAnswer>> {
  return tab.evaluate((list) => window.app.askWorker({ nodes: list }), nodes)
}

describeInBrowser('a worker', (rig) => {
  it('waits for what the page is asking, and signs with the same key', async () => {
    const profile = await rig.newProfile()
    const { wallet } = profile
    const tab = await newClient(profile, 'indexedDB')
    wallet.answer = 'hold'
    const answer = call(tab, 'getSessionSigs')
    await wallet.whenAsked(1)
    const worked = work(tab)
    await whenWaiting(tab, 1)
    wallet.release()
    expect(keysOf([await worked, await answer]).length).toBe(1)
    await expectAccepted(await worked, rig.pages.origin)
    expect(wallet.signRequests.length).toBe(1)
  })

  it('fails while nobody has signed in, and where the person refuses', async () => {
    const profile = await rig.newProfile()
    const { wallet } = profile
    const tab = await newClient(profile, 'indexedDB')
    expect(codeOf(await work(tab))).toBe('signed-out')
    wallet.answer = 'hold'
    const answer = call(tab, 'getSessionSigs')
    await wallet.whenAsked(1)
    const worked = work(tab)
    await whenWaiting(tab, 1)
    wallet.release('refuse')
    expect([codeOf(await answer), codeOf(await worked)]).toEqual(['wallet-refused', 'wallet-refused'])
    expect(wallet.signRequests.length).toBe(1)
  })

  it('fails after the page signed out, until it signs in again', async () => {
    const profile = await rig.newProfile()
    const tab = await newClient(profile, 'indexedDB')
    for (let i = 0; i < 10; i++) {
      await call(tab, 'signIn')
      expect(codeOf(await work(tab))).toBe('done')
      await call(tab, 'signOut')
      expect(codeOf(await work(tab))).toBe('signed-out')
    }
    expect(profile.wallet.signRequests.length).toBe(10)
  })
})
