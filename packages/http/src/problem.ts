import { isSessionError, type SessionErrorCode } from '@session-sigs/core'

/** A refusal as it travels (RFC 9457): `application/problem+json`. */
export interface Problem {
  /** `urn:session-sigs:error:` and the code. */
  readonly type: string
  /** The status in words. */
  readonly title: string
  readonly status: number
  readonly code: SessionErrorCode
  /** A sentence that says what to do. */
  readonly detail: string
  /** The server's time, RFC 3339: pages of other origins cannot read the `Date` of an answer. */
  readonly time: string
  /** What the session would have to be granted, where that is all that is missing. */
  readonly missing?: readonly string[]
  /** The error's details and the verifier's checks, where the server shows them. */
  readonly details?: unknown
  readonly checks?: unknown
}

export const problemType = 'application/problem+json'

/** More than a problem ever takes; what is longer is none of ours. */
const longest = 65_536

/** A text up to that length; nothing where there is more, or no end. */
async function readText(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (;;) {
    const part = await reader?.read()
    if (!part?.value) return text + decoder.decode()
    length += part.value.length
    text += decoder.decode(part.value, { stream: true })
    if (length <= longest) continue
    reader?.cancel().catch(() => undefined)
    return undefined
  }
}

/**
 * The problem in an answer; `undefined` where there is none. The answer's body stays to be read.
 */
export async function readProblem(response: Response): Promise<Problem | undefined> {
  if (response.ok || response.bodyUsed || !response.headers.get('content-type')?.startsWith(problemType)) return undefined
  if (Number(response.headers.get('content-length') ?? 0) > longest) return undefined
  try {
    const problem: unknown = JSON.parse((await readText(response.clone())) ?? '')
    const isProblem = typeof problem === 'object' && problem !== null && 'code' in problem && typeof problem.code === 'string'
    return isProblem ? (problem as Problem) : undefined
  } catch {
    return undefined
  }
}

/** What a refusal says in its header alone: an answer to `HEAD` has no body. */
export function readHint({ status, headers }: Response): { readonly code: string; readonly time: string } | undefined {
  if (status !== 401) return undefined
  const code = /^SessionSig .*\berror="([a-z-]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1]
  const time = new Date(headers.get('date') ?? Number.NaN)
  return code === undefined ? undefined : { code, time: Number.isNaN(time.getTime()) ? '' : time.toISOString() }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in for this request',
  403: 'Not granted by this session',
  408: 'The body did not arrive in time',
  413: 'The body is too large',
  431: 'The header fields are too large',
  503: 'Cannot be verified right now',
}

/** What is too large and travels in header fields; the rest is the body or in it. */
const inHeader = /^the (?:field|number of capabilities)\b/

/** What an error means for a request. What is no `SessionError` is no refusal. */
export function statusOf(error: unknown): number | undefined {
  if (!isSessionError(error)) return undefined
  if (isSessionError(error, 'input-too-large')) return inHeader.test(error.details.what) ? 431 : 413
  switch (error.code) {
    case 'resource-not-requested':
    case 'delegation-scope':
      return 403
    case 'resource-malformed':
    case 'resource-type-unknown':
    case 'resource-wildcard':
    case 'resource-is-capability':
    case 'ability-unknown':
    case 'revocation-malformed':
    case 'json-invalid':
      return 400
    case 'body-incomplete':
      return 408
    case 'verifier-unavailable':
    case 'signature-too-old':
      return 503
    default:
      return 401
  }
}

export function titleOf(status: number): string {
  return titles[status] ?? 'Refused'
}
