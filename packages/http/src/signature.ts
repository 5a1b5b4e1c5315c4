import { type BareItem, isInnerList, type Parameters, parseDictionary, parseItem, serializeInnerList } from 'structured-headers'
import { type Bytes, fromBase64 } from './bytes.ts'
import { requestError } from './errors.ts'
import type { Incoming } from './incoming.ts'
import { always, delegationField, delegationIdField, digestField, lastLine, lineOf, longestLife } from './signature-base.ts'

/** A signature by a session key, as far as it can be read from the header. Nothing about it is proven. */
export interface RequestSignature {
  /** 64 hex digits. */
  readonly sessionKey: string
  /** Seconds since 1970. */
  readonly created: number
  readonly expires: number
  readonly nonce: string
  /** What it covers, by name. */
  readonly covered: readonly string[]
  /** Its parameters and what it covers, as they stand in the signature base. */
  readonly params: string
  readonly bytes: Bytes
}

/** The longest that header fields may be that are parsed, in characters. */
const limits: Readonly<Record<string, number>> = { 'signature-input': 4096, signature: 4096, [digestField]: 1024, [delegationIdField]: 256 }

const malformed = (reason: string): Error => requestError('signature-malformed', { reason })

/** @throws SessionError `input-too-large` */
export function boundedHeader(incoming: Incoming, name: string, limit: number = limits[name] ?? 4096): string | undefined {
  const value = incoming.header(name) ?? undefined
  if (value !== undefined && value.length > limit) throw requestError('input-too-large', { what: `the field ${name}`, limit })
  return value
}

/** Runs the library's parser, whose errors are the sender's fault. */
function parsed<T>(parse: (text: string) => T, name: string, text: string): T {
  try {
    return parse(text)
  } catch (cause) {
    throw requestError('signature-malformed', { reason: `${name} is no structured field` }, { cause })
  }
}

/** Bytes of a field that is a single byte sequence. */
export function readBytes(name: string, text: string): Bytes {
  const [value, params] = parsed(parseItem, name, text)
  if (!(value instanceof ArrayBuffer) || params.size > 0) throw malformed(`${name} is no byte sequence`)
  return new Uint8Array(value)
}

/** The members of a dictionary of byte sequences: digests by algorithm. */
export function readDigests(text: string): ReadonlyMap<string, Bytes> {
  const digests = new Map<string, Bytes>()
  for (const [name, [value]] of parsed(parseDictionary, digestField, text))
    if (value instanceof ArrayBuffer) digests.set(name, new Uint8Array(value))
  return digests
}

/** Derived components that can be covered (RFC 9421 §2.2): those that are one line, and the same for every request of that target. */
const derived = ['@method', '@target-uri', '@authority', '@scheme', '@path', '@query', '@request-target']

function readCovered(items: readonly (readonly [BareItem, Parameters])[]): readonly string[] {
  const names = items.map(([name, params]) => {
    if (typeof name !== 'string' || params.size > 0) throw malformed('covered components are names without parameters')
    return name
  })
  return readNames(names)
}

function readNames(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (name.startsWith('@') ? !derived.includes(name) : !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name))
      throw malformed(`"${name}" cannot be covered here`)
  }
  if (new Set(names).size !== names.length) throw malformed('a component is covered twice')
  return names
}

function readParams(params: Parameters): Pick<RequestSignature, 'created' | 'expires' | 'nonce'> {
  const [created, expires, nonce, alg] = ['created', 'expires', 'nonce', 'alg'].map((name) => params.get(name))
  if (alg !== undefined && alg !== 'ed25519') throw malformed('alg is not ed25519')
  if (!Number.isSafeInteger(created) || !Number.isSafeInteger(expires))
    throw requestError('signature-incomplete', { missing: ['created', 'expires'] })
  if (typeof nonce !== 'string') throw requestError('signature-incomplete', { missing: ['nonce'] })
  if (nonce.length < 16 || nonce.length > 128) throw malformed('a nonce has 16 to 128 characters')
  return { created: Number(created), expires: Number(expires), nonce }
}

const keyPrefix = 'lit:session:'

/**
 * What createSessionFetch sends, recognised at a glance: parsing it costs a good part of what verifying it does. It is a part of the grammar whose serialisation is the text
 * itself; whatever differs from it in the least goes to the library.
 */
const ownInput =
  /^([a-z][a-z0-9]*)=((\((?:"[a-z@-]+" ){2,8}"[a-z@-]+"\));created=(0|[1-9]\d{0,14});expires=(0|[1-9]\d{0,14});nonce="([0-9a-f]{32})";keyid="lit:session:([0-9a-f]{64})";alg="ed25519")$/
const ownSignature = /^([a-z][a-z0-9]*)=:([A-Za-z0-9+/]{86}==):$/

function readOwn(input: string, signature: string): RequestSignature | undefined {
  const [, name, params = '', list = '', created, expires, nonce = '', sessionKey = ''] = ownInput.exec(input) ?? []
  const [, label, base64 = ''] = ownSignature.exec(signature) ?? []
  if (name === undefined || name !== label) return undefined
  const bytes = fromBase64(base64)
  // Bits left over are none of the signature's, and make a second spelling of it.
  if (!/[AQgw]==$/.test(base64)) return undefined
  const covered = readNames(list.slice(2, -2).split('" "'))
  return { sessionKey, created: Number(created), expires: Number(expires), nonce, covered, params, bytes }
}

