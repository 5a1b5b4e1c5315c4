/** The two apps differ where the frameworks do, and nowhere else: a page of one has the elements of the other's. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from '../../../../test/browser/suite.ts'
import { allApps, startSite } from './site.ts'
import { card, ended, expectVerdicts, notice, press, read, row, says, see } from './steps.ts'

/** Every element of a page, with what it is to the style and to a screen reader; texts and addresses may differ. */
function elementsOf(tab: Page): Promise<string[]> {
  return tab.evaluate(() => {
    const told =
      /^(?:class|id|type|name|role|for|hidden|tabindex|rows|autocomplete|spellcheck|width|height|data-status|aria-(?!activedescendant).*)$/
    return [...document.body.querySelectorAll('*')].map((element) => {
      const attributes = [...element.attributes]
        .filter(({ name, value }) => told.test(name) && value !== '')
        .map(({ name, value }) => `${name}="${value.trim()}"`)
      return `<${[element.localName, ...attributes.toSorted()].join(' ')}>`
    })
  })
}

describeInBrowser('both apps', (rig) => {
  it('have the same elements, in every state', { timeout: 120_000 }, async () => {
    const seen: Record<string, string[]>[] = []
    for (const app of allApps) {
      const site = await startSite(app)
      const tab = await (await rig.newProfile()).newTab(site.origin)
      const states: Record<string, string[]> = {}
      const look = async (state: string): Promise<void> => {
        states[state] = await elementsOf(tab)
      }
      await see(card(tab, 'What may the session key do?'))
      await look('choices')
      await read(tab)
      await look('message')
      await press(tab, 'Sign in')
      await see(card(tab, 'Session'))
      await look('session')
      await press(tab, 'Call all nodes')
      await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
      await press(tab, 'Use all five powers')
      await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
      await row(tab, 'Five powers', 'Open a sealed note').locator('summary').click()
      await look('verdicts')
      await tab.getByRole('link', { name: 'Inspector' }).click()
      await press(tab, 'Use the last signature')
      await see(card(tab, 'Verdict'))
      await look('inspector')
      await tab.getByRole('link', { name: 'Session', exact: true }).click()
      await press(tab, 'Sign out')
      await see(ended(tab))
      await look('ended')
      await press(tab, 'Sign in again')
      await see(card(tab, 'Session'))
      await press(tab, 'Use all five powers')
      await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
      await press(tab, 'Send the same again')
      await expectVerdicts(tab, 'Five powers', Array(5).fill('Refused'))
      await look('used')
      await site.network.stop(site.network.urls[1] ?? '')
      await press(tab, 'Sign out and revoke')
      await see(notice(tab))
      await look('untold')
      await press(notice(tab), 'Start and tell it')
      await says(ended(tab), 'Signed out and revoked')
      await press(tab, 'Try the old signatures')
      await expectVerdicts(tab, 'Is a copy still good?', ['Refused', 'Refused', 'Refused'])
      await row(tab, 'Is a copy still good?', site.network.urls[0] ?? '')
        .locator('summary')
        .click()
      await look('revoked')
      await site.close()
      seen.push(states)
    }
    const [vue = {}, svelte = {}] = seen
    for (const [state, elements] of Object.entries(vue)) {
      expect(elements.length, state).toBeGreaterThan(60)
      expect(svelte[state], state).toEqual(elements)
    }
  })
})
