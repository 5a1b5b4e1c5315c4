import { isSessionError, type SessionErrorCode } from '@session-sigs/core'
import type { Report, VerifiedSession, Verifier } from '@session-sigs/core/verify'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** Codes that mean "a good session, but not for this". */
const forbidden: readonly (SessionErrorCode | undefined)[] = ['resource-not-requested', 'delegation-scope']

/** What a client gets instead of an answer: a code to act on, a sentence to read, the node's clock, and while developing every check. */
export interface Refusal {
  code: string
  message: string
  time: string
  report?: Report
}

/** Ends a request with a refusal. */
export function refuse(c: Context, status: 400 | 401 | 403 | 404 | 429 | 500 | 503, code: string, message: string, report?: Report): never {
  const body: Refusal = { code, message, time: new Date().toISOString(), ...(report ? { report } : {}) }
  throw new HTTPException(status, { res: c.json(body, status) })
}

export type Guard = (c: Context, body: Body, resource: () => string) => Promise<VerifiedSession>

/** The fields of a request's body. */
export type Body = Readonly<Record<string, unknown>>

/** A text that a request must have. */
export function text(c: Context, body: Body, field: string): string {
  const value = body[field]
  return typeof value === 'string' && value !== '' ? value : refuse(c, 400, 'bad-request', `The body needs ${field}, a text.`)
}

/** The JSON object that a request carries. */
export async function readBody(c: Context): Promise<Body> {
  const value: unknown = await c.req.json().catch(() => undefined)
  return typeof value === 'object' && value !== null ? { ...value } : refuse(c, 400, 'bad-request', 'The body is not a JSON object.')
}

/**
 * Lets a request through if the session signature that stands in its body as `authSig` is good for the resource, and says who it is by. The resource is made from what the
 * client sent, so whether it can be one is asked first: that is bad data, not this server's mistake.
 */
export function createGuard(verifier: Verifier, options: { development: boolean; parse: (resource: string) => unknown }): Guard {
  return async (c, body, makeResource) => {
    let resource: string
    try {
      resource = makeResource()
      options.parse(resource)
    } catch (error) {
      if (!isSessionError(error)) throw error
      refuse(c, 400, error.code, error.message)
    }
    const report = await verifier.inspect(body['authSig'], { resource })
    if (report.session) return report.session
    const failed = report.checks.find(({ status }) => status === 'failed')
    const status = failed?.code === 'verifier-unavailable' ? 503 : forbidden.includes(failed?.code) ? 403 : 401
    return refuse(c, status, failed?.code ?? 'session-sig-malformed', failed?.hint ?? '', options.development ? report : undefined)
  }
}
