/** `checkAndSignAuthMessage`: the wallet signs for itself, and that is kept. */
import type { AuthSig } from '@session-sigs/core'
import { parseSiweMessage } from '@session-sigs/core'
import { verifyMessage } from 'ethers'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { codeOf, valueIn } from '../../../../test/browser/clients.ts'
import type { Outcome } from '../../../../test/browser/pages/outcome.ts'
import { alice, bob } from '../../../core/test/wallet.ts'
import { describeLit, localStorageOf, setWallets } from './rig.ts'

type Params = Parameters<Window['lit']['checkAndSignAuthMessage']>[0]

/** What came of so many calls at the same time. */
function askMany(tab: Page, count: number, params: Partial<Params> = {}): Promise<Outcome<AuthSig>[]> {
  return tab.evaluate(
    ([given, times]) => {
      const { checkAndSignAuthMessage, outcome } = window.lit
      return Promise.all(Array.from({ length: times }, () => outcome(checkAndSignAuthMessage(given))))
    },
    [{ chain: 'ethereum', ...params }, count] as const,
  )
}

async function ask(tab: Page, params: Partial<Params> = {}): Promise<AuthSig> {
  const [answer] = await askMany(tab, 1, params)
  return valueIn(answer ?? expect.fail('There was no call.'))
}

async function keptIn(tab: Page): Promise<AuthSig> {
  return JSON.parse((await localStorageOf(tab))['lit-auth-signature'] ?? '')
}

describeLit('checkAndSignAuthMessage', (lit) => {
  it('gives an AuthSig of the wallet for this site, and keeps it', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newTab(profile)
    const authSig = await ask(tab)
    expect(authSig).toEqual({
      sig: expect.stringMatching(/^0x[0-9a-f]{130}$/),
      derivedVia: 'web3.eth.personal.sign',
      signedMessage: profile.wallet.signRequests[0]?.message,
      address: alice.address,
    })
    const { signedMessage: message, sig } = authSig
    expect(verifyMessage(message, sig)).toBe(alice.address)
    expect(parseSiweMessage(message)).toMatchObject({ domain: lit.host, address: alice.address, uri: lit.origin, chainId: 1 })
    expect(await localStorageOf(tab)).toEqual({ 'lit-auth-signature': JSON.stringify(authSig) })
  })

  it('asks once for what is kept: later, after a reload, and for many at once', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newTab(profile)
    const first = await askMany(tab, 2)
    expect(first[0]).toEqual(first[1])
    expect(profile.wallet.signRequests.length).toBe(1)
    await tab.reload()
    expect((await askMany(tab, 5)).map(valueIn)).toEqual(Array.from({ length: 5 }, () => first.map(valueIn)[0]))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('asks once for many at once also where the browser has no locks', async () => {
    const profile = await lit.newProfile()
    const tab = await profile.newTab(lit.insecureOrigin)
    expect(await tab.evaluate(() => 'locks' in navigator)).toBe(false)
    const answers = (await askMany(tab, 3)).map(valueIn)
    expect(new Set(answers.map(({ sig }) => sig)).size).toBe(1)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('asks once for two tabs at the same time, 20 of 20 times', async () => {
    const profile = await lit.newProfile()
    const tabs = [await lit.newTab(profile), await lit.newTab(profile)]
    for (let i = 1; i <= 20; i++) {
      const uri = `${lit.origin}/${i}`
      const answers = (await Promise.all(tabs.map((tab) => askMany(tab, 2, { uri })))).flat().map(valueIn)
      expect(new Set(answers.map(({ sig }) => sig)).size).toBe(1)
      expect(profile.wallet.signRequests.length).toBe(i)
    }
  })

  it('asks again for other resources, another chain or another purpose, and for all else uses what it has', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newTab(profile)
    const asked: Partial<Params>[] = [
      {},
      { resources: ['https://a.example'] },
      { resources: ['https://a.example', 'https://b.example'] },
      { resources: ['https://a.example', 'https://b.example'], chain: 'polygon' },
      { resources: ['https://a.example', 'https://b.example'], chain: 'polygon', uri: `${lit.origin}/other` },
    ]
    for (const [i, params] of asked.entries()) {
      for (let j = 0; j < 2; j++) {
        const { resources = [] } = parseSiweMessage((await ask(tab, params)).signedMessage)
        expect(resources).toEqual(params.resources ?? [])
        expect(wallet.signRequests.length).toBe(i + 1)
      }
    }
  })

  it('asks again for another account', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newTab(profile)
    for (const [i, account] of [alice, bob, alice].entries()) {
      await wallet.switchAccount(account)
      for (let j = 0; j < 2; j++) expect((await ask(tab)).address).toBe(account.address)
      expect(wallet.signRequests.length).toBe(i + 1)
    }
  })

  it('asks again for what has ended', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newTab(profile)
    const end = Date.now() + 2_000
    await ask(tab, { expiration: new Date(end).toISOString() })
    await ask(tab)
    expect(profile.wallet.signRequests.length).toBe(1)
    await tab.waitForFunction((instant) => Date.now() > instant, end)
    const { expirationTime = '' } = parseSiweMessage((await ask(tab)).signedMessage)
    expect(profile.wallet.signRequests.length).toBe(2)
    expect(Date.parse(expirationTime)).toBeGreaterThan(Date.now())
  })

  it('asks again where what is kept cannot be used', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newTab(profile)
    await ask(tab)
    const { sig: _, ...unsigned } = await keptIn(tab)
    for (const [i, text] of ['', 'null', '{}', '[]', '{"signedMessage":1}', JSON.stringify(unsigned)].entries()) {
      await tab.evaluate((kept) => localStorage.setItem('lit-auth-signature', kept), text)
      const authSig = await ask(tab)
      expect(authSig.sig).toMatch(/^0x/)
      expect(await keptIn(tab)).toEqual(authSig)
      expect(profile.wallet.signRequests.length).toBe(i + 2)
    }
  })

  it('has the wallet go to the chain where that is wanted', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newTab(profile)
    const { signedMessage } = await ask(tab, { chain: 'polygon', switchChain: true })
    expect(parseSiweMessage(signedMessage).chainId).toBe(137)
    const methods = profile.wallet.requests.map(({ method }) => method)
    expect(methods).toContain('wallet_switchEthereumChain')
    expect(methods.indexOf('wallet_switchEthereumChain')).toBeLessThan(methods.indexOf('personal_sign'))
  })

  it('says that the person refused, or that there is no wallet, and keeps nothing', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newTab(profile)
    wallet.answer = 'refuse'
    expect((await askMany(tab, 1)).map(codeOf)).toEqual(['wallet-refused'])
    profile.switching = 4001
    expect((await askMany(tab, 1, { chain: 'polygon', switchChain: true })).map(codeOf)).toEqual(['wallet-refused'])
    await setWallets(tab, {})
    expect((await askMany(tab, 1)).map(codeOf)).toEqual(['wallet-missing'])
    expect(wallet.signRequests.length).toBe(1)
    expect(await localStorageOf(tab)).toEqual({})
  })

  it('is no session: session signatures are asked for all the same', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await ask(tab)
    const [answer] = await tab.evaluate(() => window.lit.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] }, 1))
    await lit.expectAccepted(answer ?? expect.fail('There was no call.'))
    expect(profile.wallet.signRequests.length).toBe(2)
  })
})
