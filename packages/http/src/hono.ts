/** For Hono. */
import type { VerifiedSession } from '@session-sigs/core/verify'
import type { Context, MiddlewareHandler } from 'hono'
import { type Answer, answerTo, exposedBeside, exposedField, forOne, responseOf, revoked } from './answer.ts'
import { createGate } from './gate.ts'
import { incomingOf, type RequestBody } from './incoming.ts'
import type { AskedResource, RequestVerifierOptions } from './options.ts'
import { createPassed } from './passed.ts'

export type { RequestBody } from './incoming.ts'
export type { AskedResource, RequestVerifierOptions } from './options.ts'

/** What a request asks for: said beforehand, or found out from the request and its body. */
export type RequestResource = AskedResource | ((c: Context, body: RequestBody) => AskedResource | Promise<AskedResource>)

export interface Guard {
  /** Middleware that lets a request through whose session may use the resource. Handlers read the body as ever. */
  (resource: RequestResource): MiddlewareHandler
  /** Who a request that was let through is by. @throws TypeError for one that was not */
  session(c: Context): VerifiedSession
  /** The handler of the revocation endpoint: `app.post('/session/revoke', guard.revoke)`. */
  readonly revoke: (c: Context) => Promise<Response>
}

/** Hono lets header fields that middleware has set stand above those of a response, so what others want exposed is joined with ours there. */
function send(c: Context, answer: Answer): Response {
  const exposed = answer.headers[exposedField]
  if (exposed) c.res.headers.set(exposedField, exposedBeside(c.res.headers.get(exposedField), exposed))
  return responseOf(answer)
}

/** So long is a refused body read on, in milliseconds. */
const patience = 500

/** A body that nobody will read is read to its end all the same: Node's adapter takes it for unfinished otherwise, and cuts a connection that it has said it keeps. */
async function drain(request: Request): Promise<void> {
  const end = Date.now() + patience
  try {
    const reader = request.bodyUsed ? undefined : request.body?.getReader()
    while (reader && !(await reader.read()).done) if (Date.now() > end) return await reader.cancel()
  } catch {
    // Somebody else reads it, it broke off, or there is none.
  }
}

/**
 * One guard for a server: `app.post('/pkp', guard('litPKP://42'), handler)`.
 *
 * @throws TypeError for options that cannot be used
 */
export function createGuard(options: RequestVerifierOptions): Guard {
  const gate = createGate(options)
  const passed = createPassed()

  function guarding(resource: RequestResource): MiddlewareHandler {
    return async (c, next) => {
      const asked = typeof resource === 'function' ? (body: RequestBody) => resource(c, body) : resource
      const verdict = await gate.pass(incomingOf(c.req.raw), asked)
      if (!('session' in verdict)) {
        void drain(c.req.raw)
        return send(c, answerTo(verdict, gate))
      }
      passed.add(c, verdict.session)
      await next()
      if (!c.res.headers.has('cache-control')) c.header('cache-control', forOne.cacheControl)
      c.header('vary', forOne.vary, { append: true })
      return undefined
    }
  }

  async function revoke(c: Context): Promise<Response> {
    const refusal = await gate.revoke(incomingOf(c.req.raw))
    if (refusal) void drain(c.req.raw)
    return send(c, refusal ? answerTo(refusal, gate) : revoked)
  }

  return Object.assign(guarding, { session: passed.sessionOf, revoke })
}
