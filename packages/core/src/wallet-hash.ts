/**
 * What of a wallet's signature is Keccak-256. Loaded when one is first to be checked.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Hex } from './address.ts'
import { concat, toHex, toUtf8 } from './bytes.ts'

/** As `personal_sign` hashes a text (EIP-191, version 0x45). */
export function personalHash(message: string): Uint8Array {
  const bytes = toUtf8(message)
  return keccak_256(concat(toUtf8(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes))
}

/** The address of a public key of 65 bytes, in lower case. */
export function addressOfPoint(point: Uint8Array): Hex {
  return `0x${toHex(keccak_256(point.subarray(1)).subarray(12))}`
}
