/** Numbers that look random, and are the same for the same seed: an input is found again by its seed, its parser and its number. */
export interface Random {
  /** From 0 up to, but not, 1. */
  next(): number
  /** A whole number from 0 up to, but not, `end`. */
  below(end: number): number
  chance(share: number): boolean
  pick<T>(list: readonly T[]): T
}

/** FNV-1a: texts that differ in a letter give seeds that differ in all bits, near enough. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** Four words of state, mixed by additions, shifts and rotations alone (the generator known as sfc32). */
export function randomOf(seed: string): Random {
  let [a, b, c, counter] = [hashOf(seed), hashOf(`${seed}1`), hashOf(`${seed}2`), 1]
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 15; i++) next()
  const below = (end: number): number => Math.floor(next() * end)
  return { next, below, chance: (share) => next() < share, pick: (list) => list[below(list.length)] as (typeof list)[number] }
}
