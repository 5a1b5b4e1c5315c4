import { readAuthSig } from './auth-sig.ts'
import { envelopeFields } from './delegation.ts'
import { isSessionError, SessionError } from './errors.ts'
import { issueSessionSigs, type SessionSig, type SessionSigContent } from './issue.ts'
import { isObject, type Json, parseJson } from './json.ts'
import { importSessionKey, type SessionKeyPair } from './keypair.ts'
import type { SessionKey } from './native.ts'
import { refusal } from './refusals.ts'
import { inWireOrder, type ResourceAbilityRequest } from './resource.ts'
import type { Wanted } from './scope.ts'
import { parseInstant } from './time.ts'
import { unfit } from './unfit.ts'

/** A payload as it was signed. Which of the two lists is there tells the form. */
export interface SessionPayload {
  readonly sessionKey: string
  readonly resources: readonly string[] | undefined
  readonly resourceAbilityRequests: readonly ResourceAbilityRequest[] | undefined
  /** Not looked into here: each is judged by itself. */
  readonly capabilities: readonly Json[]
  readonly issuedAt: string
  readonly expiration: string
  readonly nodeAddress: string
}

function isRequest(value: Json): boolean {
  const own = (object: Json | undefined, name: string): Json | undefined =>
    isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined
  const resource = own(value, 'resource')
  return [own(value, 'ability'), own(resource, 'resource'), own(resource, 'resourcePrefix')].every((part) => typeof part === 'string')
}

/** The list that selects the form, in the wire's key order. */
function listOf(content: SessionSigContent): Wanted {
  const { resources, resourceAbilityRequests: requests }: { resources?: unknown; resourceAbilityRequests?: unknown } = content
  const list = resources ?? requests
  if ((resources === undefined) === (requests === undefined) || !Array.isArray(list)) {
    throw new TypeError('Give resources or resourceAbilityRequests, not both.')
  }
  if (list.length === 0) throw new SessionError('resources-empty', { field: resources ? 'resources' : 'resourceAbilityRequests' })
  if (!list.every((item) => (resources ? typeof item === 'string' : isRequest(item))))
    throw new TypeError('The list has an element that may not stand there.')
  if (resources) return { resources: list }
  return { resourceAbilityRequests: list.map(inWireOrder) }
}

/** A caller's content as `issueSessionSigs` takes it. */
function readContent(content: SessionSigContent): SessionSigContent {
  const list = listOf(content)
  const { issuedAt, expiration } = content
  if (content.capabilities.length === 0) throw unfit('delegation-malformed', { reason: 'there is none' })
  for (const [field, value] of Object.entries({ issuedAt, expiration })) {
    if (Number.isNaN(parseInstant(value))) throw new SessionError('time-invalid', { field, reason: 'is no RFC 3339 date-time' })
  }
  return { ...list, capabilities: content.capabilities.map(readAuthSig), issuedAt, expiration }
}

/**
 * One session signature for one node. Nothing is implied, and nothing checked beyond shape: whether the capabilities grant the resources, and when, is a verifier's to say.
 * AuthSigs are embedded whole, with their fields in the order they have.
 *
 * @throws SessionError `key-malformed`, `resources-empty`, `delegation-malformed`, `time-invalid`
 */
export async function issueSessionSig(
  key: SessionKey | SessionKeyPair | string,
  content: SessionSigContent & { readonly nodeAddress: string },
): Promise<SessionSig> {
  const { nodeAddress } = content
  if (typeof nodeAddress !== 'string') throw new TypeError('nodeAddress is required, a text.')
  // Not asked whether a text has a property: the error of that would show the text, and the text may be a secret.
  const signing = typeof key === 'object' && 'sign' in key ? key : await importSessionKey(key)
  const read = readContent(content)
  const { [nodeAddress]: issued } = await issueSessionSigs(signing, read, read, [nodeAddress])
  if (!issued) throw new TypeError('nodeAddress is required, a text.')
  return issued
}

/**
 * The envelope: exactly the five strings, lower-case hex, the two constants. Total: any value gives an answer or the error.
 *
 * @throws SessionError `session-sig-malformed`
 */
export function readSessionSig(value: Readonly<Record<string, unknown>>): SessionSig {
  const malformed = (reason: string): SessionError => refusal('session-sig-malformed', { reason })
  for (const field of envelopeFields) {
    if (!Object.hasOwn(value, field)) throw malformed(`${field} is missing`)
    if (typeof value[field] !== 'string') throw malformed(`${field} is not a string`)
  }
  if (Object.keys(value).length !== envelopeFields.length) throw malformed('it has a field besides the five')
  const { sig, derivedVia, signedMessage, address, algo } = value
  if (algo !== 'ed25519') throw malformed('algo is not ed25519')
  if (derivedVia !== 'litSessionSignViaNacl') throw malformed('derivedVia is not litSessionSignViaNacl')
  if (typeof sig !== 'string' || !/^[0-9a-f]{128}$/.test(sig)) throw malformed('sig is not 128 lower-case hex digits')
  if (typeof address !== 'string' || !/^[0-9a-f]{64}$/.test(address)) throw malformed('address is not 64 lower-case hex digits')
  return { sig, derivedVia, signedMessage: String(signedMessage), address, algo }
}

/**
 * The payload: all required fields of their types, each once, one of the two lists and not both. Fields that nobody knows are let through.
 *
 * @throws SessionError `payload-malformed`, `input-too-large` for nesting
 */
export function parsePayload(text: string): SessionPayload {
  const malformed = (reason: string, options?: ErrorOptions): SessionError => refusal('payload-malformed', { reason }, options)
  let value: Json
  try {
    value = parseJson(text)
  } catch (cause) {
    if (isSessionError(cause, 'input-too-large')) throw cause
    throw malformed(cause instanceof SessionError ? cause.message : 'it cannot be read', { cause })
  }
  if (!isObject(value)) throw malformed('it is not an object')
  for (const field of ['sessionKey', 'issuedAt', 'expiration', 'nodeAddress']) {
    if (!Object.hasOwn(value, field) || typeof value[field] !== 'string') throw malformed(`${field} is not a string`)
  }
  const [hasResources, hasRequests] = [Object.hasOwn(value, 'resources'), Object.hasOwn(value, 'resourceAbilityRequests')]
  if (hasResources === hasRequests) throw malformed('it needs resources or resourceAbilityRequests, and not both')
  const list = hasResources ? value['resources'] : value['resourceAbilityRequests']
  const isElement = hasResources ? (item: Json): boolean => typeof item === 'string' : isRequest
  if (!Array.isArray(list) || list.length === 0 || !list.every(isElement)) throw malformed('what it asks for is not a list of resources')
  if (!Object.hasOwn(value, 'capabilities') || !Array.isArray(value['capabilities']) || value['capabilities'].length === 0) {
    throw malformed('capabilities is not a list of AuthSigs')
  }
  // Both lists named, one of them as missing: what is asked for later is then the payload's own, never an inherited one.
  return { resources: undefined, resourceAbilityRequests: undefined, ...value } as unknown as SessionPayload
}
