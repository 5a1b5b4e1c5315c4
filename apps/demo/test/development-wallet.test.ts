/** The built-in wallet, as a wallet and on the page. */
import { testSigner } from '@session-sigs/conformance'
import { viemSigner } from '@session-sigs/viem-signer'
import { verifyMessage } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDevelopmentWallet } from '../src/development-wallet.ts'
import { textsOf } from '../src/page.ts'
import type { WalletQuestion } from '../src/view.ts'
import { closePages, newProfile, noticeOn, open, type Profile, type Site, signIn, startSite, statuses, Tab, until } from './site.ts'

const location = { host: 'localhost:3000', origin: 'http://localhost:3000' }

function walletIn(profile: Profile = newProfile(), says: (question: WalletQuestion) => boolean = () => true) {
  const tab = new Tab(location, profile)
  return createDevelopmentWallet(tab, textsOf(tab), async (question) => says(question))
}

const accountOf = async (wallet: ReturnType<typeof walletIn>): Promise<unknown> =>
  ((await wallet.request({ method: 'eth_requestAccounts' })) as unknown[])[0]

describe('as a wallet', () => {
  testSigner(it, {
    create: () => viemSigner(walletIn()),
    createRefusing: () => viemSigner(walletIn(newProfile(), () => false)),
  })

  it('shows the site, the account and the text, and signs just that', async () => {
    const asked: WalletQuestion[] = []
    const wallet = walletIn(newProfile(), (question) => asked.push(question) > 0)
    const address = String(await accountOf(wallet)) as `0x${string}`
    const message = 'Grüße 🙂'
    const signature = await wallet.request({ method: 'personal_sign', params: [`0x${Buffer.from(message).toString('hex')}`, address] })
    expect(asked).toEqual([{ site: 'localhost:3000', address, message }])
    expect(await verifyMessage({ address, message, signature: signature as `0x${string}` })).toBe(true)
  })

  it('does nothing else', async () => {
    await expect(walletIn().request({ method: 'eth_sendTransaction', params: [{}] })).rejects.toMatchObject({ code: 4200 })
  })

  it('has the same two accounts after a reload and in another tab, which hears of a switch', async () => {
    const profile = newProfile()
    const [first, second] = [walletIn(profile), walletIn(profile)]
    const account = await accountOf(first)
    expect(await accountOf(second)).toBe(account)
    const heard: unknown[] = []
    const told = new Promise((resolve) => {
      second.on('accountsChanged', (accounts) => {
        heard.push(accounts)
        resolve(undefined)
      })
    })
    const end = second.listen()
    await first.switchAccount()
    await told
    const other = await accountOf(first)
    expect(other).not.toBe(account)
    expect(heard).toEqual([[other]])
    end()
    await first.switchAccount()
    expect(await accountOf(second)).toBe(account)
    expect(heard).toHaveLength(1)
  })

  it('is not loaded for another tab’s sake', async () => {
    const profile = newProfile()
    const idle = walletIn(profile)
    const end = idle.listen()
    const written: string[] = []
    profile.texts.set = (name) => {
      written.push(name)
      return profile.texts
    }
    for (const tab of profile.tabs) tab.dispatchEvent(Object.assign(new Event('storage'), { key: 'session-sigs-demo-throw-away-wallet' }))
    // What it would do then takes as long as this does.
    await accountOf(walletIn())
    expect(written).toEqual([])
    end()
  })

  it('another person has other accounts', async () => {
    expect(await accountOf(walletIn())).not.toBe(await accountOf(walletIn()))
  })

  it.each(['', '{', '{"keys":["0x00","0x00"]}', `{"keys":["0x${'0'.repeat(64)}","0x${'f'.repeat(64)}"],"selected":0}`, '[1,2]'])(
    'what is stored as %j is replaced',
    async (text) => {
      const profile = newProfile()
      profile.texts.set('session-sigs-demo-throw-away-wallet', text)
      expect(await accountOf(walletIn(profile))).toMatch(/^0x[0-9a-fA-F]{40}$/)
      expect(profile.texts.get('session-sigs-demo-throw-away-wallet')).not.toBe(text)
    },
  )

  it('works for as long as the page where storage is disabled', async () => {
    const tab = new Tab(location)
    Object.defineProperty(tab, 'localStorage', {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    const wallet = createDevelopmentWallet(tab, textsOf(tab), async () => true)
    const account = await accountOf(wallet)
    await wallet.switchAccount()
    expect(await accountOf(wallet)).not.toBe(account)
    await wallet.switchAccount()
    expect(await accountOf(wallet)).toBe(account)
  })
})

describe('on the page', () => {
  let site: Site

  beforeAll(async () => {
    site = await startSite({ count: 1 })
  })
  afterEach(closePages)
  afterAll(() => site.close())

  it('asks the person, who says no, and then yes', async () => {
    const page = await open(new Tab(site.location))
    await page.demo.read()
    const refused = page.demo.signIn(page.actions)
    const { question } = await until(page.demo, (view) => view.question !== undefined)
    const { message } = page.demo.get()
    expect(question).toEqual({ site: site.location.host, address: message?.address, message: message?.text })
    const shown = question ?? expect.fail('Nothing was asked.')
    page.demo.answer(shown, false)
    await refused
    expect(page.demo.get().question).toBeUndefined()
    expect(noticeOn(page)?.remedy).toEqual({ label: 'Ask again', name: 'sign-in' })
    const done = page.demo.follow('sign-in', page.actions)
    const again = await until(page.demo, (view) => view.question !== undefined)
    // A second press on the first question's button answers nothing.
    page.demo.answer(shown, true)
    expect(page.demo.get().question).toBe(again.question)
    page.demo.answer(again.question ?? expect.fail('Nothing was asked.'), true)
    await done
    expect(page.client.get().status).toBe('signed-in')
    await page.demo.callNodes(page.actions)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted'])
  })

  it('switches to its other account and back', async () => {
    const page = await open(new Tab(site.location))
    page.demo.subscribe(({ question }) => {
      if (question) page.demo.answer(question, true)
    })
    await signIn(page)
    const before = page.client.get()
    page.demo.switchAccount()
    await until(page.client, ({ status }) => status === 'signed-out')
    expect(page.client.get()).toEqual({ status: 'signed-out', reason: 'account-changed' })
    page.demo.switchAccount()
    await until(page.client, ({ status }) => status === 'signed-in')
    expect(page.client.get()).toEqual(before)
  })
})
