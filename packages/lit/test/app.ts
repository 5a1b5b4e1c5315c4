/** Apps as Lit's documentation has their developers write them, and what they talk to. */
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { createVerifier, type VerifiedSession } from '@session-sigs/core/verify'
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'
import { expect } from 'vitest'
import { type AuthCallbackParams, type AuthSig, LitNodeClient, type LitNodeClientConfig, type SessionSig } from '../src/index.ts'

export const domain = 'localhost:3000'
export const day = 86_400_000
export const minute = 60_000

/** The first two accounts of the standard test mnemonic. */
export const alice = new Wallet('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
export const bob = new Wallet('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')

export const startNodes = (count = 2): Promise<Network> => startNetwork({ count, domains: [domain, 'localhost'] })

/** A connected client, of nodes that were started. */
export async function connect(network: Network, config: Partial<LitNodeClientConfig> = {}): Promise<LitNodeClient> {
  const { urls } = network
  const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: urls, minNodeCount: urls.length, ...config })
  await client.connect()
  return client
}

/** What a wallet makes of a text. */
export async function signText(signedMessage: string, wallet: Wallet = alice): Promise<AuthSig> {
  const sig = await wallet.signMessage(signedMessage)
  return { sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }
}

/** What a message says otherwise; `undefined` is not said. */
type Changes = { [Field in keyof SiweMessage]?: SiweMessage[Field] | undefined }

/** What the documentation's callback returns, with a message that says otherwise where a test wants that. */
export function answer(
  { statement = 'Sign a session key to use with Lit Protocol', resources, expiration, uri }: AuthCallbackParams,
  changes: Changes = {},
  wallet: Wallet = alice,
): Promise<AuthSig> {
  const fields: Changes = {
    domain,
    address: wallet.address,
    statement,
    uri,
    version: '1',
    chainId: 1,
    expirationTime: expiration,
    resources,
    ...changes,
  }
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return signText(new SiweMessage(said).prepareMessage(), wallet)
}

interface CountingCallback {
  (params: AuthCallbackParams): Promise<AuthSig>
  /** What it was called with, each time. */
  readonly asked: readonly AuthCallbackParams[]
}

/** The documentation's `authNeededCallback`, that counts. */
export function countingCallback(respond: (params: AuthCallbackParams) => Promise<AuthSig> = answer): CountingCallback {
  const asked: AuthCallbackParams[] = []
  const callback = (params: AuthCallbackParams): Promise<AuthSig> => {
    asked.push(params)
    return respond(params)
  }
  return Object.assign(callback, { asked })
}

/** What a session signature says. */
export interface Payload {
  readonly sessionKey: string
  readonly resources?: readonly string[]
  readonly resourceAbilityRequests?: readonly { readonly resource: { readonly resource: string }; readonly ability: string }[]
  readonly capabilities: readonly AuthSig[]
  readonly issuedAt: string
  readonly expiration: string
  readonly nodeAddress: string
}

/** The signature for one of the nodes; the first, unless told otherwise. */
export function sigOf(sigs: Readonly<Record<string, SessionSig>>, node: string = Object.keys(sigs)[0] ?? ''): SessionSig {
  return sigs[node] ?? expect.fail(`There is no signature for ${node}.`)
}

export function payloadOf(sigs: Readonly<Record<string, SessionSig>>, node?: string): Payload {
  return JSON.parse(sigOf(sigs, node).signedMessage) as Payload
}

/** The key that the signatures are by. */
export function keyIn(sigs: Readonly<Record<string, SessionSig>>): string {
  return payloadOf(sigs).sessionKey
}

/** The message of the delegation that the session signatures rest on. */
export function delegationIn(sigs: Readonly<Record<string, SessionSig>>): SiweMessage {
  const { signedMessage } = payloadOf(sigs).capabilities.at(-1) ?? expect.fail('There is no capability.')
  return new SiweMessage(signedMessage)
}

/** How long the session signatures are good for, in milliseconds. */
export function lifeOf(sigs: Readonly<Record<string, SessionSig>>): number {
  const { issuedAt, expiration } = payloadOf(sigs)
  return Date.parse(expiration) - Date.parse(issuedAt)
}

/** What a verifier at the first node makes of them. It throws what is wrong with them. */
export function verify(sigs: Readonly<Record<string, SessionSig>>, resource: string, ability?: string): Promise<VerifiedSession> {
  const [audience = ''] = Object.keys(sigs)
  const verifier = createVerifier({ audience, domains: [domain, 'localhost'] })
  return verifier.verify(sigOf(sigs), ability === undefined ? { resource } : { resource, ability })
}

export async function post(url: string, body: unknown): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}

/** Has every node run the network's action, with its own signature, and gives what they answered. */
export function runActions(network: Network, sigs: Readonly<Record<string, SessionSig>>): Promise<number[]> {
  return Promise.all(
    Object.entries(sigs).map(async ([url, authSig]) => (await post(`${url}/action`, { id: network.actions.greet, authSig })).status),
  )
}

/** A wallet as pages have it (EIP-1193), that says yes. */
export class PageWallet {
  /** Every message that it was asked to sign. */
  readonly signed: string[] = []
  /** What it made of them. */
  readonly signatures: string[] = []
  /** Every method that it was called with. */
  readonly called: string[] = []
  account: Wallet
  chainId = 1
  /** Called before it signs, for a person who takes a while or says no. */
  beforeSigning: () => Promise<unknown> = async () => undefined
  readonly #listeners = new Map<string, Set<(value: never) => void>>()

  constructor(account: Wallet = alice) {
    this.account = account
  }

  async request({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> {
    this.called.push(method)
    switch (method) {
      case 'eth_accounts':
      case 'eth_requestAccounts':
        return [this.account.address.toLowerCase()]
      case 'eth_chainId':
        return `0x${this.chainId.toString(16)}`
      case 'wallet_switchEthereumChain':
        this.chainId = Number((params[0] as { chainId: string }).chainId)
        return null
      case 'personal_sign':
        return this.#sign(String(params[0]), String(params[1]))
      default:
        throw Object.assign(new Error(`There is no method ${method}.`), { code: -32601 })
    }
  }

  async #sign(hex: string, address: string): Promise<string> {
    await this.beforeSigning()
    const signer = [alice, bob].find((wallet) => wallet.address.toLowerCase() === address.toLowerCase())
    if (!signer) throw new Error(`There is no account ${address}.`)
    const message = Buffer.from(hex.slice(2), 'hex').toString()
    this.signed.push(message)
    const signature = await signer.signMessage(message)
    this.signatures.push(signature)
    return signature
  }

  on(event: string, listener: (value: never) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
  }

  removeListener(event: string, listener: (value: never) => void): void {
    this.#listeners.get(event)?.delete(listener)
  }

  /** What a person does who selects another account. */
  switchTo(account: Wallet): void {
    this.account = account
    for (const listener of this.#listeners.get('accountsChanged') ?? []) listener([account.address] as never)
  }
}

/** A promise, and what settles it. */
export function latch<T = void>(): { readonly promise: Promise<T>; readonly release: (value: T) => void } {
  let release: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    release = resolve
  })
  return { promise, release }
}
