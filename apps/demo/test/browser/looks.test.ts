/**
 * How the pages look and can be used: on a phone and a desktop, light and dark, by keyboard, by a screen reader (axe). Pictures of each state, as it is
 * seen and the whole page, are left in `.cache/screenshots`, or in the folder that SCREENSHOTS names.
 */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApps, type Visit } from './app.ts'
import {
  button,
  card,
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
  see,
  tick,
  wallets,
} from './steps.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const folder = resolve(fileURLToPath(new URL('../../../..', import.meta.url)), process.env['SCREENSHOTS'] ?? '.cache/screenshots')

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const

/** What axe finds, each in a line. */
async function violationsIn(tab: Page): Promise<string[]> {
  await tab.addScriptTag({ path: axePath })
  return tab.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`))
  })
}

/** Things on the page that reach further than the page is wide. */
function overflowing(tab: Page): Promise<string[]> {
  return tab.evaluate(() => {
    // What the page is wide without the room for a scroll bar.
    const { clientWidth } = document.body
    const { scrollWidth } = document.documentElement
    return scrollWidth > clientWidth ? [`the page is ${clientWidth} wide, and what is on it ${scrollWidth}`] : []
  })
}

/** Buttons and fields too small for a thumb: 44 CSS pixels each way, or what belongs to them and can be pressed as well. */
function tooSmall(tab: Page): Promise<string[]> {
  return tab.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea, summary, nav a')]
      .map((element) => element.closest('label') ?? element)
      .filter((element) => element.checkVisibility())
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
      .map(({ element, box }) => `${element.tagName} ${element.textContent?.trim().slice(0, 40)}: ${box.width} × ${box.height}`),
  )
}

/** How much of the page has moved by itself since it was loaded: cumulative layout shift. */
function shifted(tab: Page): Promise<{ value: number; by: string[] }> {
  return tab.evaluate(() => {
    const shifts = window.__shifts.filter(({ hadRecentInput }) => !hadRecentInput)
    return {
      value: shifts.reduce((sum, { value }) => sum + value, 0),
      by: shifts.map(({ value, sources }) => `${value.toFixed(4)} ${sources}`),
    }
  })
}

async function watchShifts({ profile }: Visit): Promise<void> {
  await profile.context.addInitScript(() => {
    window.__shifts = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number
        hadRecentInput: boolean
        sources: { node?: Node }[]
      })[]) {
        const sources = entry.sources.map(({ node }) =>
          node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.textContent),
        )
        window.__shifts.push({ value: entry.value, hadRecentInput: entry.hadRecentInput, sources: sources.join(' ') })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

describeApps('looks', ({ app, visit }) => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(sizes)) {
      it(`${size}, ${scheme}: every state can be seen, read and used, and nothing moves by itself`, { timeout: 180_000 }, async () => {
        const visited = await visit()
        const { open, profile, site, complaints } = visited
        await watchShifts(visited)
        mkdirSync(folder, { recursive: true })

        /** All that is demanded of a state. */
        async function look(tab: Page, state: string): Promise<void> {
          await tab.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)))
          expect({ state, found: [await violationsIn(tab), await overflowing(tab), await tooSmall(tab)].flat() }).toEqual({
            state,
            found: [],
          })
          const picture = join(folder, `${app}-${state}-${size}-${scheme}`)
          await tab.screenshot({ path: `${picture}.png` })
          await tab.screenshot({ path: `${picture}-whole.png`, fullPage: true })
        }

        async function opened(hash = ''): Promise<Page> {
          const tab = await open('#blank')
          await tab.setViewportSize(viewport)
          await tab.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
          await tab.goto(`${site.origin}/${hash}`)
          await tab.reload()
          return tab
        }

        const tab = await opened()
        let answer = (): void => undefined
        const told = new Promise<void>((done) => (answer = done))
        await tab.route('**/network.json', async (route) => {
          await told
          await route.continue()
        })
        await tab.reload()
        await see(tab.getByText('Looking for the nodes.').or(tab.locator('[aria-busy="true"]')).first())
        await look(tab, 'loading')
        answer()
        await see(card(tab, 'What may the session key do?'))
        await look(tab, 'choices')
        await tick(tab, powers.pkp, 'bad id')
        await look(tab, 'problem')
        await narrow(tab.getByRole('group', { name: `How much of “${powers.pkp}”` }), '42')
        await read(tab)
        await look(tab, 'message')
        profile.wallet.answer = 'hold'
        await press(tab, 'Sign in')
        await profile.wallet.whenAsked(1)
        await look(tab, 'waiting')
        profile.wallet.release('refuse')
        await see(notice(tab))
        await look(tab, 'refused')
        profile.wallet.answer = 'sign'
        await press(notice(tab), 'Ask again')
        await see(card(tab, 'Session'))
        await look(tab, 'session')
        await press(tab, 'Call all nodes')
        await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
        await press(tab, 'Use all five powers')
        await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Accepted', 'Refused', 'Accepted'])
        await row(tab, 'Five powers', 'Open a sealed note').locator('summary').click()
        await look(tab, 'verdicts')
        await site.network.stop(site.network.urls[1] ?? '')
        await press(tab, 'Call all nodes')
        await see(notice(tab))
        await look(tab, 'down')
        await tab.getByRole('link', { name: 'Inspector' }).click()
        await press(tab, 'Use the last signature')
        await see(card(tab, 'Verdict'))
        await look(tab, 'inspected')
        await tab.getByRole('link', { name: 'Session', exact: true }).click()
        await press(tab, 'Sign out and revoke')
        await see(notice(tab))
        await look(tab, 'untold')
        await press(notice(tab), 'Start and tell it')
        await says(ended(tab), 'Signed out and revoked')
        await press(tab, 'Try the old signatures')
        await expectVerdicts(tab, 'Is a copy still good?', ['Refused', 'Refused', 'Refused'])
        await look(tab, 'ended')
        expect(await shifted(tab)).toEqual({ value: expect.closeTo(0, 2), by: expect.anything() })

        const inspector = await opened('#inspector')
        await see(inspector.getByText('Nothing to show yet.'))
        await look(inspector, 'inspector')
        site.tellsOfNetwork = false
        const failed = await opened()
        await see(card(failed, 'No nodes found'))
        await look(failed, 'failed')
        // The page was loaded three times, at most two of them left before the answer was there; nothing else was said in all of the walk.
        const said = complaints.splice(0)
        expect(said.length).toBeGreaterThanOrEqual(1)
        expect(said.filter((text) => !text.includes('404'))).toEqual([])
      })
    }
  }

  it('by keyboard alone: to a session, through the built-in wallet’s question, to the calls, and out', async () => {
    const { open } = await visit()
    const tab = await open()

    /** Goes on with the Tab key until that has the focus. */
    async function tabTo(goal: Locator): Promise<void> {
      await see(goal)
      for (let i = 0; i < 60; i++) {
        if (await goal.evaluate((element) => element === document.activeElement)) return
        await tab.keyboard.press('Tab')
      }
      expect.fail(`The Tab key does not lead to ${goal}.`)
    }
    /** To one of a group of radio buttons: with the arrow keys. */
    async function arrowTo(first: Locator, goal: Locator): Promise<void> {
      await tabTo(first)
      for (let i = 0; i < 6 && !(await goal.isChecked()); i++) await tab.keyboard.press('ArrowDown')
      expect(await goal.isChecked()).toBe(true)
    }

    await see(card(tab, 'Wallet'))
    await tab.keyboard.press('Tab')
    expect(await tab.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await tab.keyboard.press('Enter')
    const chosen = card(tab, 'Wallet').locator('input:checked')
    await arrowTo(chosen, tab.getByRole('radio', { name: wallets.development }))
    const box = tab.getByRole('checkbox', { name: powers.action, exact: true })
    await tabTo(box)
    for (const isChecked of [false, true]) {
      await tab.keyboard.press('Space')
      expect(await box.isChecked()).toBe(isChecked)
    }
    await tabTo(button(tab, 'Read the message'))
    await tab.keyboard.press('Enter')
    await see(messageIn(tab))
    await says(tab.locator(':focus'), 'The message')
    await tabTo(button(tab, 'Sign in'))
    await tab.keyboard.press('Enter')
    const dialog = await see(tab.getByRole('dialog', { name: wallets.development }))
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true)
    await tab.keyboard.press('Escape')
    await says(notice(tab), 'You said no in the wallet')
    await tabTo(button(notice(tab), 'Ask again'))
    await tab.keyboard.press('Enter')
    await tabTo(button(dialog, 'Sign'))
    await tab.keyboard.press('Enter')
    await see(card(tab, 'Session'))
    expect(await tab.evaluate(() => document.activeElement !== document.body)).toBe(true)
    await tabTo(button(tab, 'Call all nodes'))
    await tab.keyboard.press('Space')
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
    await tabTo(button(tab, 'Sign out and revoke'))
    await tab.keyboard.press('Enter')
    await says(tab.locator(':focus'), /^Signed out/)
    await tabTo(button(tab, 'Try the old signatures'))
    await tab.keyboard.press('Enter')
    await expectVerdicts(tab, 'Is a copy still good?', ['Refused', 'Refused', 'Refused'])
    expect(await button(tab, 'Try the old signatures').evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('what happens is told to who does not see it, once, and never with the seconds', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await read(tab)
    const told = await tab.evaluateHandle(() => {
      const texts: string[] = []
      const status = document.querySelector('#session > [role="status"]') ?? document.body
      new MutationObserver(() => texts.push(status.textContent ?? '')).observe(status, {
        childList: true,
        characterData: true,
        subtree: true,
      })
      return texts
    })
    profile.wallet.answer = 'hold'
    await press(tab, 'Sign in')
    await profile.wallet.whenAsked(1)
    await says(tab.locator('#session > [role="status"]'), 'Waiting for the wallet.')
    profile.wallet.release()
    await see(card(tab, 'Session'))
    const timer = await tab.getByRole('timer').textContent()
    await expect.poll(() => tab.getByRole('timer').textContent(), { timeout: 5_000 }).not.toBe(timer)
    const texts = (await told.jsonValue()).filter((text) => text !== '')
    expect(texts).toEqual(['Waiting for the wallet.', expect.stringMatching(/^Signed in as 0x/)])
  })
})

declare global {
  interface Window {
    __shifts: { value: number; hadRecentInput: boolean; sources: string }[]
  }
}
