/** The injected wallet does what the tests with it rely on. */
import type { Page } from 'playwright-core'
import { recoverMessageAddress } from 'viem'
import { expect, it } from 'vitest'
import { alice, bob } from '../../packages/core/test/wallet.ts'
import { describeInBrowser } from './suite.ts'
import { delayCrypto } from './turns.ts'

/** What a page does that has no library at hand. */
function sign(tab: Page, text = 'Sign in'): Promise<string> {
  return tab.evaluate(async (message) => {
    const [address] = (await window.ethereum.request({ method: 'eth_requestAccounts' })) as string[]
    const hex = Array.from(new TextEncoder().encode(message), (byte) => byte.toString(16).padStart(2, '0')).join('')
    return window.ethereum
      .request({ method: 'personal_sign', params: [`0x${hex}`, address] })
      .catch((error: { code: number }) => `refused with ${error.code}`) as Promise<string>
  }, text)
}

describeInBrowser('the injected wallet', (rig) => {
  it('signs, and knows which tab asked', async () => {
    const { newTab, wallet } = await rig.newProfile()
    const [first, second] = [await newTab(), await newTab()]
    const signature = (await sign(second, 'Größe 🥵')) as `0x${string}`
    expect(await recoverMessageAddress({ message: 'Größe 🥵', signature })).toBe(alice.address)
    await sign(first)
    expect(wallet.signRequests.map(({ tab, message }) => [tab === first, message])).toEqual([
      [false, 'Größe 🥵'],
      [true, 'Sign in'],
    ])
  })

  it('refuses with 4001', async () => {
    const { newTab, wallet } = await rig.newProfile()
    wallet.answer = ({ message }) => (message === 'yes' ? 'sign' : 'refuse')
    const tab = await newTab()
    expect(await sign(tab, 'no')).toBe('refused with 4001')
    expect(await sign(tab, 'yes')).toMatch(/^0x/)
  })

  it('waits until it is told, or for ever', async () => {
    const { newTab, wallet } = await rig.newProfile()
    const tab = await newTab()
    const settled: string[] = []
    const ask = (name: string) => sign(tab, name).then((answer) => void settled.push(`${name}: ${answer.slice(0, 7)}`))

    wallet.answer = 'never'
    void ask('never').catch(() => undefined)
    await wallet.whenAsked(1)
    wallet.answer = 'hold'
    const kept = ask('kept')
    await wallet.whenAsked(2)
    expect(settled).toEqual([])
    expect(wallet.release('refuse')).toBe(1)
    await kept
    const last = ask('last')
    await wallet.whenAsked(3)
    expect(wallet.release()).toBe(1)
    await last
    expect(settled).toEqual(['kept: refused', expect.stringMatching(/^last: 0x/)])
  })

  it('tells all tabs of another account, another chain, and of its end', async () => {
    const { newTab, wallet } = await rig.newProfile()
    const tabs = [await newTab(), await newTab()]
    for (const tab of tabs) {
      await tab.evaluate(() => {
        window.ethereum.request({ method: 'eth_requestAccounts' })
        for (const event of ['accountsChanged', 'chainChanged', 'disconnect']) {
          window.ethereum.on(event, (data) => window.heard.push([event, JSON.stringify(data)].join(' ')))
        }
        window.heard = []
      })
    }
    await wallet.switchAccount(bob)
    await wallet.switchChain(137)
    await wallet.disconnect()
    for (const tab of tabs) {
      expect(await tab.evaluate(() => window.heard)).toEqual([
        `accountsChanged ["${bob.address}"]`,
        'chainChanged "0x89"',
        'accountsChanged []',
        expect.stringMatching(/^disconnect .*4900/),
      ])
    }
    expect(await tabs[0]?.evaluate(() => window.ethereum.request({ method: 'eth_accounts' }))).toEqual([])
  })

  it('knows who asked in the same turn of the event loop, and who only later', async () => {
    const { newTab } = await rig.newProfile()
    const tab = await newTab()
    const calls = await tab.evaluate(async () => {
      const ask = () => window.ethereum.request({ method: 'eth_chainId' })
      await window.app.inOneTurn(ask)
      await window.app.inOneTurn(async () => {
        for (let i = 0; i < 1000; i++) await undefined
        return ask()
      })
      await window.app.inOneTurn(async () => {
        await indexedDB.databases()
        return ask()
      })
      await window.app.inOneTurn(() => new Promise((resolve) => setTimeout(() => resolve(ask()))))
      return window.__walletCalls.map(({ inTurn }) => inTurn)
    })
    expect(calls).toEqual([true, true, false, false])
  })

  it('and with WebCrypto delayed, waiting for it is later too', async () => {
    const { context, newTab } = await rig.newProfile()
    await delayCrypto(context)
    const tab = await newTab()
    const [call] = await tab.evaluate(async () => {
      await window.app.inOneTurn(async () => {
        await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
        await window.ethereum.request({ method: 'eth_chainId' })
      })
      return window.__walletCalls
    })
    expect(call?.inTurn).toBe(false)
  })
})

declare global {
  interface Window {
    heard: string[]
  }
}
