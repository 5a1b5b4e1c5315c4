import type { PresentedDelegations, SessionKeyVerifier } from '@session-sigs/core/verify'

/** Delegations that were good once, and the key that they are for, ready to verify with. */
export interface KnownDelegations {
  readonly presented: PresentedDelegations
  readonly key: SessionKeyVerifier
}

/** Delegations by their id, the least recently used dropped first once there are too many bytes of them. */
export interface DelegationStore {
  get(id: string): KnownDelegations | undefined
  add(id: string, known: KnownDelegations): void
}

/** What an entry takes besides its delegations, in bytes: its key as the platform has it, its name, its place. */
const own = 3072

export function createDelegationStore(maxBytes: number): DelegationStore {
  const entries = new Map<string, KnownDelegations>()
  let total = 0
  /** The one used last stands last already. */
  let latest = ''

  function drop(id: string): void {
    const known = entries.get(id)
    if (known) total -= known.presented.bytes + own
    entries.delete(id)
  }

  return {
    get(id) {
      const known = entries.get(id)
      if (!known || id === latest) return known
      entries.delete(id)
      entries.set(id, known)
      latest = id
      return known
    },
    add(id, known) {
      const bytes = known.presented.bytes + own
      // Who sends them whole every time has them known already, with a key that is ready.
      if (bytes > maxBytes || entries.get(id)?.presented === known.presented) return
      drop(id)
      entries.set(id, known)
      latest = id
      total += bytes
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) break
        drop(oldest)
      }
    },
  }
}
