import type { VerifiedSession } from '@session-sigs/core/verify'

/** Who the requests are by that passed a guard. */
export interface Passed {
  add(request: object, session: VerifiedSession): void
  /** @throws TypeError for a request that did not pass */
  sessionOf(request: object): VerifiedSession
}

type Marked = { [mark: symbol]: VerifiedSession | undefined }

/**
 * Kept at the request itself, under a name of this guard's own: with thousands of requests a second a WeakMap is felt, because the collector has to go through all of it each time.
 */
export function createPassed(): Passed {
  const mark = Symbol('session')
  return {
    add(request, session) {
      ;(request as Marked)[mark] = session
    },
    sessionOf(request) {
      const found = (request as Marked)[mark]
      if (!found)
        throw new TypeError(
          'This request did not pass the guard. Is the guard on this route, and in Fastify no other preParsing hook in its place?',
        )
      return found
    },
  }
}
