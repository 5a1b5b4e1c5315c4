import type { RevocationStatement } from '@session-sigs/core'
import { readProblem } from './problem.ts'

export interface SendRevocationOptions {
  /** What sends; the platform's `fetch` by default. */
  readonly fetch?: typeof fetch
  /** How long a server is waited for; 10. */
  readonly seconds?: number
}

async function post(
  url: string | URL,
  body: string,
  { fetch: send = globalThis.fetch, seconds = 10 }: SendRevocationOptions,
): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, redirect: 'error', keepalive: true } as const
  let response: Response
  try {
    response = await send(url, { ...init, signal: AbortSignal.timeout(seconds * 1000) })
  } catch (cause) {
    throw new Error(`${url} did not hear of the revocation.`, { cause })
  }
  if (response.ok) return
  const problem = await readProblem(response)
  throw new Error(`${url} did not take the revocation: ${problem?.detail ?? `it answered ${response.status}`}`)
}

/**
 * What `createSessionClient({ sendRevocation })` takes: sends a revocation to the revocation endpoint of each server, and rejects unless all of them took it. Each is tried.
 * The statement proves itself, so the request is not signed, and it goes out also while the page is left.
 */
export function revocationSender(
  urls: string | URL | readonly (string | URL)[],
  options: SendRevocationOptions = {},
): (statement: RevocationStatement) => Promise<void> {
  const all: readonly (string | URL)[] = typeof urls === 'string' || urls instanceof URL ? [urls] : urls
  if (all.length === 0) throw new TypeError('Name the URL of a revocation endpoint.')
  return async (statement) => {
    const body = JSON.stringify(statement)
    const results = await Promise.allSettled(all.map((url) => post(url, body, options)))
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} of ${all.length} servers did not take the revocation.`)
  }
}
