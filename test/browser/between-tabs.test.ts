/** What one tab does, the next call in another goes by. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { alice, bob } from '../../packages/core/test/wallet.ts'
import { call, codeOf, expectAccepted, keysOf, newPair, sharedStorages, stateOf, valueIn } from './clients.ts'
import { describeInBrowser } from './suite.ts'

async function keyIn(tab: Page): Promise<string> {
  const state = await stateOf(tab)
  return state.status === 'signed-in' ? state.sessionKey : expect.fail(`signed out: ${state.reason}`)
}

function followWallet(tab: Page): Promise<void> {
  return tab.evaluate(() => void window.client.follow(window.ethereum))
}

/** When the tab's own state says so: a wallet's event is nothing to wait for. */
async function whenAccountIs(tab: Page, address: string | undefined): Promise<void> {
  await tab.waitForFunction((expected) => {
    const state = window.client.get()
    return (state.status === 'signed-in' ? state.address : undefined) === expected
  }, address)
}

describeInBrowser('what happens in one tab', (rig) => {
  for (const storage of sharedStorages) {
    it(`${storage}: renewed: the other signs with the new key`, async () => {
      const profile = await rig.newProfile()
      const [here, there] = await newPair(profile, storage)
      await call(here, 'signIn')
      const old = keysOf([await call(there, 'getSessionSigs')])
      expect(old).toEqual([await keyIn(here)])
      valueIn(await call(here, 'renew'))
      const answer = await call(there, 'getSessionSigs')
      expect(keysOf([answer])).toEqual([await keyIn(here)])
      expect(keysOf([answer])).not.toEqual(old)
      await expectAccepted(answer, rig.pages.origin)
      expect(profile.wallet.signRequests.length).toBe(2)
    })

    it(`${storage}: further scope: the other signs with it, and nobody is asked`, async () => {
      const profile = await rig.newProfile()
      const [here, there] = await newPair(profile, storage)
      await call(here, 'signIn', { resources: ['litAction://first'] })
      await call(there, 'getSessionSigs', { resources: ['litAction://first'] })
      valueIn(await call(here, 'require', ['litAction://second']))
      for (const tab of [there, here]) {
        const answer = await call(tab, 'getSessionSigs', { resources: ['litAction://first', 'litAction://second'] })
        for (const resource of ['litAction://first', 'litAction://second']) await expectAccepted(answer, rig.pages.origin, { resource })
      }
      expect(profile.wallet.signRequests.length).toBe(2)
    })

    it(`${storage}: another account: the other goes along, to its session or to none`, async () => {
      const profile = await rig.newProfile()
      const { wallet } = profile
      const [here, there] = await newPair(profile, storage)
      await followWallet(here)
      await call(here, 'signIn')
      expect(codeOf(await call(there, 'getSessionSigs'))).toBe('done')

      await wallet.switchAccount(bob)
      await whenAccountIs(here, undefined)
      await call(there, 'restore')
      expect(await stateOf(there)).toEqual({ status: 'signed-out', reason: 'account-changed' })
      expect(wallet.signRequests.length).toBe(1)
      // Nobody signed out: a call may ask for this account's session.
      await expectAccepted(await call(there, 'getSessionSigs'), rig.pages.origin, { address: bob.address })
      expect(wallet.signRequests.length).toBe(2)

      await call(here, 'restore')
      for (const account of [alice, bob]) {
        await wallet.switchAccount(account)
        await whenAccountIs(here, account.address)
        await expectAccepted(await call(there, 'getSessionSigs'), rig.pages.origin, { address: account.address })
      }
      expect(wallet.signRequests.length).toBe(2)
    })
  }
})
