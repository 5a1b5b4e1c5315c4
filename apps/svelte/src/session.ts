import type { SessionActions, SessionView } from '@session-sigs/core'

/** What is known of the session, each part a getter that templates follow, and what can be done: what `useSession` gives. */
export type Session = SessionView & SessionActions
