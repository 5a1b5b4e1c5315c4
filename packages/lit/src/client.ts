import {
  createSessionClient,
  isSessionError,
  type SessionClient,
  SessionError,
  type SessionSig,
  type SessionSigsRequest,
  type SessionStorage,
  type Signer,
} from '@session-sigs/core'
import type { RecapSessionCapabilityObject } from './capability.ts'
import { randomHex } from './hex.ts'
import { enlist, type Live, listen, type SignOutOrder } from './live.ts'
import { type CheckedConfig, type GetSessionSigsParams, type LitNodeClientConfig, readConfig } from './options.ts'
import { pageArea, removeRecord, storageOf } from './place.ts'
import type { LitResource } from './resources.ts'
import type { PageSigner } from './wallet.ts'

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
  /** Both made when they are needed: before that nothing of the page is touched. */
  #storage: SessionStorage | undefined
  #core: SessionClient | undefined
  /** Those from before other pages signed out: a question may be open still. */
  #earlier: SessionClient[] = []
  /** Counts sign-outs: a call that was begun before one comes to nothing. */
  #signOuts = 0
  /** Ends what is under way with nodes, other pages and the wallet. */
  #connection: AbortController | undefined
  #attempt: AbortController | undefined
  #connecting: Promise<void> | undefined
  /** The latest block that one of the nodes named. */
  #blockhash: string | undefined
  /** The page's wallet, for calls without a callback. */
  #signer: Promise<PageSigner> | undefined
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
      place: () => this.#given.storage ?? this.#given.storageProvider?.provider ?? pageArea(),
      end: (order) => {
        this.#heard = order.id
        return this.signOut()
      },
      hear: (order) => this.#hear(order).catch(() => undefined),
    }
    enlist(this.#live)
  }

  #session(): SessionClient {
    const { storageProvider, storage, domain, statement } = this.#given
    this.#storage ??= storage ?? storageOf(storageProvider?.provider)
    this.#core ??= createSessionClient({ storage: this.#storage, signer: this.#walletSigner(), domain, statement })
    return this.#core
  }

  #walletSigner(): Signer {
    return {
      account: async (asked) => (await this.#pageSigner()).account(asked),
      signMessage: async (message, account) => {
        this.#log(`asking the wallet of ${account.address}`)
        return (await this.#pageSigner()).signMessage(message, account)
      },
    }
  }

  #pageSigner(): Promise<PageSigner> {
    this.#signer ??= import('./wallet.ts').then(({ pageSigner }) => pageSigner(this.#given.provider, () => this.#session()))
    return this.#signer
  }

  /** Another page signed out. What this one had by then ends: what is kept here, and keys that its callers brought. What began since was not meant, nor a question that is open. */
  async #hear({ id, at }: SignOutOrder): Promise<void> {
    if (this.#heard === id) return
    this.#heard = id
    if (this.#core) this.#earlier.push(this.#core)
    this.#core = undefined
    await (await this.#signer)?.follow()
    const { isFromBefore } = await import('./heard.ts')
    if (await isFromBefore(this.#session(), at, this.#given.storage !== undefined)) await this.signOut()
  }

  /**
   * Greets all nodes of the network. Those that are down, or answer nonsense, are left out: `failedNodes` says why. Where `disconnect()` comes in between, it resolves and the client is
   * not `ready`.
   *
   * @throws SessionError `nodes-unreachable` where fewer than `minNodeCount` answered
   */
  connect(): Promise<void> {
    if (this.#connecting) return this.#connecting
    const connecting = this.#connect()
      .catch((error: unknown) => {
        this.#log(`not connected: ${Object(error).code ?? 'the call was wrong'}`)
        throw error
      })
      .finally(() => {
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
    if (connection.signal.aborted) return
    // What was before stays as it is where this fails.
    this.#connection?.abort()
    this.#connection = connection
    this.#blockhash = first
    connection.signal.addEventListener('abort', listen(this.#live))
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
    void this.#signer?.then((signer) => signer.leave())
    this.#log('disconnected')
  }

  /**
   * Session signatures for all connected nodes. The wallet, or `authNeededCallback`, is asked where nothing that it signed before covers what is asked for: once, however many calls
   * there are, and not again on later calls and visits. After somebody signed out, also in another tab, it is asked anew, for a new key.
   *
   * @throws SessionError as core's `getSessionSigs`, and `wallet-missing` where there is neither a callback nor a wallet; TypeError before `connect()`
   */
  async getSessionSigs(params: GetSessionSigsParams = {}): Promise<Record<string, SessionSig>> {
    this.#checkReady()
    const before = this.#signOuts
    await this.#ending
    const { requestOf } = await import('./request.ts')
    const request = await requestOf(params, { ...this.config, latestBlockhash: this.#blockhash, log: (text) => this.#log(text) })
    this.#checkReady()
    try {
      const sigs = await this.#sign({ ...request, nodes: [...this.connectedNodes] }, before)
      this.#log(`session signatures for ${Object.keys(sigs).length} nodes`)
      return sigs
    } catch (error) {
      this.#log(`no session signatures: ${Object(error).code ?? 'the call was wrong'}`)
      throw (await import('./words.ts')).inOurWords(error)
    }
  }

  async #sign(request: SessionSigsRequest, before: number): Promise<Record<string, SessionSig>> {
    const core = this.#session()
    // The person may have gone to another account since the last visit.
    if (!request.authNeededCallback) await (await this.#pageSigner()).meet()
    if (this.#signOuts !== before) throw new SessionError('signed-out', { during: 'signIn' })
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
    if (!this.ready) throw new TypeError('Wait for connect() first.')
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
    const { storage } = this.#given
    this.#signOuts += 1
    const ended = Promise.allSettled([this.#session(), ...this.#earlier.splice(0)].map((each) => each.signOut({ all: true })))
    this.#log('signed out')
    const ending = ended.then(([first]) => {
      if (first?.status === 'rejected') throw first.reason
      // Local storage has nothing left then.
      if (storage?.sharedAs) return removeRecord(storage, true)
    })
    // What is asked for next waits for it, as apps call this without waiting: a session that begins must not be removed by it.
    this.#ending = ending.catch(() => undefined)
    return ending
  }

  #log(text: string): void {
    if (this.config.debug) console.log(`[lit] ${text}`)
  }
}
