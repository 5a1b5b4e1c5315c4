/** What only Vue has: refs, effect scopes, components that are kept. */
import vue from '@vitejs/plugin-vue'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { describeAdapter } from '../../../../test/browser/adapters/adapter.ts'
import { eventually, openPanel, whenShown } from '../../../../test/browser/adapters/contract.ts'
import { alice } from '../../../core/test/wallet.ts'
import type {} from '../fixtures/page.ts'

const resources = ['litAction://a'] as const

function open(tab: Page): Promise<number> {
  return tab.evaluate(() => window.fixture.open)
}

function runs(tab: Page, what: string): Promise<unknown[]> {
  return tab.evaluate((name) => window.fixture.runsOf(name), what)
}

async function signedIn(tab: Page): Promise<void> {
  await tab.evaluate((wanted) => window.fixture.client.signIn({ resources: wanted }), resources)
}

describeAdapter('useSession (Vue only)', { folder: new URL('../fixtures/', import.meta.url), plugin: vue }, (adapter) => {
  const newTab = async () => adapter.newTab(await adapter.newProfile())

  describe('what it gives', () => {
    it('are readonly refs of plain values: nothing in them is a proxy', async () => {
      const tab = await openPanel(adapter, await adapter.newProfile())
      await signedIn(tab)
      const parts = await tab.evaluate(() => {
        const { isProxy, isReactive, isReadonly } = window.vueApp
        return Object.entries(window.fixture.lastUsed()).map(([name, part]: [string, unknown]) => {
          if (typeof part === 'function') return [name, 'action']
          const { value } = part as { value: unknown }
          return [name, [isReadonly(part), isReactive(part), isProxy(part), isProxy(value)].join()]
        })
      })
      const names = ['state', 'address', 'secondsLeft', 'scope', 'protection', 'pending', 'error']
      const actions = ['signIn', 'getSessionSigs', 'require', 'renew', 'signOut']
      expect(parts).toEqual([...names.map((name) => [name, 'true,false,false,false']), ...actions.map((name) => [name, 'action'])])
    })

    it('cannot be written to', async () => {
      const tab = await openPanel(adapter, await adapter.newProfile())
      const after = await tab.evaluate(() => {
        const { address } = window.fixture.lastUsed() as unknown as { address: { value: unknown } }
        address.value = 'somebody'
        return String(address.value)
      })
      expect(after).toBe('undefined')
      expect(adapter.takeWarnings().join()).toMatch(/readonly/)
    })

    it('the state is the client’s own, and a client in reactive() stays itself', async () => {
      const tab = await newTab()
      await tab.evaluate(() => {
        window.fixture.openClient('indexedDB', { isBare: true })
        return window.fixture.mount('Held')
      })
      await signedIn(tab)
      await whenShown(tab, '.address', alice.address)
      const same = await tab.evaluate(() => {
        const { client } = window.fixture
        const held = window.fixture.lastKept() as { client: unknown }
        const { state } = window.fixture.lastUsed() as unknown as { state: { value: unknown } }
        return [held.client === client, window.vueApp.isProxy(held.client), state.value === client.get()]
      })
      expect(same).toEqual([true, false, true])
    })
  })

  describe('an effect scope', () => {
    it('of a page’s own, outside of all components, follows until it ends', async () => {
      const tab = await newTab()
      const seen = await tab.evaluateHandle(() => {
        const { effectScope, useSession, watchEffect } = window.vueApp
        const addresses: unknown[] = []
        const scope = effectScope()
        scope.run(() => {
          const { address } = useSession(window.fixture.client)
          watchEffect(() => addresses.push(address.value))
        })
        return { addresses, scope }
      })
      await eventually(() => tab.evaluate(() => window.fixture.client.protection)).toBe('non-extractable')
      expect(await open(tab)).toBe(1)
      await signedIn(tab)
      await eventually(() => seen.evaluate(({ addresses }) => addresses)).toEqual([undefined, alice.address])
      await seen.evaluate(({ scope }) => scope.stop())
      expect(await open(tab)).toBe(0)
      await tab.evaluate(() => window.fixture.client.signOut())
      expect(await seen.evaluate(({ addresses }) => addresses.length)).toBe(2)
    })

    it('that ended before its component was mounted follows nothing', async () => {
      const tab = await newTab()
      await tab.evaluate(() => window.fixture.mount('Early'))
      expect(await open(tab)).toBe(0)
    })

    it('error: outside of all of them it is a mistake', async () => {
      const tab = await newTab()
      const outcome = await tab.evaluate(() => window.fixture.outcome((async () => window.vueApp.useSession(window.fixture.client))()))
      expect(outcome).toMatchObject({ code: 'TypeError', message: expect.stringContaining('setup()') })
    })
  })

  it('a component that is mounted already may begin to use it', async () => {
    const tab = await newTab()
    await tab.evaluate(() => window.fixture.mount('Late'))
    expect(await open(tab)).toBe(1)
    await signedIn(tab)
    await whenShown(tab, '.address', alice.address)
    await tab.evaluate(() => window.fixture.unmount())
    expect(await open(tab)).toBe(0)
  })

  it('a component in KeepAlive is up to date when it is shown again, and runs nothing twice', async () => {
    const tab = await newTab()
    await tab.evaluate(() => window.fixture.mount('Kept'))
    await eventually(() => runs(tab, 'pending')).toEqual([undefined, 'restore', undefined])
    await tab.locator('.toggle').click()
    expect(await tab.locator('.address').count()).toBe(0)
    await signedIn(tab)
    await tab.locator('.toggle').click()
    await whenShown(tab, '.address', alice.address.slice(0, 6))
    expect(await runs(tab, 'address')).toEqual([undefined, alice.address])
    expect(await open(tab)).toBe(1)
    await tab.locator('.toggle').click()
    await tab.evaluate(() => window.fixture.unmount())
    expect(await open(tab)).toBe(0)
  })
})
