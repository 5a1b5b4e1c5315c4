/** Signing out, with and without a word to the nodes, and what a copied signature is worth after it. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApps } from './app.ts'
import { button, card, ended, expectVerdicts, notice, press, row, says, see, signIn, unsee } from './steps.ts'

const copies = 'Is a copy still good?'
const of = (verdict: string): string[] => Array(3).fill(verdict)

/** What a copy of a signed request is worth: the last one that the page sent, byte for byte. */
async function overhear(tab: Page): Promise<() => Promise<unknown>> {
  const sent = await tab.waitForRequest((request) => request.url().endsWith('/action') && 'signature-input' in request.headers())
  const headers = await sent.allHeaders()
  const kept = ['content-type', 'content-digest', 'session-delegation', 'session-delegation-id', 'signature-input', 'signature']
  const init = {
    method: sent.method(),
    headers: Object.fromEntries(kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
    body: sent.postData(),
  }
  return async () => ((await (await fetch(sent.url(), init)).json()) as { code?: string }).code
}

describeApps('signing out', ({ visit }) => {
  it('without a word to the nodes: a copy is good at all of them, until it ends', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await signIn(tab)
    await press(tab, 'Sign out')
    await says(ended(tab), 'The session key has been destroyed.')
    await says(card(tab, copies), 'The nodes were not told')
    await press(tab, 'Try the old signatures')
    await expectVerdicts(tab, copies, of('Accepted'))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('and revoked: every node refuses it, in both forms, and says that this is why', async () => {
    const { open, profile, site } = await visit()
    const tab = await open()
    await signIn(tab)
    const overheard = overhear(tab)
    await press(tab, 'Use all five powers')
    await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
    const sendCopy = await overheard
    expect(await sendCopy()).toBe('nonce-used')
    await says(card(tab, 'Session'), 'Revoking also tells every node')
    await press(tab, 'Sign out and revoke')
    await says(ended(tab), 'Signed out and revoked')
    await says(ended(tab), 'every node has been told')
    await press(tab, 'Try the old signatures')
    await expectVerdicts(tab, copies, of('Refused'))
    await says(card(tab, copies).getByRole('status'), '3 refused')
    const first = row(tab, copies, site.network.urls[0] ?? '')
    await says(first, 'The session was revoked.')
    await first.locator('summary').click()
    await says(first.locator('ol > li[data-status="failed"]'), 'revocation')
    expect(await first.locator('ol > li[data-status="passed"]').count()).toBe(15)
    expect(await sendCopy()).toBe('revoked')
    expect(profile.wallet.signRequests.length).toBe(1)

    await press(ended(tab), 'Sign in again')
    await see(card(tab, 'Session'))
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', of('Accepted'))
    expect(profile.wallet.signRequests.length).toBe(2)
  })

  it('another tab is signed out, too, and what it signed is revoked with it', async () => {
    const { open } = await visit()
    const [tab, other] = [await open(), await open()]
    await signIn(tab)
    await see(card(other, 'Session'))
    const overheard = overhear(other)
    await press(other, 'Use all five powers')
    const sendCopy = await overheard
    await expectVerdicts(other, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
    await press(tab, 'Sign out and revoke')
    await says(ended(tab), 'Signed out and revoked')
    await says(ended(other), 'You signed out, here or in another tab.')
    expect(await card(other, copies).count()).toBe(0)
    expect(await sendCopy()).toBe('revoked')
  })

  it.each(['memory', 'localStorage', 'IndexedDB'])('a session kept in %s is revoked', async (storage) => {
    const { open } = await visit()
    const tab = await open()
    await signIn(tab, { storage: storage === 'memory' ? 'Memory' : storage })
    if (storage !== 'memory') {
      await tab.reload()
      await see(card(tab, 'Session'))
    }
    await press(tab, 'Sign out and revoke')
    await says(ended(tab), 'Signed out and revoked')
    await press(tab, 'Try the old signatures')
    await expectVerdicts(tab, copies, of('Refused'))
  })

  it('a node down: named, and told at a button that starts it', async () => {
    const { open, site } = await visit()
    const tab = await open()
    const [, node = ''] = site.network.urls
    await signIn(tab)
    await press(tab, `Stop ${node}`)
    await see(button(tab, `Start ${node}`))
    await press(tab, 'Sign out and revoke')
    await says(ended(tab), 'Not every node has been told yet.')
    await says(notice(tab), `${node} did not hear of it`)
    await press(tab, 'Try the old signatures')
    await expectVerdicts(tab, copies, ['Refused', 'No answer', 'Refused'])
    await says(notice(tab), `${node} did not hear of it`)
    await press(notice(tab), 'Start and tell it')
    await unsee(notice(tab))
    await says(ended(tab), 'every node has been told')
    await press(tab, 'Try the old signatures')
    await expectVerdicts(tab, copies, of('Refused'))
  })
})
