import { SessionError } from './errors.ts'
import { refusal } from './refusals.ts'
import { isUriCharacters } from './uri.ts'

/** The second form's names: resource prefix → ability → ability in the ReCap. */
export type Abilities = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * The names of an application's resources. For prefix `acme` and type `Invoice`: resources `acmeInvoice://<id>`, granted by capabilities
 * `acmeInvoiceCapability://<id>`.
 */
export interface Vocabulary<P extends string = string, T extends string = string> {
  readonly prefix: P
  readonly types: readonly T[]
  /** Left out: those of Lit. */
  readonly abilities?: Abilities
}

/** `<prefix><Type>://<id>`, checked by the compiler: `litPkp://1` is none. */
export type Resource<V extends Vocabulary = LitVocabulary> = `${V['prefix']}${V['types'][number]}://${string}`

/** `<prefix><Type>Capability://<id>`: the right to use the resource of that name. */
export type Capability<V extends Vocabulary = LitVocabulary> = `${V['prefix']}${V['types'][number]}Capability://${string}`

/** One element of the second form, in the wire's key order. */
export interface ResourceAbilityRequest {
  readonly resource: { readonly resource: string; readonly resourcePrefix: string }
  readonly ability: string
}

export interface ParsedResource {
  /** `capability` where the name ends in `Capability`. */
  readonly kind: 'resource' | 'capability'
  readonly type: string
  readonly id: string
}

/** A frozen copy. Two abilities with one name in the ReCap would grant each other. */
function readAbilities(abilities: Abilities): Abilities {
  const copy = Object.entries(abilities).map(([prefix, names]): [string, Readonly<Record<string, string>>] => {
    const inRecap = Object.values(names)
    if (!/^[a-z][a-z0-9-]*$/.test(prefix)) throw new TypeError(`A resource prefix is lower-case letters, digits and "-", not "${prefix}".`)
    if (new Set(inRecap).size !== inRecap.length || !inRecap.every((name) => /^[A-Za-z0-9._+-]+\/[A-Za-z0-9._+-]+$/.test(name))) {
      throw new TypeError(`Each ability of "${prefix}" needs a ReCap ability Namespace/Name of its own.`)
    }
    return [prefix, Object.freeze({ ...names })]
  })
  return Object.freeze(Object.fromEntries(copy))
}

/**
 * A vocabulary of one's own, of the same shape as Lit's; client, verifier and types follow it.
 *
 * @throws TypeError for names that could not be told apart or would not be a URI scheme
 */
export function defineVocabulary<const P extends string, const T extends string>(definition: {
  prefix: P
  types: readonly T[]
  abilities?: Abilities
}): Vocabulary<P, T> {
  const { prefix, types, abilities = {} } = definition
  if (!/^[a-z][a-z0-9]*$/.test(prefix)) throw new TypeError(`A vocabulary's prefix is lower-case letters and digits, not "${prefix}".`)
  if (!Array.isArray(types) || types.length === 0 || new Set(types).size !== types.length)
    throw new TypeError('A vocabulary needs types, each once.')
  for (const type of types) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(type) || type.endsWith('Capability')) {
      throw new TypeError(`A type is a capitalised word that does not end in "Capability", not "${type}".`)
    }
  }
  return Object.freeze({ prefix, types: Object.freeze([...types]), abilities: readAbilities(abilities) })
}

export type LitVocabulary = Vocabulary<'lit', 'EncryptionCondition' | 'SigningCondition' | 'PKP' | 'RLI' | 'Action'>

/** The five restrictive types of Lit Protocol and their five capabilities. Its abilities are those of a vocabulary that names none. */
export const litVocabulary: LitVocabulary = /* @__PURE__ */ Object.freeze({
  prefix: 'lit',
  types: /* @__PURE__ */ Object.freeze(['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action'] as const),
})

/** `scheme` and id of `scheme://id`, the id of RFC 3986 characters, and `*` only alone. */
function split(resource: string): [scheme: string, id: string] {
  if (typeof resource !== 'string') throw new SessionError('resource-malformed', { resource: typeof resource, reason: 'it is not a text' })
  const at = resource.indexOf('://')
  const malformed = (reason: string): SessionError => new SessionError('resource-malformed', { resource, reason })
  if (at < 0) throw malformed('there is no "://"')
  const id = resource.slice(at + 3)
  if (id === '') throw malformed('the id is empty')
  if (id.includes('://')) throw malformed('there is a second "://"')
  if (!isUriCharacters(id)) throw malformed('the id has characters that a URI cannot have')
  if (id !== '*' && id.includes('*')) throw new SessionError('resource-wildcard', { resource })
  return [resource.slice(0, at), id]
}

