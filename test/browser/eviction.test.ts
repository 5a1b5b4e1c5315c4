/** Storages that lose what they had, have no room, or are not there. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, codeOf, expectAccepted, newClient, openClient, stateOf, valueIn } from './clients.ts'
import type { StorageName } from './pages/client.ts'
import { describeInBrowser } from './suite.ts'
import type { Profile } from './tabs.ts'

/** Ways in which a storage is emptied while a tab is signed in; `other` is another tab of the origin. */
const losses: readonly (readonly [StorageName, string, (tab: Page, other: Page) => Promise<unknown>])[] = [
  [
    'indexedDB',
    'another tab deletes the database',
    (_, other) =>
      other.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const deleting = indexedDB.deleteDatabase('session-sigs')
            deleting.onsuccess = () => resolve(undefined)
            deleting.onerror = () => reject(deleting.error)
          }),
      ),
  ],
  ['indexedDB', 'the person clears the site’s data', clearSite],
  ['localStorage', 'another tab clears it', (_, other) => other.evaluate(() => localStorage.clear())],
  ['localStorage', 'the person clears the site’s data', clearSite],
]

async function clearSite(tab: Page): Promise<void> {
  const session = await tab.context().newCDPSession(tab)
  await session.send('Storage.clearDataForOrigin', { origin: new URL(tab.url()).origin, storageTypes: 'all' })
}

describeInBrowser('a storage', (rig) => {
  for (const [storage, how, lose] of losses) {
    it(`${storage}: ${how}: signed out, and signIn() begins anew`, async () => {
      const profile = await rig.newProfile()
      const tab = await newClient(profile, storage)
      const other = await profile.newTab()
      valueIn(await call(tab, 'signIn'))
      await lose(tab, other)
      // A tab learns a little late what another did to localStorage.
      await tab.waitForFunction(() => localStorage.length === 0)
      expect(codeOf(await call(tab, 'getSessionSigs'))).toBe('signed-out')
      expect(await stateOf(tab)).toEqual({ status: 'signed-out', reason: 'evicted' })
      expect(codeOf(await call(tab, 'getSessionSigs'))).toBe('signed-out')
      expect(profile.wallet.signRequests.length).toBe(1)

      expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ status: 'signed-in' })
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      // It is stored again.
      await tab.reload()
      await openClient(tab, storage)
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      expect(profile.wallet.signRequests.length).toBe(2)
    })
  }

  async function expectMemory({ wallet }: Profile, tab: Page): Promise<void> {
    expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ status: 'signed-in', protection: 'memory' })
    for (let i = 0; i < 3; i++) await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
    expect(wallet.signRequests.length).toBe(1)
    expect(codeOf(await call(tab, 'signOut'))).toBe('done')
    expect(await stateOf(tab)).toEqual({ status: 'signed-out', reason: 'signed-out' })
  }

  it('localStorage that throws when it is touched: the key is in memory', async () => {
    const profile = await rig.newProfile()
    await profile.context.addInitScript(() =>
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('Not here.', 'SecurityError')
        },
      }),
    )
    const tab = await newClient(profile, 'localStorage')
    await expectMemory(profile, tab)
  })

  for (const storage of ['indexedDB', 'localStorage', 'sessionStorage'] as const) {
    it(`${storage} in a sandbox, where there is none: the key is in memory`, async () => {
      const profile = await rig.newProfile()
      const tab = await profile.newTab(rig.pages.sandboxed)
      expect(await tab.evaluate(() => self.origin)).toBe('null')
      await openClient(tab, storage)
      await expectMemory(profile, tab)
    })
  }

  it('localStorage without room: the key is in memory, and nobody is asked again', async () => {
    const profile = await rig.newProfile()
    const tab = await newClient(profile, 'localStorage')
    await tab.evaluate(() => {
      let text = 'x'.repeat(2 ** 20)
      for (let i = 0; text !== ''; i++) {
        try {
          localStorage.setItem(`${i}`, text)
        } catch {
          text = text.slice(text.length / 2)
          if (text.length === 1) text = ''
        }
      }
    })
    await expectMemory(profile, tab)
    expect(await tab.evaluate(() => localStorage.getItem('session-sigs:lit'))).toBe(null)
  })
})
