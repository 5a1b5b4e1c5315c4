/** The same tests for each of the apps. */
import type { NetworkOptions } from '@session-sigs/app-nodes'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, describe, expect, vi } from 'vitest'
import { describeInBrowser } from '../../../../test/browser/suite.ts'
import type { Profile } from '../../../../test/browser/tabs.ts'
import type { WalletOptions } from '../../../../test/browser/wallet.ts'
import { type AppName, apps, type Site, startSite } from './site.ts'

export interface Visit {
  readonly app: AppName
  readonly site: Site
  readonly profile: Profile
  /** What the pages wrote to the console, warnings and errors; a test that expects some empties it. */
  readonly complaints: string[]
  /** Another tab with the app in it. */
  open(hash?: string): Promise<Page>
}

export interface AppRig {
  readonly app: AppName
  /** A site of its own, with nodes, and a profile with nothing stored. */
  visit(options?: NetworkOptions & WalletOptions): Promise<Visit>
}

/** Browsers write down every refusal by a node, and every node that is down, however well a page takes it: that is left out. */
function listenTo(context: BrowserContext, { network }: Site, complaints: string[]): void {
  const isNodes = (url: string): boolean => network.urls.some((node) => url.startsWith(node))
  context.on('console', (message) => {
    if (['warning', 'error'].includes(message.type()) && !isNodes(message.location().url)) complaints.push(message.text())
  })
}

export function describeApps(name: string, run: (rig: AppRig) => void): void {
  // A whole flow takes a few seconds by itself, and the machine may have other tests to run beside it.
  vi.setConfig({ testTimeout: 120_000 })
  describeInBrowser(name, (browser) => {
    let visits: Visit[] = []

    afterEach(async () => {
      const ended = visits
      visits = []
      await Promise.all(ended.map(({ site }) => site.close()))
      expect(ended.flatMap(({ complaints }) => complaints)).toEqual([])
    })

    for (const app of apps) {
      describe(app, () => {
        run({
          app,
          async visit({ account, chainId, ...options } = {}) {
            const site = await startSite(app, options)
            const profile = await browser.newProfile({ ...(account ? { account } : {}), ...(chainId === undefined ? {} : { chainId }) })
            const complaints: string[] = []
            listenTo(profile.context, site, complaints)
            const open = (hash = ''): Promise<Page> => profile.newTab(`${site.origin}/${hash}`)
            const visit = { app, site, profile, complaints, open }
            visits.push(visit)
            return visit
          },
        })
      })
    }
  })
}
