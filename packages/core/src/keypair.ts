import { type Bytes, fromHex, toHex } from './bytes.ts'
import { SessionError } from './errors.ts'
import { algorithm, importPublicKey, keyOfHandle, native, type SessionKey } from './native.ts'

/**
 * A session key as the wire writes it, plain and exportable on purpose: store it however you like, and keep `secretKey` secret.
 * `publicKey` is 64 lower-case hex digits, `secretKey` 128: the 32-byte seed and the public key after it.
 */
export interface SessionKeyPair {
  publicKey: string
  secretKey: string
}

/** A key in the form in which a storage can keep it: a WebCrypto key that cannot be exported, or a seed of 64 hex digits. */
export type StoredKey =
  | { readonly type: 'handle'; readonly publicKey: string; readonly privateKey: CryptoKey }
  | { readonly type: 'seed'; readonly seed: string }

/** A fresh pair in the wire's form. Nothing is stored. */
export async function generateSessionKeyPair(): Promise<SessionKeyPair> {
  const { pairOfSeed, randomSeed } = await import('./seed.ts')
  return pairOfSeed(randomSeed())
}

/**
 * A session key from a pair, or from its JSON text. The two halves must belong together.
 *
 * @throws SessionError `key-malformed`
 */
export async function importSessionKey(pair: SessionKeyPair | string): Promise<SessionKey> {
  const { keyOfPair } = await import('./seed.ts')
  return keyOfPair(pair)
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
  const { randomSeed } = await import('./seed.ts')
  return { type: 'seed', seed: randomSeed() }
}

/**
 * The key that a storage kept, proven to sign for the public key it claims.
 *
 * @throws SessionError `key-malformed`
 */
export async function loadStoredKey(stored: StoredKey): Promise<SessionKey> {
  if (stored.type === 'seed') {
    const { keyOfStoredSeed } = await import('./seed.ts')
    return keyOfStoredSeed(stored.seed)
  }
  const probe = new Uint8Array(32)
  const key = keyOfHandle(stored.publicKey, stored.privateKey)
  const signs = await native(async (subtle) => {
    const publicKey = await importPublicKey(subtle, fromHex(stored.publicKey) ?? probe)
    return subtle.verify(algorithm, publicKey, await key.sign(probe), probe)
  })
  if (!signs) throw new SessionError('key-malformed', { reason: 'the stored key does not sign for its public key' })
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
    return subtle.verify(algorithm, await importPublicKey(subtle, publicKey), signature, message)
  })
  if (verdict !== undefined) return verdict
  const { softwareVerify } = await import('./software.ts')
  return softwareVerify(publicKey, message, signature)
}
