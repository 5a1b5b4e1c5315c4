/** `disconnectWeb3()` in one tab, and what the others do from then on. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { keysOf } from '../../../../test/browser/clients.ts'
import { freeze } from '../../../../test/browser/tabs.ts'
import { type Answer, describeLit, getSigs, greeting, type LitProfile, type LitRig, localStorageOf, whenAtRest } from './rig.ts'

const rounds = 30

async function newPair(lit: LitRig, profile: LitProfile): Promise<readonly [Page, Page]> {
  return [await lit.newClient(profile), await lit.newClient(profile)]
}

/** The tab uses its client as soon as another tells it to: sooner than a test could. */
async function useWhenTold(tab: Page): Promise<void> {
  await tab.evaluate((params) => {
    const channel = new BroadcastChannel('test')
    channel.onmessage = () => {
      window.usedLit = window.lit.outcome(window.litClient.getSessionSigs(params))
    }
  }, greeting)
}

/** Signs out in one tab, which then tells the other at once, or when the promise has resolved; what came of the call that the other made right away. */
async function useAfterSignOut(here: Page, there: Page, isAwaited: boolean): Promise<Answer> {
  await here.evaluate(async (isLater) => {
    const channel = new BroadcastChannel('test')
    const ended = window.lit.disconnectWeb3()
    if (isLater) await ended
    channel.postMessage('now')
    await ended
    channel.close()
  }, isAwaited)
  await there.waitForFunction(() => window.usedLit !== undefined)
  return there.evaluate(async () => {
    const answer = await window.usedLit
    window.usedLit = undefined
    return answer ?? { code: 'none', message: 'The tab was never told.' }
  })
}

/** When the tab has heard of a sign-out elsewhere, if it is watched before. */
async function watchOrders(tab: Page): Promise<() => Promise<unknown>> {
  await tab.evaluate(() => {
    window.ordersHeard = 0
    new BroadcastChannel('session-sigs:lit').onmessage = () => (window.ordersHeard += 1)
  })
  return () => tab.waitForFunction(() => window.ordersHeard > 0)
}

function beginNewAtOnce(tab: Page): Promise<Answer> {
  return tab.evaluate((params) => {
    void window.lit.disconnectWeb3()
    return window.lit.outcome(window.litClient.getSessionSigs(params))
  }, greeting)
}

