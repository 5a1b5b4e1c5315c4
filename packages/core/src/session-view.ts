import { isSessionError, type SessionError } from './errors.ts'
import { type Readable, writable } from './observable.ts'
import type { LitVocabulary, Vocabulary } from './resource.ts'
import type { SessionClient } from './session-client.ts'
import type { Protection, SessionState } from './state.ts'
import { watched } from './watch.ts'

const actionNames = ['signIn', 'getSessionSigs', 'require', 'renew', 'signOut'] as const

type ActionName = (typeof actionNames)[number]

/** What a page shows of a session, at one moment. A part that has not changed is the same value as before. */
export interface SessionView {
  readonly state: SessionState
  /** The wallet that is signed in, EIP-55. */
  readonly address: string | undefined
  /** Whole seconds until the session ends, by the client's clock; 0 where nobody is signed in. */
  readonly secondsLeft: number
  /** What the wallet granted: the resources of the delegations' messages. */
  readonly scope: readonly string[]
  /** How the session key is kept; not known before the storage was looked at. */
  readonly protection: Protection | undefined
  /** The action begun last here of those that are under way. `restore` is begun by who looks first. */
  readonly pending: ActionName | 'restore' | undefined
  /** What an action failed with here, until the next one begins. */
  readonly error: SessionError | undefined
}

/**
 * The client's calls as a page's buttons make them: what one fails with is in `error`, and those that give no signatures resolve with whether they succeeded.
 * A programmer's mistake (`TypeError`) rejects all the same.
 */
export interface SessionActions<V extends Vocabulary = LitVocabulary> {
  signIn(...args: Parameters<SessionClient<V>['signIn']>): Promise<boolean>
  /** As the client's: it rejects, because there is nothing to go on with. */
  getSessionSigs: SessionClient<V>['getSessionSigs']
  require(...args: Parameters<SessionClient<V>['require']>): Promise<boolean>
  renew(...args: Parameters<SessionClient<V>['renew']>): Promise<boolean>
  signOut(): Promise<boolean>
}

export interface SessionViewOptions {
  /** The state that a server rendered: it is shown until the storage was looked at. */
  hint?: SessionState | undefined
}

/** A view, and the actions that are shown in it. */
export interface ObservedSession<V extends Vocabulary = LitVocabulary> extends Readable<SessionView> {
  readonly actions: SessionActions<V>
}

/** `next`, or `before` where it says the same. */
function same<T>(next: T, before: T | undefined): T {
  return before !== undefined && JSON.stringify(next) === JSON.stringify(before) ? before : next
}

/**
 * What bindings to frameworks are made of: a client's session as a page shows it. The first who subscribes has the client restore its session, if nobody did;
 * nothing is read, and no timer runs, before that. So on a server it shows the hint, or nobody signed in.
 */
export function observeSession<V extends Vocabulary>(client: SessionClient<V>, { hint }: SessionViewOptions = {}): ObservedSession<V> {
  let isKnown = client.protection !== undefined
  let running: readonly { readonly name: ActionName | 'restore' }[] = []
  let error: SessionError | undefined

  const millisecondsLeft = (state: SessionState): number =>
    state.status === 'signed-in' ? Date.parse(state.expiresAt) - client.now().getTime() : 0

  function look(before?: SessionView): SessionView {
    const state = same((isKnown ? undefined : hint) ?? client.get(), before?.state)
    const isSignedIn = state.status === 'signed-in'
    return {
      state,
      address: isSignedIn ? state.address : undefined,
      secondsLeft: Math.max(0, Math.ceil(millisecondsLeft(state) / 1000)),
      scope: same(isSignedIn ? state.capabilities : [], before?.scope),
      protection: isKnown ? client.protection : undefined,
      pending: running.at(-1)?.name,
      error,
    }
  }

  const view = writable(look())

  function update(): void {
    const before = view.get()
    const next = look(before)
    if (Object.entries(next).some(([name, value]) => value !== before[name as keyof SessionView])) view.set(next)
  }

  async function run<T>(name: ActionName | 'restore', work: () => Promise<T>): Promise<T> {
    const mine = { name }
    running = [...running, mine]
    error = undefined
    update()
    try {
      return await work()
    } catch (thrown) {
      if (isSessionError(thrown)) error = thrown
      throw thrown
    } finally {
      running = running.filter((other) => other !== mine)
      // Whatever was called has looked into the storage.
      isKnown = true
      update()
    }
  }

  async function succeeds(name: Exclude<ActionName, 'getSessionSigs'>, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await run(name, work)
      return true
    } catch (thrown) {
      if (isSessionError(thrown)) return false
      throw thrown
    }
  }

  function listen(): () => void {
    // Not at once: who subscribes may be taking over what a server rendered, and finds it changed only after that.
    if (!isKnown) queueMicrotask(() => void run('restore', client.restore).catch(() => undefined))
    return client.subscribe(update)
  }

  const { get, subscribe } = watched(view, {
    update,
    untilChange: () => (view.get().secondsLeft > 0 ? millisecondsLeft(view.get().state) % 1000 : Number.POSITIVE_INFINITY),
    listen,
  })

  return Object.freeze<ObservedSession<V>>({
    get,
    subscribe,
    actions: Object.freeze<SessionActions<V>>({
      signIn: (...args) => succeeds('signIn', () => client.signIn(...args)),
      getSessionSigs: (...args) => run('getSessionSigs', () => client.getSessionSigs(...args)),
      require: (...args) => succeeds('require', () => client.require(...args)),
      renew: (...args) => succeeds('renew', () => client.renew(...args)),
      signOut: () => succeeds('signOut', client.signOut),
    }),
  })
}
