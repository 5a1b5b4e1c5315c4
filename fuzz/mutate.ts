/** Changes to an input as a tree: somewhere in it, and also within texts that are JSON themselves. */
import { mutateText } from './mutate-text.ts'
import type { Json } from './parser.ts'
import type { Random } from './random.ts'
import { spell } from './spell.ts'

/** What stands in the place of something else. */
const strangers: readonly Json[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, '', '0', ' ', '*', [], {}, [[]], [null], { '': '' }, { length: 1 }],
  ...[['a', 'b'], { constructor: {} }, { toString: null }, { $: 'undefined' }, { $: 'throws' }, { $: 'proxy' }, { $: 'faces' }],
]

export interface Pool {
  readonly words: readonly string[]
  /** Other inputs, to take parts of. */
  readonly others: readonly Json[]
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** The text as JSON, if it is a list or an object of some size. */
function innerOf(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function textIn(value: Json | undefined, random: Random): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  const children = Object.values(value)
  return children.length === 0 ? '' : textIn(random.pick(children), random)
}

function mutateLeaf(value: Json, random: Random, pool: Pool): Json {
  if (random.chance(0.08)) return random.pick(strangers)
  if (typeof value === 'string') {
    const inner = random.chance(0.6) ? innerOf(value) : undefined
    if (inner !== undefined) return spell(mutate(inner, random, pool), random)
    return mutateText(value, random, pool.words, textIn(random.pick(pool.others), random))
  }
  if (typeof value === 'number') return random.pick([value + 1, value - 1, 0 - value, 0, value * 1000, 2 ** 53, String(value), null])
  return random.pick(strangers)
}

function mutateList(list: readonly Json[], random: Random, pool: Pool): Json {
  const at = random.below(list.length + 1)
  const item = list[at]
  const kind = random.below(10)
  if (kind === 0) return [...list.slice(0, at), random.pick(strangers), ...list.slice(at)]
  if (kind === 1) return list.toSpliced(at, 1)
  if (kind === 2 && item !== undefined) return [...list, ...Array.from({ length: 1 + random.below(40) }, () => item)]
  if (kind === 3) return list.toReversed()
  return item === undefined ? [...list, random.pick(strangers)] : list.with(at, mutate(item, random, pool))
}

function mutateObject(object: { readonly [name: string]: Json }, random: Random, pool: Pool): Json {
  const entries = Object.entries(object)
  const at = random.below(entries.length + 1)
  const entry = entries[at]
  const kind = random.below(14)
  if (kind === 0 || !entry)
    return Object.fromEntries([...entries, [random.pick(['__proto__', 'constructor', 'x', ...pool.words]), random.pick(strangers)]])
  const [name, value] = entry
  if (kind === 1) return Object.fromEntries(entries.toSpliced(at, 1))
  if (kind === 2) return Object.fromEntries(entries.with(at, [mutateText(name, random, pool.words, ''), value]))
  if (kind === 3) return Object.fromEntries(entries.with(at, [name, entries[random.below(entries.length)]?.[1] ?? null]))
  if (kind === 4) return Object.fromEntries(entries.toReversed())
  return Object.fromEntries(entries.with(at, [name, mutate(value, random, pool)]))
}

/** An input with something changed. */
export function mutate(input: Json, random: Random, pool: Pool): Json {
  if (random.chance(0.02)) return random.pick(strangers)
  if (isList(input)) return mutateList(input, random, pool)
  if (typeof input === 'object' && input !== null) return mutateObject(input, random, pool)
  return mutateLeaf(input, random, pool)
}
