/** A framework's fixtures in the browser: built, rendered, served, opened, and their console watched. */
import { createSessionClient } from '@session-sigs/core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { nodes } from '../../../packages/core/test/wallet.ts'
import { describeInBrowser, type Rig } from '../suite.ts'
import type { Profile } from '../tabs.ts'
import { buildPage, type Fixtures, loadServer } from './build.ts'
import type { Props } from './page.ts'
import { openSite, type Rendered, type Site } from './site.ts'

/** What `server.ts` of the fixtures exports. */
export interface FixtureServer {
  render(component: string, props: Props): Promise<string>
}

export interface Adapter {
  readonly name: string
  readonly rig: Rig
  readonly site: Site
  readonly server: FixtureServer
  /** A person's browser; its console is watched: after a test nobody may have warned. */
  newProfile(): Promise<Profile>
  /** A tab with a page that has no component yet. */
  newTab(profile: Profile): Promise<Page>
  /** A tab that takes over what a server rendered; with `isLater` only when the test says so. */
  openRendered(profile: Profile, rendered: Rendered, isLater?: boolean): Promise<Page>
  /** As a server does it, that knows of no session but what it was told. */
  render(component: string, options?: Props['options']): Promise<Rendered>
  /** What was warned of so far, which then counts as expected. */
  takeWarnings(): string[]
}

/** One a file. */
export function describeAdapter(name: string, fixtures: Fixtures, run: (adapter: Adapter) => void): void {
  describeInBrowser(name, (rig) => {
    let site: Site | undefined
    let server: FixtureServer | undefined
    let warnings: string[] = []
    const running = <T>(part: T | undefined): T => part ?? expect.fail('The fixtures are there only while tests run.')

    const adapter: Adapter = {
      name,
      rig,
      get site() {
        return running(site)
      },
      get server() {
        return running(server)
      },
      async newProfile() {
        const profile = await rig.newProfile()
        profile.context.on('console', (message) => {
          if (/^(?:warning|error|assert)$/.test(message.type())) warnings.push(message.text())
        })
        return profile
      },
      async newTab({ newTab }) {
        running(site).show()
        return newTab(running(site).origin)
      },
      async openRendered({ newTab }, rendered, isLater = false) {
        running(site).show(rendered)
        return newTab(`${running(site).origin}/${isLater ? '?later' : ''}`)
      },
      async render(component, options = {}) {
        const client = createSessionClient({ nodes, domain: 'localhost' })
        const html = await running(server).render(component, { client, options })
        return { component, html, ...options }
      },
      takeWarnings() {
        const taken = warnings
        warnings = []
        return taken
      },
    }

    beforeAll(async () => {
      const [modules, loaded] = await Promise.all([buildPage(fixtures), loadServer<FixtureServer>(fixtures)])
      site = await openSite(modules)
      server = loaded
      // A busy machine may take its time.
    }, 60_000)

    afterEach(() => expect(adapter.takeWarnings()).toEqual([]))
    afterAll(() => site?.close())

    run(adapter)
  })
}
