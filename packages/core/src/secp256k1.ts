/**
 * Recovery on secp256k1 in JavaScript, for who plugs in no curve of their own. Loaded when a wallet's signature is first to be checked, as it takes longer to load than
 * everything else of a verifier together.
 */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { concat, toHex } from './bytes.ts'

/** The library's points of secp256k1 (SEC 2 §2.4.1), with the endomorphism that it speeds them up by; its ECDSA, which signs and reads DER besides, is not needed here. */
const Point = /* @__PURE__ */ weierstrass(
  {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
    n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
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

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)

/**
 * The public key, uncompressed, that an ECDSA signature over `hash` is by (SEC 1 §4.1.6): `Q = r⁻¹(s·R − e·G)`, R being the point with x = r and that parity of y. `undefined`
 * where there is none. The range of r and s is the caller's to check first.
 */
export function softwareRecover(hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Uint8Array | undefined {
  const { Fn } = Point
  const rBytes = signature.subarray(0, 32)
  try {
    const inverse = Fn.inv(toBigInt(rBytes))
    const point = Point.fromBytes(concat([2 + recovery], rBytes))
    const sum = Point.BASE.mulAddUnsafe(Fn.create(-toBigInt(hash) * inverse), point, Fn.create(toBigInt(signature.subarray(32)) * inverse))
    return sum.toBytes(false)
  } catch {
    // No point has that x, or the sum is no point.
    return undefined
  }
}
