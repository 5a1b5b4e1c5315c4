/**
 * For servers: whether a request is by a session that may do what it asks for. On the web's own `Request`; for Hono, Express and Fastify there is an entry each.
 */
import { isSessionError } from '@session-sigs/core'
import type { VerifiedSession } from '@session-sigs/core/verify'
import { answerTo, responseOf, revoked } from './answer.ts'
import { createGate, type Refusal, type ResourceOf } from './gate.ts'
import { incomingOf } from './incoming.ts'
import type { RequestVerifierOptions } from './options.ts'

export type { NonceStore, RevocationStore, VerifiedSession } from '@session-sigs/core/verify'
export { memoryNonces, memoryRevocations } from '@session-sigs/core/verify'
export type { ResourceOf } from './gate.ts'
export type { RequestBody } from './incoming.ts'
export type { AskedResource, RequestVerifierOptions, SessionSigOptions } from './options.ts'
export type { Problem } from './problem.ts'
export { requestHeaders, responseHeaders } from './signature-base.ts'

/** What one request asks for, and the time of the check; now by default. */
export interface RequestQuestion {
  readonly resource: ResourceOf
  readonly now?: Date
}

export interface RequestVerifier {
  /**
   * Who a request is by. Its signature is used up by that; its body stays to be read.
   *
   * @throws SessionError the first check that failed; `respond` makes an answer of it
   */
  verify(request: Request, question: RequestQuestion): Promise<VerifiedSession>
  /** The answer to a request that `verify` threw a `SessionError` for; anything else is thrown on. */
  respond(error: unknown): Response
  /** What a `POST` with a revocation is answered: 204 where the store has it. */
  revoke(request: Request): Promise<Response>
}

/**
 * A verifier that remembers delegations, so that their name is enough from the second request on.
 *
 * @throws TypeError for options that cannot be used
 */
export function createRequestVerifier(options: RequestVerifierOptions): RequestVerifier {
  const gate = createGate(options)
  // What was found beside an error, for `respond`.
  const refusals = new WeakMap<object, Refusal>()
  return {
    async verify(request, { resource, now }) {
      const verdict = await gate.pass(incomingOf(request), resource, now)
      if ('session' in verdict) return verdict.session
      if (isSessionError(verdict.error)) refusals.set(verdict.error, verdict)
      throw verdict.error
    },
    respond: (error) => responseOf(answerTo((isSessionError(error) && refusals.get(error)) || { error }, gate)),
    revoke: async (request) => {
      const refusal = await gate.revoke(incomingOf(request))
      return responseOf(refusal ? answerTo(refusal, gate) : revoked)
    },
  }
}

export interface VerifyRequestOptions extends RequestVerifierOptions, RequestQuestion {}

/**
 * Verifies one request and says who it is by. It remembers no delegation, so clients have to send theirs whole every time: a server that answers many makes a verifier once.
 *
 * @throws SessionError the first check that failed; TypeError for options that cannot be used
 */
export async function verifyRequest(request: Request, options: VerifyRequestOptions): Promise<VerifiedSession> {
  const { resource, now, ...rest } = options
  return createRequestVerifier(rest).verify(request, { resource, ...(now ? { now } : {}) })
}
