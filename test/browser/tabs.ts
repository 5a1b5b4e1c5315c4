/** Browsers, their profiles and their tabs. */
import { createServer } from 'node:net'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { insecureHost } from './pages.ts'
import { installWallet, type TestWallet, type WalletOptions } from './wallet.ts'

/** Beside what playwright says anyway, as that it is to be quiet about itself. */
const flags = [
  '--disable-gpu',
  '--disable-quic',
  // The tests reach this machine and no other, whatever the machine is set to.
  '--no-proxy-server',
  `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
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

async function profileOf(context: BrowserContext, url: string, options: WalletOptions = {}): Promise<Profile> {
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

export async function openProfile(browser: Browser, url: string, options?: WalletOptions): Promise<Profile> {
  return profileOf(await browser.newContext(), url, options)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

/**
 * A profile in a browser of its own, where the newest tab hides the others. Everywhere else playwright has all tabs count as visible, and what is visible cannot be frozen.
 */
export async function openHidingProfile(executablePath: string, url: string, options?: WalletOptions): Promise<Profile> {
  const port = await freePort()
  const browser = await chromium.launch({ executablePath, args: [...flags, `--remote-debugging-port=${port}`] })
  const visitor = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
  const [context] = visitor.contexts()
  if (!context) throw new Error('The browser has no context of its own.')
  return { ...(await profileOf(context, url, options)), close: () => browser.close() }
}

/** Nothing runs in the tab until the returned function is called. It has to be hidden. */
export async function freeze(tab: Page): Promise<() => Promise<unknown>> {
  const session = await tab.context().newCDPSession(tab)
  const freezing = await tab.evaluateHandle(() => ({ done: new Promise((resolve) => document.addEventListener('freeze', resolve)) }))
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  await freezing.evaluate(({ done }) => done.then(() => undefined))
  return () => session.send('Page.setWebLifecycleState', { state: 'active' })
}

/** The tab's process is gone. */
export async function crash(tab: Page): Promise<void> {
  const crashed = tab.waitForEvent('crash')
  const session = await tab.context().newCDPSession(tab)
  // Never answered: there is nobody left to answer.
  session.send('Page.crash').catch(() => undefined)
  await crashed
}