/**
 * The one signature of a request whose `keyid` is a session key; those of others are not looked at. `undefined` where there is none.
 *
 * @throws SessionError `input-too-large`, `signature-malformed`, `signature-incomplete`
 */
export function readSignature(incoming: Incoming): RequestSignature | undefined {
  const [input, signature] = [boundedHeader(incoming, 'signature-input'), boundedHeader(incoming, 'signature')]
  if (input === undefined) return undefined
  const own = readOwn(input, signature ?? '')
  if (own) return own
  const ours = [...parsed(parseDictionary, 'Signature-Input', input)].filter(([, [, params]]) => {
    const keyid = params.get('keyid')
    return typeof keyid === 'string' && keyid.startsWith(keyPrefix)
  })
  const [entry] = ours
  if (!entry) return undefined
  if (ours.length > 1) throw malformed('there are several by session keys')
  const [name, member] = entry
  if (!isInnerList(member)) throw malformed('Signature-Input names no components')
  const [items, params] = member
  const sessionKey = String(params.get('keyid')).slice(keyPrefix.length)
  if (!/^[0-9a-f]{64}$/.test(sessionKey)) throw malformed('keyid is not lit:session: and 64 lower-case hex digits')
  const bytes = parsed(parseDictionary, 'Signature', signature ?? '').get(name)?.[0]
  if (!(bytes instanceof ArrayBuffer) || bytes.byteLength !== 64) throw malformed('Signature has no 64 bytes for it')
  return {
    sessionKey,
    ...readParams(params),
    covered: readCovered(items),
    params: serializeInnerList(member),
    bytes: new Uint8Array(bytes),
  }
}

/** Where a request was sent to, as its signer saw it. */
export interface Target {
  /** What of it the server says of itself. */
  readonly prefix: string
  readonly authority: string
  readonly uri: string
}

/** Parts of the target that are rarely covered, as the whole is. */
function partOf(name: string, uri: string): string {
  if (!URL.canParse(uri)) throw malformed('the target is no URL')
  const { protocol, pathname, search } = new URL(uri)
  const parts: Readonly<Record<string, string>> = {
    '@scheme': protocol.slice(0, -1),
    '@path': pathname,
    '@query': search || '?',
    '@request-target': pathname + search,
  }
  return parts[name] ?? ''
}

function componentOf(name: string, incoming: Incoming, { uri, authority }: Target): string {
  if (name === '@method') return incoming.method
  if (name === '@target-uri') return uri
  if (name === '@authority') return authority
  if (name.startsWith('@')) return partOf(name, uri)
  return (boundedHeader(incoming, name, 65_536) ?? missing(name)).trim()
}

function missing(name: string): never {
  throw malformed(`it covers ${name}, which is not there`)
}

/** The text that the key must have signed. */
export function baseOf({ covered, params }: RequestSignature, incoming: Incoming, target: Target): string {
  let lines = ''
  for (const name of covered) lines += lineOf(name, componentOf(name, incoming, target))
  return lines + lastLine(params)
}

/**
 * Whether a signature covers what it must. That it covers the body is for who reads it.
 *
 * @throws SessionError `signature-incomplete`, `signature-malformed`
 */
export function checkCoverage({ covered }: RequestSignature, incoming: Incoming): void {
  const delegations = [delegationField, delegationIdField].filter((name) => (incoming.header(name) ?? undefined) !== undefined)
  if (delegations.length > 1) throw malformed(`${delegationField} and ${delegationIdField} are both there`)
  const isMissing = (name: string): boolean => !covered.includes(name)
  const delegation = delegations[0] ?? delegationField
  if (always.some(isMissing) || isMissing(delegation))
    throw requestError('signature-incomplete', { missing: [...always, delegation].filter(isMissing) })
}

/** When a signature was made and when it ends, in milliseconds since 1970. */
export interface Times {
  readonly issuedAt: number
  readonly expiration: number
}

const instant = (milliseconds: number): string => new Date(Math.min(milliseconds, 8.64e15)).toISOString()

/**
 * When it was made and when it ends, in milliseconds. Written so that a time that is none fails.
 *
 * @throws SessionError `session-sig-lifetime`, `session-sig-expired`, `session-sig-not-yet-valid`
 */
export function checkTimes({ created, expires }: RequestSignature, now: number, toleranceSeconds: number): Times {
  const [issuedAt, expiration, tolerance] = [created * 1000, expires * 1000, toleranceSeconds * 1000]
  if (!(created >= 0 && expires > created)) throw requestError('session-sig-lifetime', { reason: 'it ends before it was made' })
  if (!(expires <= created + longestLife))
    throw requestError('session-sig-lifetime', { reason: `it is longer than ${longestLife} seconds` })
  if (!(issuedAt <= now + tolerance)) throw requestError('session-sig-not-yet-valid', { issuedAt: instant(issuedAt), now: instant(now) })
  if (!(expiration >= now - tolerance)) throw requestError('session-sig-expired', { expiration: instant(expiration), now: instant(now) })
  return { issuedAt, expiration }
}
