import type { Delegation } from './delegation.ts'
import type { SessionKey } from './native.ts'
import type { Plan, SessionSigsRequest } from './request.ts'
import type { LiveSession } from './storage.ts'

/** Delegations by which a request can be signed, and their key. */
export interface Grant {
  readonly key: SessionKey
  readonly delegations: readonly Delegation[]
}

/** What somebody in the app wants, and how to tell that it is there. */
export interface Errand {
  /** The question in words: who asks the same waits for the same answer. */
  what(): string
  readonly plan: Plan
  readonly request: Pick<SessionSigsRequest<never>, 'authNeededCallback' | 'chain' | 'switchChain' | 'expiration'>
  /** A key that the caller brought. */
  readonly own: SessionKey | undefined
  /** The session that a fresh key is to take the place of. */
  readonly renews: LiveSession | undefined
  /** Whether the person asked for it, so that the wallet may be asked even after somebody signed out elsewhere. */
  readonly isSignIn: boolean
  /** @throws SessionError `signed-out` where somebody signed out here since it was begun */
  stillWanted(): void
  found(): Grant | undefined
  /** The errand as it is when its turn has come, where that depends on what others did meanwhile. */
  refresh?(): Promise<Errand>
}
