/** Many calls in many tabs, one person: the wallet is asked once. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, codeOf, expectAccepted, keysOf, newClients, sharedStorages, whenWaiting } from './clients.ts'
import type { Outcome } from './pages/outcome.ts'
import type { WorkerAnswer } from './pages/worker.ts'
import { describeInBrowser } from './suite.ts'
import type { Profile } from './tabs.ts'

const [tabCount, callCount] = [8, 25]

function callMany(tab: Page): Promise<Outcome<WorkerAnswer>[]> {
  return tab.evaluate(
    (count) => Promise.all(Array.from({ length: count }, () => window.app.outcome(window.client.getSessionSigs()))),
    callCount,
  )
}

/** All calls of all tabs, answered when all of them wait. A further question would get its signature, and be counted. */
async function callEverywhere({ wallet }: Profile, tabs: readonly Page[], answer: 'sign' | 'refuse'): Promise<Outcome<WorkerAnswer>[][]> {
  const first = wallet.signRequests.length + 1
  wallet.answer = () => (wallet.signRequests.length === first ? 'hold' : 'sign')
  const answers = Promise.all(tabs.map(callMany))
  const [tab] = tabs
  await wallet.whenAsked(first)
  if (tab) await whenWaiting(tab, tabs.length - 1)
  wallet.release(answer)
  return answers
}

describeInBrowser('one prompt', (rig) => {
  for (const storage of sharedStorages) {
    it(`${storage}: eight tabs with 25 calls each, one question: one refusal for all, or 200 answers by one key`, async () => {
      const profile = await rig.newProfile()
      const tabs = await newClients(profile, tabCount, storage)
      const refused = (await callEverywhere(profile, tabs, 'refuse')).flat()
      expect(refused.map(codeOf)).toEqual(Array.from({ length: tabCount * callCount }, () => 'wallet-refused'))
      expect(profile.wallet.signRequests.length).toBe(1)

      const answers = await callEverywhere(profile, tabs, 'sign')
      expect(profile.wallet.signRequests.length).toBe(2)
      expect(answers.flat().length).toBe(tabCount * callCount)
      expect(keysOf(answers.flat()).length).toBe(1)
      for (const [first] of answers) if (first) await expectAccepted(first, rig.pages.origin)
    })

    it(`${storage}: one question, also of a wallet that answers at once`, async () => {
      const profile = await rig.newProfile()
      const tabs = await newClients(profile, tabCount, storage)
      const answers = (await Promise.all(tabs.map(callMany))).flat()
      expect(profile.wallet.signRequests.length).toBe(1)
      expect(answers.length).toBe(tabCount * callCount)
      expect(keysOf(answers).length).toBe(1)
    })

    it(`${storage}: tabs that ask for different things, one question after the other`, async () => {
      const profile = await rig.newProfile()
      const { wallet } = profile
      const tabs = await newClients(profile, 4, storage)
      wallet.answer = 'hold'
      const answers = tabs.map((tab, i) => call(tab, 'getSessionSigs', { resources: [`litAction://${i}`] }))
      for (const [i, tab] of tabs.entries()) {
        await wallet.whenAsked(i + 1)
        await whenWaiting(tab, tabs.length - 1 - i)
        expect(wallet.signRequests.length).toBe(i + 1)
        expect(wallet.release()).toBe(1)
      }
      expect(keysOf(await Promise.all(answers)).length).toBe(1)
      for (const [i, answer] of answers.entries()) {
        await expectAccepted(await answer, rig.pages.origin, { resource: `litAction://${i}` })
      }
    })
  }
})
