/** Entries by name that may be forgotten after their time, and not before. */
export interface ExpiringMap<T> {
  get(name: string): T | undefined
  /** `false`, and nothing is changed, where it would be one entry too many. What has ended already is not kept. */
  set(name: string, value: T): boolean
  /** Whether an entry of that end may have been forgotten already. Milliseconds since 1970. */
  isPast(end: number): boolean
}

/** Entries that end within the same second are forgotten together: in milliseconds. */
const second = 1000

/**
 * A bounded map without timers. What has ended is forgotten when the map is next used, a second's entries at a time, so that each entry costs its own removal and no search.
 * `endOf` tells an entry's end in milliseconds since 1970; a later value of the same name must not end sooner.
 */
export function createExpiringMap<T>(maxEntries: number, now: () => number, endOf: (value: T) => number): ExpiringMap<T> {
  const entries = new Map<string, T>()
  /** Names by the second in which they end. An entry that lasts longer by now stands where it stood first, and is moved when that second is over. */
  const seconds = new Map<number, string[]>()
  let passed = Number.NEGATIVE_INFINITY

  const secondOf = (milliseconds: number): number => Math.floor(milliseconds / second)

  function file(name: string, value: T): void {
    const at = secondOf(endOf(value))
    const names = seconds.get(at)
    if (names) names.push(name)
    else seconds.set(at, [name])
  }

  function forget(at: number): void {
    const names = seconds.get(at) ?? []
    seconds.delete(at)
    for (const name of names) {
      const value = entries.get(name)
      if (value !== undefined && secondOf(endOf(value)) > passed) file(name, value)
      else entries.delete(name)
    }
  }

  /** A clock that goes back brings nothing back, and one that cannot be read ends nothing. */
  function sweep(): void {
    const current = secondOf(now())
    if (!(current > passed + 1)) return
    const isLong = current - passed > seconds.size
    const over = isLong
      ? [...seconds.keys()].filter((at) => at < current)
      : Array.from({ length: current - 1 - passed }, (_, i) => passed + 1 + i)
    passed = current - 1
    for (const at of over) forget(at)
  }

  const isPast = (end: number): boolean => secondOf(end) <= passed

  return {
    get(name) {
      sweep()
      return entries.get(name)
    },
    set(name, value) {
      sweep()
      const isNew = !entries.has(name)
      if (isNew && isPast(endOf(value))) return true
      if (isNew && entries.size >= maxEntries) return false
      entries.set(name, value)
      if (isNew) file(name, value)
      return true
    },
    isPast,
  }
}
