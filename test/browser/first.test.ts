/** The whole way in a real browser: page, wallet, session key, and the verifier in Node. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { nodes } from '../../packages/core/test/wallet.ts'
import { expectAccepted } from './clients.ts'
import type { Outcome } from './pages/outcome.ts'
import type { WorkerAnswer } from './pages/worker.ts'
import { describeInBrowser } from './suite.ts'

function askFor(tab: Page): Promise<Outcome<WorkerAnswer>> {
  return tab.evaluate((list) => {
    const { createSessionClient, memoryStorage, outcome, viemSigner } = window.app
    const client = createSessionClient({ nodes: list, storage: memoryStorage(), signer: viemSigner(window.ethereum) })
    return outcome(client.getSessionSigs({ resources: ['litAction://*'] }))
  }, nodes)
}

describeInBrowser('a page', (rig) => {
  it('one question to the wallet, and a good signature for each node', async () => {
    const { newTab, wallet } = await rig.newProfile()
    await expectAccepted(await askFor(await newTab()), rig.pages.origin)
    expect(wallet.signRequests.length).toBe(1)
  })

  it('a worker, which has no wallet, signs by what the page stored', async () => {
    const { newTab, wallet } = await rig.newProfile()
    const tab = await newTab()
    const work = () => tab.evaluate((list) => window.app.askWorker({ nodes: list, resources: ['litAction://*'] }), nodes)
    expect(await work()).not.toHaveProperty('value')
    await tab.evaluate(async (list) => {
      const { createSessionClient, indexedDbStorage, viemSigner } = window.app
      await createSessionClient({ nodes: list, storage: indexedDbStorage(), signer: viemSigner(window.ethereum) }).signIn()
    }, nodes)
    await expectAccepted(await work(), rig.pages.origin)
    expect(wallet.signRequests.length).toBe(1)
  })

  it('without WebCrypto it works as well', async () => {
    const { context, newTab, wallet } = await rig.newProfile()
    await context.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }))
    const tab = await newTab()
    expect(await tab.evaluate(() => [isSecureContext, typeof crypto.subtle])).toEqual([true, 'undefined'])
    await expectAccepted(await askFor(tab), rig.pages.origin)
    expect(wallet.signRequests.length).toBe(1)
  })

  it('and where it was not loaded securely', async () => {
    const { newTab, wallet } = await rig.newProfile()
    const tab = await newTab(rig.pages.insecureOrigin)
    expect(await tab.evaluate(() => [isSecureContext, typeof crypto.subtle, 'locks' in navigator])).toEqual([false, 'undefined', false])
    await expectAccepted(await askFor(tab), rig.pages.insecureOrigin)
    expect(wallet.signRequests.length).toBe(1)
  })
})
