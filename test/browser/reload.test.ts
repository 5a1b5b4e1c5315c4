/** A page that is loaded again has its session, and nobody is asked for it. */
import { expect, it } from 'vitest'
import { call, expectAccepted, openClient, stateOf, valueIn } from './clients.ts'
import type { StorageName } from './pages/client.ts'
import { describeInBrowser } from './suite.ts'

const protections: Readonly<Record<StorageName, string>> = {
  indexedDB: 'non-extractable',
  localStorage: 'extractable',
  sessionStorage: 'extractable',
}

describeInBrowser('after a reload', (rig) => {
  for (const storage of ['indexedDB', 'localStorage', 'sessionStorage'] as const) {
    it(`${storage}: restore() signs in, signatures are good, and the wallet is not touched`, async () => {
      const { newTab, wallet } = await rig.newProfile()
      const tab = await newTab()
      await openClient(tab, storage)
      const before = valueIn(await call(tab, 'signIn'))
      expect(before).toMatchObject({ status: 'signed-in', protection: protections[storage] })
      const touched = wallet.requests.length

      await tab.reload()
      await openClient(tab, storage)
      expect(await stateOf(tab)).toEqual({ status: 'signed-out', reason: 'never' })
      await call(tab, 'restore')
      expect(await stateOf(tab)).toEqual(before)
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)

      await tab.reload()
      await openClient(tab, storage)
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      expect(await stateOf(tab)).toEqual(before)
      expect([wallet.signRequests.length, wallet.requests.length]).toEqual([1, touched])
    })
  }

  it('sessionStorage: another tab has nothing of it', async () => {
    const { newTab } = await rig.newProfile()
    const [tab, other] = [await newTab(), await newTab()]
    for (const each of [tab, other]) await openClient(each, 'sessionStorage')
    await call(tab, 'signIn')
    await call(other, 'restore')
    expect(await stateOf(other)).toEqual({ status: 'signed-out', reason: 'never' })
  })
})
