import { isObject } from './values.ts'

/**
 * Curves of other libraries, for servers that check very much: native or WebAssembly. None is ever required, and none is trusted with more than the arithmetic: what a key
 * and a signature may look like is looked at before they are asked. One that throws, or answers with what is no answer, is passed over for the one that is built in.
 */
export interface Curves {
  /** Whether the 32-byte key signed the message (RFC 8032): a signature of 64 bytes. At once, or later. */
  readonly ed25519?: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>
  /**
   * The public key, 65 bytes (uncompressed), that a signature over a 32-byte hash is by: `r` and `s` in 64 bytes, `recovery` the parity of the point that `r` is of.
   * Nothing where there is none.
   */
  readonly secp256k1?: (hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1) => Uint8Array | undefined | null
}

const names = ['ed25519', 'secp256k1'] as const

/** A copy. @throws TypeError */
export function readCurves(curves: unknown = {}): Curves {
  if (!isObject(curves)) throw new TypeError('curves is an object: { ed25519, secp256k1 }, or one of them.')
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(curves)) {
    if (!names.some((known) => known === name)) throw new TypeError(`There is no curve "${name}"; known are ${names.join(', ')}.`)
    const curve = curves[name]
    if (curve !== undefined && typeof curve !== 'function') throw new TypeError(`curves.${name} is a function.`)
    copy[name] = curve
  }
  return copy as Curves
}
