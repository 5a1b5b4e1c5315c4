import { HTTPException } from 'hono/http-exception'

type Status = 400 | 403 | 404 | 413 | 429 | 500

const titles: Readonly<Record<Status, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  413: 'The body is too large',
  429: 'Too many requests',
  500: 'The node failed',
}

/** A refusal that has nothing to do with the session, in the same form as the guard's (RFC 9457). */
export function refusal(status: Status, code: string, detail: string): Response {
  const problem = { type: `urn:session-sigs:node:${code}`, title: titles[status], status, code, detail, time: new Date().toISOString() }
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
}

/** Ends a request with a refusal. */
export function refuse(status: Status, code: string, detail: string): never {
  throw new HTTPException(status, { res: refusal(status, code, detail) })
}
