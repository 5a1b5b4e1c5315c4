import type { Handle, SessionKey } from './native.ts'

/**
 * A session key as the wire writes it, plain and exportable on purpose: store it however you like, and keep `secretKey` secret.
 * `publicKey` is 64 lower-case hex digits, `secretKey` 128: the 32-byte seed and the public key after it.
 */
export interface SessionKeyPair {
  publicKey: string
  secretKey: string
}

/** A key in the form in which a storage can keep it: a WebCrypto key that cannot be exported, or a seed of 64 hex digits. */
export type StoredKey = Handle | { readonly type: 'seed'; readonly seed: string }

/** A fresh pair in the wire's form. Nothing is stored. */
export async function generateSessionKeyPair(): Promise<SessionKeyPair> {
  const { pairOfSeed, randomSeed } = await import('./seed.ts')
  return pairOfSeed(randomSeed())
}

/**
 * A session key from a pair, or from its JSON text. The two halves must belong together.
 *
 * @throws SessionError `key-malformed`
 */
export async function importSessionKey(pair: SessionKeyPair | string): Promise<SessionKey> {
  const { keyOfPair } = await import('./seed.ts')
  return keyOfPair(pair)
}
