/** What every adapter has to do, as tests over its fixtures: all frameworks show the same. */
import type { SessionState } from '@session-sigs/core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { alice } from '../../../packages/core/test/wallet.ts'
import { findSeed, type GeneratedKey, watchSeeds } from '../seeds.ts'
import type { Adapter } from './adapter.ts'

/** Looked at until it is as expected; a busy machine may take its time. */
export function eventually<T>(look: () => Promise<T>) {
  return expect.poll(look, { timeout: 10_000 })
}

/** When that is shown, and no sooner. */
export async function whenShown(tab: Page, selector: string, text: string | RegExp): Promise<void> {
  const shown = eventually(() => tab.locator(selector).textContent({ timeout: 1_000 }))
  if (typeof text === 'string') await shown.toBe(text)
  else await shown.toMatch(text)
}

export async function shownIn(tab: Page, ...selectors: readonly string[]): Promise<(string | null)[]> {
  return Promise.all(selectors.map((selector) => tab.locator(selector).textContent({ timeout: 1_000 })))
}

async function whenKnown(tab: Page, within = ''): Promise<void> {
  await whenShown(tab, `${within} .protection`, 'non-extractable')
  await whenShown(tab, `${within} .pending`, 'idle')
}

/** A tab with a panel that knows its session. */
export async function openPanel(adapter: Adapter, profile: Awaited<ReturnType<Adapter['newProfile']>>): Promise<Page> {
  const tab = await adapter.newTab(profile)
  await tab.evaluate(() => window.fixture.mount('Panel'))
  await whenKnown(tab)
  return tab
}

async function signIn(tab: Page): Promise<void> {
  await tab.locator('.signIn').first().click()
  await eventually(() => tab.evaluate(() => window.fixture.client.get().status)).toBe('signed-in')
}

function stateOf(tab: Page): Promise<SessionState> {
  return tab.evaluate(() => window.fixture.client.get())
}

function open(tab: Page): Promise<number> {
  return tab.evaluate(() => window.fixture.open)
}

