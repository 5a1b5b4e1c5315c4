/** Where the session key is, and where it is not. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { call, newClient, sharedStorages, stateOf, valueIn } from './clients.ts'
import { dumpOrigin, findSeed, type GeneratedKey, watchSeeds } from './seeds.ts'
import { describeInBrowser } from './suite.ts'

/** The key in use, out of all that were generated. */
async function keyInUse(tab: Page, keys: readonly GeneratedKey[]): Promise<GeneratedKey> {
  const state = await stateOf(tab)
  const publicKey = state.status === 'signed-in' ? state.sessionKey : ''
  return keys.find((key) => key.publicKey === publicKey) ?? expect.fail('The key in use was not seen when it was generated.')
}

/** Where any of the seeds is. */
async function placesOfSeeds(tab: Page, keys: readonly GeneratedKey[]): Promise<string[]> {
  const entries = await dumpOrigin(tab)
  return keys.flatMap(({ seed }) => findSeed(entries, seed))
}

/** The wallet's signature, out of what the session key signed. */
async function delegationIn(tab: Page): Promise<Buffer> {
  const [sig] = Object.values(valueIn(await call(tab, 'getSessionSigs')))
  const { capabilities } = JSON.parse(sig?.signedMessage ?? '')
  return Buffer.from(capabilities[0].sig.slice(2), 'hex')
}

/** What comes of the stored key in the hands of a script that has read it. */
function exportStoredKey(tab: Page): Promise<string[]> {
  return tab.evaluate(async () => {
    const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const database = await answerOf(indexedDB.open('session-sigs'))
    const record = await answerOf(database.transaction('sessions').objectStore('sessions').get('session-sigs:lit'))
    database.close()
    const [session] = Object.values<{ key: { privateKey: CryptoKey } }>(record.sessions)
    if (!(session?.key.privateKey instanceof CryptoKey)) return ['no key']
    const { privateKey } = session.key
    const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey'])
    const wrap = (format: KeyFormat) => crypto.subtle.wrapKey(format, privateKey, wrapping, { name: 'AES-GCM', iv: new Uint8Array(12) })
    const attempts: Promise<unknown>[] = (['pkcs8', 'jwk', 'raw'] as const).flatMap((format) => [
      crypto.subtle.exportKey(format, privateKey),
      wrap(format),
    ])
    const ends = await Promise.allSettled(attempts)
    return [`extractable: ${privateKey.extractable}`, ...ends.map(({ status }) => status)]
  })
}

describeInBrowser('the session key', (rig) => {
  it('indexedDB: cannot be exported, and its seed is nowhere', async () => {
    const profile = await rig.newProfile()
    const keys = await watchSeeds(profile.context)
    const tab = await newClient(profile, 'indexedDB')
    expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ protection: 'non-extractable' })
    const first = await keyInUse(tab, keys)
    expect(await exportStoredKey(tab)).toEqual(['extractable: false', ...Array.from({ length: 6 }, () => 'rejected')])
    expect(await placesOfSeeds(tab, keys)).toEqual([])
    valueIn(await call(tab, 'renew'))
    expect(await keyInUse(tab, keys)).not.toBe(first)
    expect(await placesOfSeeds(tab, keys)).toEqual([])
    await call(tab, 'signOut')
    expect(await placesOfSeeds(tab, keys)).toEqual([])
  })

  it('localStorage: its seed is there, as the state says', async () => {
    const profile = await rig.newProfile()
    const keys = await watchSeeds(profile.context)
    const tab = await newClient(profile, 'localStorage')
    expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ protection: 'extractable' })
    const { seed } = await keyInUse(tab, keys)
    expect(findSeed(await dumpOrigin(tab), seed)).toContainEqual(expect.stringContaining('localStorage session-sigs:lit: hex'))
  })

  for (const storage of sharedStorages) {
    it(`${storage}: of a session that was signed out of, nothing is left`, async () => {
      const profile = await rig.newProfile()
      const keys = await watchSeeds(profile.context)
      const tab = await newClient(profile, storage)
      const sought: Buffer[] = []
      for (const method of ['signIn', 'renew'] as const) {
        valueIn(await call(tab, method))
        const { publicKey, seed } = await keyInUse(tab, keys)
        // Of a seed only the seed itself is kept.
        const visible = [storage === 'indexedDB' ? Buffer.from(publicKey, 'hex') : seed, await delegationIn(tab)]
        const entries = await dumpOrigin(tab)
        for (const bytes of visible) expect(findSeed(entries, bytes)).not.toEqual([])
        sought.push(seed, Buffer.from(publicKey, 'hex'), ...visible)
      }
      await call(tab, 'signOut')
      const entries = await dumpOrigin(tab)
      expect(sought.flatMap((bytes) => findSeed(entries, bytes))).toEqual([])
    })

    it(`${storage}: nor of a question that was prepared`, async () => {
      const profile = await rig.newProfile()
      const keys = await watchSeeds(profile.context)
      const tab = await newClient(profile, storage)
      const message = valueIn(await call(tab, 'prepare'))
      const publicKey = /lit:session:([0-9a-f]{64})/.exec(message ?? '')?.[1] ?? ''
      expect(keys.map((key) => key.publicKey)).toContain(publicKey)
      const isKept = async () => findSeed(await dumpOrigin(tab), Buffer.from(publicKey, 'hex')).length > 0
      expect(await isKept()).toBe(true)
      await call(tab, 'signOut')
      expect(await isKept()).toBe(false)
      expect(await placesOfSeeds(tab, keys)).toEqual([])
    })
  }
})
