/** The two charts, as text of SVG. They are read on light and on dark pages: the colours are those of the reader's preference. */
import { digits, ratioInWords } from './words.mjs'

const style = `<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .head { font-weight: 600 }
  .quiet { fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .one { stroke: #57606a; stroke-width: 1.5 }
  .must { stroke: #cf222e; stroke-width: 2 }
  .a { fill: #0969da; stroke: #0969da } .b { fill: #1a7f37; stroke: #1a7f37 } .c { fill: #9a6700; stroke: #9a6700 }
  .d { fill: #8250df; stroke: #8250df } .e { fill: #bf3989; stroke: #bf3989 }
  .line { fill: none; stroke-width: 2 } .linear { stroke: #8c959f; stroke-dasharray: 4 4; fill: none }
  text.a, text.b, text.c, text.d, text.e { stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #30363d } .one { stroke: #9198a1 } .must { stroke: #ff7b72 } .linear { stroke: #6e7681 }
    .a { fill: #58a6ff; stroke: #58a6ff } .b { fill: #3fb950; stroke: #3fb950 } .c { fill: #d29922; stroke: #d29922 }
    .d { fill: #bc8cff; stroke: #bc8cff } .e { fill: #f778ba; stroke: #f778ba } .line { fill: none }
  }
</style>`

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const at = (value) => Number(value.toFixed(1))
const text = (x, y, content, attributes = '') =>
  `<text x="${at(x)}" y="${at(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`
const line = (x1, y1, x2, y2, kind) => `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${kind}"/>`

function picture(width, height, title, parts) {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" height="${at(height)}" role="img">`
  return `${[open, `<title>${escaped(title)}</title>`, style, ...parts, '</svg>'].join('\n')}\n`
}

/** Rows that are worth a bar: how many times as fast or as small ours is than what others use instead. */
const worthABar = [
  /^getSessionSigs, delegation at hand, (?:1|10|100) /,
  /^First getSessionSigs, \d+ nodes?, viem/,
  /^verify, (?!.*on two cores)/,
  /^SIWE, (?:parse|format)$/,
  /^(?:Client|Verifier) bundle|^Installed size|^Import time/,
]

/** By what was measured: a bar for each peer. */
function barsOf({ groups }) {
  const bars = new Map()
  for (const row of groups.flatMap(({ rows }) => rows)) {
    if (!row.ratio || row.ratio.kind === 'cost' || !worthABar.some((pattern) => pattern.test(row.what))) continue
    bars.set(row.what, [...(bars.get(row.what) ?? []), row])
  }
  return bars
}

const [left, right, top, step, wide] = [350, 120, 44, 19, 960]

/** A logarithmic scale that has room for all of these, and for 1. */
function scaleOf(ratios) {
  const [low, high] = [Math.log10(Math.min(0.6, ...ratios.map((ratio) => ratio * 0.8))), Math.log10(Math.max(10, ...ratios))]
  const x = (value) => left + ((Math.log10(value) - low) / (high - low)) * (wide - left - right)
  const ticks = Array.from({ length: 12 }, (_, i) => 10 ** (i - 4)).filter((value) => Math.log10(value) >= low && Math.log10(value) <= high)
  return { x, ticks }
}

function bar({ peer, ratio, must }, x, y) {
  const [from, to] = [Math.min(x(1), x(ratio.median)), Math.max(x(1), x(ratio.median))]
  const wanted = must?.of === 'ratio' ? x(must.atLeast) : 0
  return [
    text(left - 8, y + 13, peer, 'text-anchor="end" class="quiet"'),
    `<rect x="${at(from)}" y="${at(y + 3)}" width="${at(Math.max(to - from, 1))}" height="${step - 6}" class="${ratio.median >= 1 ? 'a' : 'c'}"/>`,
    ...(wanted ? [line(wanted, y + 1, wanted, y + step - 1, 'must')] : []),
    text(Math.max(to, wanted) + 6, y + 13, ratioInWords(ratio)),
  ]
}

/** Bars on a logarithmic scale, each from 1: to the right ours is ahead. */
export function ratioChart(results) {
  const bars = barsOf(results)
  const { x, ticks } = scaleOf([...bars.values()].flat().map(({ ratio }) => ratio.median))
  const parts = []
  let y = top
  for (const [what, rows] of bars) {
    parts.push(text(8, y + 13, what, 'class="head"'))
    y += step
    for (const row of rows) {
      parts.push(...bar(row, x, y))
      y += step
    }
    y += 8
  }
  const grid = ticks.flatMap((value) => [
    line(x(value), top - 8, x(value), y, value === 1 ? 'one' : 'grid'),
    text(x(value), top - 14, `${digits(value)} ×`, 'text-anchor="middle" class="quiet"'),
  ])
  return picture(wide, y + 8, 'How many times as fast or as small ours is', [...grid, ...parts])
}

/** The same curve has the same colour in all panels. */
const classes = { getSessionSigs: 'a', 'verify, cached': 'b', 'verify, cold': 'c', parse: 'd', format: 'e' }

/** One panel: each curve as a multiple of its own first point, so that only its shape is seen. */
function panel(axis, series, { x: left, y: top, width, height }) {
  const sizes = series[0].points.map(([size]) => size)
  const most = sizes.at(-1) / sizes[0]
  const x = (size) => left + (Math.log(size / sizes[0]) / Math.log(most)) * width
  const y = (factor) => top + height - (Math.log(Math.max(factor, 0.5) / 0.5) / Math.log(most / 0.5)) * height
  const parts = [text(left, top - 12, `Time, by ${axis}`, 'class="head"')]
  for (let factor = 1; factor <= most; factor *= 10) {
    parts.push(
      line(left, y(factor), left + width, y(factor), 'grid'),
      text(left - 6, y(factor) + 4, `${digits(factor)} ×`, 'text-anchor="end" class="quiet"'),
    )
  }
  for (const size of sizes) parts.push(text(x(size), top + height + 18, digits(size), 'text-anchor="middle" class="quiet"'))
  parts.push(line(x(sizes[0]), y(1), x(sizes.at(-1)), y(most), 'linear'))
  for (const { name, points } of series) {
    const path = points.map(([size, time]) => `${at(x(size))},${at(y(time / points[0][1]))}`).join(' ')
    parts.push(`<polyline points="${path}" class="line ${classes[name]}"/>`)
  }
  // Labels at the ends of the curves, moved apart where they would lie on each other.
  const ends = series
    .map(({ name, points }) => ({ name, kind: classes[name], y: y(points.at(-1)[1] / points[0][1]) }))
    .toSorted((a, b) => a.y - b.y)
  let free = -Infinity
  for (const { name, kind, y: wanted } of ends) {
    free = Math.max(wanted + 4, free + 15)
    parts.push(text(left + width + 6, free, name, `class="${kind}"`))
  }
  return parts
}

export function growthChart({ groups }) {
  const all = groups.flatMap(({ series = [] }) => series)
  const axes = [...new Set(all.map(({ axis }) => axis))]
  const [width, height] = [900, 300]
  const parts = axes.flatMap((axis, i) => {
    const place = { x: 60 + (i % 2) * (width / 2), y: 40 + Math.floor(i / 2) * height, width: 265, height: 210 }
    return panel(
      axis,
      all.filter((one) => one.axis === axis),
      place,
    )
  })
  return picture(width, Math.ceil(axes.length / 2) * height + 24, 'Cost as the work grows', [
    ...parts,
    text(
      60,
      Math.ceil(axes.length / 2) * height + 12,
      'Both scales are logarithmic. The dashed line is what would be linear without any fixed cost.',
      'class="quiet"',
    ),
  ])
}
