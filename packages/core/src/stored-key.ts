/**
 * Session keys as a storage keeps them: made when the wallet is to be asked, read when there is a session.
 */
import { fromHex } from './bytes.ts'
import type { StoredKey } from './keypair.ts'
import { algorithm, generateHandle, importPublicKey, keyOfHandle, native, type SessionKey } from './native.ts'
import { unfit } from './unfit.ts'

/** A fresh key in the form asked for. Where the platform has no ed25519 of its own, a `handle` cannot be made and a `seed` is given instead. */
export async function generateStoredKey(form: 'handle' | 'seed'): Promise<StoredKey> {
  const handle = form === 'handle' ? await generateHandle() : undefined
  if (handle) return handle
  const { randomSeed } = await import('./seed.ts')
  return { type: 'seed', seed: randomSeed() }
}

/**
 * The key that a storage kept, proven to sign for the public key it claims.
 *
 * @throws SessionError `key-malformed`
 */
export async function loadStoredKey(stored: StoredKey): Promise<SessionKey> {
  if (stored.type === 'seed') {
    const { keyOfStoredSeed } = await import('./seed.ts')
    return keyOfStoredSeed(stored.seed)
  }
  const probe = new Uint8Array(32)
  const key = keyOfHandle(stored.publicKey, stored.privateKey)
  const signs = await native(async (subtle) => {
    const publicKey = await importPublicKey(subtle, fromHex(stored.publicKey) ?? probe)
    return subtle.verify(algorithm, publicKey, await key.sign(probe), probe)
  })
  if (!signs || stored.privateKey.extractable) throw unfit('key-malformed', { reason: 'the stored key does not sign for its public key' })
  return key
}

/** A key that was made just now, and was in nobody else's hands. */
export async function useFreshKey(fresh: StoredKey): Promise<SessionKey> {
  return fresh.type === 'handle' ? keyOfHandle(fresh.publicKey, fresh.privateKey) : loadStoredKey(fresh)
}
