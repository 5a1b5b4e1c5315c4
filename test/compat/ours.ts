/** The same app with our clients, in this process: what it has around it is put into the global scope, and taken away again when it is closed. */
import { type AuthSig, createSessionClient, memoryStorage, type SessionStorage } from '@session-sigs/core'
import {
  type AuthCallbackParams,
  checkAndSignAuthMessage,
  createSiweMessage,
  disconnectWeb3,
  generateAuthSig,
  LitNodeClient,
  type WalletProvider,
} from '@session-sigs/lit'
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'
import { vi } from 'vitest'
import type { App, AppOptions, Change, How, MessageParams, Sigs, SigsParams, Start } from './app.ts'

/** Texts by name, as a browser keeps them for a site. Gives all of them. */
function createLocalStorage(kept: Readonly<Record<string, string>>): () => Record<string, string> {
  const texts = new Map(Object.entries(kept))
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
    removeItem: (name: string) => void texts.delete(name),
  })
  return () => Object.fromEntries(texts)
}

/** As the other side does it: timers of a tenth of a second to two seconds come to nothing from now on. Gives what they were set to, in milliseconds. */
function stallTimers(): number[] {
  const stalled: number[] = []
  const { setTimeout } = globalThis
  vi.stubGlobal('setTimeout', (run: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => {
    const isStalled = delay >= 100 && delay <= 2000
    if (isStalled) stalled.push(delay)
    return setTimeout(isStalled ? () => undefined : run, delay, ...args)
  })
  return stalled
}

interface PageWallet {
  readonly provider: WalletProvider
  /** Every message that it was asked to sign. */
  readonly signed: string[]
  current(): Wallet
  switchTo(index: number): void
}

/** `window.ethereum`: the account in use is one of those given by their private keys. */
function createWallet(keys: readonly string[]): PageWallet {
  const accounts = keys.map((key) => new Wallet(key))
  const signed: string[] = []
  const listeners = new Set<(accounts: readonly string[]) => void>()
  let index = 0
  const current = (): Wallet => {
    const account = accounts[index]
    if (!account) throw new Error('The wallet has no such account.')
    return account
  }
  const listed = (): readonly string[] => [current().address.toLowerCase()]
  const answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    eth_requestAccounts: listed,
    eth_accounts: listed,
    eth_chainId: () => '0x1',
    personal_sign([hex]) {
      const message = Buffer.from(String(hex).slice(2), 'hex')
      signed.push(message.toString())
      return current().signMessage(message)
    },
  }
  return {
    signed,
    current,
    switchTo(other) {
      index = other
      for (const listener of listeners) listener(listed())
    },
    provider: {
      async request({ method, params = [] }) {
        const answer = answers[method]
        if (!answer) throw Object.assign(new Error(`The wallet does not know ${method}.`), { code: -32601 })
        return answer(params)
      },
      on: (event, listener) => {
        if (event === 'accountsChanged') listeners.add(listener)
      },
      removeListener: (_, listener) => {
        listeners.delete(listener)
      },
    },
  }
}

const common = { domain: 'localhost:3000', nonce: 'abcdefgh12345678' }

/** Just what the parameters say: what the documentation has a callback of the first form write. */
function literal({ uri, expiration, resources, statement }: AuthCallbackParams, address: string, change: Change): string {
  const fields = {
    ...common,
    address,
    statement: statement ?? 'Sign a session key to use with Lit Protocol',
    uri,
    version: '1',
    chainId: 1,
  }
  return new SiweMessage({ ...fields, expirationTime: expiration, resources, ...change }).prepareMessage()
}

/** What the documentation has a callback of the second form write. */
function written({ uri, expiration, resourceAbilityRequests = [] }: AuthCallbackParams, address: string, change: Change): Promise<string> {
  const fields = { ...common, statement: 'Sign a session key to use with Lit Protocol.', uri, expiration, walletAddress: address }
  return createSiweMessage({ ...fields, resources: resourceAbilityRequests, ...change })
}

