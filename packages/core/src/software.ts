/**
 * ed25519 in JavaScript, for platforms that have none of their own. Loaded only there: a page whose browser signs natively never fetches it.
 */
import { getPublicKey, hashes, Point, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'

const order = 2n ** 252n + 27742317777372353535851937790883648493n

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

/** Gives the library the hash that it leaves to its user; WebCrypto's is missing on pages that were not loaded securely. */
function withHash<T>(run: () => T): T {
  hashes.sha512 = sha512
  return run()
}

/** The public key of a 32-byte seed. */
export function softwarePublicKey(seed: Uint8Array): Uint8Array {
  return withHash(() => getPublicKey(seed))
}

/** RFC 8032 §5.1.6: deterministic, 64 bytes. */
export function softwareSign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return withHash(() => sign(message, seed))
}

/**
 * RFC 8032 §5.1.7 without the cofactor: `S·B = R + k·A`. The library's own `verify` multiplies by the cofactor, and so accepts signatures that
 * native implementations refuse. Encodings and the range of S are the caller's to check first.
 */
export function softwareVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const r = signature.subarray(0, 32)
    const s = fromLittleEndian(signature.subarray(32))
    const k = fromLittleEndian(sha512.create().update(r).update(publicKey).update(message).digest()) % order
    const left = Point.BASE.multiply(s, false)
    const right = Point.fromBytes(r).add(Point.fromBytes(publicKey).multiply(k, false))
    return left.equals(right)
  } catch {
    // The bytes are no point of the curve.
    return false
  }
}
