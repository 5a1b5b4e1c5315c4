/** Numbers in words: the same in the terminal, in the documents and in the charts. */

/** Three digits that count. */
export function digits(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2 + (value >= 1))))
}

function bytes(value) {
  if (value < 1000) return `${digits(value)} B`
  return value < 1e6 ? `${digits(value / 1000)} kB` : `${digits(value / 1e6)} MB`
}

const units = {
  ms: (value) => (value < 0.1 ? `${digits(value * 1000)} µs` : `${digits(value)} ms`),
  bytes,
  packages: (value) => digits(value),
  exponent: (value) => value.toFixed(2),
}

export function inUnit(unit, { median }) {
  return units[unit](median)
}

/** A ratio alone: how many times as fast or as small ours is, or how many times as much it costs. */
const kinds = {
  faster: (value) => `${digits(value)} × as fast`,
  cost: (value) => `${digits(value)} × the time`,
  smaller: (value) => (value >= 1 ? `1/${digits(value)} of it` : `${digits(1 / value)} × it`),
}

export function ratioInWords({ kind, median }) {
  return kinds[kind](median)
}

/** The least and the most that any round gave. */
export function spreadInWords({ kind, from, to }) {
  return kind === 'smaller' ? '' : `${digits(from)} – ${digits(to)}`
}

export function mustInWords({ must, unit, ratio }) {
  if (!must) return ''
  const inWords = (value) => (must.of === 'ours' ? units[unit](value) : `${digits(value)} ×`)
  if (must.of === 'ratio' && !ratio) throw new Error('There is no ratio to be reached.')
  return must.atLeast === undefined ? `≤ ${inWords(must.atMost)}` : `≥ ${inWords(must.atLeast)}`
}

export function reachedInWords({ reached }) {
  return reached === undefined ? '' : reached ? 'yes' : 'NO'
}
