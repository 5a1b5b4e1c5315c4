/** What a script can get at that has a value in hand. */
export interface Reached {
  /** Names and values; a list of numbers is one text. */
  readonly texts: readonly string[]
  readonly cryptoKeys: number
}

function isTooFar(value: object): boolean {
  // The page itself: from there a script reaches all that it reaches anyhow.
  return value === window || value === document || value instanceof Function
}

/** What leads further from a value: its properties, whether enumerable or not, and what collections have in them. */
function partsOf(value: object): unknown[] {
  if (ArrayBuffer.isView(value)) return [Array.from(new Uint8Array(value.buffer)).join()]
  if (value instanceof Map) return [...value].flat()
  if (value instanceof Set) return [...value]
  return Reflect.ownKeys(value).flatMap((name) => [name.toString(), Reflect.get(value, name)])
}

export function reach(start: object): Reached {
  const texts = new Set<string>()
  const seen = new Set<object>()
  const waiting: unknown[] = [start]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null) texts.add(String(value))
    else if (!seen.has(value) && !isTooFar(value)) {
      seen.add(value)
      waiting.push(...partsOf(value))
    }
  }
  return { texts: [...texts], cryptoKeys: [...seen].filter((value) => value instanceof CryptoKey).length }
}
