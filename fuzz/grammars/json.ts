/** JSON texts: right ones, and those that only a lenient reader takes. */
import type { Random } from '../random.ts'

const names = ['a', 'b', 'sig', '__proto__', '\\u005f_proto__', 'constructor', '0', '1', '', '\\u0061', 'é', '\\ud83d\\ude00']
const pieces = [
  'a',
  'é',
  '😀',
  ' ',
  '\\n',
  '\\"',
  '\\\\',
  '\\/',
  '\\u0000',
  '\\u00e9',
  '\\uD83D\\uDE00',
  '\\ud800',
  '\ud800',
  '\t',
  '\\x',
  '\\u12',
  '\u2028',
  '\u007f',
]
const numbers = [
  '0',
  '-0',
  '1',
  '-1.5',
  '1e3',
  '1E+2',
  '1e-400',
  '1e400',
  '01',
  '.5',
  '1.',
  '+1',
  '9007199254740993',
  '0.1e1',
  '-',
  '1e',
  'NaN',
  '0x1',
]
const words = ['true', 'false', 'null', 'True', 'undefined', 'nul']

/** The right ones come first in each list, and are taken more often. */
function usual<T>(list: readonly T[], right: number, random: Random): T {
  return random.chance(0.97) ? random.pick(list.slice(0, right)) : random.pick(list)
}

const space = (random: Random): string => (random.chance(0.85) ? '' : usual([' ', '\n', '\t', '\r', '\u00a0', '\ufeff', '/**/'], 4, random))

function text(random: Random): string {
  return `"${Array.from({ length: random.below(5) }, () => usual(pieces, 11, random)).join('')}"`
}

function several(random: Random, one: () => string): string {
  const items = Array.from({ length: random.below(4) }, one).join(`${space(random)},`)
  return random.chance(0.01) ? `${items},` : items
}

/** A value, its parts fewer the deeper it is. */
export function writeJson(random: Random, depth = 0): string {
  const kind = random.below(depth < 5 ? 10 : 6)
  const around = (inner: string): string => space(random) + inner + space(random)
  if (kind < 2) return around(text(random))
  if (kind < 4) return around(usual(numbers, 8, random))
  if (kind < 6) return around(usual(words, 3, random))
  if (kind < 8) return around(`[${several(random, () => writeJson(random, depth + 1))}]`)
  return around(`{${several(random, () => `${space(random)}"${random.pick(names)}"${space(random)}:${writeJson(random, depth + 1)}`)}}`)
}

/** Lists in lists, up to the bound and over it. */
export function writeNested(random: Random): string {
  const depth = 10 + random.below(12)
  const [open, close] = random.chance(0.5) ? ['[', ']'] : ['{"a":', '}']
  return open.repeat(depth) + writeJson(random, 5) + close.repeat(random.chance(0.95) ? depth : depth - 1)
}
