/** What scripts that somebody got into the page, and pages of other sites, can do with a session, by where it is kept. */
import { importSessionKey, issueSessionSig, type StoredSession } from '@session-sigs/core'
import { isRevokedBy, memoryRevocations, revocationSubject, verifySessionSig } from '@session-sigs/core/verify'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { alice, nodes } from '../../packages/core/test/wallet.ts'
import { call, expectAccepted, newClient, openClient, sharedStorages, stateOf, valueIn } from './clients.ts'
import { dumpOrigin, findSeed, publicKeyOf, watchSeeds } from './seeds.ts'
import { describeInBrowser } from './suite.ts'

const [audience = ''] = nodes
const resource = 'litAction://QmExample'
const place = 'session-sigs:lit'
const minute = 60_000

/** The same server by another name is another origin, and one that browsers trust, too. */
const otherOriginOf = (origin: string): string => origin.replace('localhost', '127.0.0.1')

async function publicKeyIn(tab: Page): Promise<string> {
  const state = await stateOf(tab)
  return state.status === 'signed-in' ? state.sessionKey : expect.fail('Nobody is signed in.')
}

/** The session that is in a web storage, as any script of the page reads it. */
async function takeFrom(tab: Page, area: 'localStorage' | 'sessionStorage'): Promise<StoredSession> {
  const text = await tab.evaluate(([name, key]) => window[name].getItem(key), [area, place] as const)
  const [session] = Object.values<StoredSession>(JSON.parse(text ?? '{"sessions":{}}').sessions)
  return session ?? expect.fail('There is no session.')
}

/** A session signature that is made in Node, of what was taken from a page. */
async function signElsewhere({ key, delegations }: StoredSession) {
  const seed = key.type === 'seed' ? key.seed : expect.fail('There is no seed to take.')
  const publicKey = publicKeyOf(Buffer.from(seed, 'hex'))
  const thief = await importSessionKey({ publicKey, secretKey: seed + publicKey })
  const [issuedAt, expiration] = [new Date().toISOString(), new Date(Date.now() + minute).toISOString()]
  return issueSessionSig(thief, { resources: [resource], capabilities: delegations, issuedAt, expiration, nodeAddress: audience })
}

/** Gives what IndexedDB has to a page of another origin in a window of its own, which keeps it. */
async function handOver(tab: Page, other: string): Promise<void> {
  const opening = tab.waitForEvent('popup')
  const opened = await tab.evaluateHandle((url) => ({ popup: window.open(url) }), other)
  const popup = await opening
  await popup.waitForFunction(() => 'app' in window)
  const kept = await popup.evaluateHandle((id) => {
    const storage = window.app.indexedDbStorage()
    const heard = new Promise<MessageEvent>((resolve) => addEventListener('message', resolve))
    return { done: Promise.all([heard, storage.open?.()]).then(([{ data }]) => storage.set(id, data)) }
  }, place)
  await opened.evaluate(async ({ popup: target }, id) => {
    const storage = window.app.indexedDbStorage()
    await storage.open?.()
    target?.postMessage(await storage.get(id), '*')
  }, place)
  await kept.evaluate(({ done }) => done)
  await popup.close()
}

describeInBrowser('a script in the page', (rig) => {
  for (const area of ['localStorage', 'sessionStorage'] as const) {
    it(`${area}: takes the key along, and what it signs elsewhere is accepted until that is revoked`, async () => {
      const profile = await rig.newProfile()
      const tab = await newClient(profile, area)
      valueIn(await call(tab, 'signIn'))
      const taken = await takeFrom(tab, area)
      await tab.close()
      const revocations = memoryRevocations()
      const options = { audience, domains: [new URL(rig.pages.origin).host], resource, isRevoked: isRevokedBy(revocations) }
      const session = await verifySessionSig(await signElsewhere(taken), options)
      expect(session.address).toBe(alice.address)
      const subject = revocationSubject({ sessionKey: session.sessionKey })
      await revocations.revoke(subject, { before: Date.now(), until: Date.now() + 60 * minute })
      await expect(verifySessionSig(await signElsewhere(taken), options)).rejects.toMatchObject({ code: 'revoked' })
    })
  }

  it('indexedDB: cannot take the key out of the browser, but can hand it to a page of its own there', async () => {
    const profile = await rig.newProfile()
    const tab = await newClient(profile, 'indexedDB')
    expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ protection: 'non-extractable' })
    const publicKey = await publicKeyIn(tab)
    const other = otherOriginOf(rig.pages.origin)
    await handOver(tab, other)
    await tab.close()
    const theirs = await profile.newTab(other)
    await openClient(theirs, 'indexedDB')
    valueIn(await call(theirs, 'restore'))
    expect(await publicKeyIn(theirs)).toBe(publicKey)
    await expectAccepted(await call(theirs, 'getSessionSigs'), rig.pages.origin)
  })

  it('memory: finds no key in any storage, can catch its object when it signs, and after a reload there is none', async () => {
    const profile = await rig.newProfile()
    const keys = await watchSeeds(profile.context)
    const tab = await profile.newTab()
    const open = () =>
      tab.evaluate((all) => {
        const { createSessionClient, memoryStorage, viemSigner } = window.app
        window.client = createSessionClient({ nodes: all, storage: memoryStorage(), signer: viemSigner(window.ethereum) })
      }, nodes)
    await open()
    expect(valueIn(await call(tab, 'signIn'))).toMatchObject({ protection: 'memory' })
    const publicKey = await publicKeyIn(tab)
    const entries = await dumpOrigin(tab)
    const { seed } = keys.find((key) => key.publicKey === publicKey) ?? expect.fail('The key was not seen when it was made.')
    for (const bytes of [seed, Buffer.from(publicKey, 'hex')]) expect(findSeed(entries, bytes)).toEqual([])
    const caught = await tab.evaluateHandle(() => {
      const native = SubtleCrypto.prototype.sign
      const keys: CryptoKey[] = []
      SubtleCrypto.prototype.sign = function (algorithm, key, data) {
        keys.push(key)
        return native.call(this, algorithm, key, data)
      }
      return keys
    })
    valueIn(await call(tab, 'getSessionSigs'))
    expect(await caught.evaluate(([key]) => [key instanceof CryptoKey, key?.extractable])).toEqual([true, false])
    await tab.reload()
    await open()
    valueIn(await call(tab, 'restore'))
    expect(await stateOf(tab)).toMatchObject({ status: 'signed-out' })
  })
})

describeInBrowser('a page of another site', (rig) => {
  for (const storage of sharedStorages) {
    it(`${storage}: finds nothing of the session, and is signed in by nothing`, async () => {
      const profile = await rig.newProfile()
      const tab = await newClient(profile, storage)
      valueIn(await call(tab, 'signIn'))
      const publicKey = Buffer.from(await publicKeyIn(tab), 'hex')
      const theirs = await profile.newTab(otherOriginOf(rig.pages.origin))
      await openClient(theirs, storage)
      valueIn(await call(theirs, 'restore'))
      expect(await stateOf(theirs)).toMatchObject({ status: 'signed-out', reason: 'never' })
      // It is in the one, in the delegation's text, so that finding nothing in the other says something.
      expect(findSeed(await dumpOrigin(tab), publicKey)).not.toEqual([])
      expect(findSeed(await dumpOrigin(theirs), publicKey)).toEqual([])
    })
  }
})
