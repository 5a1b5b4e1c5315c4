import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Hex, toChecksumAddress } from './address.ts'
import { concat, fromHex, isHexData, toHex, toUtf8 } from './bytes.ts'

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

/** Order of the group of secp256k1 (SEC 2 §2.4.1). */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

type Points = ReturnType<typeof weierstrass<bigint>>
let points: Points | undefined

/**
 * The library's points of secp256k1, with the endomorphism that it speeds them up by; its ECDSA, which signs and reads DER besides, is not needed for a recovery. Made when
 * first needed, because making them asks the platform for random bytes, and importing this must do nothing. It is a constant all the same.
 */
function curve(): Points {
  points ??= weierstrass(
    {
      p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
      n: order,
      h: 1n,
      a: 0n,
      b: 7n,
      Gx: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
      Gy: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
    },
    {
      endo: {
        beta: 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een,
        basises: [
          [0x3086d221a7d46bcde86c90e49284eb15n, -0xe4437ed6010e88286f547fa90abfe4c3n],
          [0x114ca50f7a8e2f3f657c1108d9d44cfd8n, 0x3086d221a7d46bcde86c90e49284eb15n],
        ],
      },
    },
  )
  return points
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

/** The public key that an ECDSA signature over `hash` is by (SEC 1 §4.1.6): `Q = r⁻¹(s·R − e·G)`, R being the point with x = r and that parity of y. */
function recoverPoint(hash: Uint8Array, rBytes: Uint8Array, s: bigint, isOdd: boolean): Uint8Array {
  const Point = curve()
  const { Fn } = Point
  const inverse = Fn.inv(toBigInt(rBytes))
  const point = Point.fromBytes(concat([isOdd ? 3 : 2], rBytes))
  const sum = Point.BASE.mulAddUnsafe(Fn.create(-toBigInt(hash) * inverse), point, Fn.create(s * inverse))
  sum.assertValidity()
  return sum.toBytes(false)
}

/**
 * The address that signed `message` by `personal_sign`, or `undefined` where there is none. Exactly 65 bytes, hex of either case after `0x`, low s
 * (EIP-2), v 0, 1, 27 or 28: every other spelling of a signature is refused, so that none has two.
 */
export function recoverWallet(message: string, signature: string): Hex | undefined {
  const bytes = signature.length === 132 && isHexData(signature) ? fromHex(signature.slice(2).toLowerCase()) : undefined
  const [rBytes, s, v] = [bytes?.subarray(0, 32), toBigInt(bytes?.subarray(32, 64) ?? new Uint8Array(1)), bytes?.[64] ?? 255]
  if (!rBytes || ![0, 1, 27, 28].includes(v)) return undefined
  const r = toBigInt(rBytes)
  if (!(r > 0n && r < order && s > 0n && s <= order / 2n)) return undefined
  try {
    const point = recoverPoint(hashPersonalMessage(message), rBytes, s, v % 27 === 1)
    return toChecksumAddress(`0x${toHex(keccak_256(point.subarray(1)).subarray(12))}`)
  } catch {
    // No point has that x, or the sum is no point.
    return undefined
  }
}
