import { toHex, toUtf8 } from './bytes.ts'
import type { AuthSig } from './delegation.ts'
import { native } from './native.ts'
import type { Recap } from './recap.ts'
import type { SiweMessage } from './siwe.ts'

/** What never changes about a delegation whose wallet signature was found good: what its text says. */
export interface ProvenDelegation {
  readonly message: SiweMessage
  /** Of its text. */
  readonly length: number
  recap?: Recap
}

/** The place of one envelope in a memory: what is known of it, and where to put what was found out. */
interface DelegationPlace {
  readonly known: ProvenDelegation | undefined
  keep(proven: ProvenDelegation): void
}

/** Where a verifier looks for what it knows of an envelope. No place: nothing is remembered. */
export type DelegationMemory = (authSig: AuthSig) => DelegationPlace | undefined | Promise<DelegationPlace | undefined>

/** The name of an envelope: SHA-256 over all of it, so that nothing can be swapped under a proof. None where the platform cannot hash: then nothing is remembered. */
async function keyOf({ sig, derivedVia, signedMessage, address, algo }: AuthSig): Promise<string | undefined> {
  const text = JSON.stringify([sig, derivedVia, signedMessage, address, algo ?? null])
  return native(async (subtle) => toHex(new Uint8Array(await subtle.digest('SHA-256', toUtf8(text)))))
}

/** Proven delegations, the least recently used dropped first once they take more than about `maxBytes`. Refusals are never kept. */
export function createDelegationCache(maxBytes: number): DelegationMemory {
  const entries = new Map<string, { proven: ProvenDelegation; bytes: number }>()
  let total = 0

  function drop(key: string): void {
    total -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }

  function get(key: string): ProvenDelegation | undefined {
    const entry = entries.get(key)
    if (!entry) return undefined
    entries.delete(key)
    entries.set(key, entry)
    return entry.proven
  }

  function add(key: string, proven: ProvenDelegation): void {
    drop(key)
    // The text stands in the fields once more; objects, keys and list entries have a size of their own.
    const bytes = 4 * proven.length + 64 * (proven.message.resources?.length ?? 0) + 1024
    if (bytes > maxBytes) return
    entries.set(key, { proven, bytes })
    total += bytes
    for (const oldest of entries.keys()) {
      if (total <= maxBytes) break
      drop(oldest)
    }
  }

  return async (authSig) => {
    const key = await keyOf(authSig)
    return key === undefined ? undefined : { known: get(key), keep: (proven) => add(key, proven) }
  }
}