export function describePages(adapter: Adapter): void {
  describe('a page', () => {
    it('shows nobody at first, finds that there is nobody, and asks nobody', async () => {
      const profile = await adapter.newProfile()
      const tab = await adapter.newTab(profile)
      const first = await tab.evaluate(async () => {
        const protections = window.fixture.watchText('.protection')
        await window.fixture.mount('Panel')
        return protections
      })
      expect(first.slice(0, 2)).toEqual(['nothing', 'not known'])
      await whenKnown(tab)
      expect(await shownIn(tab, '.address', '.state', '.seconds', '.scope')).toEqual([
        'signed out',
        'never',
        '0',
        expect.stringMatching(/^\s*$/),
      ])
      expect(await tab.locator('.error').count()).toBe(0)
      expect(profile.wallet.requests.length).toBe(0)
    })

    it('signs in, and shows it while the wallet is asked', async () => {
      const profile = await adapter.newProfile()
      const { wallet } = profile
      const tab = await openPanel(adapter, profile)
      wallet.answer = 'hold'
      await tab.locator('.signIn').click()
      await wallet.whenAsked(1)
      expect(await shownIn(tab, '.pending', '.address')).toEqual(['signIn', 'signed out'])
      wallet.release()
      await whenShown(tab, '.address', alice.address)
      await whenShown(tab, '.pending', 'idle')
      expect(await shownIn(tab, '.state', '.scope li', '.protection')).toEqual([
        'ends soon: false',
        'litActionCapability://a',
        'non-extractable',
      ])
      expect(Number(await tab.locator('.seconds').textContent())).toBeGreaterThan(86_000)
    })

    it('is signed in again when it is loaded again, and nobody is asked', async () => {
      const profile = await adapter.newProfile()
      const tab = await openPanel(adapter, profile)
      await signIn(tab)
      const asked = profile.wallet.requests.length
      await tab.reload()
      const addresses = await tab.evaluateHandle(async () => {
        const texts = window.fixture.watchText('.address')
        await window.fixture.mount('Panel')
        return texts
      })
      await whenShown(tab, '.address', alice.address)
      expect(await addresses.jsonValue()).toEqual(['nothing', 'signed out', alice.address])
      expect(profile.wallet.requests.length).toBe(asked)
    })

    it('shows a refusal until the next try; nothing is thrown or printed', async () => {
      const profile = await adapter.newProfile()
      const { wallet } = profile
      const tab = await openPanel(adapter, profile)
      wallet.answer = 'refuse'
      await tab.locator('.signIn').click()
      await whenShown(tab, '.error', 'wallet-refused')
      expect(await shownIn(tab, '.pending', '.address')).toEqual(['idle', 'signed out'])
      expect(await tab.evaluate(() => window.fixture.outcome(window.fixture.lastUsed().signIn()))).toEqual({ value: false })
      wallet.answer = 'hold'
      await tab.locator('.signIn').click()
      await wallet.whenAsked(3)
      expect(await tab.locator('.error').count()).toBe(0)
      wallet.release()
      await whenShown(tab, '.address', alice.address)
    })

    it('getSessionSigs() rejects, and its error is shown', async () => {
      const profile = await adapter.newProfile()
      const tab = await openPanel(adapter, profile)
      const call = () =>
        tab.evaluate(() => window.fixture.outcome(window.fixture.lastUsed().getSessionSigs({ resources: ['litAction://a'] })))
      profile.wallet.answer = 'refuse'
      expect(await call()).toMatchObject({ code: 'wallet-refused' })
      await whenShown(tab, '.error', 'wallet-refused')
      profile.wallet.answer = 'sign'
      expect(await call()).toHaveProperty('value')
      await whenShown(tab, '.address', alice.address)
      expect(await tab.locator('.error').count()).toBe(0)
    })

    it('asks for nothing where an action is given the event that it was called by', async () => {
      const profile = await adapter.newProfile()
      const tab = await openPanel(adapter, profile)
      const outcomes = await tab.evaluate(() => {
        const { signIn, renew, require } = window.fixture.lastUsed()
        // As the compilers do, which do not know types, for a handler that is an action by itself.
        const handlers = [signIn, renew, require] as unknown as ((event: Event) => Promise<boolean>)[]
        return Promise.all(handlers.map((handle) => window.fixture.outcome(handle(new PointerEvent('click')))))
      })
      const mistake = { code: 'TypeError', message: expect.any(String) }
      expect(outcomes).toEqual([mistake, mistake, mistake])
      expect(await tab.locator('.error').count()).toBe(0)
      expect(profile.wallet.requests.length).toBe(0)
    })

    it('asks for more, renews and signs out', async () => {
      const profile = await adapter.newProfile()
      const { wallet } = profile
      const tab = await openPanel(adapter, profile)
      await signIn(tab)
      await tab.locator('.require').click()
      await eventually(() => tab.locator('.scope li').allTextContents()).toEqual(['litActionCapability://a', 'litPKPCapability://7'])
      const before = await stateOf(tab)
      wallet.answer = 'hold'
      await tab.locator('.renew').click()
      await wallet.whenAsked(3)
      expect(await shownIn(tab, '.pending', '.address')).toEqual(['renew', alice.address])
      wallet.release()
      await eventually(() => stateOf(tab)).not.toEqual(before)
      await tab.locator('.signOut').click()
      await whenShown(tab, '.address', 'signed out')
      expect(await shownIn(tab, '.state', '.seconds', '.scope')).toEqual(['signed-out', '0', expect.stringMatching(/^\s*$/)])
      expect(wallet.signRequests.length).toBe(3)
    })

    it('shows what another tab does', async () => {
      const profile = await adapter.newProfile()
      const [here, there] = [await openPanel(adapter, profile), await openPanel(adapter, profile)]
      await signIn(there)
      await whenShown(here, '.address', alice.address)
      await there.locator('.signOut').click()
      await whenShown(here, '.address', 'signed out')
      expect(await shownIn(here, '.state', '.error, .pending')).toEqual(['signed-out', 'idle'])
      expect(profile.wallet.signRequests.length).toBe(1)
    })

    it('counts down to the end, warns before it, and says that it is over', async () => {
      const profile = await adapter.newProfile()
      const tab = await adapter.newTab(profile)
      await tab.evaluate(() => {
        window.fixture.openClient('indexedDB', { warnSeconds: 2 })
        return window.fixture.mount('Panel')
      })
      await signIn(tab)
      await whenShown(tab, '.seconds', /^86/)
      const watched = await tab.evaluateHandle(() => ['.seconds', '.state'].map(window.fixture.watchText))
      await tab.locator('.renewShortly').click()
      await whenShown(tab, '.state', 'expired')
      const [seconds = [], states] = await watched.jsonValue()
      // Signing took some of the four seconds.
      const last = seconds.slice(seconds.findIndex((text) => Number(text) < 10))
      expect(last.length).toBeGreaterThanOrEqual(3)
      expect(last).toEqual(['4', '3', '2', '1', '0'].slice(-last.length))
      expect(states).toEqual(['ends soon: false', 'ends soon: true', 'expired'])
      expect(await shownIn(tab, '.address')).toEqual(['signed out'])
    })

    it('with two components shows the same in both', async () => {
      const profile = await adapter.newProfile()
      const { wallet } = profile
      const tab = await adapter.newTab(profile)
      await tab.evaluate(() => window.fixture.mount('Pair'))
      await whenKnown(tab, '.one')
      await whenKnown(tab, '.other')
      wallet.answer = 'refuse'
      await tab.locator('.one .signIn').click()
      await whenShown(tab, '.one .error', 'wallet-refused')
      // What an action came to is shown where its button is.
      expect(await tab.locator('.other .error').count()).toBe(0)
      wallet.answer = 'sign'
      await tab.locator('.other .signIn').click()
      for (const panel of ['.one', '.other']) await whenShown(tab, `${panel} .address`, alice.address)
      const seconds = () =>
        tab.evaluate(() => new Set(Array.from(document.querySelectorAll('.seconds'), ({ textContent }) => textContent)).size)
      await eventually(seconds).toBe(1)
      await tab.locator('.one .signOut').click()
      for (const panel of ['.one', '.other']) await whenShown(tab, `${panel} .state`, 'signed-out')
    })

    it('may lose the component while the wallet is asked: the client is signed in all the same', async () => {
      const profile = await adapter.newProfile()
      const { wallet } = profile
      const tab = await openPanel(adapter, profile)
      wallet.answer = 'hold'
      const signing = await tab.evaluateHandle(() => ({ done: window.fixture.lastUsed().signIn() }))
      await wallet.whenAsked(1)
      expect(await open(tab)).toBeGreaterThan(0)
      await tab.evaluate(() => window.fixture.unmount())
      expect(await open(tab)).toBe(0)
      wallet.release()
      expect(await signing.evaluate(({ done }) => done)).toBe(true)
      expect(await stateOf(tab)).toMatchObject({ address: alice.address })
      expect(await open(tab)).toBe(0)
    })
  })
}

