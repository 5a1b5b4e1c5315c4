/** The way that the demo is for, from choosing a wallet to signing out. */
import { parseSiweMessage } from '@session-sigs/core'
import { expect, it } from 'vitest'
import { alice, bob } from '../../../../packages/core/test/wallet.ts'
import { describeApps } from './app.ts'
import {
  button,
  card,
  choose,
  chooseWallet,
  ended,
  expectVerdicts,
  messageIn,
  narrow,
  notice,
  powers,
  press,
  read,
  row,
  says,
  secondsLeft,
  see,
  sessionKey,
  signIn,
  tick,
  unsee,
  wallets,
} from './steps.ts'

describeApps('the demo', ({ visit }) => {
  it('every wallet in the page can be chosen, by name and icon, and the one that was chosen is asked', async () => {
    const { open, profile } = await visit()
    await profile.context.addInitScript(() => {
      const info = {
        uuid: 'b1d2f6a0-9c3e-4f75-8a41-2e6d0c9b7f13',
        name: 'Other wallet',
        icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><circle cx="2" cy="2" r="2" fill="navy"/></svg>',
        rdns: 'example.other',
      }
      const request = async (): Promise<never> => Promise.reject(Object.assign(new Error('The other wallet was asked.'), { code: -32_000 }))
      const provider = { request, on: () => undefined, removeListener: () => undefined }
      const announce = (): void =>
        void dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }))
      addEventListener('eip6963:requestProvider', announce)
    })
    const tab = await open()
    const list = card(tab, 'Wallet').getByRole('radio')
    await expect.poll(() => list.count()).toBe(3)
    const areSeen = (): Promise<boolean[]> =>
      card(tab, 'Wallet')
        .locator('img')
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth > 0))
    await expect.poll(areSeen).toEqual([true, true, true])
    await says(card(tab, 'Wallet'), 'Throw-away, for trying only: never send it anything of value.')
    await tick(tab, powers.action)
    await chooseWallet(tab, 'Other wallet')
    await press(tab, 'Read the message')
    await says(notice(tab), 'The other wallet was asked.')
    await chooseWallet(tab, wallets.injected)
    await press(tab, 'Read the message')
    await see(messageIn(tab))
    expect(profile.wallet.requests.map(({ method }) => method)).toContain('eth_requestAccounts')
  })

  it('in a bare browser the built-in wallet does: it shows the message, and signs or does not', async () => {
    const { profile, site } = await visit()
    const bare = await profile.context.browser()?.newContext()
    const tab = (await bare?.newPage()) ?? expect.fail('There is no browser.')
    await tab.goto(site.origin)
    await says(card(tab, 'Wallet'), 'No other wallet was found in this browser.')
    await read(tab, { wallet: wallets.development })
    const dialog = tab.getByRole('dialog', { name: wallets.development })
    await press(tab, 'Sign in')
    await see(dialog)
    expect(await dialog.locator('pre').textContent()).toBe(await messageIn(tab).textContent())
    await press(dialog, 'Refuse')
    await says(notice(tab), 'You said no in the wallet')
    await press(notice(tab), 'Ask again')
    await press(dialog, 'Sign')
    await see(card(tab, 'Session'))
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
    const account = await card(tab, 'Session').locator('dl dd').first().textContent()
    await press(tab, 'Switch account')
    await says(ended(tab), 'The wallet is on another account')
    await press(tab, 'Sign in again')
    await press(dialog, 'Sign')
    await see(card(tab, 'Session'))
    expect(await card(tab, 'Session').locator('dl dd').first().textContent()).not.toBe(account)
    await press(tab, 'Switch account')
    await says(card(tab, 'Session').locator('dl dd').first(), account ?? '')
    await tab.reload()
    await says(card(tab, 'Session').locator('dl dd').first(), account ?? '')
    await bare?.close()
  })

  it('what was chosen is what the message says, to the letter, before and when the wallet is asked', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await chooseWallet(tab, wallets.injected)
    await tab.getByRole('checkbox', { name: powers.action, exact: true }).uncheck()
    await says(card(tab, 'What may the session key do?'), 'Choose at least one power.')
    await tick(tab, powers.pkp, 'bad id')
    await says(card(tab, 'What may the session key do?'), 'An id has no space in it.')
    expect(await button(tab, 'Read the message').getAttribute('aria-disabled')).toBe('true')
    await tick(tab, powers.pkp, '42')
    await tick(tab, powers.action)
    await choose(tab, 'For how long?', '1 hour')
    await press(tab, 'Read the message')
    const text = (await (await see(messageIn(tab))).textContent()) ?? ''
    const message = parseSiweMessage(text)
    expect(message.resources?.toSorted()).toEqual(['litActionCapability://*', 'litPKPCapability://42'])
    expect(message.address).toBe(alice.address)
    expect(Date.parse(message.expirationTime ?? '') - Date.now()).toBeLessThan(3_600_000)
    expect(Date.parse(message.expirationTime ?? '') - Date.now()).toBeGreaterThan(3_500_000)
    await says(card(tab, 'The message'), 'Sign with the network’s key number 42')
    await says(card(tab, 'The message'), 'Run any registered action in your name')
    expect(profile.wallet.signRequests).toEqual([])
    await press(tab, 'Sign in')
    await see(card(tab, 'Session'))
    expect(profile.wallet.signRequests.map((request) => request.message)).toEqual([text])
  })

  it('one signature, then every node and every endpoint: what was granted is accepted, what was not is refused, and why can be read', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await signIn(tab, { powers: [powers.open, powers.attest, powers.limit, powers.action] })
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
    await press(tab, 'Use all five powers')
    await expectVerdicts(tab, 'Five powers', ['Accepted', 'Accepted', 'Refused', 'Accepted', 'Accepted'])
    const pkp = row(tab, 'Five powers', 'Sign with a network key')
    await says(pkp, 'litPKP://42')
    await pkp.locator('summary').click()
    const checks = pkp.getByRole('listitem')
    const statuses = (): Promise<(string | undefined)[]> =>
      checks.evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset['status']))
    expect(await statuses()).toEqual([...Array(7).fill('passed'), 'failed', 'not-reached', 'not-reached'])
    await says(pkp.locator('ol > li[data-status="failed"]'), 'The delegation does not grant litPKP://42')
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('both forms sent once more: a session signature is good until it ends, a signed request was good once', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await signIn(tab)
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
    await says(card(tab, 'Signatures'), 'The last ones are good until')
    const again = tab.waitForResponse((response) => response.url().endsWith('/action'))
    await press(tab, 'Send the same again')
    expect((await again).status()).toBe(200)
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])

    const sent = tab.waitForRequest((request) => request.url().endsWith('/action'))
    await press(tab, 'Use all five powers')
    await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
    expect(await (await sent).headerValue('signature-input')).toContain('keyid="lit:session:')
    expect((await sent).postData()).not.toContain('authSig')
    await says(card(tab, 'Signatures'), 'The last ones are good once, until')
    await press(tab, 'Send the same again')
    await expectVerdicts(tab, 'Five powers', Array(5).fill('Refused'))
    await says(notice(tab), 'Each was good once')
    const action = row(tab, 'Five powers', 'Run an action')
    await says(action, 'This request was received before.')
    await action.locator('summary').click()
    await says(action.getByRole('listitem'), 'nonce-used')
    await press(notice(tab), 'Sign new ones')
    await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
    await unsee(notice(tab))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('the countdown, renewal, one more power, another tab, another account, and the end', async () => {
    const { open, profile } = await visit()
    const { wallet } = profile
    const tab = await open()
    await signIn(tab, { lifetime: '1 hour' })
    const left = await secondsLeft(tab)
    expect(left).toBeLessThanOrEqual(3600)
    expect(left).toBeGreaterThan(3500)
    await expect.poll(() => secondsLeft(tab), { timeout: 5_000 }).toBeLessThan(left)

    const [popup] = await Promise.all([profile.context.waitForEvent('page'), tab.getByRole('link', { name: 'Open a second tab' }).click()])
    await see(card(popup, 'Session'))
    const key = await sessionKey(tab)
    expect(await sessionKey(popup)).toBe(key)

    await press(tab, 'Renew')
    await expect.poll(() => sessionKey(tab), { timeout: 20_000 }).not.toBe(key)
    const renewed = await sessionKey(tab)
    await expect.poll(() => sessionKey(popup), { timeout: 20_000 }).toBe(renewed)

    await tab.getByRole('combobox', { name: 'Power' }).selectOption(powers.pkp)
    await narrow(card(tab, 'What the key may do').getByRole('group', { name: /^How much of/ }), '42')
    await press(tab, 'Ask the wallet')
    await says(card(tab, 'What the key may do').locator('ul'), 'only 42')
    await says(card(popup, 'What the key may do').locator('ul'), 'only 42')
    expect(parseSiweMessage(wallet.signRequests[2]?.message ?? '').resources).toEqual(['litPKPCapability://42'])
    await press(popup, 'Call all nodes')
    await expectVerdicts(popup, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
    expect(wallet.signRequests.length).toBe(3)

    await wallet.switchAccount(bob)
    await says(ended(tab), 'The wallet is on another account')
    await says(ended(popup), 'The wallet is on another account')
    await wallet.switchAccount(alice)
    await see(card(tab, 'Session'))
    await see(card(popup, 'Session'))
    expect(await sessionKey(popup)).toBe(renewed)
    expect(wallet.signRequests.length).toBe(3)

    await press(tab, 'Sign out')
    await says(ended(tab), 'You signed out')
    await see(ended(popup))
    await press(popup, 'Sign in again')
    await see(card(popup, 'Session'))
    await unsee(ended(tab))
    await see(card(tab, 'Session'))
    expect(wallet.signRequests.length).toBe(4)
  })

  it('what is chosen is still chosen after a reload, and in another tab', async () => {
    const { open } = await visit()
    const tab = await open()
    await chooseWallet(tab, wallets.injected)
    await tick(tab, powers.limit, '7')
    await choose(tab, 'For how long?', '7 days')
    await choose(tab, 'Where is the session kept?', 'localStorage')
    for (const seen of [tab, await open()]) {
      await seen.reload()
      expect(await (await see(seen.getByRole('radio', { name: wallets.injected }))).isChecked()).toBe(true)
      expect(await seen.getByRole('textbox', { name: 'Its id' }).inputValue()).toBe('7')
      for (const name of ['7 days', 'localStorage']) expect(await seen.getByRole('radio', { name, exact: true }).isChecked()).toBe(true)
    }
  })

  it.each([
    ['Memory', 'only in this page', false],
    ['localStorage', 'any script of this site can read', true],
    ['IndexedDB', 'gives it to nobody', true],
  ])('%s: how the key is kept is said, and whether the session lasts', async (storage, words, lasts) => {
    const { open, profile } = await visit()
    const tab = await open()
    await signIn(tab, { storage })
    await says(card(tab, 'Session'), words)
    await tab.reload()
    await see(lasts ? card(tab, 'Session') : card(tab, 'What may the session key do?'))
    expect(profile.wallet.signRequests.length).toBe(1)
  })
})
