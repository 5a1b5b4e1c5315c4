import type { Bytes } from './encode.ts'

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

export function importPublicKey(subtle: SubtleCrypto, publicKey: Bytes): Promise<CryptoKey> {
  return subtle.importKey('raw', publicKey, algorithm, false, ['verify'])
}

const bytesOf = (buffer: ArrayBuffer): Bytes => new Uint8Array(buffer)

/** The session key of a WebCrypto key. */
export function keyOfHandle(publicKey: string, privateKey: CryptoKey): SessionKey {
  return Object.freeze({
    publicKey,
    sign: (message: Bytes): Promise<Bytes> => globalThis.crypto.subtle.sign(algorithm, privateKey, message).then(bytesOf),
  })
}