export function describeEffects(adapter: Adapter): void {
  const runs = (tab: Page, what: string) => tab.evaluate((name) => window.fixture.runsOf(name), what)

  describe('effects, computed values and templates', () => {
    it('run once for each change of what they read, and for nothing else', async () => {
      const tab = await adapter.newTab(await adapter.newProfile())
      await tab.evaluate(() => window.fixture.mount('Effects'))
      await eventually(() => runs(tab, 'pending')).toEqual([undefined, 'restore', undefined])
      for (const what of ['address', 'computed']) expect(await runs(tab, what)).toEqual([undefined])
      await tab.evaluate(() => window.fixture.client.signIn({ resources: ['litAction://a'] }))
      // Three ticks of the countdown, after the first time that it is not 0.
      await eventually(async () => (await runs(tab, 'secondsLeft')).length).toBeGreaterThan(4)
      await tab.evaluate(() => window.fixture.client.signOut())
      await eventually(() => runs(tab, 'state')).toEqual(['signed-out', 'signed-in', 'signed-out'])
      const signedIn = alice.address.slice(0, 6)
      for (const what of ['address', 'computed']) expect(await runs(tab, what)).toEqual([undefined, alice.address, undefined])
      expect(await runs(tab, 'template')).toEqual(['signed out', signedIn, 'signed out'])
      expect(await runs(tab, 'scope')).toEqual(['', 'litActionCapability://a', ''])
      expect(await runs(tab, 'pending')).toEqual([undefined, 'restore', undefined])
      const [first, ...ticks] = await runs(tab, 'secondsLeft')
      expect([first, ticks.at(-1)]).toEqual([0, 0])
      for (const [i, seconds] of ticks.slice(1, -1).entries()) expect(seconds).toBe(Number(ticks[i]) - 1)
    })

    it('run once where the session is known already', async () => {
      const tab = await adapter.newTab(await adapter.newProfile())
      await tab.evaluate(async () => {
        await window.fixture.client.signIn({ resources: ['litAction://a'] })
        await window.fixture.mount('Effects')
      })
      await eventually(async () => (await runs(tab, 'secondsLeft')).length).toBeGreaterThan(1)
      for (const what of ['address', 'computed']) expect(await runs(tab, what)).toEqual([alice.address])
      expect(await runs(tab, 'template')).toEqual([alice.address.slice(0, 6)])
      expect(await runs(tab, 'state')).toEqual(['signed-in'])
      expect(await runs(tab, 'pending')).toEqual([undefined])
    })

    it('do not run any more when the component is gone', async () => {
      const tab = await adapter.newTab(await adapter.newProfile())
      await tab.evaluate(async () => {
        await window.fixture.client.signIn({ resources: ['litAction://a'] })
        await window.fixture.mount('Effects')
        await window.fixture.unmount()
        await window.fixture.client.signOut()
        await window.fixture.drawn()
      })
      expect(await runs(tab, 'address')).toEqual([alice.address])
      expect(await open(tab)).toBe(0)
    })
  })
}

