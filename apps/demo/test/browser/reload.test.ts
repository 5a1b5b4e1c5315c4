/** A reload in the middle of each step: what was done is there, what was not can be done, and nobody signs twice for the same. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApps } from './app.ts'
import {
  card,
  chooseWallet,
  ended,
  expectVerdicts,
  messageIn,
  powers,
  press,
  read,
  see,
  sessionKey,
  signIn,
  tick,
  wallets,
} from './steps.ts'

/** From wherever the page is after a reload, to calls that succeed. */
async function finish(tab: Page): Promise<void> {
  await see(card(tab, 'Session').or(card(tab, 'What may the session key do?')))
  if (!(await card(tab, 'Session').isVisible())) {
    await press(tab, 'Read the message')
    await see(messageIn(tab))
    await press(tab, 'Sign in')
    await see(card(tab, 'Session'))
  }
  await press(tab, 'Call all nodes')
  await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
}

describeApps('a reload', ({ visit }) => {
  it('while nothing is chosen, and when something is', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await tab.reload()
    await chooseWallet(tab, wallets.injected)
    await tick(tab, powers.action)
    await tab.reload()
    await finish(tab)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('while the message is shown', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await read(tab)
    await tab.reload()
    await finish(tab)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('while the wallet is asked: it is asked again, for the same key', async () => {
    const { open, profile } = await visit()
    const { wallet } = profile
    const tab = await open()
    await read(tab)
    wallet.answer = 'never'
    await press(tab, 'Sign in')
    await wallet.whenAsked(1)
    await tab.reload()
    wallet.answer = 'sign'
    await finish(tab)
    const [first, second] = wallet.signRequests.map(({ message }) => message)
    expect(wallet.signRequests.length).toBe(2)
    expect(second).toBe(first)
  })

  it('while signed in, and during calls', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await signIn(tab)
    const key = await sessionKey(tab)
    await press(tab, 'Call all nodes')
    await tab.reload()
    await see(card(tab, 'Session'))
    expect(await sessionKey(tab)).toBe(key)
    await finish(tab)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it.each([['Renew'], ['Ask the wallet']])('during “%s”: the session stays as it was, and can be asked again', async (what) => {
    const { open, profile } = await visit()
    const { wallet } = profile
    const tab = await open()
    await signIn(tab)
    const key = await sessionKey(tab)
    wallet.answer = 'never'
    await press(tab, what)
    await wallet.whenAsked(2)
    await tab.reload()
    wallet.answer = 'sign'
    await see(card(tab, 'Session'))
    expect(await sessionKey(tab)).toBe(key)
    await finish(tab)
    await press(tab, what)
    await expect.poll(() => wallet.signRequests.length, { timeout: 20_000 }).toBe(3)
    await finish(tab)
  })

  it('after signing out: out it stays', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await signIn(tab)
    const other = await open()
    await see(card(other, 'Session'))
    await press(tab, 'Sign out')
    // Others are told when the storage has deleted it. The page that signs out shows it at once, and a reload in that moment would break it off.
    await see(ended(other))
    await tab.reload()
    await see(card(tab, 'What may the session key do?'))
    await finish(tab)
    expect(profile.wallet.signRequests.length).toBe(2)
  })
})
