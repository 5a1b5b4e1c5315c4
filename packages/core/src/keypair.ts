import { type Bytes, concat, fromBase64url, fromHex, toHex } from './bytes.ts'
import { SessionError } from './errors.ts'
import { isObject, parseJson } from './json.ts'

/**
 * A session key as the wire writes it, plain and exportable on purpose: store it however you like, and keep `secretKey` secret.
 * `publicKey` is 64 lower-case hex digits, `secretKey` 128: the 32-byte seed and the public key after it.
 */
export interface SessionKeyPair {
  publicKey: string
  secretKey: string
}

/** A session key that signs and shows nothing: no property, printing or JSON of it holds key material. */
export interface SessionKey {
  /** 64 lower-case hex digits. */
  readonly publicKey: string
  /** ed25519 (RFC 8032) over `message`: 64 bytes. */
  sign(message: Bytes): Promise<Bytes>
}

/** A key in the form in which a storage can keep it: a WebCrypto key that cannot be exported, or a seed of 64 hex digits. */
export type StoredKey =
  | { readonly type: 'handle'; readonly publicKey: string; readonly privateKey: CryptoKey }
  | { readonly type: 'seed'; readonly seed: string }

const algorithm = 'Ed25519'
/** PKCS #8 of an ed25519 key (RFC 8410 §7) up to its seed. */
const pkcs8Head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]

/** The platform's ed25519, where it has one: `undefined` where WebCrypto is missing, as on pages not loaded securely, or does not know the curve. */
async function native<T>(run: (subtle: SubtleCrypto) => Promise<T>): Promise<T | undefined> {
  try {
    return await run(globalThis.crypto.subtle)
  } catch {
    return undefined
  }
}

function importSeed(subtle: SubtleCrypto, seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  return subtle.importKey('pkcs8', concat(new Uint8Array(pkcs8Head), seed), algorithm, extractable, ['sign'])
}

async function publicKeyOf(seed: Bytes): Promise<Bytes> {
  const found = await native(async (subtle) => {
    const { x = '' } = await subtle.exportKey('jwk', await importSeed(subtle, seed, true))
    return fromBase64url(x)
  })
  if (found?.length === 32) return found
  const { softwarePublicKey } = await import('./software.ts')
  return new Uint8Array(softwarePublicKey(seed))
}

function fromHandle(publicKey: string, privateKey: CryptoKey): SessionKey {
  return Object.freeze({
    publicKey,
    sign: async (message: Bytes): Promise<Bytes> => new Uint8Array(await globalThis.crypto.subtle.sign(algorithm, privateKey, message)),
  })
}

/** The seed goes no further than this closure, and where the platform signs natively not even that far. */
async function fromSeed(seed: Bytes, publicKey: string): Promise<SessionKey> {
  const handle = await native((subtle) => importSeed(subtle, seed, false))
  if (handle) return fromHandle(publicKey, handle)
  const { softwareSign } = await import('./software.ts')
  return Object.freeze({ publicKey, sign: async (message: Bytes): Promise<Bytes> => new Uint8Array(softwareSign(message, seed)) })
}

function randomSeed(): Bytes {
  return globalThis.crypto.getRandomValues(new Uint8Array(32))
}

/** A fresh pair in the wire's form. Nothing is stored. */
export async function generateSessionKeyPair(): Promise<SessionKeyPair> {
  const seed = randomSeed()
  const publicKey = toHex(await publicKeyOf(seed))
  return { publicKey, secretKey: toHex(seed) + publicKey }
}

function readPair(pair: unknown): SessionKeyPair {
  const malformed = (reason: string): SessionError => new SessionError('key-malformed', { reason })
  let value = pair
  if (typeof pair === 'string') {
    try {
      value = parseJson(pair)
    } catch {
      // The parser's message could name a place in the secret; this one does not.
      throw malformed('the text is not JSON')
    }
  }
  if (!isObject(value)) throw malformed('it is not an object')
  const { publicKey, secretKey } = value
  if (typeof publicKey !== 'string' || !/^[0-9a-f]{64}$/.test(publicKey)) throw malformed('publicKey is not 64 lower-case hex digits')
  if (typeof secretKey !== 'string' || !/^[0-9a-f]{128}$/.test(secretKey)) throw malformed('secretKey is not 128 lower-case hex digits')
  return { publicKey, secretKey }
}

