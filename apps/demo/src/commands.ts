/** What a person has the session do. */
import type { SessionActions } from '@session-sigs/core'
import type { Caller, Kind } from './calls.ts'
import { endOf, lifetimes } from './choices.ts'
import type { Copies } from './copies.ts'
import { type Asked, explain, explainTooOld } from './explain.ts'
import type { Form } from './form.ts'
import { powerChoices, resourceOf, withChange } from './powers.ts'
import { moreThan, type Screen } from './screen.ts'
import type { Demo } from './view.ts'

export interface Commands extends Pick<Demo, 'read' | 'signIn' | 'renew' | 'requireMore' | 'signOut' | 'revoke' | 'chooseMore'> {
  call(kind: Kind, session: SessionActions): Promise<void>
  /** What the person wanted last, to be offered again where it fails. */
  asked(): Asked
  /** Offers the next power by what is granted now, unless the person has chosen one. `isFresh`: whatever was chosen. */
  offerMore(isFresh?: boolean): void
}

export function createCommands(screen: Screen, form: Form, caller: Caller, copies: Copies): Commands {
  const view = screen.get
  let asked: Asked = 'read'
  let hasChosenMore = false
  let isLeaving = false

  function begin(what: Asked): void {
    asked = what
    screen.clear()
  }

  /** Does it at once. Whether it was done: the session shows its own errors, and what else went wrong is shown here. */
  async function act(what: Asked, work: () => Promise<boolean>): Promise<boolean> {
    begin(what)
    try {
      return await work()
    } catch (error) {
      screen.change({ notice: explain(error, what) })
      return false
    }
  }

  function newEnd(): { expiration: string } {
    const { lifetime, client } = view()
    return { expiration: endOf(lifetimes, lifetime, client?.now() ?? new Date()) }
  }

  function offerMore(isFresh = false): void {
    const state = view().client?.get()
    hasChosenMore &&= !isFresh
    if (!hasChosenMore) screen.change({ more: moreThan(state?.status === 'signed-in' ? state.capabilities : []) })
  }

  async function leave(session: SessionActions, revoke: boolean): Promise<void> {
    const { client } = view()
    if (!client || isLeaving) return
    isLeaving = true
    begin('sign-out')
    try {
      copies.show(await copies.take(client))
      screen.change({ revocation: revoke ? 'under-way' : 'none' })
      await act('sign-out', () => session.signOut({ revoke }))
      // A key that cannot be read any more has nothing to say.
      if (view().revocation === 'under-way') screen.change({ revocation: 'none' })
    } finally {
      isLeaving = false
    }
  }

  return {
    asked: () => asked,
    offerMore,
    async read() {
      begin('read')
      await form.read()
    },
    async signIn(session) {
      const { client, message } = view()
      if (!client) return
      // The wallet would sign it all the same, and for nothing.
      if (message && !(Date.parse(message.until) > client.now().getTime())) return screen.change({ notice: explainTooOld() })
      // With a message that was read, the wallet is called before this returns.
      const ask = (): Promise<boolean> => (message ? session.signIn() : session.signIn(form.request(client.now())))
      if (await act('sign-in', ask)) form.drop()
      else if (message) await form.readAgain()
    },
    async renew(session) {
      await act('renew', () => session.renew(newEnd()))
    },
    async requireMore(session) {
      const { more } = view()
      if (more.problem !== undefined) return
      if (await act('require', () => session.require([resourceOf(more)], newEnd()))) offerMore(true)
    },
    signOut: (session) => leave(session, false),
    revoke: (session) => leave(session, true),
    chooseMore({ type, ...change }) {
      screen.clear()
      hasChosenMore = true
      const other = powerChoices.find((choice) => choice.type === type)
      screen.change({ more: withChange(other ?? view().more, { ...change, isWanted: true }) })
    },
    async call(kind, session) {
      begin(kind)
      await caller.call(kind, session)
    },
  }
}
