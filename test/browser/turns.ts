/** Turns of the event loop: `window.app.inOneTurn` marks one, `window.__walletCalls` tells which calls came within it. */
import type { BrowserContext } from 'playwright-core'
import { bundleScript } from './pages.ts'

/**
 * Has WebCrypto answer in a later turn, in tabs opened from now on. Chromium may answer within the same one; then code that waits for a key before it calls the
 * wallet would pass for code that calls at once.
 */
export async function delayCrypto(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: await bundleScript('late-crypto') })
}
