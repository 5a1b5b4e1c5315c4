/** Browsers, their profiles and their tabs. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { insecureHost } from './pages.ts'
import { installWallet, type TestWallet, type WalletOptions } from './wallet.ts'

/** Beside what playwright says anyway, as that it is to be quiet about itself. */
const flags = [
  '--disable-gpu',
  '--disable-quic',
  // The tests reach this machine and no other, whatever the machine is set to.
  '--no-proxy-server',
  `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost`,
]

/** Takes about a second: once a file. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags })
}

/** One person's browser: its tabs share storage, Web Locks, BroadcastChannel and the wallet; other profiles have their own. */
export interface Profile {
  readonly context: BrowserContext
  readonly wallet: TestWallet
  /** What nobody caught, in any tab. */
  readonly uncaught: string[]
  /** Another tab; it has loaded, modules and all. Init scripts have to be added to the context before. */
  newTab(url?: string): Promise<Page>
  close(): Promise<void>
}

export async function openProfile(browser: Browser, url: string, options: WalletOptions = {}): Promise<Profile> {
  const context = await browser.newContext()
  const wallet = await installWallet(context, options)
  const uncaught: string[] = []
  context.on('weberror', (error) => void uncaught.push(String(error.error())))
  return {
    context,
    wallet,
    uncaught,
    async newTab(address = url) {
      const tab = await context.newPage()
      await tab.goto(address)
      return tab
    },
    close: () => context.close(),
  }
}
