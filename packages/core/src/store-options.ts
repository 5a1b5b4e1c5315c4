export interface StoreOptions {
  /** How many entries at most; a million. */
  maxEntries?: number | undefined
  /** The clock. */
  now?: (() => Date) | undefined
}

/** A `Map` takes 2²⁴. */
const most = 16_000_000

/**
 * Options of a store in memory, made whole; the clock in milliseconds. `others` are the names of those that it has besides.
 *
 * @throws TypeError
 */
export function readStoreOptions(
  options: StoreOptions,
  others: readonly string[] = [],
): { readonly maxEntries: number; readonly now: () => number } {
  if (typeof options !== 'object' || options === null) throw new TypeError('Options are an object.')
  const known = ['maxEntries', 'now', ...others]
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`There is no option "${name}"; known are ${known.join(', ')}.`)
  }
  const { maxEntries = 1_000_000, now } = options
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1 || maxEntries > most)
    throw new TypeError(`maxEntries is a whole number from 1 to ${most}.`)
  if (now !== undefined && typeof now !== 'function') throw new TypeError('now is a function that gives a Date.')
  return { maxEntries, now: now ? (): number => now().getTime() : Date.now }
}
