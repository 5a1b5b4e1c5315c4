/** One question: over reloads, in all tabs, for each account. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { keysOf, valueIn } from '../../../../test/browser/clients.ts'
import { alice, bob } from '../../../core/test/wallet.ts'
import {
  type Answer,
  describeLit,
  getManySigs,
  getSigs,
  greeting,
  type LitProfile,
  type LitRig,
  localStorageOf,
  setWallets,
} from './rig.ts'

function newClients(lit: LitRig, profile: LitProfile, count: number): Promise<Page[]> {
  return Promise.all(Array.from({ length: count }, () => lit.newClient(profile)))
}

/** What a person was asked. */
function questionsOf({ requests }: LitProfile['wallet']): string[] {
  return requests.map(({ method }) => method).filter((method) => /^(?:eth_requestAccounts|personal_sign)$/.test(method))
}

/** Whose session a call has used. */
function addressIn(answer: Answer): string {
  const [sig] = Object.values(valueIn(answer))
  return JSON.parse(sig?.signedMessage ?? '').capabilities[0].address
}

/** Until a call goes by the account that the wallet is on: its event is nothing to wait for. */
async function whenAccountIs(tab: Page, address: string): Promise<void> {
  await expect.poll(async () => addressIn(await getSigs(tab)), { timeout: 10_000 }).toBe(address)
}

describeLit('the wallet is asked once', (lit) => {
  it('on the first visit, and never on the next ones', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    const first = await getSigs(tab)
    const kept = await localStorageOf(tab)
    for (let visit = 0; visit < 2; visit++) {
      await tab.reload()
      await lit.start(tab)
      const answer = await getSigs(tab)
      await lit.expectAccepted(answer)
      expect(keysOf([answer])).toEqual(keysOf([first]))
    }
    expect(questionsOf(wallet)).toEqual(['eth_requestAccounts', 'personal_sign'])
    expect(await localStorageOf(tab)).toEqual(kept)
  })

  for (const [state, wallets] of [
    ['is missing', {}],
    ['does not answer', { announced: ['silent'] }],
  ] as const) {
    it(`on the first visit, and not on one where the wallet ${state}`, async () => {
      const profile = await lit.newProfile()
      const tab = await lit.newClient(profile)
      const first = await getSigs(tab)
      await tab.reload()
      await lit.start(tab)
      await setWallets(tab, wallets)
      expect(keysOf([await getSigs(tab)])).toEqual(keysOf([first]))
    })
  }

  it('by two tabs that begin at the same time, with ten calls each', async () => {
    const profile = await lit.newProfile()
    const tabs = await newClients(lit, profile, 2)
    const answers = (await Promise.all(tabs.map((tab) => getManySigs(tab, 10)))).flat()
    expect(answers.length).toBe(20)
    expect(keysOf(answers).length).toBe(1)
    for (const answer of answers) await lit.expectAccepted(answer)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('also by two clients of one page', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const answers = await tab.evaluate(
      async ([params, config]) => {
        const { LitNodeClient, outcome } = window.lit
        const other = new LitNodeClient(config)
        await other.connect()
        return Promise.all([window.litClient, other].map((client) => outcome(client.getSessionSigs(params))))
      },
      [greeting, { litNetwork: 'custom', bootstrapUrls: lit.network.urls }] as const,
    )
    expect(keysOf(answers).length).toBe(1)
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('for each account: another one is asked for its own, and back nobody is', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    await lit.expectAccepted(await getSigs(tab))
    await wallet.switchAccount(bob)
    await whenAccountIs(tab, bob.address)
    await lit.expectAccepted(await getSigs(tab), { address: bob.address })
    expect(wallet.signRequests.length).toBe(2)
    for (const account of [alice, bob, alice]) {
      await wallet.switchAccount(account)
      await whenAccountIs(tab, account.address)
      await lit.expectAccepted(await getSigs(tab), { address: account.address })
      const { 'lit-wallet-sig': authSig, ...rest } = await localStorageOf(tab)
      expect(JSON.parse(authSig ?? '').address).toBe(account.address)
      expect(Object.keys(rest).toSorted()).toEqual(['lit-session-key', 'lit-sessions', 'lit-sessions#'])
    }
    expect(wallet.signRequests.length).toBe(2)
  })

  it('for each account, also over a reload, and by another tab', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    const first = await getSigs(tab)
    await wallet.switchAccount(bob)
    await whenAccountIs(tab, bob.address)
    await tab.reload()
    await lit.start(tab)
    await lit.expectAccepted(await getSigs(tab), { address: bob.address })
    const other = await lit.newClient(profile)
    await lit.expectAccepted(await getSigs(other), { address: bob.address })
    expect(wallet.signRequests.length).toBe(2)
    // All of it goes with a sign-out, and not just the session in use.
    await tab.evaluate(() => window.lit.disconnectWeb3())
    expect(await localStorageOf(tab)).toEqual({})
    await wallet.switchAccount(alice)
    const last = await getSigs(tab)
    await lit.expectAccepted(last)
    expect(keysOf([last])).not.toEqual(keysOf([first]))
    expect(wallet.signRequests.length).toBe(3)
  })

  it('for each account, also where the other was chosen on a later visit', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    await getSigs(tab)
    await tab.reload()
    await lit.start(tab)
    await lit.expectAccepted(await getSigs(tab))
    expect(wallet.signRequests.length).toBe(1)
    await wallet.switchAccount(bob)
    await whenAccountIs(tab, bob.address)
    expect(wallet.signRequests.length).toBe(2)
  })

  it('and once more for what was not granted yet, for the same key', async () => {
    const profile = await lit.newProfile()
    const { wallet } = profile
    const tab = await lit.newClient(profile)
    const first = await getSigs(tab)
    const further = { chain: 'ethereum', resources: ['litPKP://42', 'litAction://*'] }
    const second = await getSigs(tab, further)
    await lit.expectAccepted(second, { resource: 'litPKP://42' })
    expect(keysOf([first, second]).length).toBe(1)
    expect(wallet.signRequests.length).toBe(2)
    await tab.reload()
    await lit.start(tab)
    await lit.expectAccepted(await getSigs(tab, further), { resource: 'litPKP://42' })
    await lit.expectAccepted(await getSigs(tab))
    expect(wallet.signRequests.length).toBe(2)
  })
})
