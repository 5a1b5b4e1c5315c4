/** The wallets that a page offers. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDemo } from '../src/index.ts'
import { announce, closePages, createWallet, newProfile, open, openWith, type Site, signIn, startSite, Tab, until } from './site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite({ count: 1 })
})
afterEach(closePages)
afterAll(() => site.close())

const own = 'development'

describe('what is offered', () => {
  it('in a bare browser: the built-in wallet, and it is chosen', async () => {
    const { demo } = await open(new Tab(site.location))
    expect(demo.get().wallets.map(({ id, isDevelopment }) => [id, isDevelopment])).toEqual([[own, true]])
    expect(demo.get().wallet).toBe(own)
  })

  it('each wallet that announces itself, with its name and icon; the first is chosen', async () => {
    const tab = new Tab(site.location)
    announce(tab, createWallet(), { rdns: 'example.a', name: 'Wallet A', icon: 'data:image/svg+xml,%3Csvg/%3E' })
    announce(tab, createWallet(), { rdns: 'example.b', name: 'Wallet B' })
    const { demo } = await open(tab)
    expect(demo.get().wallets).toMatchObject([
      { id: 'example.a', name: 'Wallet A', icon: 'data:image/svg+xml,%3Csvg/%3E', isDevelopment: false },
      { id: 'example.b', name: 'Wallet B', icon: 'data:image/png;base64,AA==', isDevelopment: false },
      { id: own },
    ])
    expect(demo.get().wallet).toBe('example.a')
  })

  it('the wallet in `window.ethereum` where none announced itself, and it signs', async () => {
    const wallet = createWallet()
    const page = await open(new Tab(site.location, newProfile(), wallet))
    expect(page.demo.get().wallets.map(({ id }) => id)).toEqual(['in-page', own])
    await signIn(page)
    expect(wallet.asked).toHaveLength(1)
  })

  it('one that comes late is added, takes the place of the unnamed one, and changes no choice', async () => {
    const tab = new Tab(site.location, newProfile(), createWallet())
    const { demo } = await open(tab)
    demo.chooseWallet(own)
    announce(tab, createWallet())
    expect(demo.get().wallets.map(({ id }) => id)).toEqual(['example.wallet', own])
    expect(demo.get().wallet).toBe(own)
    announce(tab, createWallet(), { rdns: 'example.late' })
    expect(demo.get().wallets.map(({ id }) => id)).toEqual(['example.wallet', 'example.late', own])
    expect(demo.get().wallet).toBe(own)
  })

  it('where the unnamed one goes, what it was to sign goes with it, and the one that came is asked for its own', async () => {
    const [unnamed, late] = [createWallet(), createWallet()]
    const tab = new Tab(site.location, newProfile(), unnamed)
    const page = await open(tab)
    await page.demo.read()
    expect(page.demo.get().message?.address).toBe(unnamed.accounts[0])
    announce(tab, late)
    expect(page.demo.get()).toMatchObject({ wallet: 'example.wallet', message: undefined })
    await signIn(page)
    expect(page.client.get()).toMatchObject({ address: late.accounts[0] })
    expect([unnamed.asked.length, late.asked.length]).toEqual([0, 1])
  })

  it('the one that was chosen before is chosen when it comes', async () => {
    const profile = newProfile()
    profile.texts.set('session-sigs-demo', JSON.stringify({ wallet: 'example.late' }))
    const tab = new Tab(site.location, profile)
    announce(tab, createWallet(), { rdns: 'example.early' })
    const { demo } = await open(tab)
    expect(demo.get().wallet).toBe('example.early')
    announce(tab, createWallet(), { rdns: 'example.late' })
    expect(demo.get().wallet).toBe('example.late')
  })

  it('nothing is heard of wallets after the page has ended', async () => {
    const tab = new Tab(site.location)
    const page = await open(tab)
    page.close()
    announce(tab, createWallet())
    expect(page.demo.get().wallets).toHaveLength(1)
  })
})

describe('a stranger’s announcement', () => {
  it.each([
    ['an icon from elsewhere', { icon: 'https://tracker.example/pixel.png' }],
    ['an icon that is a page', { icon: 'data:text/html,<script>alert(1)</script>' }],
    ['an icon without end', { icon: `data:image/png;base64,${'A'.repeat(300_000)}` }],
    ['no icon', { icon: undefined }],
  ])('%s: it gets a plain one', async (_, info) => {
    const tab = new Tab(site.location)
    announce(tab, createWallet(), info)
    const { demo } = await open(tab)
    expect(demo.get().wallets[0]?.icon).toMatch(/^data:image\/svg\+xml,/)
  })

  it('a name that would break the page is one short line', async () => {
    const tab = new Tab(site.location)
    announce(tab, createWallet(), { name: `Meta\u202eMask\n${'x'.repeat(100)}` })
    const { demo } = await open(tab)
    expect(demo.get().wallets[0]?.name).toMatch(/^Meta Mask x{29}…$/)
  })

  it.each([
    ['no provider', {}, undefined],
    ['a provider that cannot be asked', {}, { request: 'yes' }],
    ['no name', { name: ' ' }, createWallet()],
    ['no rdns', { rdns: 5 }, createWallet()],
    ['no uuid', { uuid: '' }, createWallet()],
  ])('%s: it is no wallet', async (_, info, provider) => {
    const tab = new Tab(site.location)
    announce(tab, provider, info)
    const { demo } = await open(tab)
    expect(demo.get().wallets.map(({ id }) => id)).toEqual([own])
  })

  it('details that throw when they are read are no wallet', async () => {
    const tab = new Tab(site.location)
    const { demo } = await open(tab)
    const detail = {
      get info(): never {
        throw new Error('mine')
      },
    }
    tab.dispatchEvent(Object.assign(new Event('eip6963:announceProvider'), { detail }))
    expect(demo.get().wallets).toHaveLength(1)
  })

  it('under another’s name it stands beside it, and under its uuid it is not heard', async () => {
    const tab = new Tab(site.location)
    const wallet = createWallet()
    announce(tab, wallet, { uuid: 'first' })
    announce(tab, createWallet(), { uuid: 'second', name: 'Fake' })
    announce(tab, createWallet(), { uuid: 'first', name: 'Fake' })
    const page = await open(tab)
    expect(page.demo.get().wallets.map(({ id, name }) => [id, name])).toEqual([
      ['example.wallet', 'Example'],
      ['example.wallet/second', 'Fake'],
      [own, 'Development wallet'],
    ])
    await signIn(page)
    expect(wallet.asked).toHaveLength(1)
  })

  it('a name of ours, or one made to look like another’s: every wallet has an id of its own', async () => {
    const tab = new Tab(site.location)
    for (const [rdns, uuid] of [
      ['development', '1'],
      ['in-page', '2'],
      ['example.a', '3'],
      ['example.a/5', '4'],
      ['example.a', '5'],
    ])
      announce(tab, createWallet(), { rdns, uuid })
    const { demo } = await open(tab)
    expect(demo.get().wallets.map(({ id }) => id)).toEqual(['/1', '/2', 'example.a', '/4', 'example.a/5', own])
    demo.chooseWallet(own)
    await demo.read()
    demo.switchAccount()
    await until(demo, ({ message }) => message === undefined)
    expect(demo.get().notice).toBeUndefined()
  })

  it.each([
    [
      'when it is left',
      () =>
        Object.assign(createWallet(), {
          removeListener(): never {
            throw new Error('mine')
          },
        }),
    ],
    [
      'when it is listened to',
      () =>
        Object.assign(createWallet(), {
          on(): never {
            throw new Error('mine')
          },
        }),
    ],
    [
      'when it is looked at',
      () =>
        Object.defineProperty(createWallet(), 'on', {
          get(): never {
            throw new Error('mine')
          },
        }),
    ],
  ])('one that throws %s: others can be chosen, and are listened to', async (_, make) => {
    const [bad, good] = [make(), createWallet()]
    const tab = new Tab(site.location)
    announce(tab, bad, { rdns: 'example.bad' })
    announce(tab, good, { rdns: 'example.good' })
    const page = await open(tab)
    expect(page.demo.get().wallet).toBe('example.bad')
    page.demo.chooseWallet('example.good')
    await signIn(page)
    good.select(1)
    await until(page.client, ({ status }) => status === 'signed-out')
    expect([bad.asked.length, good.asked.length]).toEqual([0, 1])
  })

  it('methods that are not a wallet’s are never called', async () => {
    const wallet = createWallet()
    const called: string[] = []
    const foreign = (name: string) => async () => void called.push(name)
    const page = await openWith(site, Object.assign(wallet, { signMessage: foreign('signMessage'), getChainId: foreign('getChainId') }))
    await signIn(page)
    expect(called).toEqual([])
  })
})

describe('choosing', () => {
  it('another wallet needs no other client: it is the one that is asked', async () => {
    const [first, second] = [createWallet(), createWallet()]
    const tab = new Tab(site.location)
    announce(tab, first, { rdns: 'example.a' })
    announce(tab, second, { rdns: 'example.b' })
    const page = await open(tab)
    page.demo.chooseWallet('example.b')
    expect(page.demo.get().client).toBe(page.client)
    await signIn(page)
    expect([first.asked.length, second.asked.length]).toEqual([0, 1])
    // Only the chosen one is listened to.
    first.select(1)
    await page.demo.callNodes(page.actions)
    await page.demo.callNodes(page.actions)
    expect(page.client.get().status).toBe('signed-in')
    second.select(1)
    await until(page.client, ({ status }) => status === 'signed-out')
  })

  it('one that is not there changes nothing', async () => {
    const { demo } = await open(new Tab(site.location))
    demo.chooseWallet('example.none')
    expect(demo.get().wallet).toBe(own)
  })
})

it('on a server there is a complete view, and nothing is touched', () => {
  const demo = createDemo()
  const view = demo.get()
  expect(view.nodeCalls).toHaveLength(3)
  expect(view.powerCalls).toHaveLength(5)
  expect(view.powers).toHaveLength(5)
  expect(view.wallets).toHaveLength(1)
  expect(view).toMatchObject({ network: { status: 'loading' }, storage: 'indexeddb', lifetime: '24-hours', signatureLifetime: '5-minutes' })
})
