/** For Express 5, and for whatever else calls `(request, response, next)`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { VerifiedSession } from '@session-sigs/core/verify'
import type { Request } from 'express'
import { answerTo, forOne, revoked } from './answer.ts'
import { createGate } from './gate.ts'
import type { RequestBody } from './incoming.ts'
import { incomingOfNode, sendAnswer } from './node.ts'
import type { AskedResource, RequestVerifierOptions } from './options.ts'
import { createPassed } from './passed.ts'

export type { RequestBody } from './incoming.ts'
export type { AskedResource, RequestVerifierOptions } from './options.ts'

/** What Express calls, in Node's own types. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/** What a request asks for: said beforehand, or found out from the request and its body. */
export type RequestResource = AskedResource | ((request: Request, body: RequestBody) => AskedResource | Promise<AskedResource>)

export interface Guard {
  /** Middleware that lets a request through whose session may use the resource. What parses bodies comes after it. */
  (resource: RequestResource): Middleware
  /** Who a request that was let through is by. @throws TypeError for one that was not */
  session(request: IncomingMessage): VerifiedSession
  /** The handler of the revocation endpoint: `app.post('/session/revoke', guard.revoke)`. */
  readonly revoke: Middleware
}

/**
 * One guard for a server: `app.post('/pkp', guard('litPKP://42'), handler)`.
 *
 * @throws TypeError for options that cannot be used
 */
export function createGuard(options: RequestVerifierOptions): Guard {
  const gate = createGate(options)
  const passed = createPassed()

  function guarding(resource: RequestResource): Middleware {
    return (request, response, next) => {
      const asked = typeof resource === 'function' ? (body: RequestBody) => resource(request as Request, body) : resource
      gate
        .pass(incomingOfNode(request), asked)
        .then((verdict) => {
          if (!('session' in verdict)) return sendAnswer(request, response, answerTo(verdict, gate))
          passed.add(request, verdict.session)
          if (!response.hasHeader('cache-control')) response.setHeader('cache-control', forOne.cacheControl)
          response.appendHeader('vary', forOne.vary)
          next()
        })
        .catch(next)
    }
  }

  const revoke: Middleware = (request, response, next) => {
    gate
      .revoke(incomingOfNode(request))
      .then((refusal) => sendAnswer(request, response, refusal ? answerTo(refusal, gate) : revoked))
      .catch(next)
  }

  return Object.assign(guarding, { session: passed.sessionOf, revoke })
}
