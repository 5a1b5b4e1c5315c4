/** A site with its nodes, people's browsers with their tabs, and their wallets, as far as the model meets them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Network, type NetworkOptions, serveNetwork, startNetwork } from '@session-sigs/app-nodes'
import { observeSession, type Readable, type SessionActions, type SessionClient } from '@session-sigs/core'
import type { Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type CallView, createDemo, type Demo, type DemoOptions, type Notice, type PageWindow } from '../src/index.ts'
import type { Provider } from '../src/wallets.ts'

export interface Site {
  readonly network: Network
  readonly location: PageWindow['location']
  close(): Promise<void>
}

interface Served {
  readonly location: PageWindow['location']
  close(): Promise<void>
}

async function serve(network: Promise<Network>): Promise<Served> {
  const answer = serveNetwork(network)
  const server = createServer((request, response) => answer(request, response, () => response.writeHead(404).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    location: { host: `localhost:${port}`, origin: `http://127.0.0.1:${port}` },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The server of a site that tells of these nodes. */
export async function serveSite(network: Network): Promise<Site> {
  return { network, ...(await serve(Promise.resolve(network))) }
}

/** A site, and real nodes that accept what is signed for it. */
export async function startSite(options: NetworkOptions = {}): Promise<Site> {
  let tell = (_: Network): void => undefined
  const told = new Promise<Network>((resolve) => {
    tell = resolve
  })
  const served = await serve(told)
  const network = await startNetwork({ ...options, domains: [served.location.host] })
  tell(network)
  return { network, location: served.location, close: async () => void (await Promise.all([served.close(), network.close()])) }
}

/** Resolves when a value is as wanted. */
export function until<T>(readable: Readable<T>, isWanted: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    let end = (): void => undefined
    let isDone = false
    end = readable.subscribe((value) => {
      if (isDone || !isWanted(value)) return
      isDone = true
      resolve(value)
      end()
    })
    if (isDone) end()
  })
}

/** A browser's storage: every tab but the one that writes is told. */
export interface Profile {
  readonly texts: Map<string, string>
  readonly tabs: Set<Tab>
}

export const newProfile = (): Profile => ({ texts: new Map(), tabs: new Set() })

export class Tab extends EventTarget implements PageWindow {
  readonly location: PageWindow['location']
  readonly localStorage: PageWindow['localStorage']
  readonly ethereum: unknown

  constructor(location: PageWindow['location'], profile: Profile = newProfile(), ethereum?: unknown) {
    super()
    this.location = location
    this.ethereum = ethereum
    profile.tabs.add(this)
    this.localStorage = {
      getItem: (key) => profile.texts.get(key) ?? null,
      setItem(key, text) {
        profile.texts.set(key, text)
        for (const tab of profile.tabs) {
          if (tab.localStorage !== this) tab.dispatchEvent(Object.assign(new Event('storage'), { key }))
        }
      },
    }
  }
}

/** Somebody's wallet: it holds one account of two, and says yes unless it is told otherwise. */
export interface TestWallet extends Required<Provider> {
  readonly accounts: readonly string[]
  readonly asked: string[]
  says: 'yes' | 'no'
  select(index: number): void
}

export function createWallet(): TestWallet {
  const own = [0, 1].map(() => privateKeyToAccount(generatePrivateKey()))
  const listeners = new Map<string, Set<(data: unknown) => void>>()
  let selected = 0
  const wallet: TestWallet = {
    accounts: own.map(({ address }) => address),
    asked: [],
    says: 'yes',
    // Looks at `this`, as many do.
    async request({ method, params = [] }) {
      const account = own[selected]
      if (!account) throw new Error('There are two accounts.')
      if (method === 'eth_requestAccounts') return [account.address.toLowerCase()]
      if (method === 'eth_chainId') return '0x1'
      if (method !== 'personal_sign') throw Object.assign(new Error(method), { code: 4200 })
      this.asked.push(Buffer.from(String(params[0]).slice(2), 'hex').toString())
      if (this.says === 'no') throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
      if (account.address.toLowerCase() !== String(params[1]).toLowerCase())
        throw Object.assign(new Error('Another account is selected.'), { code: 4100 })
      return account.signMessage({ message: { raw: params[0] as Hex } })
    },
    on: (event, listener) => void listeners.set(event, new Set(listeners.get(event)).add(listener)),
    removeListener: (event, listener) => void listeners.get(event)?.delete(listener),
    select(index) {
      selected = index
      for (const listener of listeners.get('accountsChanged') ?? []) listener([own[selected]?.address.toLowerCase()])
    },
  }
  return wallet
}

/** Has a wallet announce itself in a tab: now, and whenever it is asked for. */
export function announce(tab: Tab, provider: unknown, info: Readonly<Record<string, unknown>> = {}): void {
  const detail = {
    info: { uuid: crypto.randomUUID(), rdns: 'example.wallet', name: 'Example', icon: 'data:image/png;base64,AA==', ...info },
    provider,
  }
  const say = (): void => void tab.dispatchEvent(Object.assign(new Event('eip6963:announceProvider'), { detail }))
  tab.addEventListener('eip6963:requestProvider', say)
  say()
}

export interface Opened {
  readonly demo: Demo
  readonly client: SessionClient
  readonly session: ReturnType<typeof observeSession>
  readonly actions: SessionActions
  close(): void
}

let pages: Opened[] = []

/** After each test. */
export function closePages(): void {
  for (const page of pages) page.close()
  pages = []
}

/** A page, as far as it is when its nodes are found and its session is restored. */
export async function open(tab: Tab, options: DemoOptions = {}): Promise<Opened> {
  const demo = createDemo({ window: tab, ...options })
  const end = demo.start()
  const { client } = await until(demo, (view) => view.client !== undefined)
  if (!client) throw new Error('There is no client.')
  const session = observeSession(client)
  const leave = session.subscribe(() => undefined)
  await until(session, ({ pending, protection }) => pending === undefined && protection !== undefined)
  const page: Opened = {
    demo,
    client,
    session,
    actions: session.actions,
    close() {
      leave()
      end()
    },
  }
  pages.push(page)
  return page
}

/** A page that has just this wallet. */
export async function openWith(site: Site, wallet: TestWallet, options: DemoOptions = {}): Promise<Opened> {
  const tab = new Tab(site.location)
  announce(tab, wallet)
  return open(tab, options)
}

/** Reads the message, and signs it. */
export async function signIn({ demo, actions, client }: Opened): Promise<void> {
  await demo.read()
  await demo.signIn(actions)
  if (client.get().status !== 'signed-in') throw new Error('Nobody is signed in.')
}

export async function signedIn(site: Site, wallet: TestWallet, options: DemoOptions = {}): Promise<Opened> {
  const page = await openWith(site, wallet, options)
  await signIn(page)
  return page
}

/** What the page says of something that went wrong. */
export function noticeOn({ demo, session }: Opened): Notice | undefined {
  return demo.noticeOf(demo.get(), session.get().error)
}

/** Presses the button that is offered with it. */
export async function takeWayOut(page: Opened): Promise<void> {
  const name = noticeOn(page)?.remedy?.name
  if (!name) throw new Error('No way out is offered.')
  await page.demo.follow(name, page.actions)
}

export const statuses = (rows: readonly CallView[]): readonly string[] => rows.map(({ status }) => status)
