/** Without `authNeededCallback` the wallet of the page is asked. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { codeOf, keysOf } from '../../../../test/browser/clients.ts'
import { alice } from '../../../core/test/wallet.ts'
import type { Wallets } from './page.ts'
import { describeLit, getManySigs, getSigs, greeting, lastMessage, setWallets } from './rig.ts'

function strangerCalls(tab: Page): Promise<string[]> {
  return tab.evaluate(() => window.lit.strangerCalls)
}

/** As a person does who has used the site before. */
function connectWallet(tab: Page): Promise<unknown> {
  return tab.evaluate(() => window.ethereum.request({ method: 'eth_requestAccounts' }))
}

/** Where the wallet can be, and no stranger is asked. */
const places: readonly (readonly [string, Wallets])[] = [
  ['announced, and not in window.ethereum', { announced: ['test'] }],
  ['in window.ethereum, and not announced', { inWindow: 'test' }],
  ['in both places', { announced: ['test'], inWindow: 'test' }],
  ['announced, where another is in window.ethereum', { announced: ['test'], inWindow: 'stranger' }],
]

describeLit("the page's wallet", (lit) => {
  for (const [name, wallets] of places) {
    it(`is asked once: ${name}`, async () => {
      const profile = await lit.newProfile()
      const tab = await lit.newClient(profile)
      await setWallets(tab, wallets)
      await lit.expectAccepted(await getSigs(tab))
      await lit.expectAccepted(await getSigs(tab))
      expect(profile.wallet.signRequests.length).toBe(1)
      expect(await strangerCalls(tab)).toEqual([])
    })
  }

  for (const announced of [['test', 'stranger'] as const, ['stranger', 'test'] as const]) {
    it(`is the one that is connected with the site, of several: ${announced.join(', ')}`, async () => {
      const profile = await lit.newProfile()
      const tab = await lit.newClient(profile)
      await connectWallet(tab)
      await setWallets(tab, { announced })
      await lit.expectAccepted(await getSigs(tab))
      expect(profile.wallet.signRequests.length).toBe(1)
      expect(await strangerCalls(tab)).not.toContain('eth_requestAccounts')
    })
  }

  it('is the one that is connected with the site, where another never answers', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await connectWallet(tab)
    await setWallets(tab, { announced: ['silent', 'test'] })
    await lit.expectAccepted(await getSigs(tab))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('is the first, of several that are not connected', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await setWallets(tab, { announced: ['stranger', 'test'] })
    expect(codeOf(await getSigs(tab))).toBe('wallet-refused')
    expect(await strangerCalls(tab)).toContain('eth_requestAccounts')
    expect(profile.wallet.requests.map(({ method }) => method)).not.toContain('eth_requestAccounts')
  })

  for (const wallets of [{ announced: ['test'] }, { inWindow: 'test' }] as const) {
    it(`is waited for where it comes late: ${Object.keys(wallets)}`, async () => {
      const profile = await lit.newProfile()
      const tab = await lit.newClient(profile)
      await setWallets(tab, {})
      // What is loaded for a question has been loaded by now, so that it is the wallet alone that comes late.
      expect(codeOf(await getSigs(tab))).toBe('wallet-missing')
      const [answer] = await tab.evaluate(
        async ([late, params]) => {
          const answers = window.lit.getSessionSigs(params, 1)
          setTimeout(() => window.lit.setWallets(late), 150)
          return answers
        },
        [wallets, greeting] as const,
      )
      if (!answer) return expect.fail('There was no call.')
      await lit.expectAccepted(answer)
      expect(profile.wallet.signRequests.length).toBe(1)
    })
  }

  it('is missing: said in clear words, to every call; and used as soon as there is one', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await setWallets(tab, {})
    const missing = {
      code: 'wallet-missing',
      message: expect.stringMatching(/^There is no wallet here: .*EIP-6963.*window\.ethereum.*\. Sign with authNeededCallback/),
    }
    expect(await getManySigs(tab, 3)).toEqual([missing, missing, missing])
    await setWallets(tab, { announced: ['test'] })
    await lit.expectAccepted(await getSigs(tab))
  })

  it('shows the site, the chain asked for, the key, what is granted, and until when', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    const expiration = new Date(Date.now() + 3_600_000).toISOString()
    const answer = await getSigs(tab, { chain: 'polygon', resources: ['litAction://QmExample', 'litPKP://42'], expiration })
    await lit.expectAccepted(answer, { resource: 'litPKP://42' })
    const [key] = keysOf([answer])
    expect(lastMessage(wallet)).toMatchObject({
      domain: lit.host,
      address: alice.address,
      chainId: 137,
      uri: `lit:session:${key}`,
      version: '1',
      expirationTime: expiration,
      resources: ['litActionCapability://QmExample', 'litPKPCapability://42'],
    })
    // The account that is asked is the one that the message names.
    expect(wallet.signRequests[0]?.params[1]).toBe(alice.address)
  })

  it('shows everything where no resources are named, and the chain that it is on where none is', async () => {
    const profile = await lit.newProfile({ chainId: 10 })
    const tab = await lit.newClient(profile)
    await lit.expectAccepted(await getSigs(tab, {}), { resource: 'litPKP://*' })
    const types = ['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action']
    const { chainId, resources } = lastMessage(profile.wallet)
    expect(chainId).toBe(10)
    expect(resources?.toSorted()).toEqual(types.map((type) => `lit${type}Capability://*`).toSorted())
  })

  it('shows abilities in words, in the later form', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const resourceAbilityRequests = [{ resource: { resource: '42', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }]
    const answer = await getSigs(tab, { chain: 'ethereum', resourceAbilityRequests })
    await lit.expectAccepted(answer, { resource: 'lit-pkp://42', ability: 'pkp-signing' })
    const { statement, resources } = lastMessage(profile.wallet)
    expect(statement).toMatch(/\(1\) 'Threshold': 'Signing' for 'lit-pkp:\/\/42'\.$/)
    expect(resources).toEqual([expect.stringMatching(/^urn:recap:/)])
  })

  it('may refuse; the next call asks again', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    wallet.answer = 'refuse'
    expect(await getManySigs(tab, 2)).toEqual(
      [1, 2].map(() => ({ code: 'wallet-refused', message: expect.stringContaining('The person refused') })),
    )
    expect(wallet.signRequests.length).toBe(1)
    wallet.answer = 'sign'
    await lit.expectAccepted(await getSigs(tab))
    expect(wallet.signRequests.length).toBe(2)
  })
})