type Callback = (params: AuthCallbackParams) => Promise<AuthSig>

/** What a client makes of an app's calls. */
interface Client {
  sign(params: SigsParams, authNeededCallback: Callback | undefined): Promise<Sigs>
  authMessage(params: MessageParams): Promise<AuthSig>
  signOut(): Promise<void>
  latestBlockhash(): Promise<string | undefined>
  close(): Promise<void>
}

async function litClient(nodes: readonly string[], provider: WalletProvider, storage?: SessionStorage): Promise<Client> {
  const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: nodes, minNodeCount: nodes.length, provider, storage })
  await client.connect()
  return {
    sign: (params, authNeededCallback) => client.getSessionSigs({ ...params, authNeededCallback }),
    authMessage: (params) => checkAndSignAuthMessage({ ...params, provider }),
    signOut: () => disconnectWeb3(),
    latestBlockhash: () => client.getLatestBlockhash(),
    close: () => client.disconnect(),
  }
}

async function coreClient(nodes: readonly string[]): Promise<Client> {
  const client = createSessionClient({ nodes })
  return {
    sign(params, authNeededCallback) {
      if (!authNeededCallback) throw new TypeError('Core is used with a callback here.')
      return client.getSessionSigs({ ...params, authNeededCallback: (asked) => authNeededCallback({ ...asked, chain: `${asked.chain}` }) })
    },
    authMessage: () => Promise.reject(new TypeError('Core makes no AuthSigs but for its session.')),
    signOut: () => client.signOut(),
    latestBlockhash: async () => undefined,
    close: async () => undefined,
  }
}

async function start(connect: (nodes: readonly string[], provider: WalletProvider) => Promise<Client>, options: AppOptions): Promise<App> {
  const { nodes, keys, kept = {}, now, isPage, isStalled } = options
  const lookIntoStorage = createLocalStorage(kept)
  // Later versions of Node have Web Locks, for the whole process: the storage of one app is none of the next one's business.
  vi.stubGlobal('navigator', undefined)
  if (isPage) vi.stubGlobal('location', { host: 'localhost:3000', origin: 'http://localhost:3000', href: 'http://localhost:3000/' })
  if (now !== undefined) vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) })
  const wallet = createWallet(keys)
  const client = await connect(nodes, wallet.provider)
  const stalled = isStalled ? stallTimers() : []
  const asked: Record<string, unknown>[] = []

  function callback({ changes = [], isLiteral = false }: How): Callback {
    let count = 0
    return async (params) => {
      // As the other side has it, in JSON.
      asked.push(JSON.parse(JSON.stringify(params)))
      const change = changes[count++] ?? {}
      await new Promise(setImmediate)
      const signer = wallet.current()
      const write = isLiteral || params.resourceAbilityRequests === undefined ? literal : written
      return generateAuthSig({ signer, toSign: await write(params, signer.address, change) })
    }
  }

  return {
    getSessionSigs(params, how) {
      const authNeededCallback = how.changes && callback(how)
      return Promise.all(Array.from({ length: how.times ?? 1 }, () => client.sign(params, authNeededCallback)))
    },
    checkAndSignAuthMessage: (params) => client.authMessage(params),
    disconnectWeb3: () => client.signOut(),
    switchTo: async (index) => wallet.switchTo(index),
    async look() {
      const latestBlockhash = await client.latestBlockhash()
      return { asked, signed: wallet.signed, kept: lookIntoStorage(), latestBlockhash, stalled, reachedFor: [] }
    },
    async close() {
      await client.close()
      vi.unstubAllGlobals()
      vi.useRealTimers()
    },
  }
}

/** The client with Lit's API; the same with a storage of its own, in place of local storage; and core's. One at a time. */
export const startOurs: Start = (options) => start(litClient, options)
export const startOursElsewhere: Start = (options) => start((nodes, provider) => litClient(nodes, provider, memoryStorage()), options)
export const startCore: Start = (options) => start(coreClient, options)
