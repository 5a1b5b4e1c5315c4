import { type Bytes, fromHex, toBase64url, toHex } from './bytes.ts'
import { type Curves, readCurves } from './curves.ts'
import { algorithm, importPublicKey, native } from './native.ts'

/** The y coordinates, little-endian, of all eight points whose order divides the cofactor (sign bits left out). */
const smallOrder: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])
/** The last byte of each. */
const lastBytes: ReadonlySet<number> = /* @__PURE__ */ new Set([0x00, 0x7f, 0x05, 0x7a])
const prime: Bytes = /* @__PURE__ */ known('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')
const order: Bytes = /* @__PURE__ */ known('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

function known(hex: string): Bytes {
  return fromHex(hex) ?? new Uint8Array()
}

/** Whether the 32 little-endian bytes from `at` on, with `mask` on the last, stand for less than `limit`, little-endian too. Public data: no need for constant time. */
function isBelow(bytes: Uint8Array, at: number, mask: number, limit: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = (bytes[at + i] ?? 0) & (i === 31 ? mask : 0xff)
    const difference = byte - (limit[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Whether the 32 bytes from `at` on are a point's one encoding, and its order is large. */
function isStrictPoint(bytes: Uint8Array, at: number): boolean {
  if (!isBelow(bytes, at, 0x7f, prime)) return false
  const last = (bytes[at + 31] ?? 0) & 0x7f
  // Nearly all are told apart by one byte.
  if (!lastBytes.has(last)) return true
  const y = bytes.slice(at, at + 32)
  y[31] = last
  return !smallOrder.has(toHex(y))
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

/** A public key made ready to verify with: worth keeping where many signatures by one key are checked. */
export interface SessionKeyVerifier {
  /** 64 lower-case hex digits. */
  readonly publicKey: string
  /** As `verifySessionKey`. */
  verify(message: Bytes, signature: Bytes): Promise<boolean>
}

/** An answer, at once where there is one. Never throws or rejects. */
type Verify = (message: Bytes, signature: Bytes) => boolean | Promise<boolean>

async function softwareVerify(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  return (await import('./software.ts')).softwareVerify(publicKey, message, signature)
}

/** `undefined` where there is no Node, or it has not got the curve. */
function nodeVerifier(publicKey: Bytes): Verify | undefined {
  const node = nodeCrypto()
  if (!node) return undefined
  try {
    const key = node.createPublicKey({ key: { kty: 'OKP', crv: algorithm, x: toBase64url(publicKey) }, format: 'jwk' })
    return (message, signature) =>
      new Promise((resolve) => {
        // A platform may also give up half-way, as for what is no point of the curve.
        node.verify(null, message, key, signature, (error, isValid) =>
          resolve(error ? softwareVerify(publicKey, message, signature) : isValid),
        )
      })
  } catch {
    return undefined
  }
}

/** `undefined` where WebCrypto is missing or does not know the curve. */
async function webVerifier(publicKey: Bytes): Promise<Verify | undefined> {
  return native(async (subtle) => {
    const key = await importPublicKey(subtle, publicKey)
    return (message, signature) =>
      subtle.verify(algorithm, key, signature, message).catch(() => softwareVerify(publicKey, message, signature))
  })
}

async function otherVerifier(publicKey: Bytes): Promise<Verify> {
  return (await webVerifier(publicKey)) ?? ((message, signature) => softwareVerify(publicKey, message, signature))
}

/** The platform's curve, or where it has none the one in JavaScript; found out when it is first needed. */
function builtIn(publicKey: Bytes): Verify {
  let ready: Verify | undefined
  let other: Promise<Verify> | undefined
  return (message, signature) => {
    ready ??= nodeVerifier(publicKey)
    if (ready) return ready(message, signature)
    other ??= otherVerifier(publicKey)
    return other.then((found) => found(message, signature))
  }
}

/** A plugged curve; where it throws, or answers neither yes nor no, the built-in one is asked about the same bytes. */
function plugged(curve: NonNullable<Curves['ed25519']>, publicKey: Bytes, otherwise: Verify): Verify {
  const its = publicKey.slice()
  return (message, signature) => {
    const instead = (): boolean | Promise<boolean> => otherwise(message, signature)
    try {
      // Copies: what is asked otherwise is asked about the bytes as they came.
      const answer: unknown = curve(its, message.slice(), signature.slice())
      if (typeof answer === 'boolean') return answer
      if (answer instanceof Promise) return answer.then((later: unknown) => (typeof later === 'boolean' ? later : instead()), instead)
    } catch {
      // Passed over, as what is no answer is.
    }
    return instead()
  }
}

function isStrictSignature(signature: Uint8Array): boolean {
  return signature.length === 64 && isStrictPoint(signature, 0) && isBelow(signature, 32, 0xff, order)
}

/** A session public key that is ready, and answers at once where its curve does. */
export interface ReadyKey {
  readonly publicKey: string
  /** Strict, as `prepareSessionKey` says. */
  readonly check: Verify
}

/** As `prepareSessionKey`, for a curve that was looked at already. */
export function readyKey(publicKey: string, curve?: Curves['ed25519']): ReadyKey {
  const bytes = fromHex(publicKey)
  if (bytes?.length !== 32 || !isStrictPoint(bytes, 0)) return { publicKey, check: () => false }
  const verify = curve ? plugged(curve, bytes, builtIn(bytes)) : builtIn(bytes)
  // Its own text: the one that was given may be a piece of a much longer one, and would keep all of it.
  return { publicKey: toHex(bytes), check: (message, signature) => isStrictSignature(signature) && verify(message, signature) }
}

/**
 * A session public key, ready to verify with. Strict ed25519 (RFC 8032 §5.1.7): no small-order key or R, no encoding but the canonical one, no cofactor, S below the order of
 * the group. Native and software verification alone each accept more than that, and not the same; with these checks first, all say the same.
 *
 * `publicKey` is 64 lower-case hex digits, a signature 64 bytes; anything else is simply not valid. Verifying never rejects.
 *
 * @throws TypeError for curves that are none
 */
export function prepareSessionKey(publicKey: string, curves?: Curves): SessionKeyVerifier {
  const { check } = readyKey(publicKey, readCurves(curves).ed25519)
  return Object.freeze({ publicKey, verify: async (message: Bytes, signature: Bytes) => check(message, signature) })
}

/** Whether that key signed that message, as `prepareSessionKey` says. */
export async function verifySessionKey(publicKey: string, message: Bytes, signature: Bytes, curve?: Curves['ed25519']): Promise<boolean> {
  return readyKey(publicKey, curve).check(message, signature)
}
