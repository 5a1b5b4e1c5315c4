/** Who signs out in one tab is signed out in all of them, from then on. */
import type { SessionState } from '@session-sigs/core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, codeOf, newPair, sharedStorages, stateOf } from './clients.ts'
import type { Outcome } from './pages/outcome.ts'
import { describeInBrowser } from './suite.ts'

const rounds = 100

/** The tab uses its client as soon as another tells it to: sooner than a test could. */
async function useWhenTold(tab: Page): Promise<void> {
  await tab.evaluate(() => {
    window.used = []
    new BroadcastChannel('test').onmessage = () => window.used.push(window.app.outcome(window.client.getSessionSigs()))
  })
}

/** Does it in one tab, and says what came of the use that another made of its client right after. By the end, the other has heard of it at last. */
async function useAfter(method: 'signIn' | 'signOut', here: Page, there: Page): Promise<string> {
  await here.evaluate(async (name) => {
    const other = new BroadcastChannel('test')
    await window.client[name]()
    other.postMessage('done')
    other.close()
  }, method)
  return there.evaluate(
    async (status) => {
      const end = performance.now() + 5_000
      const isUsed = () => window.used.length > 0
      const isCaughtUp = () => window.client.restore().then(() => window.client.get().status === status)
      for (const check of [isUsed, isCaughtUp]) {
        while (!(await check())) {
          if (performance.now() > end) throw new Error('The other tab never heard of it.')
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
      }
      const [answer] = await Promise.all(window.used.splice(0))
      return answer && 'code' in answer ? answer.code : 'signed'
    },
    method === 'signIn' ? 'signed-in' : 'signed-out',
  )
}

async function watchState(tab: Page): Promise<void> {
  await tab.evaluate(() => {
    window.states = []
    window.client.subscribe((state) => window.states.push(state))
  })
}

describeInBrowser('signing out', (rig) => {
  for (const storage of sharedStorages) {
    it(`${storage}: another tab's very next call fails, and works right after signing in, ${rounds} of ${rounds} times`, async () => {
      const profile = await rig.newProfile()
      const [here, there] = await newPair(profile, storage)
      await useWhenTold(there)
      const surprises: string[] = []
      const expectAfter = async (method: 'signIn' | 'signOut', expected: string, round: number): Promise<void> => {
        const use = await useAfter(method, here, there)
        if (use !== expected) surprises.push(`${use} after ${method} ${round}`)
      }
      for (let i = 1; i <= rounds; i++) {
        // From here on somebody looks, so that the client listens.
        if (i === rounds / 2) await watchState(there)
        await expectAfter('signIn', 'signed', i)
        await expectAfter('signOut', 'signed-out', i)
      }
      expect(surprises).toEqual([])
      expect(await stateOf(there)).toEqual({ status: 'signed-out', reason: 'signed-out' })
      expect(profile.wallet.signRequests.length).toBe(rounds)
    })

    it(`${storage}: another tab's subscriber sees all of it without any call`, async () => {
      const [here, there] = await newPair(await rig.newProfile(), storage)
      await call(there, 'restore')
      await watchState(there)
      for (let i = 0; i < 20; i++) {
        await call(here, 'signIn')
        await there.waitForFunction((count) => window.states.length === count, 2 * i + 2, { polling: 5, timeout: 5_000 })
        await call(here, 'signOut')
        await there.waitForFunction((count) => window.states.length === count, 2 * i + 3, { polling: 5, timeout: 5_000 })
      }
      const states = await there.evaluate(() => window.states)
      const round = [expect.objectContaining({ status: 'signed-in' }), { status: 'signed-out', reason: 'signed-out' }]
      expect(states.slice(1)).toEqual(Array.from({ length: 20 }, () => round).flat())
    })

    it(`${storage}: calls fail until somebody signs in, in whichever tab`, async () => {
      const profile = await rig.newProfile()
      const [here, there] = await newPair(profile, storage)
      await call(here, 'signIn')
      expect(codeOf(await call(there, 'getSessionSigs'))).toBe('done')
      await call(here, 'signOut')
      // The person signed out in the one tab; the other does not ask for another session of its own accord.
      for (let i = 0; i < 3; i++) expect(codeOf(await call(there, 'getSessionSigs'))).toBe('signed-out')
      await call(here, 'signIn')
      expect(codeOf(await call(there, 'getSessionSigs'))).toBe('done')
      await call(there, 'signOut')
      for (let i = 0; i < 3; i++) expect(codeOf(await call(here, 'getSessionSigs'))).toBe('signed-out')
      await call(here, 'signIn')
      for (const tab of [here, there]) expect(codeOf(await call(tab, 'getSessionSigs'))).toBe('done')
      expect(profile.wallet.signRequests.length).toBe(3)
    })
  }
})

declare global {
  interface Window {
    states: SessionState[]
    used: Promise<Outcome<unknown>>[]
  }
}
