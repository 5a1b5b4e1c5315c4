/** What every adapter has to do on a server, where there is no page. */
import { createSessionClient, memoryStorage, type SessionClient, type SessionState } from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { alice, bob, countingSigner, domain, nodes } from '../../../packages/core/test/wallet.ts'
import type { FixtureServer } from './adapter.ts'
import { type Fixtures, loadServer } from './build.ts'

const textIn = (html: string, part: string): string =>
  new RegExp(`class="${part}"[^>]*>(.*?)</p>`).exec(html)?.[1]?.replace(/<!--.*?-->/g, '') ?? ''

/** What a page had as its state once. */
async function hintOf(account: typeof alice): Promise<SessionState> {
  return createSessionClient({ nodes, domain, signer: countingSigner(account) }).signIn({ resources: ['litAction://a'] })
}

/** A client whose every use is seen. */
function watchedClient() {
  const inner = memoryStorage()
  const get = vi.fn(inner.get)
  const client = createSessionClient({ nodes, domain, storage: { ...inner, get } })
  const subscribe = vi.fn(client.subscribe)
  const watched: SessionClient = Object.create(client, { subscribe: { value: subscribe } })
  return { client: watched, calls: () => get.mock.calls.length + subscribe.mock.calls.length }
}

export function describeServer(name: string, fixtures: Fixtures): void {
  describe(`${name} on a server`, () => {
    let server: FixtureServer

    beforeAll(async () => {
      // Its modules are loaded here: where there is no page.
      expect('window' in globalThis).toBe(false)
      server = await loadServer<FixtureServer>(fixtures)
    }, 60_000)

    afterEach(() => void vi.useRealTimers())

    it('shows nobody, and neither reads nor starts anything', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
      const { client, calls } = watchedClient()
      for (const component of ['Panel', 'Pair', 'Effects', 'Leaf']) await server.render(component, { client, options: {} })
      const html = await server.render('Panel', { client, options: {} })
      expect(['address', 'state', 'seconds', 'protection', 'pending'].map((part) => textIn(html, part))).toEqual([
        'signed out',
        'never',
        '0',
        'not known',
        'idle',
      ])
      expect([calls(), vi.getTimerCount()]).toEqual([0, 0])
    })

    it('shows the hint, as of the moment that it is told', async () => {
      const hint = await hintOf(alice)
      if (hint.status !== 'signed-in') expect.fail('Nobody is signed in.')
      const renderedAt = new Date(Date.parse(hint.expiresAt) - 61_000).toISOString()
      const { client, calls } = watchedClient()
      const html = await server.render('Panel', { client, options: { hint, renderedAt } })
      expect(['address', 'state', 'seconds', 'protection'].map((part) => textIn(html, part))).toEqual([
        alice.address,
        'ends soon: false',
        '61',
        'memory',
      ])
      expect(html).toContain('litActionCapability://a')
      expect(textIn(await server.render('Panel', { client, options: { hint } }), 'seconds')).toBe('0')
      expect(calls()).toBe(0)
    })

    it('shows each person their own, at the same time and with one client', async () => {
      const { client } = watchedClient()
      const hints = await Promise.all([alice, bob].map(hintOf))
      const pages = await Promise.all([...hints, undefined].map((hint) => server.render('Panel', { client, options: { hint } })))
      expect(pages.map((html) => textIn(html, 'address'))).toEqual([alice.address, bob.address, 'signed out'])
    })

    it('takes a client as the page has it, but for the wallet', async () => {
      const client = createSessionClient({ nodes, storage: indexedDbStorage() })
      expect(textIn(await server.render('Panel', { client, options: {} }), 'address')).toBe('signed out')
    })
  })
}
