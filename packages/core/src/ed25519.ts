import { type Bytes, toBase64url, toHex } from './bytes.ts'
import { algorithm, importPublicKey, native } from './native.ts'

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

/** What is used of Node's own cryptography, which calls back from its thread pool and verifies up to twice as many signatures a second there as its WebCrypto does. */
interface NodeCrypto {
  createPublicKey(key: { readonly key: Readonly<Record<'kty' | 'crv' | 'x', string>>; readonly format: 'jwk' }): object
  verify(algorithm: null, message: Bytes, key: object, signature: Bytes, done: (error: Error | null, isValid: boolean) => void): void
}

/** Reached without an import, so that bundles for browsers know nothing of it. */
function nodeCrypto(): NodeCrypto | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  return process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
}

/** `undefined` where there is no Node, or it has not got the curve. */
async function nodeVerify(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean | undefined> {
  const node = nodeCrypto()
  if (!node) return undefined
  try {
    const key = node.createPublicKey({ key: { kty: 'OKP', crv: algorithm, x: toBase64url(publicKey) }, format: 'jwk' })
    return await new Promise<boolean>((resolve, reject) => {
      node.verify(null, message, key, signature, (error, isValid) => (error ? reject(error) : resolve(isValid)))
    })
  } catch {
    return undefined
  }
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
  const verdict =
    (await nodeVerify(publicKey, message, signature)) ??
    (await native(async (subtle) => subtle.verify(algorithm, await importPublicKey(subtle, publicKey), signature, message)))
  if (verdict !== undefined) return verdict
  const { softwareVerify } = await import('./software.ts')
  return softwareVerify(publicKey, message, signature)
}
