/** What an app's earlier visits, with Lit's own client, left in local storage. */
import type { AuthSig, SessionKeyPair } from '@session-sigs/core'
import { generateSessionKeyPair } from '@session-sigs/core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { keysOf } from '../../../../test/browser/clients.ts'
import { authSigFor, bob } from '../../../core/test/wallet.ts'
import { describeLit, getSigs, type LitProfile, type LitRig, lastMessage, localStorageOf } from './rig.ts'

/** A tab of a site that was visited before; its client is made after that. */
async function visitWith(lit: LitRig, profile: LitProfile, left: Readonly<Record<string, string>>): Promise<Page> {
  const tab = await lit.newTab(profile)
  await tab.evaluate((entries) => {
    for (const [name, text] of Object.entries(entries)) localStorage.setItem(name, text)
  }, left)
  await tab.reload()
  await lit.start(tab)
  return tab
}

interface Changes {
  readonly domain: string
  readonly resources?: readonly string[]
  readonly expiration?: string
}

/** As a wallet signed it for the earlier client. */
function delegationTo({ publicKey }: SessionKeyPair, { domain, ...changes }: Changes): Promise<AuthSig> {
  const { resources = ['litActionCapability://*'], expiration = new Date(Date.now() + 3_600_000).toISOString() } = changes
  const asked = { chain: 'ethereum', resources, expiration, uri: `lit:session:${publicKey}` }
  return authSigFor(asked as Parameters<typeof authSigFor>[0], { domain, resources: [...resources] })
}

/** What stands where a wallet's signature for this key is looked for. */
type MakeSignature = (pair: SessionKeyPair, domain: string) => Promise<unknown>

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString()
}

function cutText({ signedMessage, ...rest }: AuthSig): AuthSig {
  return { ...rest, signedMessage: signedMessage.slice(0, -30) }
}

