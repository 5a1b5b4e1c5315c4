import type { AuthSig, Wanted } from './delegation.ts'
import { SessionError } from './errors.ts'
import type { SessionKeyPair } from './keypair.ts'
import { encodeRecap, recapStatement } from './recap.ts'
import {
  type Capability,
  capabilityFor,
  isGranted,
  type LitVocabulary,
  parseResource,
  type Resource,
  type ResourceAbilityRequest,
  recapAbilityFor,
  requestKey,
  type Vocabulary,
} from './resource.ts'
import { formatInstant, parseInstant } from './time.ts'

/**
 * What `authNeededCallback` receives. The first form has `chain`, `resources` (the capabilities to grant), `switchChain`, `expiration` (the delegation's end) and
 * `uri` (the session key's name). In the second form `resources` is one ReCap, `statement` ends with its sentence, and the rest is there too.
 */
export interface AuthCallbackParams {
  chain: string | undefined
  statement?: string
  /** Put these into the message as its resources. */
  resources: string[]
  switchChain?: boolean | undefined
  expiration: string
  uri: string
  /** The public half alone: a callback never needs the other. */
  sessionKey?: { publicKey: string }
  nonce?: string
  domain?: string
  resourceAbilityRequests?: ResourceAbilityRequest[]
}

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
export interface Plan {
  readonly wanted: Wanted
  /** What the wallet is asked to grant, as the message's resources. */
  readonly grants: readonly string[]
  /** The sentence that the statement must end with; none in the first form. */
  readonly sentence?: string
  readonly nodes: readonly string[]
  readonly expiration: string
  /** As it was asked for; none for the default. */
  readonly sessionSigExpiration: string | undefined
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
/** What a verifier accepts at most (WIRE: 30 days). */
const maxSessionSigSeconds = 30 * 86_400

/** A list that was given, and is one. Nothing else may stand for "left out", which means everything. */
function givenList<T>(field: string, list: readonly T[] | undefined): readonly T[] | undefined {
  if (list !== undefined && !Array.isArray(list)) throw new TypeError(`${field} is a list.`)
  return list
}

function planResources<V extends Vocabulary>(request: SessionSigsRequest<V>, vocabulary: V): Pick<Plan, 'wanted' | 'grants'> {
  const everything = vocabulary.types.map((type) => `${vocabulary.prefix}${type}://*`)
  const resources: readonly string[] = givenList('resources', request.resources) ?? everything
  if (resources.length === 0) throw new SessionError('resources-empty', { field: 'resources' })
  const needed = [...new Set(resources.map((resource) => capabilityFor(resource, vocabulary)))]
  const given = givenList('sessionCapabilities', request.sessionCapabilities)
  if (!given) return { wanted: { resources: [...resources] }, grants: needed }
  for (const capability of given) {
    if (parseResource(capability, vocabulary).kind === 'resource') {
      throw new SessionError('resource-malformed', { resource: capability, reason: 'sessionCapabilities are capabilities' })
    }
  }
  const missing = resources.filter((resource) => !isGranted(given, resource, vocabulary))
  if (missing.length > 0) throw new SessionError('delegation-scope', { missing })
  return { wanted: { resources: [...resources] }, grants: [...given] }
}

function planRequests(requests: readonly ResourceAbilityRequest[], vocabulary: Vocabulary): Pick<Plan, 'wanted' | 'grants' | 'sentence'> {
  if (requests.length === 0) throw new SessionError('resources-empty', { field: 'resourceAbilityRequests' })
  if (!requests.every((request) => typeof request?.ability === 'string' && typeof request.resource?.resourcePrefix === 'string')) {
    throw new TypeError('Each request is {resource: {resource, resourcePrefix}, ability}.')
  }
  const att: Record<string, Record<string, [Record<string, never>]>> = {}
  for (const request of requests) {
    const key = requestKey(request)
    att[key] = { ...att[key], [recapAbilityFor(key, request.ability, vocabulary)]: [{}] }
  }
  const recap = { att, prf: [] }
  return {
    wanted: { resourceAbilityRequests: structuredClone([...requests]) },
    grants: [encodeRecap(recap)],
    sentence: recapStatement(recap),
  }
}

/**
 * URLs of nodes, each as it stands.
 *
 * @throws SessionError `nodes-empty`, `node-invalid`
 */
export function checkNodes(nodes: readonly string[]): readonly string[] {
  if (nodes.length === 0) throw new SessionError('nodes-empty', { field: 'nodes' })
  for (const node of nodes) {
    let url: URL | undefined
    try {
      url = new URL(node)
    } catch {
      // Said below, with the text itself.
    }
    // What URL would repair silently, no node would find in its own name.
    if (!url || !/^https?:\/\/[^\s\p{Cc}/?#@]+(?:[/?#][^\s\p{Cc}]*)?$/u.test(node)) throw new SessionError('node-invalid', { node })
  }
  return nodes
}

/** An instant after now, in milliseconds. */
function readEnd(field: string, text: string, now: number): number {
  const end = typeof text === 'string' ? parseInstant(text) : Number.NaN
  if (Number.isNaN(end)) throw new SessionError('time-invalid', { field, reason: 'is not an RFC 3339 date-time' })
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

/**
 * Checks a request and fills in its defaults; nothing is asked, signed or stored. `nodes` gives the client's own, checked.
 *
 * @throws SessionError `resources-empty`, `resource-…`, `ability-unknown`, `delegation-scope`, `nodes-empty`, `node-invalid`, `time-invalid`,
 * `expiration-past`, `lifetime-too-long`; TypeError where the request contradicts itself
 */
export function planRequest<V extends Vocabulary>(
  request: SessionSigsRequest<V>,
  vocabulary: V,
  nodes: () => readonly string[],
  now: number,
): Plan {
  for (const name of Object.keys(request)) if (!requestNames.includes(name)) throw new TypeError(`There is no "${name}" in a request.`)
  const requests = givenList('resourceAbilityRequests', request.resourceAbilityRequests)
  if (requests && (request.resources !== undefined || request.sessionCapabilities !== undefined)) {
    throw new TypeError('Give resources (with sessionCapabilities) or resourceAbilityRequests, not both: they are two forms.')
  }
  const scope = requests ? planRequests(requests, vocabulary) : planResources(request, vocabulary)
  const expiration = request.expiration ?? formatInstant(now + day)
  readEnd('expiration', expiration, now)
  endOfSessionSig(request.sessionSigExpiration, now)
  const { sessionSigExpiration } = request
  return {
    ...scope,
    nodes: request.nodes === undefined ? nodes() : checkNodes(givenList('nodes', request.nodes) ?? []),
    expiration,
    sessionSigExpiration,
  }
}
