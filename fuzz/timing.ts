/** No input may take much longer than another of its length: measured against each other in the same moment, never by the clock alone. */
import { type Json, type Speed, Violation } from './parser.ts'
import type { Random } from './random.ts'

/** The shortest of some readings, in milliseconds: what lengthens one is the machine. What a reading throws is not looked at here. */
export async function shortest(speed: Speed, input: Json, rounds: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    try {
      await speed.run(input)
    } catch {
      // Found and reported by whoever reads it for its own sake.
    }
    best = Math.min(best, performance.now() - start)
  }
  return best
}

/** How much longer an input takes than another, looked at in turn. */
async function ratioOf(speed: Speed, input: Json, other: Json, rounds: number): Promise<number> {
  let [mine, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < rounds; i++) {
    mine = Math.min(mine, await shortest(speed, input, 2))
    theirs = Math.min(theirs, await shortest(speed, other, 2))
    // So much is no matter of the machine, and would only take long to measure again.
    if (mine > 100 && mine > 50 * theirs) break
  }
  // Beneath a few microseconds there is nothing to compare.
  return Math.max(mine, 0.005) / Math.max(theirs, 0.005)
}

const sizeOf = (input: Json): number => JSON.stringify(input).length

/**
 * How much longer an input takes than a busy one of its length, if it seemed to take longer than `worst` times as long; `worst` otherwise.
 *
 * @throws Violation beyond what the parser is allowed
 */
export async function slowness(speed: Speed, input: Json, seemed: number, worst: number): Promise<number> {
  const busy = speed.busy(sizeOf(input))
  const { slack = 8 } = speed
  if (seemed < worst * (await shortest(speed, busy, 2))) return worst
  const ratio = await ratioOf(speed, input, busy, 4)
  if (ratio <= slack) return Math.max(worst, ratio)
  // Once more and longer, as a machine may be busy with something else for a while.
  const sure = await ratioOf(speed, input, busy, 12)
  if (sure > slack)
    throw new Violation('bounded: takes no longer than others of its length', { times: sure.toFixed(1), length: sizeOf(input) })
  return Math.max(worst, sure)
}

/**
 * That a busy input of 8 times the length takes about 8 times as long, and not 64 times: what others are compared with must not grow as its square itself.
 *
 * @throws Violation
 */
export async function checkGrowth(speed: Speed): Promise<void> {
  const [short, long] = [speed.busy(4000), speed.busy(32_000)]
  const lengths = sizeOf(long) / sizeOf(short)
  const growth = async (rounds: number): Promise<number> => (await ratioOf(speed, long, short, rounds)) / lengths
  if (lengths < 2 || (await growth(3)) < 3) return
  const sure = await growth(12)
  if (sure > 3) throw new Violation('bounded: grows as its input does', { perCharacter: sure.toFixed(1), length: sizeOf(long) })
}

/** The paths of all texts and lists in an input. */
function* pathsIn(input: Json, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof input === 'string') yield path
  if (typeof input !== 'object' || input === null) return
  if (Array.isArray(input) && input.length > 0) yield path
  for (const [name, item] of Object.entries(input)) yield* pathsIn(item, [...path, name])
}

function replaced(input: Json, [name, ...rest]: readonly string[], change: (value: Json) => Json): Json {
  if (name === undefined) return change(input)
  if (Array.isArray(input)) return input.with(Number(name), replaced(input[Number(name)] ?? null, rest, change))
  const object = input as { readonly [name: string]: Json }
  return { ...object, [name]: replaced(object[name] ?? null, rest, change) }
}

/** A piece of a text to repeat: a few characters, or what stands between two separators, with one of them. */
function pieceOf(text: string, random: Random): [from: number, to: number] {
  if (random.chance(0.4)) {
    const from = random.below(text.length + 1)
    return [from, Math.min(text.length, from + 1 + random.below(random.chance(0.7) ? 4 : 40))]
  }
  const separators = [...new Set(text.match(/[\n,;/:. &@%"]/g))]
  const separator = separators.length > 0 ? random.pick(separators) : ''
  const places = Array.from(text, (character, i) => (character === separator ? i : -1)).filter((i) => i >= 0)
  // Lists are often last.
  const at = random.chance(0.3) ? places.length - 1 : random.below(places.length)
  return [places[at] ?? 0, places[at + 1] ?? text.length]
}

/** The same input with a part of it over and over, some tens of thousands of characters of it: what grows as the square of its input shows there. */
export function pumped(input: Json, random: Random): Json {
  const path = random.pick([...pathsIn(input)]) ?? []
  const size = 2000 * 2 ** random.below(5)
  const grow = (value: Json): Json => {
    if (Array.isArray(value)) return Array.from({ length: Math.ceil(size / (sizeOf(value[0] ?? null) + 1)) }, () => value[0] ?? null)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const [from, to] = pieceOf(text, random)
    const piece = text.slice(from, to) || 'x'
    return text.slice(0, from) + piece.repeat(Math.ceil(size / piece.length)) + text.slice(random.chance(0.5) ? from : to)
  }
  return replaced(input, path, grow)
}
