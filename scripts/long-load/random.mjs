/** Chance that is the same again for the same seed. */
export function createRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count) => Math.floor(next() * count)
  const pick = (list) => list[below(list.length)]

  function shuffled(list) {
    const left = [...list]
    return list.map(() => left.splice(below(left.length), 1)[0])
  }

  /** One of the names, each as often as its weight says. */
  function weighted(weights) {
    const entries = Object.entries(weights)
    let at = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      at -= weight
      if (at < 0) return name
    }
    return entries[0][0]
  }
  return { next, below, pick, shuffled, weighted }
}
