import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, toUtf8 } from './bytes.ts'
import type { AuthSig } from './delegation.ts'
import type { Recap } from './recap.ts'
import type { SiweMessage } from './siwe.ts'

/** What never changes about a delegation whose wallet signature was found good: what its text says. */
export interface ProvenDelegation {
  readonly message: SiweMessage
  recap?: Recap
}

export interface DelegationCache {
  get(authSig: AuthSig): ProvenDelegation | undefined
  add(authSig: AuthSig, proven: ProvenDelegation): void
}

/** All of the envelope, so that nothing of it can be swapped under a proof. */
function keyOf({ sig, derivedVia, signedMessage, address, algo }: AuthSig): string {
  return toHex(sha256(toUtf8(JSON.stringify([sig, derivedVia, signedMessage, address, algo ?? null]))))
}

/** Proven delegations, the least recently used dropped first once they take more than about `maxBytes`. Refusals are never kept. */
export function createDelegationCache(maxBytes: number): DelegationCache {
  const entries = new Map<string, { proven: ProvenDelegation; bytes: number }>()
  let total = 0

  function drop(key: string): void {
    total -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }

  function get(authSig: AuthSig): ProvenDelegation | undefined {
    const key = keyOf(authSig)
    const entry = entries.get(key)
    if (!entry) return undefined
    entries.delete(key)
    entries.set(key, entry)
    return entry.proven
  }

  function add(authSig: AuthSig, proven: ProvenDelegation): void {
    const key = keyOf(authSig)
    drop(key)
    // The text stands in the fields once more; objects, keys and list entries have a size of their own.
    const bytes = 4 * authSig.signedMessage.length + 64 * (proven.message.resources?.length ?? 0) + 1024
    if (bytes > maxBytes) return
    entries.set(key, { proven, bytes })
    total += bytes
    for (const oldest of entries.keys()) {
      if (total <= maxBytes) break
      drop(oldest)
    }
  }

  return { get, add }
}
