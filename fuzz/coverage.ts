/** Which places of our source an input reached, and how often: about, as 100 times is hardly another thing than 90. */
import { edges } from './edges.ts'
import type { Outcome } from './parser.ts'

/** 1, 2, 3, 4–7, 8–15, 16–31, 32–127, and more. */
function bucketOf(count: number): number {
  if (count < 4) return count - 1
  if (count < 32) return 30 - Math.clz32(count) + 2
  return count < 128 ? 6 : 7
}

/** What is new about an input: places by their number, and as `~` and a text the ways of being judged. */
export type Feature = number | string

export interface Coverage {
  /** Forgets what was counted; then an input is read. */
  begin(): void
  /** What that input showed that none before it did. */
  end(outcome: Outcome): readonly Feature[]
  /** How many different places were reached in all. */
  places(): number
}

/** Of one parser. */
export function newCoverage(): Coverage {
  const seen = new Uint8Array(edges.length)
  const outcomes = new Set<string>()
  let places = 0

  function newPlaces(): Feature[] {
    const found: Feature[] = []
    for (let i = 0; i < edges.length; i++) {
      const count = edges[i] ?? 0
      if (count === 0) continue
      const before = seen[i] ?? 0
      const bit = 1 << bucketOf(count)
      if (before === 0) places += 1
      if ((before & bit) === 0) found.push(i * 8 + bucketOf(count))
      seen[i] = before | bit
    }
    return found
  }

  return {
    begin: () => void edges.fill(0),
    end({ code, reason }) {
      const found = newPlaces()
      const name = `~${code} ${reason}`
      if (outcomes.has(name) || outcomes.size > 400) return found
      outcomes.add(name)
      return [...found, name]
    },
    places: () => places,
  }
}

/** All that an input shows, apart from what was seen before: for making it smaller without losing anything. */
export function featuresNow({ code, reason }: Outcome): ReadonlySet<Feature> {
  const found = new Set<Feature>([`~${code} ${reason}`])
  for (let i = 0; i < edges.length; i++) {
    const count = edges[i] ?? 0
    if (count > 0) found.add(i * 8 + bucketOf(count))
  }
  return found
}
