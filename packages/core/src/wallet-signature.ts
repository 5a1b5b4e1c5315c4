import { type Hex, toChecksumAddress } from './address.ts'
import { type Bytes, fromHex, isHexData, toHex } from './bytes.ts'
import { type Curves, readCurves } from './curves.ts'

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

type Recover = NonNullable<Curves['secp256k1']>

/** Keccak-256 of a text as `personal_sign` hashes it (EIP-191, version 0x45). */
export async function hashPersonalMessage(message: string): Promise<Uint8Array> {
  return (await import('./wallet-hash.ts')).personalHash(message)
}

/** Prime and order of secp256k1 (SEC 2 §2.4.1). */
const prime = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

/** `r` and `s`, and the parity of the point that `r` is of: of the one spelling that a signature has. */
interface Signature {
  readonly bytes: Bytes
  readonly recovery: 0 | 1
}

function readSignature(signature: string): Signature | undefined {
  const all = signature.length === 132 && isHexData(signature) ? fromHex(signature.slice(2).toLowerCase()) : undefined
  if (!all) return undefined
  const bytes = all.slice(0, 64)
  const [r, s, v] = [toBigInt(bytes.subarray(0, 32)), toBigInt(bytes.subarray(32)), all[64] ?? 255]
  if (!(r > 0n && r < order && s > 0n && s <= order / 2n)) return undefined
  if (v === 0 || v === 27) return { bytes, recovery: 0 }
  return v === 1 || v === 28 ? { bytes, recovery: 1 } : undefined
}

/** Whether these are 65 bytes and a point of the curve. */
function isPoint(bytes: unknown): bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 65 || bytes[0] !== 4) return false
  const [x, y] = [toBigInt(bytes.subarray(1, 33)), toBigInt(bytes.subarray(33))]
  return x < prime && y < prime && (y * y - x * x * x - 7n) % prime === 0n
}

/** What a plugged curve says; `'nothing'` where that is no answer. It is given copies, so that nothing else is judged after it than before. */
function askPlugged(recover: Recover | undefined, hash: Uint8Array, { bytes, recovery }: Signature): Uint8Array | undefined | 'nothing' {
  if (!recover) return 'nothing'
  try {
    const answer: unknown = recover(hash.slice(), bytes.slice(), recovery)
    if (answer === undefined || answer === null) return undefined
    // Later is too late, and its failure is nobody's.
    if (answer instanceof Promise) answer.catch(() => undefined)
    return isPoint(answer) ? answer : 'nothing'
  } catch {
    return 'nothing'
  }
}

/** The address that signed `message` by `personal_sign`, in lower case. */
export async function recoverAddress(message: string, signature: string, recover: Recover | undefined): Promise<Hex | undefined> {
  const read = readSignature(signature)
  if (!read) return undefined
  const { addressOfPoint, personalHash } = await import('./wallet-hash.ts')
  const hash = personalHash(message)
  const plugged = askPlugged(recover, hash, read)
  const point = plugged === 'nothing' ? (await import('./secp256k1.ts')).softwareRecover(hash, read.bytes, read.recovery) : plugged
  return point && addressOfPoint(point)
}

/**
 * The address that signed `message` by `personal_sign`, or `undefined` where there is none. Exactly 65 bytes, hex of either case after `0x`, low s
 * (EIP-2), v 0, 1, 27 or 28: every other spelling of a signature is refused, so that none has two.
 *
 * @throws TypeError for curves that are none
 */
export async function recoverWallet(message: string, signature: string, curves?: Curves): Promise<Hex | undefined> {
  const address = await recoverAddress(message, signature, readCurves(curves).secp256k1)
  return address && toChecksumAddress(address)
}
