/** What only Svelte has: getters that are followed while somebody reads them, stores, runes outside of components. */
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeAdapter } from '../../../../test/browser/adapters/adapter.ts'
import { eventually, openPanel, shownIn, whenShown } from '../../../../test/browser/adapters/contract.ts'
import { alice } from '../../../core/test/wallet.ts'
import type {} from '../fixtures/page.ts'

function open(tab: Page): Promise<number> {
  return tab.evaluate(() => window.fixture.open)
}

async function signedIn(tab: Page): Promise<void> {
  await tab.evaluate(() => window.fixture.client.signIn({ resources: ['litAction://a'] }))
}

describeAdapter('useSession (Svelte only)', { folder: new URL('../fixtures/', import.meta.url), plugin: svelte }, (adapter) => {
  const newTab = async () => adapter.newTab(await adapter.newProfile())

  describe('what it gives', () => {
    it('are getters of plain values, and actions; none of them can be written to', async () => {
      const tab = await openPanel(adapter, await adapter.newProfile())
      await signedIn(tab)
      const given = await tab.evaluate(() => {
        const session = window.fixture.lastUsed() as unknown as Record<string, unknown>
        const { client } = window.fixture
        const parts = Object.entries(Object.getOwnPropertyDescriptors(session)).map(([name, { get, set, writable }]) => [
          name,
          get ? 'getter' : 'value',
          set !== undefined || writable === true,
        ])
        return { parts, isFrozen: Object.isFrozen(session), isClientsOwn: session['state'] === client.get() }
      })
      const names = ['state', 'address', 'secondsLeft', 'scope', 'protection', 'pending', 'error']
      const actions = ['signIn', 'getSessionSigs', 'require', 'renew', 'signOut']
      expect(given.parts.toSorted()).toEqual(
        [...names.map((name) => [name, 'getter', false]), ...actions.map((name) => [name, 'value', false])].toSorted(),
      )
      expect(given).toMatchObject({ isFrozen: true, isClientsOwn: true })
    })

    it('works with a client in $state()', async () => {
      const tab = await newTab()
      await tab.evaluate(() => {
        window.fixture.openClient('indexedDB', { isBare: true })
        return window.fixture.mount('Held')
      })
      await tab.locator('.signIn').click()
      await whenShown(tab, '.address', alice.address)
      const held = await tab.evaluate(() => {
        const { client, session } = window.fixture.lastKept() as { client: typeof window.fixture.client; session: { address: string } }
        return [client.get().status, client.protection, session.address]
      })
      expect(held).toEqual(['signed-in', 'non-extractable', alice.address])
    })
  })

  it('is followed only while something reads it', async () => {
    const tab = await newTab()
    await tab.evaluate(() => window.fixture.mount('Sometimes'))
    expect(await open(tab)).toBe(0)
    for (let i = 0; i < 3; i++) {
      await tab.locator('.toggle').click()
      await whenShown(tab, '.toggle', 'Hide')
      expect(await open(tab)).toBe(1)
      await signedIn(tab)
      await whenShown(tab, '.address', alice.address)
      await tab.locator('.toggle').click()
      await whenShown(tab, '.toggle', 'Show')
      await eventually(() => open(tab)).toBe(0)
      // Read by nobody, it is right all the same.
      expect(await tab.evaluate(() => (window.fixture.lastUsed() as { address?: string }).address)).toBe(alice.address)
      await tab.evaluate(() => window.fixture.client.signOut())
    }
  })

  it('computed with in an event handler alone, it is followed no longer than its component is there', async () => {
    const tab = await newTab()
    await tab.evaluate(() => window.fixture.mount('Sometimes'))
    for (let i = 0; i < 3; i++) {
      await tab.locator('.read').click()
      await signedIn(tab)
      await tab.locator('.read').click()
      await tab.evaluate(() => window.fixture.client.signOut())
    }
    const short = alice.address.slice(0, 6)
    expect(await tab.evaluate(() => window.fixture.runsOf('read'))).toEqual([undefined, short, undefined, short, undefined, short])
    await tab.evaluate(() => window.fixture.unmount())
    await eventually(() => open(tab)).toBe(0)
  })

  it('may be computed with at a moment when the clock went on and nobody was told yet', async () => {
    const tab = await newTab()
    await signedIn(tab)
    await tab.evaluate(() => window.fixture.mount('Computed'))
    await whenShown(tab, '.seconds', /^86/)
    expect(await shownIn(tab, '.address', '.another')).toEqual([alice.address, alice.address])
    // As after a laptop was closed, when something else is drawn before any timer has run: first a while later, then past the end.
    for (const hours of [1, 25]) {
      await tab.evaluate((ahead) => {
        window.fixture.ahead = ahead
        document.querySelector<HTMLElement>('.again')?.click()
        return window.fixture.drawn()
      }, hours * 3_600_000)
      await whenShown(tab, '.seconds', hours === 1 ? /^8[23]/ : '0')
    }
    expect(await shownIn(tab, '.address', '.another')).toEqual(['signed out', 'signed out'])
  })

  it('outside of components is followed by effects of one’s own, until they end', async () => {
    const tab = await newTab()
    const watched = await tab.evaluateHandle(() => window.svelteApp.watchInModule(window.fixture.client))
    await eventually(() => open(tab)).toBe(1)
    await eventually(() => watched.evaluate(({ seen }) => seen)).toEqual([undefined])
    await signedIn(tab)
    await eventually(() => watched.evaluate(({ seen }) => seen)).toEqual([undefined, alice.address])
    expect(await watched.evaluate(({ session }) => session.address)).toBe(alice.address)
    await watched.evaluate(({ stop }) => stop())
    await eventually(() => open(tab)).toBe(0)
    await tab.evaluate(() => window.fixture.client.signOut())
    expect(await watched.evaluate(({ session, seen }) => [session.state, seen.length])).toEqual([
      { status: 'signed-out', reason: 'signed-out' },
      2,
    ])
  })

  it('outside of components may be computed with where nothing follows', async () => {
    const tab = await newTab()
    const watched = await tab.evaluateHandle(() => window.svelteApp.watchInModule(window.fixture.client))
    await eventually(() => open(tab)).toBe(1)
    await watched.evaluate(({ stop }) => stop())
    await eventually(() => open(tab)).toBe(0)
    const read = () => watched.evaluate((all) => all.short)
    for (let i = 0; i < 100; i++) expect(await read()).toBe(undefined)
    await signedIn(tab)
    expect(await read()).toBe(alice.address.slice(0, 6))
    await tab.evaluate(() => window.fixture.client.signOut())
    expect(await read()).toBe(undefined)
    // Svelte keeps what a computed value of a module follows as long as there is the module; it does not become more.
    expect(await open(tab)).toBe(1)
  })

  it('a client is a store: $session', async () => {
    const tab = await newTab()
    await tab.evaluate(() => window.fixture.mount('Store'))
    expect(await shownIn(tab, '.address')).toEqual(['never'])
    await signedIn(tab)
    await whenShown(tab, '.address', alice.address)
    await tab.evaluate(() => window.fixture.client.signOut())
    await whenShown(tab, '.address', 'signed-out')
    expect(await tab.evaluate(() => window.fixture.runsOf('store'))).toEqual(['signed-out', 'signed-in', 'signed-out'])
    expect(await open(tab)).toBe(1)
    await tab.evaluate(() => window.fixture.unmount())
    expect(await open(tab)).toBe(0)
  })
})
