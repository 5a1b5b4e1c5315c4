import { type Bytes, toHex } from './encode.ts'

/** A session key that signs and shows nothing: no property, printing or JSON of it holds key material. */
export interface SessionKey {
  /** 64 lower-case hex digits. */
  readonly publicKey: string
  /** ed25519 (RFC 8032) over `message`: 64 bytes. */
  sign(message: Bytes): Promise<Bytes>
}

/** The name of the curve in WebCrypto. */
export const algorithm = 'Ed25519'

/** The platform's ed25519, where it has one: `undefined` where WebCrypto is missing, as on pages not loaded securely, or does not know the curve. */
export async function native<T>(run: (subtle: SubtleCrypto) => Promise<T>): Promise<T | undefined> {
  try {
    return await run(globalThis.crypto.subtle)
  } catch {
    return undefined
  }
}

const bytesOf = (buffer: ArrayBuffer): Bytes => new Uint8Array(buffer)

/** A WebCrypto key that cannot be exported, and the public key it is of: 64 lower-case hex digits. */
export interface Handle {
  readonly type: 'handle'
  readonly publicKey: string
  readonly privateKey: CryptoKey
}

/** A fresh key that the platform gives to nobody. */
export function generateHandle(): Promise<Handle | undefined> {
  return native(async (subtle) => {
    const pair = (await subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair
    const publicKey = toHex(bytesOf(await subtle.exportKey('raw', pair.publicKey)))
    return { type: 'handle', publicKey, privateKey: pair.privateKey }
  })
}

export function importPublicKey(subtle: SubtleCrypto, publicKey: Bytes): Promise<CryptoKey> {
  return subtle.importKey('raw', publicKey, algorithm, false, ['verify'])
}

/** The session key of a WebCrypto key. */
export function keyOfHandle(publicKey: string, privateKey: CryptoKey): SessionKey {
  return Object.freeze({
    publicKey,
    sign: (message: Bytes): Promise<Bytes> => globalThis.crypto.subtle.sign(algorithm, privateKey, message).then(bytesOf),
  })
}
