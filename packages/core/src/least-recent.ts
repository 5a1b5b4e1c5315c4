/** Values by name, those that were not used for longest dropped first. */
export interface RecentMap<T> {
  get(name: string): T | undefined
  /** `bytes` is about what it takes. What would take more than there is room for in all is not kept. */
  set(name: string, value: T, bytes: number): void
}

/** A map that takes no more than about so many bytes. */
export function createRecentMap<T>(maxBytes: number): RecentMap<T> {
  const entries = new Map<string, { readonly value: T; readonly bytes: number }>()
  let total = 0
  /** The one used last stands last already. */
  let latest: string | undefined

  function drop(name: string): void {
    total -= entries.get(name)?.bytes ?? 0
    entries.delete(name)
  }

  return {
    get(name) {
      const entry = entries.get(name)
      if (entry && name !== latest) {
        entries.delete(name)
        entries.set(name, entry)
        latest = name
      }
      return entry?.value
    },
    set(name, value, bytes) {
      drop(name)
      if (bytes > maxBytes) return
      entries.set(name, { value, bytes })
      latest = name
      total += bytes
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) break
        drop(oldest)
      }
    },
  }
}