describeLit('disconnectWeb3() in another tab', (lit) => {
  for (const [name, isAwaited] of [
    ['awaited', true],
    ['not awaited', false],
  ] as const) {
    it(`${name}: the very next call asks again, for a new key, ${rounds} of ${rounds} times`, async () => {
      const profile = await lit.newProfile()
      const [here, there] = await newPair(lit, profile)
      await useWhenTold(there)
      const keys = keysOf([await getSigs(there)])
      for (let i = 1; i <= rounds; i++) {
        expect(keysOf([await getSigs(here)])).toEqual(keys.slice(-1))
        // Right after what was written last, or some time after it.
        if (i % 2 === 0) await whenAtRest(here)
        const [key] = keysOf([await useAfterSignOut(here, there, isAwaited)])
        if (key !== undefined) keys.push(key)
        expect(profile.wallet.signRequests.length).toBe(i + 1)
      }
      expect(new Set(keys).size).toBe(rounds + 1)
    })
  }

  it('by a page that has no client: the very next call asks again, for a new key', async () => {
    const profile = await lit.newProfile()
    const [here, there] = [await lit.newTab(profile), await lit.newClient(profile)]
    await useWhenTold(there)
    const keys = keysOf([await getSigs(there)])
    for (let i = 1; i <= rounds; i++) {
      if (i % 2 === 0) await whenAtRest(here)
      const [key] = keysOf([await useAfterSignOut(here, there, true)])
      if (key !== undefined) keys.push(key)
    }
    expect(new Set(keys).size).toBe(rounds + 1)
    expect(profile.wallet.signRequests.length).toBe(rounds + 1)
  })

  it('costs no time: the wallet is asked soon, in either tab', async () => {
    const profile = await lit.newProfile()
    const tabs = await newPair(lit, profile)
    for (const tab of tabs) {
      const times: number[] = []
      for (let i = 0; i < 5; i++) {
        await getSigs(tab)
        times.push(
          await tab.evaluate(async (params) => {
            const begun = performance.now()
            void window.lit.disconnectWeb3()
            await window.litClient.getSessionSigs(params)
            return (window.__walletCalls.at(-1)?.at ?? Number.POSITIVE_INFINITY) - begun
          }, greeting),
        )
      }
      // Of a machine that has other things to do, the best time tells.
      expect(Math.min(...times)).toBeLessThan(250)
    }
  })

  it('while the wallet is being asked there: comes to nothing, or to a session of its own', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const [here, there] = await newPair(lit, profile)
    wallet.answer = 'hold'
    const answer = getSigs(there)
    await wallet.whenAsked(1)
    await here.evaluate(() => window.lit.disconnectWeb3())
    wallet.release()
    wallet.answer = 'sign'
    const asked = /^URI: lit:session:(.*)$/m.exec(wallet.signRequests[0]?.message ?? '')?.[1]
    const first = await answer
    // Whoever is told no is signed out, whoever is told yes is signed in; nobody is left in between.
    if ('value' in first) expect(keysOf([first])).toEqual([asked])
    else expect(first.code).toBe('signed-out')
    const next = await getSigs(there)
    await lit.expectAccepted(next)
    expect(keysOf([next]).includes(asked ?? '')).toBe('value' in first)
    expect(keysOf([await getSigs(here)])).toEqual(keysOf([next]))
  })

  it('while the wallet is being asked there for further scope: the old key signs no more, whoever comes first', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const [here, there] = await newPair(lit, profile)
    const further = { chain: 'ethereum', resources: ['litPKP://42'] }
    const signOut = () => here.evaluate(() => window.lit.disconnectWeb3())
    for (let i = 0; i < 10; i++) {
      wallet.answer = 'sign'
      const [old = ''] = keysOf([await getSigs(there)])
      wallet.answer = 'hold'
      const asked = wallet.signRequests.length
      const answer = getSigs(there, further)
      await wallet.whenAsked(asked + 1)
      const isAnsweredAfter = i % 2 === 0
      if (isAnsweredAfter) await signOut()
      wallet.release()
      // Else both at the same time.
      if (!isAnsweredAfter) await signOut()
      const first = await answer
      if (isAnsweredAfter) expect('value' in first ? keysOf([first]) : [first.code]).not.toContain(old)
      await whenAtRest(there)
      for (const tab of [here, there]) expect(JSON.stringify(await localStorageOf(tab))).not.toContain(old)
      wallet.answer = 'sign'
      const next = await getSigs(there, further)
      await lit.expectAccepted(next, { resource: 'litPKP://42' })
      expect(keysOf([next])).not.toContain(old)
      await signOut()
    }
  })

  it('a key that the other tab brought is asked for anew', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const [here, there] = await newPair(lit, profile)
    const sessionKey = await there.evaluate(() => window.lit.generateSessionKeyPair())
    const params = { ...greeting, sessionKey }
    for (let i = 1; i <= 5; i++) {
      for (let j = 0; j < 2; j++) expect(keysOf([await getSigs(there, params)])).toEqual([sessionKey.publicKey])
      expect(wallet.signRequests.length).toBe(i)
      await here.evaluate(() => window.lit.disconnectWeb3())
    }
    expect(await localStorageOf(there)).toEqual({})
  })

  it('a key that the other tab brought is asked for anew, also where a new session was begun while that tab was frozen', async () => {
    const profile = await lit.newHidingProfile()
    const { wallet } = profile
    const [there, here] = await newPair(lit, profile)
    const sessionKey = await there.evaluate(() => window.lit.generateSessionKeyPair())
    const params = { ...greeting, sessionKey }
    await lit.expectAccepted(await getSigs(there, params))
    const whenHeard = await watchOrders(there)
    const thaw = await freeze(there)
    await lit.expectAccepted(await beginNewAtOnce(here))
    await thaw()
    await whenHeard()
    await lit.expectAccepted(await getSigs(there, params))
    expect(wallet.signRequests.length).toBe(3)
  })

  it('all clients of the page itself go by it at once, also with keys that they brought', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const rounds = await tab.evaluate(
      async ([params, config]) => {
        const { LitNodeClient, outcome, disconnectWeb3, generateSessionKeyPair } = window.lit
        const other = new LitNodeClient(config)
        await other.connect()
        const sessionKey = await generateSessionKeyPair()
        const useAll = () =>
          Promise.all([
            outcome(window.litClient.getSessionSigs(params)),
            outcome(other.getSessionSigs(params)),
            outcome(other.getSessionSigs({ ...params, sessionKey })),
          ])
        const before = await useAll()
        void disconnectWeb3()
        const after = await useAll()
        return [before, after]
      },
      [greeting, { litNetwork: 'custom', bootstrapUrls: lit.network.urls }] as const,
    )
    const [before = [], after = []] = rounds.map((answers) => answers.map((answer) => keysOf([answer])[0]))
    expect(before[0]).toBe(before[1])
    expect(after[0]).toBe(after[1])
    expect(after[0]).not.toBe(before[0])
    expect(after[2]).toBe(before[2])
    expect(profile.wallet.signRequests.length).toBe(4)
  })

  it(`a session that is begun at once is not ended by the others, ${rounds} of ${rounds} times`, async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const [here, there] = await newPair(lit, profile)
    for (let i = 1; i <= rounds; i++) {
      const old = keysOf([await getSigs(there)])
      const answer = await beginNewAtOnce(here)
      expect(keysOf([answer])).not.toEqual(old)
      await whenAtRest(there)
      expect(keysOf([await getSigs(there), await getSigs(here)])).toEqual(keysOf([answer]))
      expect(wallet.signRequests.length).toBe(i + 1)
    }
  })

  it('a session that is begun at once is not ended by a tab that was frozen meanwhile', async () => {
    const profile = await lit.newHidingProfile()
    const { wallet } = profile
    const [there, here] = await newPair(lit, profile)
    const old = keysOf([await getSigs(there)])
    const whenHeard = await watchOrders(there)
    const thaw = await freeze(there)
    const answer = await beginNewAtOnce(here)
    expect(keysOf([answer])).not.toEqual(old)
    await whenAtRest(here)
    await thaw()
    await whenHeard()
    await whenAtRest(there)
    expect(keysOf([await getSigs(there), await getSigs(here)])).toEqual(keysOf([answer]))
    expect(wallet.signRequests.length).toBe(2)
  })

  it('a tab that was frozen meanwhile signs with the old key no more', async () => {
    const profile = await lit.newHidingProfile()
    const [there, here] = await newPair(lit, profile)
    await useWhenTold(there)
    const old = keysOf([await getSigs(there)])
    const thaw = await freeze(there)
    const told = useAfterSignOut(here, there, true)
    await thaw()
    expect(keysOf([await told])).not.toEqual(old)
    expect(profile.wallet.signRequests.length).toBe(2)
  })
})

declare global {
  interface Window {
    usedLit: Promise<Answer> | undefined
    ordersHeard: number
  }
}
