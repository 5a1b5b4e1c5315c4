import { isSessionError, type SessionError } from '@session-sigs/core'
import type { Gate, Refusal } from './gate.ts'
import { type Problem, problemType, statusOf, titleOf } from './problem.ts'
import { always, delegationField, digestField, label, listOf, responseHeaders } from './signature-base.ts'

/** An answer, before it is one of some framework. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON; nothing where there is nothing to say. */
  readonly body: string | null
}

export const exposedField = 'access-control-expose-headers'

/** What others want exposed stays so; each name stands there once. */
export function exposedBeside(already: unknown, exposed: string): string {
  const names = [already, exposed].flat().flatMap((text) => (typeof text === 'string' ? text.split(',') : []))
  const known = new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()]))
  return [...known.values()].filter(Boolean).join(', ')
}

/** What is to be signed, in RFC 9421's own words (§5.1). The nonce is the client's to choose. */
const wanted = `${label}=${listOf([...always, digestField, delegationField])};created;expires;alg="ed25519"`

function headersFor(status: number, code: string, { settings }: Gate): Record<string, string> {
  const common = {
    'content-type': problemType,
    'cache-control': 'no-store',
    [exposedField]: responseHeaders.join(', '),
  }
  const [origin] = settings.origins
  if (status === 401)
    return { ...common, 'www-authenticate': `SessionSig realm="${origin?.prefix}", error="${code}"`, 'accept-signature': wanted }
  return status === 503 ? { ...common, 'retry-after': code === 'signature-too-old' ? String(settings.toleranceSeconds) : '1' } : common
}

/** Sentences that name what this server accepts. */
const telling: Readonly<Record<string, string>> = {
  'domain-mismatch': 'The wallet signed for a site that is not accepted here.',
  'audience-mismatch': 'Signed for another audience. Name the audience just as this server names itself.',
}

function problemOf(error: SessionError, status: number, { checks }: Refusal, gate: Gate): Problem {
  const missing = isSessionError(error, 'delegation-scope')
    ? { missing: error.details.missing }
    : isSessionError(error, 'resource-not-requested') && { missing: [error.details.resource] }
  const explained = gate.settings.explain && { details: error.details, ...(checks ? { checks } : {}) }
  return {
    type: `urn:session-sigs:error:${error.code}`,
    title: titleOf(status),
    status,
    code: error.code,
    detail: (gate.settings.explain ? undefined : telling[error.code]) ?? error.message,
    time: new Date().toISOString(),
    ...missing,
    ...explained,
  }
}

/**
 * The answer to a request that was refused. What is no refusal is thrown on, for the framework to deal with.
 */
export function answerTo(refusal: Refusal, gate: Gate): Answer {
  const { error } = refusal
  const status = statusOf(error)
  if (status === undefined || !isSessionError(error)) throw error
  return { status, headers: headersFor(status, error.code, gate), body: JSON.stringify(problemOf(error, status, refusal, gate)) }
}

/**
 * What a handler's answer to a signed request says unless the handler says more. Caches know of `Authorization` that an answer is for one asker, and do not know it of a signature
 * (RFC 9111 §3.5): without this one in between could give it to everybody.
 */
export const forOne = { cacheControl: 'private', vary: 'Signature' }

/** The answer to a revocation that is stored. */
export const revoked: Answer = { status: 204, headers: { 'cache-control': 'no-store' }, body: null }

export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}