export function describeServerRendering(adapter: Adapter): void {
  const minute = 60_000
  const seenIn = (tab: Page) => tab.evaluate(() => window.fixture.seen)

  /** A profile with a session, and what its page told the server of it. */
  async function signedIn() {
    const profile = await adapter.newProfile()
    const tab = await openPanel(adapter, profile)
    await signIn(tab)
    const hint = await stateOf(tab)
    if (hint.status !== 'signed-in') expect.fail('Nobody is signed in.')
    await tab.close()
    return { profile, hint, asked: profile.wallet.requests.length }
  }

  describe('a page that takes over what a server rendered', () => {
    it('is signed out where nobody has signed in', async () => {
      const rendered = await adapter.render('Panel')
      expect(rendered.html).toContain('signed out')
      const tab = await adapter.openRendered(await adapter.newProfile(), rendered)
      await whenKnown(tab)
      expect(await seenIn(tab)).toEqual(['signed out'])
    })

    it('turns signed in where a session is stored', async () => {
      const { profile, asked } = await signedIn()
      const tab = await adapter.openRendered(profile, await adapter.render('Panel'))
      await whenShown(tab, '.address', alice.address)
      await whenKnown(tab)
      expect(await seenIn(tab)).toEqual(['signed out', alice.address])
      expect(profile.wallet.requests.length).toBe(asked)
    })

    it('with a hint is signed in from the first moment on, without any of signed out', async () => {
      const { profile, hint } = await signedIn()
      const renderedAt = new Date(Date.parse(hint.expiresAt) - 90 * minute).toISOString()
      const rendered = await adapter.render('Pair', { hint, renderedAt })
      expect(rendered.html).toContain(alice.address)
      expect(rendered.html).toContain('5400')
      expect(rendered.html).not.toContain('signed out')
      const tab = await adapter.openRendered(profile, rendered)
      for (const panel of ['.one', '.other']) {
        // The page counts by its own clock, once it knows.
        await whenShown(tab, `${panel} .seconds`, /^86/)
        await whenKnown(tab, panel)
      }
      expect(await seenIn(tab)).toEqual([alice.address])
      expect(await shownIn(tab, '.other .address', '.other .scope')).toEqual([
        alice.address,
        expect.stringMatching(/^\s*litActionCapability:\/\/a\s*$/),
      ])
    })

    it('with a hint that is right runs nothing twice', async () => {
      const { profile, hint } = await signedIn()
      const tab = await adapter.openRendered(profile, await adapter.render('Effects', { hint }))
      const runs = (what: string) => tab.evaluate((name) => window.fixture.runsOf(name), what)
      await eventually(() => runs('pending')).toEqual([undefined, 'restore', undefined])
      for (const what of ['address', 'computed']) expect(await runs(what)).toEqual([alice.address])
      expect(await runs('template')).toEqual([alice.address.slice(0, 6)])
      expect(await runs('state')).toEqual(['signed-in'])
      expect(await runs('scope')).toEqual(['litActionCapability://a'])
    })

    it('with a hint that is wrong turns signed out', async () => {
      const { hint } = await signedIn()
      const tab = await adapter.openRendered(await adapter.newProfile(), await adapter.render('Panel', { hint }))
      await whenShown(tab, '.address', 'signed out')
      await whenKnown(tab)
      expect(await seenIn(tab)).toEqual([alice.address, 'signed out'])
    })

    it('may be late: the client knows its session before this part of the page is taken over', async () => {
      const { profile, hint } = await signedIn()
      for (const options of [{}, { hint }]) {
        const tab = await adapter.openRendered(profile, await adapter.render('Panel', options), true)
        await tab.evaluate(async () => {
          await window.fixture.client.restore()
          await window.fixture.hydrate()
        })
        await whenShown(tab, '.address', alice.address)
        await whenShown(tab, '.seconds', /^86/)
        expect(await seenIn(tab)).toEqual('hint' in options ? [alice.address] : ['signed out', alice.address])
        await tab.close()
      }
    })

    it('may find the client restoring already', async () => {
      const { profile, hint } = await signedIn()
      const tab = await adapter.openRendered(profile, await adapter.render('Panel', { hint }), true)
      await tab.evaluate(async () => {
        const restoring = window.fixture.client.restore()
        await window.fixture.hydrate()
        await restoring
      })
      await whenShown(tab, '.seconds', /^86/)
      expect(await seenIn(tab)).toEqual([alice.address])
    })

    it('would warn if it found something else: the console is watched', async () => {
      const rendered = await adapter.render('Panel')
      const html = rendered.html.replace(/<p class="(?:state|seconds|pending)">.*?<\/p>/g, '')
      expect(html).not.toBe(rendered.html)
      const tab = await adapter.openRendered(await adapter.newProfile(), { ...rendered, html })
      await tab.evaluate(() => window.fixture.drawn())
      // In a sentence: it is the framework's development build that runs.
      expect(adapter.takeWarnings().join('\n')).toMatch(/hydration .+/i)
    })
  })
}

