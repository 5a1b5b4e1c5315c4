import {
  type AuthCallbackParams,
  type AuthSig,
  createSessionClient,
  isSessionError,
  parseSiweMessage,
  type SessionClient,
  SessionError,
  type SessionSig,
  type SessionSigsRequest,
  type SessionStorage,
  type Signer,
} from '@session-sigs/core'
import { recordName } from './area.ts'
import type { RecapSessionCapabilityObject } from './capability.ts'
import { randomHex } from './hex.ts'
import { enlist, type Live, listen, type SignOutOrder } from './live.ts'
import { type CheckedConfig, type GetSessionSigsParams, type LitNodeClientConfig, readConfig } from './options.ts'
import { storageOf } from './place.ts'
import type { WalletProvider } from './provider.ts'
import type { LitResource } from './resources.ts'

/** The page's wallet, for who has no callback. */
function laterSigner(provider: WalletProvider | undefined, onFound: (wallet: WalletProvider) => void): Signer {
  let signer: Promise<Signer> | undefined
  const load = (): Promise<Signer> => (signer ??= import('./wallet.ts').then(({ pageSigner }) => pageSigner(provider, onFound)))
  return {
    account: async (asked) => (await load()).account(asked),
    signMessage: async (message, account) => (await load()).signMessage(message, account),
  }
}

/** Also of a date that is none: core refuses it. */
function textOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? String(date) : date.toISOString()
}

/** What core says of an option that is another one here, or of a signer that is ours. */
function inOurWords(error: unknown): unknown {
  if (isSessionError(error, 'lifetime-too-long')) return new SessionError('lifetime-too-long', { ...error.details, field: 'expiration' })
  const { cause } = Object(error)
  // What is missing or wrong in the page, and not what a wallet said of it.
  return isSessionError(error, 'wallet-failed') && (isSessionError(cause) || cause instanceof TypeError) ? cause : error
}

/** Whether what a wallet signed was signed before; a text that says nothing of that was. */
function isOlder({ signedMessage }: AuthSig, at: number): boolean {
  return !(Date.parse(parseSiweMessage(signedMessage).issuedAt) > at)
}

/**
 * Lit's client, as far as sessions go: it greets nodes, and makes the session signatures to send them. The wallet is asked once, what it signed is kept for later calls and visits.
 *
 * @throws TypeError for a configuration that cannot be used
 */
export class LitNodeClient {
  readonly config: CheckedConfig
  /** Whether enough nodes have answered. */
  ready = false
  /** The nodes that have answered: session signatures are for these. */
  connectedNodes: Set<string> = new Set()
  /** The nodes that have not, and why. */
  failedNodes: Map<string, string> = new Map()

  readonly #given: LitNodeClientConfig
  /** Made when it is needed: before that nothing of the page is touched. */
  #made: { readonly core: SessionClient; readonly storage: SessionStorage } | undefined
  /** Ends what is under way with nodes, other pages and the wallet. */
  #connection: AbortController | undefined
  #attempt: AbortController | undefined
  #connecting: Promise<void> | undefined
  /** The latest block that one of the nodes named. */
  #blockhash: string | undefined
  /** The page's wallet, once it was asked. */
  #wallet: WalletProvider | undefined
  /** The latest sign-out, while it is under way. */
  #ending: Promise<void> | undefined
  /** The latest sign-out that this client has heard of. */
  #heard: string | undefined
  /** What this client is known by to who signs it out from afar. */
  readonly #live: Live

  constructor(config: LitNodeClientConfig) {
    this.config = readConfig(config)
    this.#given = { ...config }
    this.#live = {
      place: config.storage ?? config.storageProvider?.provider,
      end: (order) => {
        this.#heard = order.id
        return this.signOut()
      },
      hear: (order) => this.#hear(order),
    }
    enlist(this.#live)
  }

