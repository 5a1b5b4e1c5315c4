/**
 * Keys whose seed is at hand: pairs of the wire's form, and what a storage of texts keeps. Loaded only by who has one.
 */
import { type Bytes, concat, fromHex, toHex } from './bytes.ts'
import type { SessionError } from './errors.ts'
import { algorithm, keyOfHandle, native, type SessionKey } from './native.ts'
import { unfit } from './unfit.ts'
import { isObject } from './values.ts'

function malformed(reason: string): SessionError {
  return unfit('key-malformed', { reason })
}

/** PKCS #8 of an ed25519 key (RFC 8410 §7) up to its seed. */
const pkcs8Head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]

function importSeed(subtle: SubtleCrypto, seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  return subtle.importKey('pkcs8', concat(new Uint8Array(pkcs8Head), seed), algorithm, extractable, ['sign'])
}

async function publicKeyOf(seed: Bytes): Promise<Bytes> {
  const found = await native(async (subtle) => {
    const { x = '' } = await subtle.exportKey('jwk', await importSeed(subtle, seed, true))
    return Uint8Array.from(atob(x.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))
  })
  if (found?.length === 32) return found
  const { softwarePublicKey } = await import('./software.ts')
  return new Uint8Array(softwarePublicKey(seed))
}

/** The seed goes no further than this closure, and where the platform signs natively not even that far. */
async function keyOfSeed(seed: Bytes, publicKey: string): Promise<SessionKey> {
  const handle = await native((subtle) => importSeed(subtle, seed, false))
  if (handle) return keyOfHandle(publicKey, handle)
  const { softwareSign } = await import('./software.ts')
  return Object.freeze({ publicKey, sign: async (message: Bytes): Promise<Bytes> => new Uint8Array(softwareSign(message, seed)) })
}

function readPair(pair: unknown): { publicKey: string; secretKey: string } {
  let value = pair
  if (typeof pair === 'string') {
    try {
      value = JSON.parse(pair)
    } catch {
      // The parser's message could show a piece of the secret; this one does not.
      throw malformed('the text is not JSON')
    }
  }
  if (!isObject(value)) throw malformed('it is not an object')
  const { publicKey, secretKey } = value
  if (typeof publicKey !== 'string' || !/^[0-9a-f]{64}$/.test(publicKey)) throw malformed('publicKey is not 64 lower-case hex digits')
  if (typeof secretKey !== 'string' || !/^[0-9a-f]{128}$/.test(secretKey)) throw malformed('secretKey is not 128 lower-case hex digits')
  return { publicKey, secretKey }
}

/** 64 hex digits for a new key. */
export function randomSeed(): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(32)))
}

/** The wire's pair of a seed of 64 hex digits. */
export async function pairOfSeed(seed: string): Promise<{ publicKey: string; secretKey: string }> {
  const publicKey = toHex(await publicKeyOf(fromHex(seed) ?? new Uint8Array()))
  return { publicKey, secretKey: seed + publicKey }
}

/** @throws SessionError `key-malformed` */
export async function keyOfPair(pair: unknown): Promise<SessionKey> {
  const { publicKey, secretKey } = readPair(pair)
  const seed = fromHex(secretKey.slice(0, 64)) ?? new Uint8Array()
  if (secretKey.slice(64) !== publicKey || toHex(await publicKeyOf(seed)) !== publicKey)
    throw malformed('secretKey does not belong to publicKey')
  return keyOfSeed(seed, publicKey)
}

/** @throws SessionError `key-malformed` */
export async function keyOfStoredSeed(text: string): Promise<SessionKey> {
  const seed = text.length === 64 ? fromHex(text) : undefined
  if (!seed) throw malformed('the stored seed is not 64 lower-case hex digits')
  return keyOfSeed(seed, toHex(await publicKeyOf(seed)))
}
