/**
 * What the demo's pages show and what can be done there. Both apps render exactly this, so that they differ only where the frameworks do.
 */
import type { Readable, SessionActions, SessionClient, SessionError } from '@session-sigs/core'

/** A wallet that can be chosen: one that announced itself (EIP-6963), or the built-in one. */
export interface WalletChoice {
  readonly id: string
  readonly name: string
  /** A data URI. */
  readonly icon: string
  /** The built-in, throw-away one. */
  readonly isDevelopment: boolean
}

/** One of the five resource types, in the form. */
export interface PowerChoice {
  /** As in the resource: `Action` of `litAction://…`. */
  readonly type: string
  readonly title: string
  /** What it lets the session key do, in plain words. */
  readonly text: string
  readonly isWanted: boolean
  /** `*`, or the one that `id` names. */
  readonly extent: 'any' | 'one'
  readonly id: string
  /** An id as it could be. */
  readonly example: string
  /** Why the id cannot be used; none where it can, or is not asked for. */
  readonly problem: string | undefined
}

export interface Choice {
  readonly id: string
  readonly label: string
  readonly text: string
}

/** Something granted, or to be granted, beside what that means. */
export interface Power {
  readonly capability: string
  readonly words: string
}

/** The message as the wallet will show it, and what it says. */
export interface MessageView {
  readonly text: string
  readonly site: string
  readonly address: string
  /** The session public key, 64 hex digits. */
  readonly key: string
  readonly powers: readonly Power[]
  /** RFC 3339. */
  readonly until: string
}

/** A check of a verifier's, with what it is for. */
export interface CheckView {
  /** As verifiers name it; of what comes before their checks, the code of the refusal. */
  readonly name: string
  readonly status: 'passed' | 'failed' | 'not-reached'
  readonly path: string
  readonly explanation: string
  /** What to do about a failure. */
  readonly hint: string | undefined
}

/** One call to a node, from before it is made. */
export interface CallView {
  /** Of a call to one of all nodes: the node's URL, as in `NodeView`. */
  readonly id: string
  readonly title: string
  /** The resource that it needs. */
  readonly resource: string
  readonly status: 'idle' | 'busy' | 'accepted' | 'refused' | 'down'
  /** What came of it, in a few words. */
  readonly words: string
  /** The code of a refusal. */
  readonly code: string | undefined
  /** What the node checked; none where it said nothing. */
  readonly checks: readonly CheckView[]
}

export interface NodeView {
  readonly url: string
  readonly isUp: boolean
}

export type NetworkView =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly reason: string }
  /** `isControllable`: nodes can be stopped and started from the page. */
  | { readonly status: 'ready'; readonly nodes: readonly NodeView[]; readonly isControllable: boolean }

/** What a button that is offered does. */
export type RemedyName =
  | 'load'
  | 'read'
  | 'sign-in'
  | 'renew'
  | 'require'
  | 'call-nodes'
  | 'call-powers'
  | 'start-nodes'
  | 'memory'
  | 'sign-out'
  | 'revoke'

/** Something that went wrong, and the way out. */
export interface Notice {
  readonly title: string
  readonly text: string
  readonly remedy: { readonly label: string; readonly name: RemedyName } | undefined
}

/** What the built-in wallet asks the person, as an extension would in a window of its own. */
export interface WalletQuestion {
  readonly site: string
  readonly address: string
  readonly message: string
}

export interface DemoView {
  readonly network: NetworkView
  /** None until the nodes are known; another one when another storage is chosen. */
  readonly client: SessionClient | undefined
  readonly wallets: readonly WalletChoice[]
  readonly wallet: string
  readonly powers: readonly PowerChoice[]
  readonly lifetimes: readonly Choice[]
  readonly lifetime: string
  readonly storages: readonly Choice[]
  readonly storage: string
  /** Why the message cannot be read yet. */
  readonly problem: string | undefined
  /** The wallet is being connected and the message written. */
  readonly isReading: boolean
  /** The message, once it was read; until something else is chosen. */
  readonly message: MessageView | undefined
  /** One more power, for a session that is there. */
  readonly more: PowerChoice
  /** What signatures live for, in the calls below. */
  readonly signatureLifetimes: readonly Choice[]
  readonly signatureLifetime: string
  readonly nodeCalls: readonly CallView[]
  readonly powerCalls: readonly CallView[]
  readonly isCalling: boolean
  /** Whether there is something signed that can be sent once more, when it ends, RFC 3339, and whether it is good only once. */
  readonly kept: { readonly until: string; readonly isOnce: boolean } | undefined
  /** Whether the nodes were told that the last session is over. */
  readonly revocation: 'none' | 'under-way' | 'told' | 'not-told'
  /** After somebody signed out here: signatures that were made just before, and what nodes say to them. */
  readonly copies: { readonly calls: readonly CallView[]; readonly isBusy: boolean } | undefined
  readonly question: WalletQuestion | undefined
  /** What went wrong outside of the session's own actions. */
  readonly notice: Notice | undefined
  /** An error that the person has read. */
  readonly dismissed: SessionError | undefined
}

