/** What goes wrong, and the way out that is offered each time. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveNetwork } from '@session-sigs/app-nodes'
import { SessionError } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDemo } from '../src/index.ts'
import {
  announce,
  closePages,
  createWallet,
  noticeOn,
  open,
  openWith,
  type Site,
  serveSite,
  signedIn,
  signIn,
  startSite,
  statuses,
  Tab,
  takeWayOut,
  until,
} from './site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite()
})
afterEach(async () => {
  closePages()
  await Promise.all(site.network.urls.map((url) => site.network.start(url)))
})
afterAll(() => site.close())

describe('the wallet refuses', () => {
  it('to sign in: nothing has happened, and it can be asked again', async () => {
    const wallet = createWallet()
    const page = await openWith(site, wallet)
    wallet.says = 'no'
    await page.demo.read()
    await page.demo.signIn(page.actions)
    expect(noticeOn(page)).toMatchObject({ title: 'You said no in the wallet', remedy: { label: 'Ask again', name: 'sign-in' } })
    const shown = page.demo.get().message?.text
    wallet.says = 'yes'
    const done = takeWayOut(page)
    // In the same turn again, and what is shown.
    expect(wallet.asked[1]).toBe(shown)
    await done
    expect(wallet.asked).toHaveLength(2)
    expect(page.client.get().status).toBe('signed-in')
    expect(noticeOn(page)).toBeUndefined()
  })

  it('to renew, and to grant more: what there is stays, and the same is asked again', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    wallet.says = 'no'
    for (const [ask, name] of [
      [page.demo.renew, 'renew'],
      [page.demo.requireMore, 'require'],
    ] as const) {
      await ask(page.actions)
      expect(noticeOn(page)?.remedy).toEqual({ label: 'Ask again', name })
      expect(page.client.get()).toMatchObject({ status: 'signed-in', capabilities: ['litActionCapability://*'] })
    }
    wallet.says = 'yes'
    await takeWayOut(page)
    expect(page.client.get()).toMatchObject({ capabilities: ['litActionCapability://*', 'litEncryptionConditionCapability://*'] })
  })

  it('to connect', async () => {
    const wallet = createWallet()
    let isRefusing = true
    const request: typeof wallet.request = async (args) => {
      if (isRefusing) throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
      return wallet.request(args)
    }
    const page = await openWith(site, { ...wallet, request })
    await page.demo.read()
    expect(page.demo.get()).toMatchObject({ isReading: false, message: undefined })
    expect(noticeOn(page)?.remedy).toEqual({ label: 'Ask again', name: 'read' })
    isRefusing = false
    await takeWayOut(page)
    expect(page.demo.get().message?.address).toBe(wallet.accounts[0])
  })

  it('because it is on another account: its own words are shown', async () => {
    const wallet = createWallet()
    const page = await openWith(site, { ...wallet, on: () => undefined, removeListener: () => undefined })
    await signIn(page)
    wallet.select(1)
    await page.demo.renew(page.actions)
    expect(noticeOn(page)).toMatchObject({
      title: 'The wallet did not do it',
      text: 'It said: Another account is selected.',
      remedy: { name: 'renew' },
    })
    wallet.select(0)
    await takeWayOut(page)
    expect(noticeOn(page)).toBeUndefined()
  })
})

describe('a node is down', () => {
  it('while all are called: the others answer, and it is started from the page', async () => {
    const page = await signedIn(site, createWallet())
    const [, second = ''] = site.network.urls
    await page.demo.stopNode(second)
    expect(page.demo.get().network).toMatchObject({ nodes: [{ isUp: true }, { url: second, isUp: false }, { isUp: true }] })
    await page.demo.callNodes(page.actions)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'down', 'accepted'])
    expect(noticeOn(page)).toMatchObject({ title: 'A node did not answer', remedy: { name: 'start-nodes' } })
    await takeWayOut(page)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(page.demo.get().network).toMatchObject({ nodes: [{ isUp: true }, { isUp: true }, { isUp: true }] })
    expect(noticeOn(page)).toBeUndefined()
  })

  it('and nobody has said so yet: it is found out by calling', async () => {
    const page = await signedIn(site, createWallet())
    const [first = ''] = site.network.urls
    await site.network.stop(first)
    await page.demo.callPowers(page.actions)
    expect(statuses(page.demo.get().powerCalls)).toEqual(Array(5).fill('down'))
    expect(page.demo.get().network).toMatchObject({ nodes: [{ isUp: false }, { isUp: true }, { isUp: true }] })
    // The next that is up does it.
    await page.demo.callPowers(page.actions)
    expect(page.demo.get().powerCalls.at(-1)?.status).toBe('accepted')
    expect(noticeOn(page)).toBeUndefined()
  })

  it('when the page comes to life, and is started by hand', async () => {
    const [first = ''] = site.network.urls
    await site.network.stop(first)
    const page = await openWith(site, createWallet())
    expect(page.demo.get().network).toMatchObject({ nodes: [{ isUp: false }, { isUp: true }, { isUp: true }] })
    await page.demo.startNode(first)
    expect(page.demo.get().network).toMatchObject({ nodes: [{ isUp: true }, { isUp: true }, { isUp: true }] })
  })

  it('and does not even say no: nobody waits for ever', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const other = await serveSite({ ...site.network, urls: [url, ...site.network.urls] })
    const page = await openWith(other, createWallet())
    expect(page.demo.get().network).toMatchObject({ nodes: [{ url, isUp: false }, { isUp: true }, { isUp: true }, { isUp: true }] })
    await other.close()
    silent.close()
    silent.closeAllConnections()
  })

  it('all of them: the same way out', async () => {
    const page = await signedIn(site, createWallet())
    await Promise.all(site.network.urls.map((url) => site.network.stop(url)))
    await page.demo.callNodes(page.actions)
    expect(noticeOn(page)?.title).toBe('3 nodes did not answer')
    await takeWayOut(page)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
  })
})

describe('the nodes cannot be found', () => {
  it('there is no such site, or it says nothing useful: the page says so, and looks again', async () => {
    const nobody = new Tab({ host: 'localhost:1', origin: 'http://127.0.0.1:1' })
    const demo = createDemo({ window: nobody })
    const end = demo.start()
    const { network, client, problem } = await until(demo, (view) => view.network.status !== 'loading')
    expect(network).toEqual({ status: 'failed', reason: 'This site does not answer.' })
    expect(client).toBeUndefined()
    expect(problem).toBe('There are no nodes to sign for.')
    Object.assign(nobody.location, site.location)
    await demo.load()
    expect(demo.get().network.status).toBe('ready')
    expect(demo.get().client).toBeDefined()
    end()
  })
})

describe('notices', () => {
  it('are dismissed for good, each for itself', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    wallet.says = 'no'
    await page.demo.renew(page.actions)
    page.demo.dismiss(page.session.get().error)
    expect(noticeOn(page)).toBeUndefined()
    await page.demo.renew(page.actions)
    expect(noticeOn(page)).toBeDefined()
  })

  it('go when the person does something else', async () => {
    const wallet = createWallet()
    const page = await signedIn(site, wallet)
    wallet.says = 'no'
    await page.demo.renew(page.actions)
    expect(noticeOn(page)).toBeDefined()
    page.demo.chooseMore({ type: 'PKP' })
    expect(noticeOn(page)).toBeUndefined()
  })

  it('a storage that fails leads to memory', async () => {
    const page = await openWith(site, createWallet())
    const failed = new SessionError('storage-failed', { operation: 'get' })
    expect(page.demo.noticeOf(page.demo.get(), failed)?.remedy).toEqual({ label: 'Keep the session in memory', name: 'memory' })
    await page.demo.follow('memory', page.actions)
    expect(page.demo.get().storage).toBe('memory')
    expect(page.demo.get().client).not.toBe(page.client)
  })

  it('where storage is disabled everything works for as long as the page', async () => {
    const tab = new Tab(site.location)
    Object.defineProperty(tab, 'localStorage', {
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    const page = await open(tab)
    page.demo.subscribe(({ question }) => {
      if (question) page.demo.answer(question, true)
    })
    page.demo.chooseLifetime('1-hour')
    await signIn(page)
    await page.demo.callNodes(page.actions)
    expect(statuses(page.demo.get().nodeCalls)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(page.client.protection).toBe('memory')
    expect(noticeOn(page)).toBeUndefined()
  })

  it('a page without a wallet says what is missing', async () => {
    const page = await openWith(site, createWallet())
    const tab = new Tab(site.location)
    announce(tab, { request: () => Promise.reject(new Error('Locked.')) })
    const demo = createDemo({ window: tab })
    const end = demo.start()
    await until(demo, ({ client }) => client !== undefined)
    await demo.read()
    expect(demo.noticeOf(demo.get(), undefined)).toMatchObject({ title: 'The wallet did not do it', text: 'It said: Locked.' })
    await demo.follow('read', page.actions)
    end()
  })
})

it('other nodes are found while a message is read: it is gone, because the client that wrote it is', async () => {
  const others = await startSite({ count: 1 })
  let now = site.network
  const server = createServer((request, response) => serveNetwork(Promise.resolve(now))(request, response, () => response.end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const page = await open(new Tab({ host: 'localhost:3000', origin: `http://127.0.0.1:${port}` }))
  await page.demo.read()
  expect(page.demo.get().message).toBeDefined()
  now = others.network
  await page.demo.load()
  expect(page.demo.get().client).not.toBe(page.client)
  expect(page.demo.get().message).toBeUndefined()
  server.closeAllConnections()
  await Promise.all([others.close(), new Promise((resolve) => server.close(resolve))])
})