describeLit('a session key that Lit left', (lit) => {
  it('is the one that the wallet is asked to delegate to, and stays where it is', async () => {
    const profile = await lit.newProfile()
    const pair = await generateSessionKeyPair()
    const tab = await visitWith(lit, profile, { 'lit-session-key': JSON.stringify(pair) })
    const answer = await getSigs(tab)
    await lit.expectAccepted(answer)
    expect(keysOf([answer])).toEqual([pair.publicKey])
    expect(lastMessage(profile.wallet).uri).toBe(`lit:session:${pair.publicKey}`)
    expect(JSON.parse((await localStorageOf(tab))['lit-session-key'] ?? '')).toEqual(pair)
    await lit.expectAccepted(await getSigs(tab))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('is still the one after the person refused at first', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const pair = await generateSessionKeyPair()
    const tab = await visitWith(lit, profile, { 'lit-session-key': JSON.stringify(pair) })
    wallet.answer = 'refuse'
    expect(await getSigs(tab)).toMatchObject({ code: 'wallet-refused' })
    wallet.answer = 'sign'
    expect(keysOf([await getSigs(tab)])).toEqual([pair.publicKey])
  })

  it('with what the wallet signed for it: nobody is asked, on any visit', async () => {
    const profile = await lit.newProfile()
    const pair = await generateSessionKeyPair()
    const authSig = await delegationTo(pair, { domain: lit.host })
    const left = { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(authSig) }
    const tab = await visitWith(lit, profile, left)
    for (let visit = 0; visit < 2; visit++) {
      const answer = await getSigs(tab)
      await lit.expectAccepted(answer)
      expect(keysOf([answer])).toEqual([pair.publicKey])
      expect(await localStorageOf(tab)).toMatchObject(left)
      await tab.reload()
      await lit.start(tab)
    }
    expect(profile.wallet.signRequests).toEqual([])
  })

  it('with what the wallet signed for less: it is asked for the same key', async () => {
    const profile = await lit.newProfile()
    const pair = await generateSessionKeyPair()
    const authSig = await delegationTo(pair, { domain: lit.host, resources: ['litPKPCapability://42'] })
    const tab = await visitWith(lit, profile, { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(authSig) })
    const pkp = { chain: 'ethereum', resources: ['litPKP://42'] }
    await lit.expectAccepted(await getSigs(tab, pkp), { resource: 'litPKP://42' })
    expect(profile.wallet.signRequests).toEqual([])
    const answer = await getSigs(tab)
    await lit.expectAccepted(answer)
    expect(keysOf([answer])).toEqual([pair.publicKey])
    await lit.expectAccepted(await getSigs(tab, pkp), { resource: 'litPKP://42' })
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  for (const [name, signature] of [
    ['that has ended', (pair, domain) => delegationTo(pair, { domain, expiration: minutesAgo(1) })],
    ['for another key', async (_, domain) => delegationTo(await generateSessionKeyPair(), { domain })],
  ] as const satisfies readonly (readonly [string, MakeSignature])[]) {
    it(`with a signature ${name}: the wallet is asked for the same key`, async () => {
      const profile = await lit.newProfile()
      const pair = await generateSessionKeyPair()
      const authSig = JSON.stringify(await signature(pair, lit.host))
      const tab = await visitWith(lit, profile, { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': authSig })
      const answer = await getSigs(tab)
      await lit.expectAccepted(answer)
      expect(keysOf([answer])).toEqual([pair.publicKey])
      expect(profile.wallet.signRequests.length).toBe(1)
    })
  }

  for (const [name, signature] of [
    ['whose envelope names another account', async (pair, domain) => ({ ...(await delegationTo(pair, { domain })), address: bob.address })],
    ['that is cut off', async (pair, domain) => ({ ...(await delegationTo(pair, { domain })), sig: '0x1234' })],
    ['whose text is cut off', async (pair, domain) => cutText(await delegationTo(pair, { domain }))],
    ['that is no AuthSig', async () => ({ sig: 7 })],
    ['that is a list', async () => []],
  ] as const satisfies readonly (readonly [string, MakeSignature])[]) {
    it(`with a signature ${name}: the wallet is asked, once`, async () => {
      const profile = await lit.newProfile()
      const pair = await generateSessionKeyPair()
      const authSig = JSON.stringify(await signature(pair, lit.host))
      const tab = await visitWith(lit, profile, { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': authSig })
      for (let i = 0; i < 2; i++) await lit.expectAccepted(await getSigs(tab))
      expect(profile.wallet.signRequests.length).toBe(1)
    })
  }

  for (const [name, text] of [
    ['no JSON', () => 'undefined'],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['half a pair', ({ publicKey }) => JSON.stringify({ publicKey })],
    ['a pair whose key is cut off', ({ publicKey, secretKey }) => JSON.stringify({ publicKey, secretKey: secretKey.slice(0, 100) })],
    ['two halves of different pairs', ({ secretKey }) => JSON.stringify({ publicKey: 'ab'.repeat(32), secretKey })],
    ['numbers', () => JSON.stringify({ publicKey: 1, secretKey: 2 })],
  ] as const satisfies readonly (readonly [string, (pair: SessionKeyPair) => string])[]) {
    it(`that is ${name}: the wallet is asked for a fresh key`, async () => {
      const profile = await lit.newProfile()
      const pair = await generateSessionKeyPair()
      const authSig = JSON.stringify(await delegationTo(pair, { domain: lit.host }))
      const tab = await visitWith(lit, profile, { 'lit-session-key': text(pair), 'lit-wallet-sig': authSig })
      const answer = await getSigs(tab)
      await lit.expectAccepted(answer)
      const [key] = keysOf([answer])
      expect(key).not.toBe(pair.publicKey)
      expect(profile.wallet.signRequests.length).toBe(1)
      expect(JSON.parse((await localStorageOf(tab))['lit-session-key'] ?? '')).toEqual({
        publicKey: key,
        secretKey: expect.stringMatching(new RegExp(`${key}$`)),
      })
    })
  }

  it('goes with disconnectWeb3(), like all else that Lit left', async () => {
    const profile = await lit.newProfile()
    const pair = await generateSessionKeyPair()
    const names = ['lit-auth-cosmos-signature', 'lit-auth-sol-signature', 'lit-web3-provider', 'walletconnect', 'lit-comms-keypair']
    const left = Object.fromEntries([...names, 'lit-auth-signature'].map((name) => [name, '{}']))
    const tab = await visitWith(lit, profile, { ...left, 'lit-session-key': JSON.stringify(pair), 'app-theme': 'dark' })
    await tab.evaluate(() => window.lit.disconnectWeb3())
    expect(await localStorageOf(tab)).toEqual({ 'app-theme': 'dark' })
    expect(keysOf([await getSigs(tab)])).not.toEqual([pair.publicKey])
  })

  it('is replaced by the app meanwhile: the key that is there is the one that counts', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const old = keysOf([await getSigs(tab)])
    const pair = await generateSessionKeyPair()
    await tab.evaluate((text) => localStorage.setItem('lit-session-key', text), JSON.stringify(pair))
    const answer = await getSigs(tab)
    await lit.expectAccepted(answer)
    expect(keysOf([answer])).toEqual([pair.publicKey])
    expect(keysOf([answer])).not.toEqual(old)
    expect(profile.wallet.signRequests.length).toBe(2)
  })

  it('is removed by the app itself, as many do to sign out: the wallet is asked anew, for another key', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const old = keysOf([await getSigs(tab)])
    await tab.evaluate(() => {
      localStorage.removeItem('lit-session-key')
      localStorage.removeItem('lit-wallet-sig')
    })
    const answer = await getSigs(tab)
    await lit.expectAccepted(answer)
    expect(keysOf([answer])).not.toEqual(old)
    expect(profile.wallet.signRequests.length).toBe(2)
  })
})
