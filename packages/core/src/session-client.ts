import type { VerifyDelegation } from './check-wallet.ts'
import type { AuthSig } from './delegation.ts'
import type { SessionSig } from './issue.ts'
import type { SessionKey } from './native.ts'
import type { Readable } from './observable.ts'
import type { SessionSigsRequest } from './request.ts'
import type { LitVocabulary, Resource, ResourceAbilityRequest, Vocabulary } from './resource.ts'
import type { SendRevocation } from './revocation.ts'
import type { Signer } from './signer.ts'
import type { Protection, SessionState } from './state.ts'
import type { SessionStorage } from './storage.ts'
import type { WalletEvents } from './wallet-events.ts'

export interface SignOutOptions {
  /** Also has the key state its own end, and sends that: no server that hears it accepts the key any more, not even from who has stolen it. */
  revoke?: boolean | undefined
  /** Every account's session, and not only the one in use. */
  all?: boolean | undefined
}

export interface SessionClientOptions<V extends Vocabulary = LitVocabulary> {
  /** URLs of the nodes to sign for, byte for byte as the nodes know themselves. Left out where nothing but requests is signed. */
  nodes?: readonly string[] | undefined
  /** Where sessions are kept; memory by default, so that no secret is stored unasked. */
  storage?: SessionStorage | undefined
  /** The weakest way in which a session key may be kept: anything by default. With `memory`, a seed is never stored; with `non-extractable`, there is never a seed at all. */
  minimumProtection?: Protection | undefined
  /** The wallet; needed where no `authNeededCallback` is given. */
  signer?: Signer | undefined
  /** The site that the message names; the page's own host by default. */
  domain?: string | undefined
  /** What the message says above its resources. */
  statement?: string | undefined
  vocabulary?: V | undefined
  /** The clock. */
  now?: (() => Date) | undefined
  /** Asked about a new delegation's wallet signature before it is used, for who wants to be sure at once; only `true` lets it through. */
  verifyWallet?: VerifyDelegation | undefined
  /** Sends a statement to the servers, or to one of them, for `signOut({ revoke: true })`; rejects where it did not arrive. */
  sendRevocation?: SendRevocation | undefined
  /** How long before its end a session is said to end soon; 5 minutes. */
  warnSeconds?: number | undefined
  /** How long another tab's question to the wallet is waited for before this one asks, and how long a prepared question stays prepared; a minute. */
  takeOverSeconds?: number | undefined
}

/** What a further question to the wallet may be asked with. */
export type AskOptions = Pick<SessionSigsRequest, 'authNeededCallback' | 'expiration' | 'chain' | 'switchChain'>

/** What it takes to sign in ways of one's own: the session key, which signs and shows nothing, and the AuthSigs that delegate to it. */
export interface KeyDelegation {
  readonly key: SessionKey
  readonly capabilities: readonly AuthSig[]
}

/** `get` and `subscribe` give the state; a subscriber also hears of time and of other tabs. */
export interface SessionClient<V extends Vocabulary = LitVocabulary> extends Readable<SessionState> {
  /** How the session key is kept; not known before `restore()` or the first call. */
  readonly protection: Protection | undefined
  /** The client's clock: the device's, put right by what verifiers said. */
  now(): Date
  /**
   * Session signatures, one for each node: node URL → signature. The wallet is asked once if no stored delegation covers the request, and not at all otherwise.
   *
   * @throws SessionError for a request that cannot be met, an answer that is not good, a person's refusal (`wallet-refused`), the session then being as it was; `signed-out`
   * after somebody signed out in another tab, until `signIn()`
   */
  getSessionSigs(request?: SessionSigsRequest<V>): Promise<Record<string, SessionSig>>
  /**
   * The session key and the delegations that a request needs, for protocols that bind what the key signs in their own way. Without a request: all that the session has, and
   * nobody is asked.
   *
   * @throws SessionError as `getSessionSigs`; without a request `signed-out` where there is no session
   */
  getDelegation(request?: SessionSigsRequest<V>): Promise<KeyDelegation>
  /** Takes up what the storage kept. Never touches the wallet. */
  restore(): Promise<void>
  /**
   * All of a sign-in that takes time: reads the storage, connects the wallet, makes the key, writes the message, keeps other tabs from asking. The `signIn()` after it, with the
   * same request or none, calls the wallet before it returns, so that a phone still knows of the tap. Gives the message; `undefined` where a callback writes it or nobody has to be asked.
   */
  prepare(request?: SessionSigsRequest<V>): Promise<string | undefined>
  /** Gives up what was prepared, so that other tabs need not wait for it. */
  withdraw(): void
  /** Makes sure of a delegation for the request, asking the wallet only if it must; signs nothing with it yet. */
  signIn(request?: SessionSigsRequest<V>): Promise<SessionState>
  /** Asks the wallet for what of these the session does not grant yet. What it grants stays beside it. */
  require(resources: readonly Resource<V>[] | readonly ResourceAbilityRequest[], options?: AskOptions): Promise<SessionState>
  /**
   * Asks the wallet to grant all of the session once more, to a fresh key. The old one goes on until the new one stands.
   *
   * @throws SessionError `signed-out` where there is no session to renew
   */
  renew(options?: AskOptions): Promise<SessionState>
  /**
   * Destroys the current account's key and delegations, here, in the storage and in other tabs. Other accounts' sessions stay. With `revoke`, what the keys were delegated to
   * ends at the servers, too, also for keys that callers brought; nothing waits for that here, and nobody stays signed in because it fails.
   *
   * @throws SessionError `storage-failed`; `revocation-failed` with the statement, to be sent later. TypeError, before anything is done, where there is no `sendRevocation`
   */
  signOut(options?: SignOutOptions): Promise<void>
  /**
   * Signs and hands the signatures to `deliver`. Where that throws a verifier's refusal which shows that this clock is off, signs once more by the verifier's, once.
   */
  send<T>(request: SessionSigsRequest<V>, deliver: (sigs: Record<string, SessionSig>) => Promise<T>): Promise<T>
  /**
   * Draws the conclusions from a verifier's refusal (a `SessionError`, or its JSON with `code` and the time as `details.now`, `now` or `time`): learns how far this clock is off,
   * or that the session was revoked. `true` where signing again may help.
   */
  heed(refusal: unknown): boolean
  /** Follows an EIP-1193 provider's events: account, chain, disconnection. Returns what ends that. */
  follow(wallet: WalletEvents): () => void
}
