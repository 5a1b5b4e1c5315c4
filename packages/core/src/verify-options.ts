import { type Curves, readCurves } from './curves.ts'
import { SessionError } from './errors.ts'
import { isObject } from './json.ts'
import { capabilityFor, litVocabulary, recapAbilityFor, type Vocabulary } from './resource.ts'
import { isAuthority } from './uri.ts'
import type { VerifyWallet } from './wallet-signature.ts'

/** What is asked of an `isRevoked` port: who delegated to which key, and when. */
export interface RevocationQuestion {
  readonly address: string
  readonly chainId: number
  /** The session public key, 64 hex digits. */
  readonly sessionKey: string
  /** `Issued At` of the delegation, RFC 3339. */
  readonly delegatedAt: string
  /** Nonce of the delegation. */
  readonly nonce: string
}

/** An answer that says besides as of when it is known. A plain yes or no is as of now. */
export interface Revoked {
  readonly revoked: boolean
  readonly asOf: Date
}

/** **Port: revocation.** "Not revoked" is the only answer that lets a session through; throwing means that nobody could be asked. */
export type IsRevoked = (session: RevocationQuestion) => boolean | Revoked | Promise<boolean | Revoked>

/** What a verifier is told once. Lifetimes are in seconds. */
export interface VerifierDefaults {
  /** How this server is named in session signatures: its node URL, byte for byte, or a list of its spellings. */
  audience: string | readonly string[]
  /** Sites (host, or host:port) whose delegations are accepted; `'*'` says openly: any site. */
  domains: readonly string[] | '*'
  vocabulary?: Vocabulary
  /** How far clocks may differ; 60. */
  clockToleranceSeconds?: number
  /** The longest a session signature may live; 30 days. */
  maxLifetimeSeconds?: number
  /** The longest a delegation may live; 30 days. */
  maxDelegationSeconds?: number
  verifyWallet?: VerifyWallet
  isRevoked?: IsRevoked
  /** Curves of other libraries, to be faster; none is needed. */
  curves?: Curves
}

/** What a verifier is told for each signature. */
export interface VerifyRequest {
  /** The resource asked for: `litAction://Qm…`, or in the second form `lit-litaction://Qm…` with its ability. */
  resource: string
  ability?: string
  /** The time of the check; now by default. */
  now?: Date
}

export interface VerifyOptions extends VerifierDefaults, VerifyRequest {}

export interface Settings {
  readonly audience: readonly string[]
  readonly domains: readonly string[] | '*'
  readonly vocabulary: Vocabulary
  readonly toleranceSeconds: number
  readonly maxLifetimeSeconds: number
  readonly maxDelegationSeconds: number
  readonly verifyWallet: VerifyWallet | undefined
  readonly isRevoked: IsRevoked | undefined
  readonly curves: Curves
}

export interface Asked {
  readonly resource: string
  readonly ability: string | undefined
  /** Milliseconds. */
  readonly now: number
}

/** How errors name what was asked for. */
export function nameOf({ resource, ability }: Asked): string {
  return ability === undefined ? resource : `${ability} on ${resource}`
}

const day = 86_400
const century = 36_525 * day
const defaultNames = [
  'audience',
  'domains',
  'vocabulary',
  'clockToleranceSeconds',
  'maxLifetimeSeconds',
  'maxDelegationSeconds',
  'verifyWallet',
  'isRevoked',
  'curves',
]
const audienceNeeded = "audience is this server's node URL, such as 'https://api.example', or a list of its spellings."
const domainsNeeded = "domains is a list of hosts without scheme, such as ['app.example', 'localhost:3000'], or '*' for any site."
const requestNames = ['resource', 'ability', 'now']
const allNames = [...defaultNames, ...requestNames]

/** A frozen copy: it goes into the details of errors, and whoever catches one must not reach the settings. */
function texts(value: unknown, isGood: (text: string) => boolean, otherwise: string): readonly string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && isGood(item)))
    return Object.freeze([...value])
  throw new TypeError(otherwise)
}

function isHost(text: string): boolean {
  return text !== '' && !text.includes('*') && isAuthority(text)
}

/** `most` keeps a number from being so large that the check it belongs to says nothing any more. */
function seconds(name: string, value: unknown, otherwise: number, most: number): number {
  const given = value === undefined ? otherwise : value
  if (typeof given === 'number' && given >= 0 && given <= most) return given
  throw new TypeError(`${name} is a number of seconds from 0 to ${most}.`)
}

function port<F>(name: string, value: F | undefined): F | undefined {
  if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} is a function.`)
  return value
}

function isVocabulary(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['prefix'] === 'string' &&
    Array.isArray(value['types']) &&
    (value['abilities'] === undefined || isObject(value['abilities']))
  )
}

/** @throws TypeError */
export function readDefaults(options: VerifierDefaults): Settings {
  if (!isObject(options)) throw new TypeError('Options are required: audience and domains at least.')
  const { audience, domains, vocabulary = litVocabulary } = options
  if (!isVocabulary(vocabulary)) throw new TypeError('vocabulary is what defineVocabulary returned.')
  return {
    audience: texts(typeof audience === 'string' ? [audience] : audience, (text) => text !== '', audienceNeeded),
    domains: domains === '*' ? '*' : texts(domains, isHost, domainsNeeded),
    vocabulary,
    toleranceSeconds: seconds('clockToleranceSeconds', options.clockToleranceSeconds, 60, day),
    maxLifetimeSeconds: seconds('maxLifetimeSeconds', options.maxLifetimeSeconds, 30 * day, century),
    maxDelegationSeconds: seconds('maxDelegationSeconds', options.maxDelegationSeconds, 30 * day, century),
    verifyWallet: port('verifyWallet', options.verifyWallet),
    isRevoked: port('isRevoked', options.isRevoked),
    curves: readCurves(options.curves),
  }
}

/**
 * The resource is the server's own word. Where it is made from what a client sent, `parseResource` says beforehand, with a `SessionError`, whether it can be one.
 *
 * @throws TypeError
 */
export function readRequest(options: VerifyRequest, vocabulary: Vocabulary): Asked {
  if (!isObject(options)) throw new TypeError("Options are required: { resource: 'litAction://…' } at least.")
  const { resource, ability, now = new Date() } = options
  if (typeof resource !== 'string') throw new TypeError('resource is required: the resource asked for.')
  if (!(now instanceof Date) || Number.isNaN(now.getTime())) throw new TypeError('now must be a valid Date.')
  try {
    if (ability !== undefined) recapAbilityFor(resource, ability, vocabulary)
    else capabilityFor(resource, vocabulary)
  } catch (cause) {
    if (!(cause instanceof SessionError)) throw cause
    const secondForm = ability === undefined ? ' A resource of the second form needs its ability; one of your own, your vocabulary.' : ''
    throw new TypeError(`resource cannot be asked for: ${cause.message}${secondForm}`, { cause })
  }
  return { resource, ability, now: now.getTime() }
}

/**
 * Which names an options object may have: a misspelt one would switch off what it should switch on.
 *
 * @throws TypeError
 */
export function refuseUnknown(options: unknown, kind: 'defaults' | 'request' | 'both'): void {
  if (!isObject(options)) return
  const known = { defaults: defaultNames, request: requestNames, both: allNames }[kind]
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`There is no option "${name}"; known are ${known.join(', ')}.`)
  }
}
