import { fromBase64url, fromUtf8, toBase64url, toUtf8 } from './bytes.ts'
import type { SessionError } from './errors.ts'
import { canonicalJson, isObject, type Json, type JsonObject, parseJson } from './json.ts'
import { refusal } from './refusals.ts'
import { isUri } from './uri.ts'

/** A restriction of an ability ("nota bene"); `{}` restricts nothing, and a list of none allows nothing. */
export type Caveat = JsonObject

/** Resource URI → ability `namespace/name` → caveats. */
export type Attenuations = Readonly<Record<string, Readonly<Record<string, readonly Caveat[]>>>>

/** The capabilities that an EIP-5573 URI carries: what is granted, and the CIDs of proofs for it. */
export interface Recap {
  readonly att: Attenuations
  readonly prf: readonly string[]
}

const head = 'urn:recap:'
const preamble = 'I further authorize the stated URI to perform the following actions on my behalf:'
const abilityPattern = /^[A-Za-z0-9.*_+-]+\/[A-Za-z0-9.*_+-]+$/
/** More than anybody can read; a bound on the work that a stranger can cause. */
const maxEntries = 1024
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function invalid(reason: string): SessionError {
  return refusal('recap-invalid', { reason })
}

function fromBase58(text: string): number[] | undefined {
  const bytes: number[] = []
  for (const character of text) {
    let carry = base58.indexOf(character)
    if (carry < 0) return undefined
    for (let i = 0; i < bytes.length; i++) {
      carry += (bytes[i] ?? 0) * 58
      bytes[i] = carry & 255
      carry >>= 8
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 255)
  }
  for (const character of text) {
    if (character !== '1') break
    bytes.push(0)
  }
  return bytes.reverse()
}

/** A CIDv1 in base58btc (`z…`), as EIP-5573 wants proofs: version, codec, and a multihash as long as it says. */
function isProof(text: Json): boolean {
  if (typeof text !== 'string' || !text.startsWith('z') || text.length > 256) return false
  const bytes = fromBase58(text.slice(1)) ?? []
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes.shift() ?? Number.NaN
      value += (byte & 127) << shift
      if (!(byte > 127)) return Number.isNaN(byte) ? Number.NaN : value
    }
    return Number.NaN
  }
  const [version, , , length] = [varint(), varint(), varint(), varint()]
  return version === 1 && length > 0 && length === bytes.length
}

/** Keys that look like list indexes are left out: JavaScript orders them by value whatever the text said. A verifier compares the text itself. */
function isSorted(object: JsonObject): boolean {
  const keys = Object.keys(object).filter((key) => !/^[0-9]+$/.test(key))
  return keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key)
}

function isDeeplySorted(value: Json): boolean {
  if (Array.isArray(value)) return value.every(isDeeplySorted)
  return !isObject(value) || (isSorted(value) && Object.values(value).every(isDeeplySorted))
}

/** One rule for reading and writing: what a ReCap may hold. Order is the reader's to check; the writer makes it. */
function checkRecap(att: Json | undefined, prf: Json | undefined): Recap {
  if (!isObject(att)) throw invalid('att is not an object')
  let abilityCount = 0
  for (const [resource, abilities] of Object.entries(att)) {
    if (!isUri(resource)) throw invalid(`"${resource}" is not a URI`)
    if (!isObject(abilities)) throw invalid(`the abilities of ${resource} are not an object`)
    for (const [ability, caveats] of Object.entries(abilities)) {
      if (++abilityCount > maxEntries) throw invalid(`it has more than ${maxEntries} abilities`)
      if (!abilityPattern.test(ability)) throw invalid(`"${ability}" is not namespace/name`)
      if (!Array.isArray(caveats) || !caveats.every(isObject)) throw invalid(`the caveats of ${ability} are not a list of objects`)
    }
  }
  if (!Array.isArray(prf) || prf.length > maxEntries || !prf.every(isProof)) throw invalid('prf is not a list of base58btc CIDs')
  return { att, prf } as Recap
}

/**
 * The URI of capabilities: `urn:recap:` and the unpadded base64url of their canonical JSON (EIP-5573, RFC 8785).
 *
 * @throws SessionError `recap-invalid`
 */
export function encodeRecap(recap: { readonly att: Attenuations; readonly prf?: readonly string[] }): string {
  let copy: Json
  try {
    copy = parseJson(JSON.stringify({ att: recap.att, prf: recap.prf ?? [] }))
  } catch (cause) {
    throw refusal('recap-invalid', { reason: 'it is not JSON data' }, { cause })
  }
  const { att, prf } = isObject(copy) ? copy : {}
  return head + toBase64url(toUtf8(canonicalJson(checkRecap(att, prf) as unknown as Json)))
}

/**
 * Reads a ReCap URI: keys ordered and given once, proofs and caveats as they stand. What it does not know besides `att` and `prf` it leaves out.
 *
 * @throws SessionError `recap-invalid`
 */
export function decodeRecap(uri: string): Recap {
  if (typeof uri !== 'string' || !uri.startsWith(head)) throw invalid(`it does not begin with "${head}"`)
  const bytes = fromBase64url(uri.slice(head.length))
  if (!bytes) throw invalid('it is not unpadded base64url')
  const text = fromUtf8(bytes)
  if (text === undefined) throw invalid('it is not UTF-8')
  let value: Json
  try {
    value = parseJson(text)
  } catch (cause) {
    throw refusal('recap-invalid', { reason: 'it is not JSON with each key once' }, { cause })
  }
  if (!isObject(value)) throw invalid('it is not an object')
  const recap = checkRecap(value['att'], value['prf'])
  if (!isDeeplySorted(value['att'] ?? null)) throw invalid('its keys are not in order')
  return recap
}

function sortedKeys(object: object): string[] {
  return Object.keys(object).sort()
}

/** The sentence of EIP-5573 that the person reads: derived from the capabilities, resources and abilities in order. */
export function recapStatement(recap: { readonly att: Attenuations }): string {
  let sentence = preamble
  let count = 0
  for (const resource of sortedKeys(recap.att)) {
    const byNamespace = new Map<string, string[]>()
    for (const ability of sortedKeys(recap.att[resource] ?? {})) {
      const [namespace = '', name = ''] = ability.split('/')
      const names = byNamespace.get(namespace) ?? []
      names.push(name)
      byNamespace.set(namespace, names)
    }
    for (const namespace of [...byNamespace.keys()].sort()) {
      const names = byNamespace.get(namespace)?.map((name) => `'${name}'`)
      sentence += ` (${++count}) '${namespace}': ${names?.join(', ')} for '${resource}'.`
    }
  }
  return sentence
}
