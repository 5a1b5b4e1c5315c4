/** What a person does on the page, and reads there: by the roles and names that they and their screen reader find. Both apps are used by these same steps. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export const wallets = { injected: 'Test wallet', development: 'Development wallet' } as const

export const powers = {
  open: 'Open sealed notes',
  attest: 'Get attestations',
  pkp: 'Sign with network keys',
  limit: 'Lift the rate limit',
  action: 'Run actions',
} as const

export const button = (tab: Page | Locator, name: string): Locator => tab.getByRole('button', { name, exact: true })

/** A part of the page by its heading. */
export const card = (tab: Page, name: string): Locator => tab.getByRole('region', { name, exact: true })

export const messageIn = (tab: Page): Locator => card(tab, 'The message').locator('pre')

/** Why nobody is signed in any more. */
export const ended = (tab: Page): Locator => tab.locator('section[aria-labelledby=ended-title]')

export const notice = (tab: Page): Locator => tab.getByRole('alert')

/** Waits until it is on the page. */
export async function see(what: Locator): Promise<Locator> {
  await what.waitFor({ state: 'visible', timeout: 20_000 })
  return what
}

export async function unsee(what: Locator): Promise<void> {
  await what.waitFor({ state: 'hidden', timeout: 20_000 })
}

/** Waits until the page says so, and tells with what it says otherwise. */
export async function says(where: Locator, text: string | RegExp): Promise<void> {
  const words = async (): Promise<string> => ((await where.count()) === 1 ? ((await where.textContent()) ?? '').replace(/\s+/g, ' ') : '')
  const asExpected = typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)
  await expect.poll(words, { timeout: 20_000 }).toEqual(asExpected)
}

/** A button that is blocked at the moment is waited for: people do, too. */
export async function press(tab: Page | Locator, name: string): Promise<void> {
  await button(tab, name).click({ timeout: 20_000 })
}

export async function chooseWallet(tab: Page, name: string): Promise<void> {
  await tab.getByRole('radio', { name, exact: true }).check()
}

export async function choose(tab: Page, group: string, name: string): Promise<void> {
  await tab.getByRole('group', { name: group, exact: true }).getByRole('radio', { name, exact: true }).check()
}

/** Ticks a power; with an id, only for that one. */
export async function tick(tab: Page, power: string, id?: string): Promise<void> {
  await tab.getByRole('checkbox', { name: power, exact: true }).check()
  if (id !== undefined) await narrow(tab.getByRole('group', { name: `How much of “${power}”` }), id)
}

export async function narrow(extent: Locator, id: string): Promise<void> {
  await extent.getByRole('radio', { name: 'Only this one' }).check()
  await extent.getByRole('textbox', { name: 'Its id' }).fill(id)
}

export interface Choices {
  readonly wallet?: string
  readonly powers?: readonly string[]
  readonly lifetime?: string
  readonly storage?: string
}

/** Makes the choices, and has the message written. */
export async function read(
  tab: Page,
  { wallet = wallets.injected, powers: wanted = [powers.action], lifetime, storage }: Choices = {},
): Promise<void> {
  await chooseWallet(tab, wallet)
  for (const power of wanted) await tick(tab, power)
  if (lifetime) await choose(tab, 'For how long?', lifetime)
  if (storage) await choose(tab, 'Where is the session kept?', storage)
  await press(tab, 'Read the message')
  await see(messageIn(tab))
}

/** All of it, to a session. */
export async function signIn(tab: Page, choices?: Choices): Promise<void> {
  await read(tab, choices)
  await press(tab, 'Sign in')
  await see(card(tab, 'Session'))
}

/** What has calls in it. */
type Part = 'Nodes' | 'Five powers' | 'Is a copy still good?'

/** A row of the calls. */
export const row = (tab: Page, part: Part, name: string): Locator =>
  card(tab, part)
    .getByRole('listitem')
    .filter({ has: tab.getByText(name, { exact: true }) })

/** The verdicts of a card's rows, from the first to the last. */
async function verdicts(tab: Page, part: Part): Promise<string[]> {
  return card(tab, part).locator('.chip').allTextContents()
}

export async function expectVerdicts(tab: Page, part: Part, expected: readonly string[]): Promise<void> {
  await expect.poll(() => verdicts(tab, part), { timeout: 20_000 }).toEqual(expected)
}

/** What was counted down to, in seconds. */
export async function secondsLeft(tab: Page): Promise<number> {
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /(?:(\d+) days? )?(\d\d):(\d\d):(\d\d)/.exec((await tab.getByRole('timer').textContent()) ?? '') ?? []
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
}

export async function sessionKey(tab: Page): Promise<string> {
  return (await card(tab, 'Session').locator('dl > div').filter({ hasText: 'Session key' }).locator('dd').textContent()) ?? ''
}
