import type { PresentedDelegations } from '@session-sigs/core/verify'

/** Delegations by their id, the least recently used dropped first once there are too many bytes of them, or too many at all. */
export interface DelegationStore {
  get(id: string): PresentedDelegations | undefined
  add(id: string, presented: PresentedDelegations): void
}

export function createDelegationStore(maxBytes: number, maxEntries = 100_000): DelegationStore {
  const entries = new Map<string, PresentedDelegations>()
  let total = 0

  function drop(id: string): void {
    total -= entries.get(id)?.bytes ?? 0
    entries.delete(id)
  }

  return {
    get(id) {
      const presented = entries.get(id)
      if (!presented) return undefined
      entries.delete(id)
      entries.set(id, presented)
      return presented
    },
    add(id, presented) {
      if (presented.bytes > maxBytes || entries.get(id) === presented) return
      drop(id)
      entries.set(id, presented)
      total += presented.bytes
      for (const oldest of entries.keys()) {
        if (total <= maxBytes && entries.size <= maxEntries) break
        drop(oldest)
      }
    },
  }
}