/**
 * Reads a resource or capability of the first form; nothing is truncated, normalised or guessed.
 *
 * @throws SessionError `resource-malformed`, `resource-type-unknown`, `resource-wildcard`
 */
export function parseResource(text: string, vocabulary: Vocabulary = litVocabulary): ParsedResource {
  const [scheme, id] = split(text)
  for (const type of vocabulary.types) {
    if (scheme === vocabulary.prefix + type) return { kind: 'resource', type, id }
    if (scheme === `${vocabulary.prefix}${type}Capability`) return { kind: 'capability', type, id }
  }
  const known = vocabulary.types.map((type) => `${vocabulary.prefix}${type}`)
  throw new SessionError('resource-type-unknown', { resource: text, known })
}

/**
 * A resource that may be asked for, and the capability that grants exactly it.
 *
 * @throws SessionError as `parseResource`, and `resource-is-capability`
 */
export function capabilityFor(resource: string, vocabulary: Vocabulary = litVocabulary): string {
  const { kind, type, id } = parseResource(resource, vocabulary)
  if (kind === 'capability') throw new SessionError('resource-is-capability', { resource })
  return `${vocabulary.prefix}${type}Capability://${id}`
}

/** The scheme's wildcard, or the very text: the only two that cover it. */
export function isCoveredBy(isListed: (text: string) => boolean, text: string): boolean {
  return isListed(text) || isListed(`${text.slice(0, text.indexOf('://'))}://*`)
}

/** Whether a session signature's own list names the resource: the same text, or `*` of the same type. */
export function isRequested(requested: readonly string[], resource: string): boolean {
  return isCoveredBy((text) => requested.includes(text), resource)
}

/**
 * Whether capabilities grant a resource: same type, and `*` or the same id byte for byte. A request for `*` needs a capability for `*`.
 * Capabilities that are of no known form grant nothing.
 *
 * @throws SessionError as `capabilityFor`, for the resource
 */
export function isGranted(capabilities: readonly string[], resource: string, vocabulary: Vocabulary = litVocabulary): boolean {
  return isCoveredBy((text) => capabilities.includes(text), capabilityFor(resource, vocabulary))
}

/** `<prefix>://<id>`: how the second form's resources stand in a ReCap. */
export function requestKey(request: ResourceAbilityRequest): string {
  return `${request.resource.resourcePrefix}://${request.resource.resource}`
}

/** A copy of just what belongs to a request, in the wire's key order. */
export function inWireOrder({ resource: { resource, resourcePrefix }, ability }: ResourceAbilityRequest): ResourceAbilityRequest {
  return { resource: { resource, resourcePrefix }, ability }
}

const litAbilities: Abilities = {
  'lit-accesscontrolcondition': {
    'access-control-condition-decryption': 'Threshold/Decryption',
    'access-control-condition-signing': 'Threshold/Signing',
  },
  'lit-pkp': { 'pkp-signing': 'Threshold/Signing' },
  'lit-ratelimitincrease': { 'rate-limit-increase-auth': 'Auth/Auth' },
  'lit-litaction': { 'lit-action-execution': 'Threshold/Execution' },
}

/**
 * Reads the second form's `<prefix>://<id>` with its ability, and gives the ability's name in a ReCap.
 *
 * @throws SessionError `resource-malformed`, `resource-wildcard`, `resource-type-unknown`, `ability-unknown`
 */
export function recapAbilityFor(resource: string, ability: string, vocabulary: Vocabulary = litVocabulary): string {
  const [prefix] = split(resource)
  const { abilities: all = litAbilities } = vocabulary
  const abilities = Object.hasOwn(all, prefix) ? all[prefix] : undefined
  if (!abilities) throw new SessionError('resource-type-unknown', { resource, known: Object.keys(all) })
  const found = Object.hasOwn(abilities, ability) ? abilities[ability] : undefined
  if (found === undefined) throw refusal('ability-unknown', { ability, prefix, known: Object.keys(abilities) })
  return found
}

/**
 * A PKP token id as the network's own builder writes it: without `0x`, hex padded on the left to 64 digits; `*` and what is not hex stay as they are.
 * A helper for building requests; nothing here applies it when issuing, parsing or verifying.
 *
 * @throws SessionError `resource-malformed` for more than 64 digits
 */
export function formatPkpResource(id: string): string {
  const digits = id.startsWith('0x') ? id.slice(2) : id
  if (digits.length > 64) throw new SessionError('resource-malformed', { resource: id, reason: 'a PKP id has at most 64 hex digits' })
  return /^[0-9a-fA-F]+$/.test(digits) ? digits.padStart(64, '0') : digits
}