/**
 * A session key from a pair, or from its JSON text. The two halves must belong together.
 *
 * @throws SessionError `key-malformed`
 */
export async function importSessionKey(pair: SessionKeyPair | string): Promise<SessionKey> {
  const { publicKey, secretKey } = readPair(pair)
  const seed = fromHex(secretKey.slice(0, 64)) ?? new Uint8Array()
  const matches = secretKey.slice(64) === publicKey && toHex(await publicKeyOf(seed)) === publicKey
  if (!matches) throw new SessionError('key-malformed', { reason: 'secretKey does not belong to publicKey' })
  return fromSeed(seed, publicKey)
}

/** A fresh key in the form asked for. Where the platform has no ed25519 of its own, a `handle` cannot be made and a `seed` is given instead. */
export async function generateStoredKey(form: 'handle' | 'seed'): Promise<StoredKey> {
  if (form === 'handle') {
    const made = await native(async (subtle) => {
      const pair = (await subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair
      return { publicKey: toHex(new Uint8Array(await subtle.exportKey('raw', pair.publicKey))), privateKey: pair.privateKey }
    })
    if (made) return { type: 'handle', ...made }
  }
  return { type: 'seed', seed: toHex(randomSeed()) }
}

/**
 * The key that a storage kept, proven to sign for the public key it claims.
 *
 * @throws SessionError `key-malformed`
 */
export async function loadStoredKey(stored: StoredKey): Promise<SessionKey> {
  if (stored.type === 'seed') {
    const seed = /^[0-9a-f]{64}$/.test(stored.seed) ? fromHex(stored.seed) : undefined
    if (!seed) throw new SessionError('key-malformed', { reason: 'the stored seed is not 64 lower-case hex digits' })
    return fromSeed(seed, toHex(await publicKeyOf(seed)))
  }
  const key = fromHandle(stored.publicKey, stored.privateKey)
  const publicKey = fromHex(stored.publicKey)
  const probe = new Uint8Array(32)
  const signature = await native(() => key.sign(probe))
  if (!publicKey || !signature || !(await verifySessionKey(publicKey, probe, signature))) {
    throw new SessionError('key-malformed', { reason: 'the stored key does not sign for its public key' })
  }
  return key
}

/** The y coordinates, little-endian, of all eight points whose order divides the cofactor (sign bits left out). */
const smallOrder: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])
const prime = 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
const order = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010'

/** Whether little-endian `bytes` stand for less than `limit`, in hex and little-endian too. Public data: no need for constant time. */
function isBelow(bytes: Uint8Array, limit: string): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (bytes[i] ?? 0) - Number.parseInt(limit.slice(2 * i, 2 * i + 2), 16)
    if (difference !== 0) return difference < 0
  }
  return false
}

function isStrictPoint(encoded: Uint8Array): boolean {
  const y = new Uint8Array(encoded)
  y[31] = (y[31] ?? 0) & 0x7f
  return isBelow(y, prime) && !smallOrder.has(toHex(y))
}

/**
 * Strict ed25519 (RFC 8032 §5.1.7): no small-order key or R, no encoding but the canonical one, no cofactor, S below the order of the group.
 * Native and software verification alone each accept more than that, and not the same; with these checks first, both say the same.
 *
 * `publicKey` is 32 bytes, `signature` 64; other lengths are simply not valid. Never rejects.
 */
export async function verifySessionKey(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  if (!isStrictPoint(publicKey) || !isStrictPoint(signature.subarray(0, 32)) || !isBelow(signature.subarray(32), order)) return false
  const verdict = await native(async (subtle) => {
    const key = await subtle.importKey('raw', publicKey, algorithm, false, ['verify'])
    return subtle.verify(algorithm, key, signature, message)
  })
  if (verdict !== undefined) return verdict
  const { softwareVerify } = await import('./software.ts')
  return softwareVerify(publicKey, message, signature)
}
