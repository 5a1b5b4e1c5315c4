import type { redisStores } from '@session-sigs/storage-redis'
import { createClient } from 'redis'

export function newClient(url: string) {
  return createClient({ url })
}

let names = 0
/** A nonce that nobody has used. */
export function newName(): string {
  return `nonce ${++names}`
}

/** Good for five minutes from now. */
export function times(): { createdAt: number; until: number } {
  return { createdAt: Date.now(), until: Date.now() + 300_000 }
}

/** One call to each of the stores. */
export function allCalls({ storage, nonces, revocations }: ReturnType<typeof redisStores>): Record<string, () => unknown> {
  return {
    'storage.get': () => storage.get('a'),
    'storage.set': () => storage.set('a', { v: 1, sessions: {} }),
    'storage.delete': () => storage.delete('a'),
    'nonces.consume': () => nonces.consume(newName(), times()),
    'revocations.revoke': () => revocations.revoke('a', { before: 1, until: Date.now() + 60_000 }),
    'revocations.find': () => revocations.find(['a', 'b', 'c']),
  }
}

/** Whether everything works, one after the other. */
export async function works(stores: ReturnType<typeof redisStores>): Promise<boolean> {
  try {
    for (const call of Object.values(allCalls(stores))) await call()
    return true
  } catch {
    return false
  }
}