/** The page's state, and all that a person can do. Nothing here rejects. */
export interface Demo extends Readable<DemoView> {
  /** Finds nodes and wallets, and goes on listening for wallets. Returns what ends that. */
  start(): () => void
  load(): Promise<void>
  chooseWallet(id: string): void
  choosePower(type: string, change: Partial<Pick<PowerChoice, 'isWanted' | 'extent' | 'id'>>): void
  chooseLifetime(id: string): void
  chooseStorage(id: string): void
  /** Connects the wallet, and writes the message, without asking for a signature. */
  read(): Promise<void>
  /** Back to the choices. */
  discard(): void
  signIn(session: SessionActions): Promise<void>
  renew(session: SessionActions): Promise<void>
  chooseMore(change: Partial<Pick<PowerChoice, 'type' | 'extent' | 'id'>>): void
  requireMore(session: SessionActions): Promise<void>
  signOut(session: SessionActions): Promise<void>
  /** Signs out, and has the key tell every node that it is over. */
  revoke(session: SessionActions): Promise<void>
  /** Sends signatures that were made before somebody signed out. */
  useCopies(): Promise<void>
  /** Has the built-in wallet select its other account. */
  switchAccount(): void
  chooseSignatureLifetime(id: string): void
  /** Signs for all nodes, and calls each. */
  callNodes(session: SessionActions): Promise<void>
  /** Signs once for all that is granted, and uses each of the five guarded endpoints. */
  callPowers(session: SessionActions): Promise<void>
  /** Sends what was signed last once more, as it is. */
  resend(): Promise<void>
  stopNode(url: string): Promise<void>
  startNode(url: string): Promise<void>
  /** The person's answer to a question of the built-in wallet. One that is no longer the one shown is not answered. */
  answer(question: WalletQuestion, isYes: boolean): void
  dismiss(error: SessionError | undefined): void
  /** What is to be shown of what went wrong: in the session's actions, or elsewhere. */
  noticeOf(view: DemoView, error: SessionError | undefined): Notice | undefined
  follow(remedy: RemedyName, session: SessionActions): Promise<void>
  /** The JSON text of a signature that was made last; none where none was made. */
  lastSignature(): string | undefined
}

/** Who delegated what to whom until when, by one message of a session signature. */
export interface DelegationView {
  readonly address: string
  readonly site: string
  readonly powers: readonly Power[]
  readonly key: string
  readonly from: string
  readonly until: string
  /** The whole text that the wallet signed. */
  readonly message: string
}

export interface InspectionView {
  readonly ok: boolean
  /** The verdict in a sentence. */
  readonly verdict: string
  readonly node: string | undefined
  readonly resources: readonly string[]
  readonly signedAt: string | undefined
  readonly until: string | undefined
  readonly delegations: readonly DelegationView[]
  readonly checks: readonly CheckView[]
}

export interface InspectorView {
  readonly text: string
  /** What it is asked for as: a node, a resource; filled in from the signature until the person says otherwise. */
  readonly audience: string
  /** `litAction://…`; in the second form the resource, a space, and the ability: `lit-pkp://1 pkp-signing`. */
  readonly resource: string
  /** Resources that the signature names, written likewise. */
  readonly resources: readonly string[]
  readonly isBusy: boolean
  readonly problem: string | undefined
  readonly result: InspectionView | undefined
}

/** The inspector: reads any session signature, as a verifier would. */
export interface Inspector extends Readable<InspectorView> {
  setText(text: string): Promise<void>
  setAudience(audience: string): Promise<void>
  setResource(resource: string): Promise<void>
}
