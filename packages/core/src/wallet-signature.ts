import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Hex, toChecksumAddress } from './address.ts'
import { concat, fromHex, toHex, toUtf8 } from './bytes.ts'

/** What a contract wallet is asked: did this address sign this text? Always the address and the chain of the message itself. */
export interface WalletQuestion {
  readonly address: Hex
  readonly chainId: number
  readonly message: string
  readonly signature: Hex
}

/**
 * **Port: wallets whose signature only their chain can judge** (EIP-1271, EIP-6492). `true` is the only yes. Throwing means that the chain could not be
 * asked, and is reported as `verifier-unavailable`.
 */
export type VerifyWallet = (question: WalletQuestion) => boolean | Promise<boolean>

/** Keccak-256 of a text as `personal_sign` hashes it (EIP-191, version 0x45). */
export function hashPersonalMessage(message: string): Uint8Array {
  const bytes = toUtf8(message)
  return keccak_256(concat(toUtf8(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes))
}

/**
 * The address that signed `message` by `personal_sign`, or `undefined` where there is none. Exactly 65 bytes, hex of either case after `0x`, low s
 * (EIP-2), v 0, 1, 27 or 28: every other spelling of a signature is refused, so that none has two.
 */
export function recoverWallet(message: string, signature: string): Hex | undefined {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return undefined
  const bytes = fromHex(signature.slice(2).toLowerCase()) ?? new Uint8Array()
  const v = bytes[64] ?? 255
  if (![0, 1, 27, 28].includes(v)) return undefined
  try {
    const parsed = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), 'compact').addRecoveryBit(v % 27)
    if (parsed.hasHighS()) return undefined
    const point = parsed.recoverPublicKey(hashPersonalMessage(message)).toBytes(false)
    return toChecksumAddress(`0x${toHex(keccak_256(point.subarray(1)).subarray(12))}`)
  } catch {
    // r or s out of range, or no point with that x.
    return undefined
  }
}
