/** Lit's API in a browser: a site whose page has it, nodes that serve the site, and tabs of both. */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { parseSiweMessage, type SiweMessage } from '@session-sigs/core'
import { verifySessionSig } from '@session-sigs/core/verify'
import type { GetSessionSigsParams, SessionSig } from '@session-sigs/lit'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openSite, type Site } from '../../../../test/browser/adapters/site.ts'
import { valueIn } from '../../../../test/browser/clients.ts'
import type { Outcome } from '../../../../test/browser/pages/outcome.ts'
import { insecureHost } from '../../../../test/browser/pages.ts'
import { describeInBrowser, type Rig } from '../../../../test/browser/suite.ts'
import type { Profile } from '../../../../test/browser/tabs.ts'
import type { TestWallet, WalletOptions } from '../../../../test/browser/wallet.ts'
import { alice } from '../../../core/test/wallet.ts'
import type { Wallets } from './page.ts'

export type Answer = Outcome<Record<string, SessionSig>>

/** What a wallet does that is to go to another chain: it goes, it says that it went, it fails with a code. */
type Switching = 'go' | 'pretend' | 4001 | 4902

export interface LitProfile extends Profile {
  switching: Switching
}

/** What a node takes, where it is not what most tests ask for. */
interface Expected {
  readonly resource?: string
  readonly ability?: string
  readonly address?: string
  readonly domain?: string
}

export interface LitRig {
  /** Of the site's pages; they are served as soon as tests run. */
  readonly origin: string
  /** The same site under a name that browsers do not trust: no `crypto.subtle`, no `navigator.locks`. */
  readonly insecureOrigin: string
  /** As messages name the site. */
  readonly host: string
  readonly network: Network
  /** A browser profile of its own, with nothing stored and its own wallet; closed after the test, which fails if a page let an error go uncaught. */
  newProfile(options?: WalletOptions): Promise<LitProfile>
  /** The same, with tabs that can be frozen; takes a second longer. */
  newHidingProfile(): Promise<LitProfile>
  /** A tab without a client. */
  newTab(profile: LitProfile): Promise<Page>
  /** A tab with a client that has connected. */
  newClient(profile: LitProfile): Promise<Page>
  /** What a tab's client is from now on. */
  start(tab: Page, isInIndexedDb?: boolean): Promise<void>
  /** Each signature as its node would check it. */
  expectAccepted(answer: Answer, expected?: Expected): Promise<void>
}

/** The page, bundled from source as an app's is. */
async function bundlePage(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    entryPoints: ['./page.ts'],
    conditions: ['@session-sigs/source', 'import'],
    ...{ bundle: true, splitting: true, format: 'esm', target: 'es2022', write: false, outdir: 'served', logLevel: 'silent' },
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
}

async function withSwitching(opening: Promise<Profile>): Promise<LitProfile> {
  const profile: LitProfile = { ...(await opening), switching: 'go' }
  await profile.context.exposeBinding('__switchChain', async (_, chainId: number) => {
    const { switching, wallet } = profile
    if (switching === 'go') await wallet.switchChain(chainId)
    return typeof switching === 'number' ? switching : 0
  })
  return profile
}

function describedRig(rig: Rig, site: () => Site, network: () => Network): LitRig {
  const lit: LitRig = {
    get origin() {
      return site().origin
    },
    get insecureOrigin() {
      return `http://${insecureHost}:${new URL(site().origin).port}`
    },
    get host() {
      return new URL(site().origin).host
    },
    get network() {
      return network()
    },
    newProfile: (options) => withSwitching(rig.newProfile(options)),
    newHidingProfile: () => withSwitching(rig.newHidingProfile()),
    newTab: (profile) => profile.newTab(site().origin),
    async newClient(profile) {
      const tab = await lit.newTab(profile)
      await lit.start(tab)
      return tab
    },
    start: (tab, isInIndexedDb = false) =>
      tab.evaluate(([bootstrapUrls, is]) => window.lit.start({ litNetwork: 'custom', bootstrapUrls }, is), [
        network().urls,
        isInIndexedDb,
      ] as const),
    async expectAccepted(answer, { address = alice.address, domain = lit.host, ...asked } = {}) {
      const sigs = valueIn(answer)
      // In the order in which the nodes answered.
      expect(Object.keys(sigs).toSorted()).toEqual(network().urls.toSorted())
      for (const [node, sig] of Object.entries(sigs)) {
        const session = await verifySessionSig(sig, { audience: node, domains: [domain], resource: 'litAction://*', ...asked })
        expect(session.address).toBe(address)
      }
    },
  }
  return lit
}

/** One a file: it starts a browser, a site and three nodes for all of its tests. */
export function describeLit(name: string, run: (lit: LitRig) => void): void {
  describeInBrowser(name, (rig) => {
    let site: Site | undefined
    let network: Network | undefined
    const running = <T>(part: T | undefined): T => part ?? expect.fail('The site and its nodes are there only while tests run.')

    beforeAll(async () => {
      site = await openSite(await bundlePage())
      const { host, port } = new URL(site.origin)
      network = await startNetwork({ domains: [host, `${insecureHost}:${port}`] })
      // A busy machine may take its time.
    }, 60_000)

    afterAll(async () => {
      await network?.close()
      await site?.close()
    })

    run(
      describedRig(
        rig,
        () => running(site),
        () => running(network),
      ),
    )
  })
}

export const greeting: GetSessionSigsParams = { chain: 'ethereum', resources: ['litAction://*'] }

/** What came of a call. */
export async function getSigs(tab: Page, params: GetSessionSigsParams = greeting): Promise<Answer> {
  const [answer] = await getManySigs(tab, 1, params)
  return answer ?? expect.fail('There was no call.')
}

/** What came of several calls at the same time. */
export function getManySigs(tab: Page, count: number, params: GetSessionSigsParams = greeting): Promise<Answer[]> {
  return tab.evaluate(([given, times]) => window.lit.getSessionSigs(given, times), [params, count] as const)
}

export function setWallets(tab: Page, wallets: Wallets): Promise<void> {
  return tab.evaluate((given) => window.lit.setWallets(given), wallets)
}

export function localStorageOf(tab: Page): Promise<Record<string, string>> {
  return tab.evaluate(() => window.lit.readArea(localStorage))
}

/** What the wallet was asked last to sign, as it showed it. */
export function lastMessage({ signRequests }: TestWallet): SiweMessage {
  return parseSiweMessage(signRequests.at(-1)?.message ?? expect.fail('The wallet was never asked.'))
}

/** When no client in any tab asks, writes, or has just written. */
export async function whenAtRest(tab: Page): Promise<void> {
  await tab.waitForFunction(async () => {
    const { held = [], pending = [] } = await navigator.locks.query()
    return held.length + pending.length === 0
  })
}
