import type { redisStores } from '@session-sigs/storage-redis'
import { createClient } from 'redis'

/** How long something may take that comes by itself, in milliseconds. A busy machine may take its time. */
const patience = 30_000

/** Asks again and again until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patience
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

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
