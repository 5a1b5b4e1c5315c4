/** Tests in a browser: where there is none they are left out, and `setup.ts` has said why. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest'
import { type Pages, startPages } from './pages.ts'
import { openBrowser, openHidingProfile, openProfile, type Profile } from './tabs.ts'
import type { WalletOptions } from './wallet.ts'

export interface Rig {
  /** Where the pages are; known once tests run. */
  readonly pages: Pages
  /** A profile of its own, with nothing stored; closed after the test, which fails if a page let an error go uncaught. */
  newProfile(options?: WalletOptions): Promise<Profile>
  /** The same, with tabs that can be frozen; takes a second longer. */
  newHidingProfile(options?: WalletOptions): Promise<Profile>
}

const path = inject('chromium')

/** One a file: it starts a browser for all of its tests. */
export function describeInBrowser(name: string, run: (rig: Rig) => void): void {
  describe.skipIf(path === '')(name, () => {
    let pages: Pages | undefined
    let browser: Browser | undefined
    let profiles: Profile[] = []
    const running = <T>(part: T | undefined): T => part ?? expect.fail('The browser and its pages are there only while tests run.')

    async function closing(opening: Promise<Profile>): Promise<Profile> {
      const profile = await opening
      profiles.push(profile)
      return profile
    }

    beforeAll(async () => {
      pages = await startPages()
      browser = await openBrowser(path)
      // A busy machine may take its time.
    }, 60_000)

    afterEach(async () => {
      const ended = profiles
      profiles = []
      await Promise.all(ended.map((profile) => profile.close()))
      expect(ended.flatMap(({ uncaught }) => uncaught)).toEqual([])
    })

    afterAll(async () => {
      await browser?.close()
      await pages?.close()
    })

    run({
      get pages() {
        return running(pages)
      },
      newProfile: (options) => closing(openProfile(running(browser), running(pages).origin, options)),
      newHidingProfile: (options) => closing(openHidingProfile(path, running(pages).origin, options)),
    })
  })
}
