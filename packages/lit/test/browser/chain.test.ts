/** `chain` and `switchChain`: what the message names, and where the wallet is. */
import { expect, it } from 'vitest'
import { describeLit, getSigs, greeting, type LitProfile, lastMessage } from './rig.ts'

/** What the wallet was asked that a person can see, in order. */
function seenBy({ wallet }: LitProfile): unknown[] {
  const seen = wallet.requests.filter(({ method }) => /^(?:wallet_switchEthereumChain|personal_sign)$/.test(method))
  return seen.map(({ method, params }) => (method === 'personal_sign' ? method : [method, params]))
}

function goTo(chainId: string): unknown {
  return ['wallet_switchEthereumChain', [{ chainId }]]
}

const onPolygon = { ...greeting, chain: 'polygon', switchChain: true }

describeLit('switchChain', (lit) => {
  it('has the wallet go to the chain before it is asked to sign', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await lit.expectAccepted(await getSigs(tab, onPolygon))
    expect(seenBy(profile)).toEqual([goTo('0x89'), 'personal_sign'])
    expect(lastMessage(profile.wallet).chainId).toBe(137)
    expect(await tab.evaluate(() => window.ethereum.request({ method: 'eth_chainId' }))).toBe('0x89')
  })

  it('asks for nothing where the wallet is there already, nor where a session is', async () => {
    const profile = await lit.newProfile({ chainId: 137 })
    const tab = await lit.newClient(profile)
    await lit.expectAccepted(await getSigs(tab, onPolygon))
    expect(seenBy(profile)).toEqual(['personal_sign'])
    await lit.expectAccepted(await getSigs(tab, onPolygon))
    expect(seenBy(profile)).toEqual(['personal_sign'])
  })

  for (const [switching, why] of [
    [4001, 'the person refuses'],
    [4902, 'the wallet does not know the chain'],
    ['pretend', 'the wallet only says that it went'],
  ] as const) {
    it(`fails where ${why}, and nothing is signed or kept; then works`, async () => {
      const profile = await lit.newProfile()
      profile.switching = switching
      const tab = await lit.newClient(profile)
      const expected =
        switching === 4001
          ? { code: 'wallet-refused', message: expect.stringContaining('refused') }
          : { code: 'chain-mismatch', message: expect.stringMatching(/"polygon" is chain 137, the wallet's is 1\b/) }
      expect(await getSigs(tab, onPolygon)).toEqual(expected)
      expect(seenBy(profile)).toEqual([goTo('0x89')])
      expect(await tab.evaluate(() => localStorage.length)).toBe(0)
      profile.switching = 'go'
      await lit.expectAccepted(await getSigs(tab, onPolygon))
      expect(seenBy(profile)).toEqual([goTo('0x89'), goTo('0x89'), 'personal_sign'])
    })
  }

  it('is a mistake for a chain that nobody knows', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const answer = await getSigs(tab, { ...onPolygon, chain: 'atlantis' })
    expect(answer).toEqual({ code: 'TypeError', message: expect.stringContaining('atlantis') })
    expect(seenBy(profile)).toEqual([])
  })

  it('left out: the wallet stays where it is, and the message names the chain asked for', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await lit.expectAccepted(await getSigs(tab, { ...greeting, chain: 'polygon' }))
    expect(seenBy(profile)).toEqual(['personal_sign'])
    expect(lastMessage(profile.wallet).chainId).toBe(137)
    expect(await tab.evaluate(() => window.ethereum.request({ method: 'eth_chainId' }))).toBe('0x1')
  })
})
