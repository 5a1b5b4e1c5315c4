/** Where the browser can do less, the key is kept in the next best way, and the app may forbid that. */
import type { BrowserContext } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, codeOf, expectAccepted, newClient, openClient, sharedStorages, stateOf, valueIn } from './clients.ts'
import { dumpOrigin, findSeed, watchSeeds } from './seeds.ts'
import { describeInBrowser } from './suite.ts'

/** As in browsers from before 2025. */
async function withoutEd25519(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    // Not on the empty page that each tab begins with.
    if (typeof SubtleCrypto === 'undefined') return
    const native = SubtleCrypto.prototype.generateKey as (...args: unknown[]) => Promise<unknown>
    const generateKey = function (this: SubtleCrypto, ...args: unknown[]) {
      if (JSON.stringify(args[0]).includes('Ed25519')) return Promise.reject(new DOMException('No such curve.', 'NotSupportedError'))
      return native.apply(this, args)
    }
    Object.defineProperty(SubtleCrypto.prototype, 'generateKey', { value: generateKey, configurable: true, writable: true })
  })
}

/** What browsers do to pages that must not store anything. */
const noDatabase: Readonly<Record<string, () => void>> = {
  'is not there': () => {
    Object.defineProperty(window, 'indexedDB', { value: undefined })
  },
  'throws when it is touched': () => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('Not here.', 'SecurityError')
      },
    })
  },
  'throws when it is opened': () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Not here.', 'SecurityError')
    }
  },
  'fails to open': () => {
    IDBFactory.prototype.open = () => {
      const request = { error: new DOMException('Not here.', 'UnknownError'), onerror: () => undefined }
      setTimeout(() => request.onerror())
      return request as never
    }
  },
}

describeInBrowser('the ladder', (rig) => {
  it('IndexedDB, but no Ed25519: the seed is kept, and the state says so', async () => {
    const profile = await rig.newProfile()
    await withoutEd25519(profile.context)
    const keys = await watchSeeds(profile.context)
    const tab = await newClient(profile, 'indexedDB')
    const state = valueIn(await call(tab, 'signIn'))
    expect(state).toMatchObject({ status: 'signed-in', protection: 'extractable' })
    const seed = keys.find(({ publicKey }) => state.status === 'signed-in' && publicKey === state.sessionKey)?.seed ?? Buffer.of()
    expect(findSeed(await dumpOrigin(tab), seed)).toContainEqual(expect.stringContaining('indexedDB session-sigs/sessions'))
    await tab.reload()
    await openClient(tab, 'indexedDB')
    await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  for (const [how, remove] of Object.entries(noDatabase)) {
    it(`IndexedDB ${how}: the key is in memory, and all else works`, async () => {
      const profile = await rig.newProfile()
      await profile.context.addInitScript(remove)
      const tab = await newClient(profile, 'indexedDB')
      expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ status: 'signed-in', protection: 'memory' })
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      expect(valueIn(await call(tab, 'renew'))).toMatchObject({ status: 'signed-in', protection: 'memory' })
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      expect(profile.wallet.signRequests.length).toBe(2)
      expect(codeOf(await call(tab, 'signOut'))).toBe('done')
      expect(await stateOf(tab)).toEqual({ status: 'signed-out', reason: 'signed-out' })
      expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ protection: 'memory' })
      await tab.reload()
      await openClient(tab, 'indexedDB')
      await call(tab, 'restore')
      expect(await stateOf(tab)).toMatchObject({ status: 'signed-out' })
    })
  }

  it('with nothing stored and no place to store it, nobody ever signed in', async () => {
    const profile = await rig.newProfile()
    const tab = await profile.newTab(rig.pages.sandboxed)
    for (const storage of ['indexedDB', 'localStorage', 'sessionStorage'] as const) {
      await openClient(tab, storage)
      await call(tab, 'restore')
      expect(await stateOf(tab)).toEqual({ status: 'signed-out', reason: 'never' })
    }
  })

  for (const storage of sharedStorages) {
    it(`${storage}: where only a key that nobody can export is good enough, nobody is asked for another`, async () => {
      const profile = await rig.newProfile()
      await withoutEd25519(profile.context)
      const tab = await newClient(profile, storage, { minimumProtection: 'non-extractable' })
      for (const method of ['prepare', 'signIn', 'getSessionSigs'] as const) {
        expect(codeOf(await call(tab, method))).toBe('protection-too-low')
      }
      expect(profile.wallet.signRequests).toEqual([])
    })

    it(`${storage}: where memory is good enough, the seed is nowhere else`, async () => {
      const profile = await rig.newProfile()
      await withoutEd25519(profile.context)
      const keys = await watchSeeds(profile.context)
      const tab = await newClient(profile, storage, { minimumProtection: 'memory' })
      const nowhere = async () => {
        const entries = await dumpOrigin(tab)
        expect(keys.flatMap(({ seed }) => findSeed(entries, seed))).toEqual([])
      }
      valueIn(await call(tab, 'prepare'))
      await nowhere()
      const state = valueIn(await call(tab, 'signIn'))
      expect(state).toMatchObject({ status: 'signed-in', protection: 'memory' })
      expect(keys.map(({ publicKey }) => publicKey)).toContain(state.status === 'signed-in' && state.sessionKey)
      await nowhere()
      await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
      valueIn(await call(tab, 'renew'))
      await nowhere()
      expect(profile.wallet.signRequests.length).toBe(2)
    })
  }

  it('localStorage: where memory is good enough, nor is a seed stored where there is Ed25519', async () => {
    const profile = await rig.newProfile()
    const keys = await watchSeeds(profile.context)
    const tab = await newClient(profile, 'localStorage', { minimumProtection: 'memory' })
    expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ protection: 'memory' })
    const entries = await dumpOrigin(tab)
    expect(keys.flatMap(({ seed }) => findSeed(entries, seed))).toEqual([])
    await expectAccepted(await call(tab, 'getSessionSigs'), rig.pages.origin)
  })
})
