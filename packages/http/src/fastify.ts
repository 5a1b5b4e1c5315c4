/** For Fastify 5. */
import type { IncomingMessage } from 'node:http'
import type { VerifiedSession } from '@session-sigs/core/verify'
import type { FastifyRequest, RouteGenericInterface } from 'fastify'
import { type Answer, answerTo, exposedBeside, exposedField, forOne, revoked } from './answer.ts'
import { createGate } from './gate.ts'
import type { RequestBody } from './incoming.ts'
import { incomingOfNode } from './node.ts'
import type { AskedResource, RequestVerifierOptions } from './options.ts'
import { createPassed } from './passed.ts'

export type { RequestBody } from './incoming.ts'
export type { AskedResource, RequestVerifierOptions } from './options.ts'

/** What a request asks for: said beforehand, or found out from the request and its body. */
export type RequestResource<Route extends RouteGenericInterface = RouteGenericInterface> =
  | AskedResource
  | ((request: FastifyRequest<Route>, body: RequestBody) => AskedResource | Promise<AskedResource>)

/** What is used of a request and a reply, whatever the server's HTTP version and the route's types are. */
interface GuardedRequest {
  readonly raw: object
}
interface GuardedReply {
  code(status: number): unknown
  getHeader(name: string): unknown
  header(name: string, value: string): unknown
  send(body?: string): unknown
}

/** Part of a route's options: the body is looked at before Fastify parses it, and a route whose other hooks took this one's place answers nobody. */
export interface RouteHooks {
  readonly preParsing: (request: GuardedRequest, reply: GuardedReply) => Promise<void>
  readonly preHandler: (request: GuardedRequest) => Promise<void>
}

export interface Guard {
  /** Route options that let a request through whose session may use the resource: `app.post('/pkp', guard('litPKP://42'), handler)`. */
  <Route extends RouteGenericInterface = RouteGenericInterface>(resource: RequestResource<Route>): RouteHooks
  /** Who a request that was let through is by. @throws TypeError for one that was not */
  session(request: GuardedRequest): VerifiedSession
  /** The revocation endpoint as a route's options, its handler in them: `app.route({ method: 'POST', url: '/session/revoke', ...guard.revoke })`. */
  readonly revoke: Pick<RouteHooks, 'preParsing'> & { readonly handler: () => void }
}

async function send(raw: IncomingMessage, reply: GuardedReply, { status, headers, body }: Answer): Promise<void> {
  for (const [name, value] of Object.entries(headers))
    reply.header(name, name === exposedField ? exposedBeside(reply.getHeader(name), value) : value)
  if (status === 408) reply.header('connection', 'close')
  reply.code(status)
  await reply.send(body ?? undefined)
  raw.resume()
}

/** Of HTTP/2, too, Node's own request has all that is needed. */
const rawOf = ({ raw }: GuardedRequest): IncomingMessage => raw as IncomingMessage

/**
 * One guard for a server: `app.post('/pkp', guard('litPKP://42'), handler)`.
 *
 * @throws TypeError for options that cannot be used
 */
export function createGuard(options: RequestVerifierOptions): Guard {
  const gate = createGate(options)
  const passed = createPassed()

  const guarding = <Route extends RouteGenericInterface>(resource: RequestResource<Route>): RouteHooks => ({
    async preParsing(request, reply) {
      const asked = typeof resource === 'function' ? (body: RequestBody) => resource(request as FastifyRequest<Route>, body) : resource
      const verdict = await gate.pass(incomingOfNode(rawOf(request)), asked)
      if (!('session' in verdict)) return send(rawOf(request), reply, answerTo(verdict, gate))
      passed.add(request, verdict.session)
      if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', forOne.cacheControl)
      reply.header('vary', [reply.getHeader('vary'), forOne.vary].flat().filter(Boolean).join(', '))
    },
    async preHandler(request) {
      passed.sessionOf(request)
    },
  })

  const revoke: Guard['revoke'] = {
    async preParsing(request, reply) {
      const refusal = await gate.revoke(incomingOfNode(rawOf(request)))
      await send(rawOf(request), reply, refusal ? answerTo(refusal, gate) : revoked)
    },
    // Everything was said before the body was parsed.
    handler: () => undefined,
  }
  return Object.assign(guarding, { session: passed.sessionOf, revoke })
}
