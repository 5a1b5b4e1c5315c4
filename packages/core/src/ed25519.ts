import { type Bytes, toHex } from './bytes.ts'
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
