/** What fixtures write down for the tests: what runs in them, and what they got to use. */
import type { SessionActions } from '@session-sigs/core'

const runs = new Map<string, unknown[]>()
const sessions: SessionActions[] = []
const kept: object[] = []

/** An effect, a computed value or a template, and the value that it runs with. Gives nothing to show, so that a template can call it, too. */
export function ran(what: string, value: unknown): '' {
  runs.set(what, [...(runs.get(what) ?? []), value])
  return ''
}

export function runsOf(what: string): unknown[] {
  return runs.get(what) ?? []
}

/** What `useSession` gave, whole. */
export function used<T extends SessionActions>(session: T): T {
  sessions.push(session)
  return session
}

/** What was used last. */
export function lastUsed(): SessionActions {
  const last = sessions.at(-1)
  if (!last) throw new Error('No fixture used a session.')
  return last
}

/** What the framework made of something. */
export function keep<T extends object>(made: T): T {
  kept.push(made)
  return made
}

export function lastKept(): object {
  const last = kept.at(-1)
  if (!last) throw new Error('No fixture kept anything.')
  return last
}
