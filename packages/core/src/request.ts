import type { AuthSig } from './delegation.ts'
import { SessionError } from './errors.ts'
import type { SessionKeyPair } from './keypair.ts'
import type { Capability, LitVocabulary, Resource, ResourceAbilityRequest, Vocabulary } from './resource.ts'
import { type AuthCallbackParams, resourceScope, type Scope } from './scope.ts'
import type { Account } from './signer.ts'
import { formatInstant, parseInstant } from './time.ts'

/** What to get session signatures for. All of it may be left out. Instants are RFC 3339. */
export interface SessionSigsRequest<V extends Vocabulary = LitVocabulary> {
  /** First form. Left out: every type with `*`. Given: exactly those. */
  resources?: readonly Resource<V>[]
  /** Second form. Which of the two is given selects the form. */
  resourceAbilityRequests?: readonly ResourceAbilityRequest[]
  /** First form: what the wallet is asked to grant. Left out: exactly what the request needs. */
  sessionCapabilities?: readonly Capability<V>[]
  /** Further AuthSigs for each session signature, placed before the session's own. */
  capabilityAuthSigs?: readonly AuthSig[]
  /** End of a new delegation; 24 hours from now. */
  expiration?: string
  /** End of the session signatures; 5 minutes from now, and never beyond the delegations they need. */
  sessionSigExpiration?: string
  /** A key of one's own, which is then not stored. */
  sessionKey?: SessionKeyPair | string
  /** Asked for a delegation instead of the client's signer. */
  authNeededCallback?: (params: AuthCallbackParams) => Promise<AuthSig>
  /** The chain's name, passed to the callback untouched. With a signer, a known name must be the wallet's chain. */
  chain?: string
  /** Passed to the callback untouched. With a signer, lets `chain` differ. */
  switchChain?: boolean
  /** Other nodes than the client's. */
  nodes?: readonly string[]
}

/** A request, checked and made whole. */
export interface Plan extends Scope {
  readonly nodes: readonly string[]
  /** The end of a new delegation, RFC 3339. */
  expiration(): string
  /** As it was asked for; none for the default. */
  readonly sessionSigExpiration: string | undefined
  /** The chain that a signer's account must be on; none where no known one was named, or it may differ. */
  readonly chainId: number | undefined
}

const requestNames = [
  'resources',
  'resourceAbilityRequests',
  'sessionCapabilities',
  'capabilityAuthSigs',
  'expiration',
  'sessionSigExpiration',
  'sessionKey',
  'authNeededCallback',
  'chain',
  'switchChain',
  'nodes',
]
const day = 86_400_000
const sessionSigLife = 5 * 60_000
/** What verifiers accept at most: 30 days. */
const maxSessionSigSeconds = 30 * 86_400

/**
 * A misspelt name would ask for everything, or switch a check off. So would what is no plain object, as the event that a button hands to its handler.
 *
 * @throws TypeError
 */
export function checkNames(given: unknown, names: readonly string[]): void {
  if (Object.prototype.toString.call(given) !== '[object Object]') throw new TypeError('A plain object is needed.')
  for (const name of Object.keys(given as object)) if (!names.includes(name)) throw new TypeError(`There is no option "${name}".`)
}

/** A list that was given, and is one. Nothing else may stand for "left out", which means everything. */
export function givenList<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  if (list !== undefined && !Array.isArray(list)) throw new TypeError('A list is needed.')
  return list
}

/**
 * URLs of nodes, each as it stands.
 *
 * @throws SessionError `nodes-empty`, `node-invalid`
 */
export function checkNodes(nodes: readonly string[]): readonly string[] {
  if (nodes.length === 0) throw new SessionError('nodes-empty', { field: 'nodes' })
  for (const node of nodes) {
    if (typeof node !== 'string') throw new TypeError('A node is a text.')
    let url: URL | undefined
    try {
      url = new URL(node)
    } catch {
      // Said below, with the text itself.
    }
    // What URL would repair silently, no node would find in its own name.
    if (!url || !/^https?:\/\/[^\s\p{Cc}/?#@\\]+(?:[/?#][^\s\p{Cc}]*)?$/u.test(node)) throw new SessionError('node-invalid', { node })
  }
  return nodes
}

/** An instant after now, in milliseconds. */
function readEnd(field: string, text: string, now: number): number {
  const end = typeof text === 'string' ? parseInstant(text) : Number.NaN
  if (Number.isNaN(end)) throw new SessionError('time-invalid', { field, reason: 'is no RFC 3339 date-time' })
  if (!(end > now)) throw new SessionError('expiration-past', { field, expiration: text, now: formatInstant(now) })
  return end
}

/**
 * When a session signature issued now ends, in milliseconds. Asked before the wallet is, and again when it has answered: people take their time.
 *
 * @throws SessionError `time-invalid`, `expiration-past`, `lifetime-too-long`
 */
export function endOfSessionSig(sessionSigExpiration: string | undefined, now: number): number {
  if (sessionSigExpiration === undefined) return now + sessionSigLife
  const end = readEnd('sessionSigExpiration', sessionSigExpiration, now)
  if (end <= now + maxSessionSigSeconds * 1000) return end
  throw new SessionError('lifetime-too-long', { field: 'sessionSigExpiration', maxSeconds: maxSessionSigSeconds })
}

/** Whether an account is on the chain that was named to a signer. A name that is not known says nothing. */
export function isOnChain({ chainId }: Plan, account: Account): boolean {
  return chainId === undefined || chainId === account.chainId
}

/**
 * Checks a request and fills in its defaults; nothing is asked, signed or stored. `nodes` gives the client's own, checked.
 *
 * @throws SessionError `resources-empty`, `resource-…`, `ability-unknown`, `delegation-scope`, `nodes-empty`, `node-invalid`, `time-invalid`,
 * `expiration-past`, `lifetime-too-long`; TypeError where the request contradicts itself
 */
export async function planRequest<V extends Vocabulary>(
  request: SessionSigsRequest<V>,
  vocabulary: Vocabulary,
  nodes: () => readonly string[],
  now: number,
): Promise<Plan> {
  checkNames(request, requestNames)
  const [resources, capabilities] = [givenList(request.resources), givenList(request.sessionCapabilities)]
  const requests = givenList(request.resourceAbilityRequests)
  if (requests && (resources || capabilities)) throw new TypeError('Give resources or resourceAbilityRequests, not both.')
  const { expiration: end, sessionSigExpiration } = request
  if (end !== undefined) readEnd('expiration', end, now)
  endOfSessionSig(sessionSigExpiration, now)
  const signedFor = request.nodes === undefined ? nodes() : checkNodes(givenList(request.nodes) ?? [])
  const scope = requests
    ? (await import('./recap-scope.ts')).recapScope(vocabulary, requests)
    : resourceScope(vocabulary, resources, capabilities)
  const { chain, switchChain, authNeededCallback } = request
  const isFree = chain === undefined || switchChain || authNeededCallback
  const chainId = isFree ? undefined : (await import('./chains.ts')).chainIdOf(chain)
  return Object.assign(scope, { nodes: signedFor, expiration: () => end ?? formatInstant(now + day), sessionSigExpiration, chainId })
}
