import type { NonceStore, RevocationStore, VerifierDefaults } from '@session-sigs/core/verify'

/** Where the wire's own session signatures are accepted besides signed requests. Whoever sees one can use it at this audience until it ends: nothing here makes it good only once. */
export interface SessionSigOptions {
  /** How this server is named in them, byte for byte, or a list of its spellings. */
  readonly audience: string | readonly string[]
  /** The field of a JSON body that has it; `authSig`. `false`: not in the body. */
  readonly field?: string | false
  /** Whether it may be the value of `Authorization`: `SessionSig` and the base64url of its JSON; yes. */
  readonly header?: boolean
  /** The longest it may live, in seconds; 300. */
  readonly maxLifetimeSeconds?: number
}

/** What a server tells its verifier of requests, once. */
export interface RequestVerifierOptions extends Omit<VerifierDefaults, 'audience' | 'maxLifetimeSeconds'> {
  /**
   * Where clients send their requests, as they see it: `https://api.example`, with the path's beginning where a proxy takes that away; or a list, of which the one with the
   * request's `Host` counts, else the first. It is never taken from the request: that would let a request signed for another server pass here.
   */
  readonly origin: string | readonly string[]
  /** Which requests were used already: `memoryNonces()` for one process, Redis for many. */
  readonly nonces: NonceStore
  /** What was revoked; lets the revocation endpoint work, too. */
  readonly revocations?: RevocationStore
  readonly sessionSigs?: SessionSigOptions
  /** The largest body that is accepted, in bytes; 1 MiB. */
  readonly maxBodyBytes?: number
  /** How long a body may take to arrive, in seconds; 10. */
  readonly bodySeconds?: number
  /** How much memory known delegations may take, in bytes; 64 MiB. */
  readonly delegationBytes?: number
  /** Whether refusals carry the error's details and the verifier's checks; no. For development: they tell a stranger what this server accepts. */
  readonly explain?: boolean
}

/** What a request asks for. */
export type AskedResource = string | { readonly resource: string; readonly ability?: string }

/** Where a request may have been sent to. */
export interface Origin {
  /** Scheme, authority and the path's beginning, without a slash at its end. */
  readonly prefix: string
  readonly host: string
}

export interface RequestSettings {
  readonly origins: readonly Origin[]
  readonly nonces: NonceStore
  readonly revocations: RevocationStore | undefined
  readonly sessionSigs: Required<Pick<SessionSigOptions, 'field' | 'header'>> | undefined
  readonly toleranceSeconds: number
  readonly body: { readonly bytes: number; readonly seconds: number }
  readonly delegationBytes: number
  readonly explain: boolean
}

const requestNames = ['origin', 'nonces', 'revocations', 'sessionSigs', 'maxBodyBytes', 'bodySeconds', 'delegationBytes', 'explain']
const sessionSigNames = ['audience', 'field', 'header', 'maxLifetimeSeconds']

function readOrigin(text: unknown): Origin {
  const wrong = new TypeError(
    "origin is what clients send requests to, such as 'https://api.example', without a slash at its end, or a list of such.",
  )
  if (typeof text !== 'string' || !URL.canParse(text)) throw wrong
  const { protocol, host, pathname, origin } = new URL(text)
  const prefix = origin + (pathname === '/' ? '' : pathname)
  // What URL would repair, no signature has.
  if (!/^https?:$/.test(protocol) || prefix !== text || text.endsWith('/')) throw wrong
  return { prefix, host }
}

function count(name: string, value: unknown, otherwise: number): number {
  const given = value ?? otherwise
  if (typeof given === 'number' && given >= 0 && given <= Number.MAX_SAFE_INTEGER) return given
  throw new TypeError(`${name} is a number, not below 0.`)
}

function port<T extends object>(name: string, value: T, method: keyof T & string): T {
  if (typeof value?.[method] !== 'function') throw new TypeError(`${name} has a method ${method}().`)
  return value
}

function readSessionSigs(given: SessionSigOptions | undefined): RequestSettings['sessionSigs'] {
  if (given === undefined) return undefined
  for (const name of Object.keys(given))
    if (!sessionSigNames.includes(name)) throw new TypeError(`There is no option "sessionSigs.${name}".`)
  const { field = 'authSig', header = true } = given
  if (typeof header !== 'boolean' || !(field === false || (typeof field === 'string' && field !== '')))
    throw new TypeError('sessionSigs.field is the name of a field, or false; sessionSigs.header is true or false.')
  return { field, header }
}

/**
 * What concerns requests, and what is core's to read.
 *
 * @throws TypeError
 */
export function readOptions(options: RequestVerifierOptions): { settings: RequestSettings; defaults: Omit<VerifierDefaults, 'audience'> } {
  if (typeof options !== 'object' || options === null) throw new TypeError('Options are required: origin, domains and nonces at least.')
  const { origin, nonces, revocations, sessionSigs, maxBodyBytes, bodySeconds, delegationBytes, explain = false } = options
  const origins = (Array.isArray(origin) ? origin : [origin]).map(readOrigin)
  if (origins.length === 0) readOrigin(undefined)
  // The Host of a request chooses one: another of that host would never be it.
  if (new Set(origins.map(({ host }) => host)).size < origins.length) throw new TypeError('There are two origins of one host.')
  if (typeof explain !== 'boolean') throw new TypeError('explain is true or false.')
  if (revocations && options.isRevoked) throw new TypeError('Give revocations or isRevoked, not both.')
  const settings: RequestSettings = {
    origins,
    nonces: port('nonces', nonces, 'consume'),
    revocations: revocations && port('revocations', port('revocations', revocations, 'find'), 'revoke'),
    sessionSigs: readSessionSigs(sessionSigs),
    toleranceSeconds: options.clockToleranceSeconds ?? 60,
    body: { bytes: count('maxBodyBytes', maxBodyBytes, 1_048_576), seconds: count('bodySeconds', bodySeconds, 10) },
    delegationBytes: count('delegationBytes', delegationBytes, 67_108_864),
    explain,
  }
  for (const name of ['audience', 'maxLifetimeSeconds'])
    if (Object.hasOwn(options, name)) throw new TypeError(`There is no option "${name}" here: it belongs to sessionSigs.`)
  const rest = Object.entries(options).filter(([name]) => !requestNames.includes(name))
  return { settings, defaults: Object.fromEntries(rest) as unknown as Omit<VerifierDefaults, 'audience'> }
}