export function describeLeaks(adapter: Adapter): void {
  /** Bytes that are in use after each round of so many components that came and went. */
  async function heapsAfter(tab: Page, component: string, rounds: number, each: number): Promise<number[]> {
    const devtools = await tab.context().newCDPSession(tab)
    const heaps: number[] = []
    for (let i = 0; i < rounds; i++) {
      await tab.evaluate(([name, times]) => window.fixture.churn(name, times), [component, each] as const)
      await devtools.send('HeapProfiler.collectGarbage')
      heaps.push((await devtools.send('Runtime.getHeapUsage')).usedSize)
    }
    return heaps
  }

  async function newSignedInTab(): Promise<Page> {
    const tab = await adapter.newTab(await adapter.newProfile())
    await tab.evaluate(() => window.fixture.client.signIn({ resources: ['litAction://a'] }))
    return tab
  }

  const growthOf = (heaps: readonly number[]): number => (heaps.at(-1) ?? 0) - (heaps[0] ?? 0)
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`

  describe('10,000 components that came and went', () => {
    it('leave nothing behind; the same measurement finds what a leaking one leaves', async () => {
      const sound = await newSignedInTab()
      const heaps = await heapsAfter(sound, 'Leaf', 10, 1_000)
      const leaking = await newSignedInTab()
      const leakingHeaps = await heapsAfter(leaking, 'LeakingLeaf', 2, 500)
      console.log(
        `${adapter.name}: from component 1,000 to 10,000 the heap grew by ${kilobytes(growthOf(heaps))} (${heaps.map(kilobytes).join(', ')}), ` +
          `${await open(sound)} subscriptions left; with a leak by ${kilobytes(growthOf(leakingHeaps))} for 500, ${await open(leaking)} subscriptions for 1,000`,
      )
      expect([await open(sound), await open(leaking)]).toEqual([0, 1_000])
      // 22 bytes a component, and far less than 500 that leak.
      expect(growthOf(heaps)).toBeLessThan(200_000)
      expect(growthOf(leakingHeaps)).toBeGreaterThan(400_000)
    })
  })
}

export function describeKeys(adapter: Adapter): void {
  /** What can be got at from a value, by whatever its properties lead to. */
  async function expectNoKey(tab: Page, name: 'lastUsed' | 'lastKept', keys: readonly GeneratedKey[]): Promise<void> {
    const { texts, cryptoKeys } = await tab.evaluate((which) => window.fixture.reach(window.fixture[which]()), name)
    expect(cryptoKeys).toBe(0)
    expect(texts).toContain(alice.address)
    for (const { seed } of keys) expect(findSeed([{ where: name, texts }], seed)).toEqual([])
  }

  describe('keys', () => {
    for (const storage of ['indexedDB', 'localStorage'] as const) {
      it(`${storage}: are nowhere in what useSession gives, nor in what the framework makes of a client`, async () => {
        const profile = await adapter.newProfile()
        const keys = await watchSeeds(profile.context)
        const tab = await adapter.newTab(profile)
        await tab.evaluate(async (name) => {
          window.fixture.openClient(name, { isBare: true })
          await window.fixture.mount('Held')
        }, storage)
        await tab.locator('.signIn').click()
        await whenShown(tab, '.address', alice.address)
        const state = await stateOf(tab)
        expect(keys.map(({ publicKey }) => publicKey)).toContain(state.status === 'signed-in' && state.sessionKey)
        await expectNoKey(tab, 'lastUsed', keys)
        await expectNoKey(tab, 'lastKept', keys)
        // Looked for in the same way, both are found where they are.
        const shown = await tab.evaluate(async (hex) => {
          const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
          return window.fixture.reach({ deep: [new Map([['a', { hex, pair }]])] })
        }, keys[0]?.seed.toString('hex') ?? '')
        expect(keys.slice(0, 1).flatMap(({ seed }) => findSeed([{ where: 'here', texts: shown.texts }], seed))).toEqual(['here: hex'])
        expect(shown.cryptoKeys).toBe(2)
      })
    }
  })
}

export function describeExample(adapter: Adapter): void {
  it('the example of the README signs in and out, and says what went wrong', async () => {
    const profile = await adapter.newProfile()
    const tab = await adapter.newTab(profile)
    await tab.evaluate(() => window.fixture.mount('Example'))
    const [signIn, signOut] = ['Sign in', 'Sign out'].map((name) => tab.getByRole('button', { name }))
    profile.wallet.answer = 'refuse'
    await signIn?.click()
    await whenShown(tab, '[role=alert]', /refused/)
    profile.wallet.answer = 'sign'
    await signIn?.click()
    await whenShown(tab, '#app p', new RegExp(`^${alice.address}, 86\\d{3} s left Sign out$`))
    await signOut?.click()
    await signIn?.waitFor()
    expect(await tab.locator('[role=alert]').count()).toBe(0)
    expect(profile.wallet.signRequests.length).toBe(2)
  })
}
