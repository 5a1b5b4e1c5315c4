/** A phone shows the wallet only in the turn of the tap: with everything prepared, `signIn()` calls it there. */
import type { SessionSigsRequest } from '@session-sigs/core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, expectAccepted, newClient, sharedStorages, stateOf, valueIn } from './clients.ts'
import { describeInBrowser } from './suite.ts'
import { delayCrypto } from './turns.ts'

const requests: Readonly<Record<string, SessionSigsRequest | undefined>> = {
  'with the request': { resources: ['litAction://QmExample'] },
  'with none': undefined,
}

/** Signs in as of a tap: each `personal_sign` so far, and whether it came in the turn of its tap. */
function tap(tab: Page, request: SessionSigsRequest | undefined): Promise<boolean[]> {
  return tab.evaluate(async (given) => {
    await window.app.inOneTurn(() => window.client.signIn(given))
    return window.__walletCalls.filter(({ method }) => method === 'personal_sign').map(({ inTurn }) => inTurn)
  }, request)
}

describeInBrowser('signIn()', (rig) => {
  for (const storage of sharedStorages) {
    for (const [how, request] of Object.entries(requests)) {
      it(`${storage}: calls the wallet at once after prepare(), ${how}`, async () => {
        const profile = await rig.newProfile()
        await delayCrypto(profile.context)
        const tab = await newClient(profile, storage)
        const message = valueIn(await call(tab, 'prepare', requests['with the request']))
        expect(await tap(tab, request)).toEqual([true])
        expect(profile.wallet.signRequests.map((asked) => asked.message)).toEqual([message])
        await expectAccepted(await call(tab, 'getSessionSigs', requests['with the request']), rig.pages.origin)
      })
    }

    it(`${storage}: without prepare() it is too late`, async () => {
      const profile = await rig.newProfile()
      await delayCrypto(profile.context)
      expect(await tap(await newClient(profile, storage), undefined)).toEqual([false])
    })

    it(`${storage}: after the page was killed while the wallet had the question, the next one asks the very same`, async () => {
      const profile = await rig.newProfile()
      const { wallet } = profile
      wallet.answer = () => (wallet.signRequests.length === 1 ? 'never' : 'sign')
      const killed = await newClient(profile, storage)
      const message = valueIn(await call(killed, 'prepare'))
      void tap(killed, undefined).catch(() => undefined)
      await wallet.whenAsked(1)
      await killed.close()

      const tab = await newClient(profile, storage)
      valueIn(await call(tab, 'signIn'))
      expect(wallet.signRequests.map((asked) => asked.message)).toEqual([message, message])
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      // Answered, it is forgotten: the question after it is another.
      await call(tab, 'signOut')
      expect(await stateOf(tab)).toMatchObject({ status: 'signed-out' })
      await call(tab, 'signIn')
      expect(wallet.signRequests[2]?.message).not.toBe(message)
    })
  }
})
