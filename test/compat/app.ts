/** An app that uses a client with Lit's API, be it Lit's own or ours: the same calls to both. */
import type { AuthSig, Capability, Resource, ResourceAbilityRequest, SessionKeyPair, SessionSig } from '@session-sigs/core'

export interface AppOptions {
  /** URLs of the nodes that it connects to. */
  readonly nodes: readonly string[]
  /** Private keys of the wallet's accounts; the first is in use. */
  readonly keys: readonly string[]
  /** What the local storage has. */
  readonly kept?: Readonly<Record<string, string>>
  /** An instant at which the clock stands still. */
  readonly now?: string
  /** Whether it is to think itself in a browser, where there is `window.ethereum`. */
  readonly isPage?: boolean
  /** Whether timers of a tenth of a second to two seconds come to nothing once the client is connected. */
  readonly isStalled?: boolean
}

/** What `getSessionSigs` is called with, as far as it is JSON. */
export interface SigsParams {
  readonly chain: string
  readonly resources?: readonly Resource[]
  readonly resourceAbilityRequests?: readonly ResourceAbilityRequest[]
  readonly sessionCapabilities?: readonly Capability[]
  readonly capabilityAuthSigs?: readonly AuthSig[]
  readonly expiration?: string
  readonly sessionKey?: SessionKeyPair
  readonly domain?: string
}

/** What a message says otherwise than was asked for. */
export interface Change {
  readonly uri?: string
}

export interface How {
  /** Given, there is an `authNeededCallback`; these are the changes in its first answer, its second and so on. Left out, the wallet is asked. */
  readonly changes?: readonly Change[]
  /** Whether the callback writes what the parameters say that are named as a message's fields. In the second form the documentation has it write `resourceAbilityRequests`. */
  readonly isLiteral?: boolean
  /** How many such calls run at the same time; one. */
  readonly times?: number
}

export interface MessageParams {
  readonly chain: string
  readonly resources?: readonly string[]
  readonly expiration?: string
  readonly uri?: string
  readonly nonce?: string
}

/** What an app can see of itself. */
export interface Look {
  /** The parameters of every question to its `authNeededCallback`. */
  readonly asked: readonly Readonly<Record<string, unknown>>[]
  /** Every message that the wallet was asked to sign. */
  readonly signed: readonly string[]
  /** What the local storage has. */
  readonly kept: Readonly<Record<string, string>>
  /** What it calls the latest block, where it knows of one. */
  readonly latestBlockhash?: string | undefined
  /** Timers that came to nothing, in milliseconds. */
  readonly stalled: readonly number[]
  /** Hosts beyond this machine that it wanted to reach. */
  readonly reachedFor: readonly string[]
}

export type Sigs = Readonly<Record<string, SessionSig>>

export interface App {
  /** One result for each of the calls. */
  getSessionSigs(params: SigsParams, how: How): Promise<readonly Sigs[]>
  checkAndSignAuthMessage(params: MessageParams): Promise<AuthSig>
  disconnectWeb3(): Promise<void>
  /** Has the person select another account in the wallet. */
  switchTo(index: number): Promise<void>
  look(): Promise<Look>
  close(): Promise<void>
}

/** Starts an app, connected to the nodes. */
export type Start<A extends App = App> = (options: AppOptions) => Promise<A>

/** Uses an app, and closes it whatever happens. None of them may want to reach anything but this machine. */
export async function withApp<T, A extends App>(start: Start<A>, options: AppOptions, use: (app: A) => Promise<T>): Promise<T> {
  const app = await start(options)
  try {
    const result = await use(app)
    const { reachedFor } = await app.look()
    if (reachedFor.length > 0) throw new Error(`It wanted to reach ${reachedFor.join(', ')}.`)
    return result
  } finally {
    await app.close()
  }
}
