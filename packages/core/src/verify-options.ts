import { SessionError } from './errors.ts'
import { litVocabulary, parseResource, recapAbilityFor, type Vocabulary } from './resource.ts'
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

/** **Port: revocation.** `false` is the only answer that lets a session through; throwing means that nobody could be asked. */
export type IsRevoked = (session: RevocationQuestion) => boolean | Promise<boolean>

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
}

export interface Asked {
  readonly resource: string
  readonly ability: string | undefined
  /** Milliseconds. */
  readonly now: number
}

const month = 30 * 86_400
const defaultNames = [
  'audience',
  'domains',
  'vocabulary',
  'clockToleranceSeconds',
  'maxLifetimeSeconds',
  'maxDelegationSeconds',
  'verifyWallet',
  'isRevoked',
]
const requestNames = ['resource', 'ability', 'now']

function texts(name: string, value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? [...value] : [value]
  if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== '')) {
    throw new TypeError(`${name} is required: a text, or a list of texts, none of them empty.`)
  }
  return list as string[]
}

function seconds(name: string, value: unknown, otherwise: number): number {
  const given = value ?? otherwise
  if (typeof given !== 'number' || !Number.isFinite(given) || given < 0)
    throw new TypeError(`${name} is a number of seconds, not negative.`)
  return given
}

function port<F>(name: string, value: F | undefined): F | undefined {
  if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} is a function.`)
  return value
}

/** A misspelt option would switch off what it should switch on. */
function refuseOthers(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw new TypeError(`There is no option "${name}"; known are ${known.join(', ')}.`)
}

function isOptions(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** @throws TypeError */
export function readDefaults(options: VerifierDefaults): Settings {
  if (!isOptions(options)) throw new TypeError('Options are required: audience and domains at least.')
  refuseOthers(options, [...defaultNames, ...requestNames])
  return {
    audience: texts('audience', options.audience),
    domains: options.domains === '*' ? '*' : texts('domains', options.domains),
    vocabulary: options.vocabulary ?? litVocabulary,
    toleranceSeconds: seconds('clockToleranceSeconds', options.clockToleranceSeconds, 60),
    maxLifetimeSeconds: seconds('maxLifetimeSeconds', options.maxLifetimeSeconds, month),
    maxDelegationSeconds: seconds('maxDelegationSeconds', options.maxDelegationSeconds, month),
    verifyWallet: port('verifyWallet', options.verifyWallet),
    isRevoked: port('isRevoked', options.isRevoked),
  }
}

/**
 * The resource is the server's own word. Where it is made from what a client sent, `parseResource` says beforehand, with a `SessionError`, whether it can be one.
 *
 * @throws TypeError
 */
export function readRequest(options: VerifyRequest, vocabulary: Vocabulary): Asked {
  if (!isOptions(options)) throw new TypeError('Options are required: resource at least.')
  const { resource, ability, now = new Date() } = options
  if (typeof resource !== 'string') throw new TypeError('resource is required: the resource asked for.')
  if (!(now instanceof Date) || Number.isNaN(now.getTime())) throw new TypeError('now is a valid Date.')
  try {
    if (ability !== undefined) recapAbilityFor(resource, ability, vocabulary)
    else if (parseResource(resource, vocabulary).kind === 'capability')
      throw new TypeError('resource is the resource asked for, not the capability that grants it.')
  } catch (cause) {
    if (!(cause instanceof SessionError)) throw cause
    throw new TypeError(`resource cannot be asked for: ${cause.message}`, { cause })
  }
  return { resource, ability, now: now.getTime() }
}

/** For a verifier whose defaults were read before: the rest, and nothing else. @throws TypeError */
export function readCall(options: VerifyRequest, vocabulary: Vocabulary): Asked {
  const asked = readRequest(options, vocabulary)
  refuseOthers(options, requestNames)
  return asked
}