  #session(): { readonly core: SessionClient; readonly storage: SessionStorage } {
    if (this.#made) return this.#made
    const { storageProvider, storage = storageOf(storageProvider?.provider), provider, domain, statement } = this.#given
    const signer = laterSigner(provider, (wallet) => {
      this.#wallet = wallet
      this.#follow()
    })
    this.#made = { storage, core: createSessionClient({ storage, signer, domain, statement }) }
    return this.#made
  }

  async #hear({ id, at }: SignOutOrder): Promise<void> {
    if (this.#heard === id) return
    this.#heard = id
    const kept = await this.#session()
      .core.getDelegation()
      .catch(() => undefined)
    // A session that began since is not what was meant.
    if (!kept || kept.capabilities.every((authSig) => isOlder(authSig, at))) await this.signOut()
  }

  /**
   * Greets all nodes of the network. Those that are down, or answer nonsense, are left out: `failedNodes` says why.
   *
   * @throws SessionError `nodes-unreachable` where fewer than `minNodeCount` answered
   */
  connect(): Promise<void> {
    if (this.#connecting) return this.#connecting
    const connecting = this.#connect().finally(() => {
      if (this.#connecting === connecting) this.#connecting = undefined
    })
    this.#connecting = connecting
    return connecting
  }

  async #connect(): Promise<void> {
    const { bootstrapUrls: nodes, minNodeCount: needed, connectTimeout: timeout } = this.config
    const connection = new AbortController()
    const connected = new Set<string>()
    const failed = new Map<string, string>()
    let first: string | undefined
    this.#attempt = connection
    const { greetAll } = await import('./greetings.ts')
    await greetAll({
      ...{ nodes, needed, timeout, signal: connection.signal },
      onNode: (node, blockhash) => {
        connected.add(node)
        first ??= blockhash
        this.#log(`connected to ${node}`)
      },
      onFailure: (node, reason) => {
        failed.set(node, reason)
        this.#log(`left out ${node}: ${reason}`)
      },
    })
    // What was before stays as it is where this fails.
    this.#connection?.abort()
    this.#connection = connection
    this.#blockhash = first
    connection.signal.addEventListener('abort', listen(this.#live))
    this.#follow()
    Object.assign(this, { connectedNodes: connected, failedNodes: failed, ready: true })
    this.#log(`ready, with ${connected.size} of ${nodes.length} nodes`)
    globalThis.document?.dispatchEvent(new Event('lit-ready'))
  }

  /** Leaves the nodes, and no longer hears of other pages and the wallet. The session is kept; `disconnectWeb3` ends it. */
  async disconnect(): Promise<void> {
    this.ready = false
    this.connectedNodes = new Set()
    this.#attempt?.abort()
    this.#connection?.abort()
    this.#connection = this.#connecting = undefined
  }

  /** Goes with the wallet's account from now on. */
  #follow(): void {
    const { on, removeListener } = this.#wallet ?? {}
    if (!on || !removeListener || !this.#connection) return
    const wallet = { on: on.bind(this.#wallet), removeListener: removeListener.bind(this.#wallet) }
    this.#connection.signal.addEventListener('abort', this.#session().core.follow(wallet))
  }

  /**
   * Session signatures for all connected nodes. The wallet, or `authNeededCallback`, is asked where nothing that it signed before covers what is asked for: once, however many calls
   * there are, and not again on later calls and visits. After somebody signed out, also in another tab, it is asked anew, for a new key.
   *
   * @throws SessionError as core's `getSessionSigs`, and `wallet-missing` where there is neither a callback nor a wallet; TypeError before `connect()`
   */
  async getSessionSigs(params: GetSessionSigsParams = {}): Promise<Record<string, SessionSig>> {
    this.#checkReady()
    await this.#ending
    const request = await this.#requestOf(params)
    try {
      const sigs = await this.#sign(request)
      this.#log(`session signatures for ${Object.keys(sigs).length} nodes`)
      return sigs
    } catch (error) {
      this.#log(`no session signatures: ${isSessionError(error) ? error.code : 'the call was wrong'}`)
      throw inOurWords(error)
    }
  }

  async #sign(request: SessionSigsRequest): Promise<Record<string, SessionSig>> {
    const { core } = this.#session()
    try {
      return await core.getSessionSigs(request)
    } catch (error) {
      // Ended elsewhere, or lost. There is no other way to sign in with this API than to ask for signatures.
      if (!isSessionError(error, 'signed-out') || error.details.during === 'signIn') throw error
      await core.signIn(request)
      return core.getSessionSigs(request)
    }
  }

  #checkReady(): void {
    if (!this.ready) throw new TypeError('Call connect() first, and wait for it.')
  }

  /** In the words of core, which checks all of it but what this client says itself. */
  async #requestOf(params: GetSessionSigsParams): Promise<SessionSigsRequest> {
    for (const name of ['nodes', 'sessionSigExpiration']) if (name in Object(params)) throw new TypeError(`There is no option "${name}".`)
    if (Object(params) !== params) throw new TypeError('A plain object is needed.')
    const { capacityDelegationAuthSig, capabilityAuthSigs = [], sessionCapabilityObject, domain, ...given } = params
    const callback = given.authNeededCallback ?? this.config.defaultAuthCallback
    if (sessionCapabilityObject && !callback) throw new TypeError('sessionCapabilityObject needs authNeededCallback.')
    const expiration = (given.expiration instanceof Date ? textOf(given.expiration) : given.expiration) ?? undefined
    // What it throws at once, and what it does not return, core tells apart.
    const askCallback = (asked: AuthCallbackParams): Promise<AuthSig> => {
      this.#log(`asking authNeededCallback for ${asked.uri}`)
      const { resourceAbilityRequests, ...others } = asked
      return (callback as typeof askCallback)({
        ...others,
        ...(asked.nonce && { nonce: this.#blockhash ?? asked.nonce }),
        ...(sessionCapabilityObject && {
          statement: sessionCapabilityObject.statement,
          resources: [sessionCapabilityObject.encodeAsSiweResource()],
        }),
        ...(domain && { domain }),
        ...(resourceAbilityRequests && { resourceAbilityRequests }),
      })
    }
    const sessionKey = await given.sessionKey
    this.#checkReady()
    return {
      ...given,
      sessionKey,
      expiration,
      chain: given.chain ?? (callback && 'ethereum'),
      sessionSigExpiration: given.resourceAbilityRequests && expiration,
      capabilityAuthSigs: capacityDelegationAuthSig ? [...capabilityAuthSigs, capacityDelegationAuthSig] : capabilityAuthSigs,
      authNeededCallback: callback && askCallback,
      nodes: [...this.connectedNodes],
      // Lit's types say of resources only that they are texts.
    } as SessionSigsRequest
  }

  /** What a message's nonce is made of: the latest block that the nodes named, or chance where they name none. */
  async getLatestBlockhash(): Promise<string> {
    return this.#blockhash ?? randomHex(16)
  }

  /** An empty capability object, for callbacks that add to it. The resources are taken so that those need not change. */
  async generateSessionCapabilityObjectWithWildcards(_resources?: readonly LitResource[]): Promise<RecapSessionCapabilityObject> {
    return new (await import('./capability.ts')).RecapSessionCapabilityObject()
  }

  /** Ends the session and removes all of it: the key, what the wallet signed, and other accounts' sessions. `disconnectWeb3(client)` is the same. */
  signOut(): Promise<void> {
    const { core, storage } = this.#session()
    const ended = core.signOut()
    this.#log('signed out')
    const ending = ended.finally(async () => {
      await storage.open?.()
      await storage.delete(recordName)
    })
    // What is asked for next waits for it, as apps call this without waiting: a session that begins must not be removed by it.
    this.#ending = ending.catch(() => undefined)
    return ending
  }

  #log(text: string): void {
    if (this.config.debug) console.log(`[lit] ${text}`)
  }
}
