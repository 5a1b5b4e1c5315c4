/** Changes to a text that know nothing of what it means. */
import type { Random } from './random.ts'

/** Characters and texts that readers stumble over. */
const strange: readonly string[] = [
  ...'\0\t\n\r "\'\\/{}[]():;,.@#?%&=+-*_~<>|^`$!',
  ...['\u007f', '\u0085', '\u00a0', '\u2028', '\u202e', '\ufeff', '\ufffd', '\ud800', '\udc00', '😀', 'ı', 'K', 'ſ'],
  ...['__proto__', 'constructor', 'toString', '\\u0041', '%00', '%2F', '%41', '://', '\r\n', '0x', '-0', '1e999', '9007199254740993', '00'],
]

/** A part of a text, likelier short than long. */
function rangeIn(text: string, random: Random): [from: number, to: number] {
  const from = random.below(text.length + 1)
  const most = random.chance(0.7) ? 4 : random.chance(0.7) ? 32 : text.length
  return [from, Math.min(text.length, from + random.below(most + 1))]
}

type Change = (text: string, random: Random, words: readonly string[], other: string) => string

const changes: readonly Change[] = [
  (text, random) => {
    const [from, to] = rangeIn(text, random)
    return text.slice(0, from) + text.slice(to)
  },
  (text, random) => {
    const [from, to] = rangeIn(text, random)
    return text.slice(0, to) + text.slice(from)
  },
  (text, random) => {
    const [from, to] = rangeIn(text, random)
    const times = random.chance(0.9) ? 2 + random.below(6) : 2 + random.below(200)
    return text.slice(0, from) + text.slice(from, to).repeat(Math.min(times, Math.ceil(4000 / (to - from + 1)))) + text.slice(to)
  },
  (text, random) => {
    const at = random.below(text.length + 1)
    return text.slice(0, at) + random.pick(strange) + text.slice(at + random.below(2))
  },
  (text, random, words) => {
    const [from, to] = rangeIn(text, random)
    return text.slice(0, from) + random.pick(words) + text.slice(random.chance(0.5) ? from : to)
  },
  (text, random) => {
    const at = random.below(text.length + 1)
    const code = (text.charCodeAt(at) || 65) ^ (1 << random.below(7))
    return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
  },
  (text, random) => {
    const [from, to] = rangeIn(text, random)
    const part = text.slice(from, to)
    return text.slice(0, from) + (random.chance(0.5) ? part.toUpperCase() : part.toLowerCase()) + text.slice(to)
  },
  (text, random) => {
    const [a, b] = rangeIn(text, random)
    const [from, to] = rangeIn(text, random)
    return text.slice(0, from) + text.slice(a, b) + text.slice(to)
  },
  (text, random, _, other) => {
    const [from, to] = rangeIn(other, random)
    const at = random.below(text.length + 1)
    return text.slice(0, at) + other.slice(from, to) + text.slice(random.chance(0.5) ? at : at + to - from)
  },
  (text, random) =>
    text.replace(/[0-9]+/g, (digits) => {
      if (random.chance(0.7)) return digits
      return random.pick(['0', '00', '-1', `${digits}0`, '4294967296', String(Number(digits) + 1), '1'.repeat(20), ''])
    }),
  (text, random) => {
    const lines = text.split('\n')
    const [i, j] = [random.below(lines.length), random.below(lines.length)]
    const moved = lines[i] ?? ''
    if (random.chance(0.5)) lines.splice(j, 0, moved)
    else lines.splice(j, 0, ...lines.splice(i, 1))
    return lines.join('\n')
  },
  (text, random) => [...text].map((character) => (random.chance(0.02) ? random.pick(strange) : character)).join(''),
]

/** One to a few changes; `words` are tokens worth trying, `other` is another text to take parts of. */
export function mutateText(text: string, random: Random, words: readonly string[], other: string): string {
  let changed = text
  do changed = random.pick(changes)(changed, random, words, other)
  while (random.chance(0.4))
  return changed.length > 20_000 ? changed.slice(0, 20_000) : changed
}
