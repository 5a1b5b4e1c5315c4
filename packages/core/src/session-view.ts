import { isSessionError, type SessionError } from './errors.ts'
import { type Readable, writable } from './observable.ts'
import type { LitVocabulary, Vocabulary } from './resource.ts'
import type { SessionClient, SignOutOptions } from './session-client.ts'
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
  /** A button's own event, where it is handed on, is no options. */
  signOut(options?: SignOutOptions | Event): Promise<boolean>
}

export interface SessionViewOptions {
  /** The state that a server rendered: it is shown until the storage was looked at. */
  hint?: SessionState | undefined
  /** When that was, RFC 3339: so that `secondsLeft` starts as the server rendered it. Left out, it is 0 as long as the hint is shown. */
  renderedAt?: string | undefined
}

/** A view, and the actions that are shown in it. */
export interface ObservedSession<V extends Vocabulary = LitVocabulary> extends Readable<SessionView> {
  /** What a server shows, and what a page begins with that takes over what the server rendered. It knows neither client nor clock. */
  readonly rendered: SessionView
  readonly actions: SessionActions<V>
}

/** `next`, or `before` where it says the same. */
function same<T>(next: T, before: T): T {
  return next === before || JSON.stringify(next) === JSON.stringify(before) ? before : next
}

function millisecondsLeft(state: SessionState, now: number): number {
  return state.status === 'signed-in' ? Date.parse(state.expiresAt) - now : 0
}

/** What a state says by itself. A time that cannot be read leaves nothing. */
function viewOf(state: SessionState, now: number): SessionView {
  const left = millisecondsLeft(state, now)
  const [address, scope, protection] =
    state.status === 'signed-in' ? [state.address, state.capabilities, state.protection] : [undefined, [], undefined]
  return { state, address, secondsLeft: left > 0 ? Math.ceil(left / 1000) : 0, scope, protection, pending: undefined, error: undefined }
}

/**
 * What bindings to frameworks are made of: a client's session as a page shows it. The first who subscribes has the client restore its session, if nobody did;
 * nothing is read, and no timer runs, before that. So on a server it shows the hint, or nobody signed in.
 */
export function observeSession<V extends Vocabulary>(
  client: SessionClient<V>,
  { hint, renderedAt = '' }: SessionViewOptions = {},
): ObservedSession<V> {
  let running: readonly { readonly name: ActionName | 'restore' }[] = []
  let error: SessionError | undefined
  /** Whatever came of it. */
  let hasRestored = false
  const rendered = Object.freeze(viewOf(hint ?? { status: 'signed-out', reason: 'never' }, Date.parse(renderedAt)))
  const now = (): number => client.now().getTime()

  /** Whether the client speaks for its storage: a page had it look, or it has something to say anyhow. That it is looking right now is not enough. */
  function isKnown(state: SessionState): boolean {
    return hasRestored || client.protection !== undefined || state.status === 'signed-in' || state.reason !== 'never'
  }

  function look(before: SessionView): SessionView {
    const current = client.get()
    const shown = isKnown(current) ? viewOf(current, now()) : rendered
    return {
      ...shown,
      state: same(shown.state, before.state),
      scope: same(shown.scope, before.scope),
      protection: shown.protection ?? (isKnown(current) ? client.protection : undefined),
      pending: running.at(-1)?.name,
      error,
    }
  }

  const view = writable(look(rendered))

  function update(): void {
    const before = view.get()
    const next = look(before)
    if (Object.entries(next).some(([name, value]) => value !== before[name as keyof SessionView])) view.set(next)
  }

  async function run<T>(name: ActionName | 'restore', work: () => Promise<T>): Promise<T> {
    const mine = { name }
    running = [...running, mine]
    // Restoring is nobody's action: what one failed with before it stays to be read.
    if (name !== 'restore') error = undefined
    update()
    try {
      return await work()
    } catch (thrown) {
      if (isSessionError(thrown)) error = thrown
      throw thrown
    } finally {
      running = running.filter((other) => other !== mine)
      if (name === 'restore') hasRestored = true
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
    const end = client.subscribe(update)
    // Not at once: who subscribes may be taking over what a server rendered, and finds it changed only after that.
    if (!isKnown(client.get())) queueMicrotask(() => void run('restore', client.restore).catch(() => undefined))
    return end
  }

  function untilChange(): number {
    const { state, secondsLeft } = view.get()
    // What is only hinted at stands still.
    if (secondsLeft === 0 || !isKnown(client.get())) return Number.POSITIVE_INFINITY
    return millisecondsLeft(state, now()) % 1000 || 1000
  }

  const { get, subscribe } = watched(view, { update, untilChange, listen })

  return Object.freeze<ObservedSession<V>>({
    get,
    subscribe,
    rendered,
    actions: Object.freeze<SessionActions<V>>({
      signIn: (...args) => succeeds('signIn', () => client.signIn(...args)),
      getSessionSigs: (...args) => run('getSessionSigs', () => client.getSessionSigs(...args)),
      require: (...args) => succeeds('require', () => client.require(...args)),
      renew: (...args) => succeeds('renew', () => client.renew(...args)),
      signOut: (asked) => succeeds('signOut', () => client.signOut(asked as SignOutOptions)),
    }),
  })
}
