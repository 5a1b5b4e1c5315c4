/** For Fastify 5. */
import type { VerifiedSession } from '@session-sigs/core/verify'
import type { FastifyReply, FastifyRequest, preParsingAsyncHookHandler } from 'fastify'
import { type Answer, answerTo, revoked } from './answer.ts'
import { createGate } from './gate.ts'
import type { RequestBody } from './incoming.ts'
import { incomingOfNode } from './node.ts'
import type { AskedResource, RequestVerifierOptions } from './options.ts'

export type { RequestBody } from './incoming.ts'
export type { AskedResource, RequestVerifierOptions } from './options.ts'

/** What a request asks for: said beforehand, or found out from the request and its body. */
export type RequestResource = AskedResource | ((request: FastifyRequest, body: RequestBody) => AskedResource | Promise<AskedResource>)

/** Part of a route's options: the body is looked at before Fastify parses it. */
export interface RouteHook {
  readonly preParsing: preParsingAsyncHookHandler
}

export interface Guard {
  /** Route options that let a request through whose session may use the resource: `app.post('/pkp', guard('litPKP://42'), handler)`. */
  (resource: RequestResource): RouteHook
  /** Who a request that was let through is by. @throws TypeError for one that was not */
  session(request: FastifyRequest): VerifiedSession
  /** The revocation endpoint as a route's options, its handler in them: `app.route({ method: 'POST', url: '/session/revoke', ...guard.revoke })`. */
  readonly revoke: RouteHook & { readonly handler: (request: FastifyRequest, reply: FastifyReply) => void }
}

async function send(request: FastifyRequest, reply: FastifyReply, { status, headers, body }: Answer): Promise<void> {
  const { 'access-control-expose-headers': exposed, ...others } = headers
  const already = reply.getHeader('access-control-expose-headers')
  if (exposed) reply.header('access-control-expose-headers', [already, exposed].filter(Boolean).join(', '))
  if (status === 408) reply.header('connection', 'close')
  await reply
    .code(status)
    .headers(others)
    .send(body ?? undefined)
  request.raw.resume()
}

/**
 * One guard for a server: `app.post('/pkp', guard('litPKP://42'), handler)`.
 *
 * @throws TypeError for options that cannot be used
 */
export function createGuard(options: RequestVerifierOptions): Guard {
  const gate = createGate(options)
  const sessions = new WeakMap<FastifyRequest, VerifiedSession>()

  const guarding = (resource: RequestResource): RouteHook => ({
    async preParsing(request, reply) {
      const asked = typeof resource === 'function' ? (body: RequestBody) => resource(request, body) : resource
      const verdict = await gate.pass(incomingOfNode(request.raw), asked)
      if ('session' in verdict) sessions.set(request, verdict.session)
      else await send(request, reply, answerTo(verdict, gate))
    },
  })

  const revoke: Guard['revoke'] = {
    async preParsing(request, reply) {
      const refusal = await gate.revoke(incomingOfNode(request.raw))
      await send(request, reply, refusal ? answerTo(refusal, gate) : revoked)
    },
    // Everything was said before the body was parsed.
    handler: () => undefined,
  }

  function session(request: FastifyRequest): VerifiedSession {
    const found = sessions.get(request)
    if (!found) throw new TypeError('This request did not pass the guard.')
    return found
  }
  return Object.assign(guarding, { session, revoke })
}
