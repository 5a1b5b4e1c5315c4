/** The tab that asks the wallet is lost while it asks, or nobody answers there: another takes over. */
import { setTimeout as later } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, codeOf, expectAccepted, keysOf, newClients, newPair, sharedStorages, whenWaiting } from './clients.ts'
import type { Outcome } from './pages/outcome.ts'
import type { WorkerAnswer } from './pages/worker.ts'
import { describeInBrowser } from './suite.ts'
import { crash, freeze, type Profile } from './tabs.ts'

/** One tab asks, and nothing comes of that; the others wait for it. */
interface Waiting {
  readonly asking: Page
  /** What comes of the call in the asking tab, if it lives. */
  readonly late: Promise<Outcome<WorkerAnswer>>
  readonly answers: Promise<Outcome<WorkerAnswer>[]>
}

/** What is asked after the first question, a person answers within half a second. */
async function askAndWait({ wallet }: Profile, [asking, ...others]: readonly Page[]): Promise<Waiting> {
  wallet.answer = () => (wallet.signRequests.length === 1 ? 'hold' : later(500, 'sign' as const))
  if (!asking) return expect.fail('There are no tabs.')
  const late = call(asking, 'getSessionSigs')
  // It may end with the tab.
  late.catch(() => undefined)
  await wallet.whenAsked(1)
  const answers = Promise.all(others.map((tab) => call(tab, 'getSessionSigs')))
  await whenWaiting(asking, others.length)
  return { asking, late, answers }
}

describeInBrowser('the asking tab', (rig) => {
  async function expectOneKey(answers: Promise<Outcome<WorkerAnswer>[]>): Promise<void> {
    expect(keysOf(await answers).length).toBe(1)
    for (const answer of await answers) await expectAccepted(answer, rig.pages.origin)
  }

  /** The late answer does no harm: all tabs use one session, and nobody is asked again. */
  async function expectAgreement({ wallet }: Profile, tabs: readonly Page[]): Promise<void> {
    const asked = wallet.signRequests.length
    await expectOneKey(Promise.all(tabs.map((tab) => call(tab, 'getSessionSigs'))))
    expect(wallet.signRequests.length).toBe(asked)
  }

  for (const storage of sharedStorages) {
    it(`${storage}: closed: a second question, and all others have their answers`, async () => {
      const profile = await rig.newProfile()
      const { asking, answers } = await askAndWait(profile, await newClients(profile, 4, storage))
      await asking.close()
      await expectOneKey(answers)
      expect(profile.wallet.signRequests.length).toBe(2)
    })

    it(`${storage}: left alone for too long: one of the others takes over, not all of them, and a late answer does no harm`, async () => {
      const profile = await rig.newProfile()
      const tabs = await newClients(profile, 4, storage, { takeOverSeconds: 1 })
      const { late, answers } = await askAndWait(profile, tabs)
      await expectOneKey(answers)
      expect(profile.wallet.signRequests.length).toBe(2)
      profile.wallet.release()
      expect(codeOf(await late)).toBe('done')
      await expectAgreement(profile, tabs)
    })

    it(`${storage}: frozen: another takes over, and a late answer does no harm`, async () => {
      const profile = await rig.newHidingProfile()
      const tabs = await newPair(profile, storage, { takeOverSeconds: 1 })
      const { asking, late, answers } = await askAndWait(profile, tabs)
      const thaw = await freeze(asking)
      await expectOneKey(answers)
      expect(profile.wallet.signRequests.length).toBe(2)
      // Answered after it, or while it still is.
      if (storage === 'indexedDB') await thaw()
      profile.wallet.release()
      await later(100)
      await thaw()
      expect(codeOf(await late)).toBe('done')
      await expectAgreement(profile, tabs)
    })
  }

  it('crashed: a second question, and all others have their answers', async () => {
    const profile = await rig.newProfile()
    const { asking, answers } = await askAndWait(profile, await newClients(profile, 4, 'indexedDB'))
    await crash(asking)
    await expectOneKey(answers)
    expect(profile.wallet.signRequests.length).toBe(2)
  })
})
