/** Puts the results of the last whole run into the security page, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../docs/security.md', import.meta.url))
const [begin, end] = ['<!-- fuzz:begin -->', '<!-- fuzz:end -->']
const digits = (value) => value.toLocaleString('en-US')

function refusalsOf(codes) {
  const refusals = Object.entries(codes).filter(([code]) => code !== 'accepted')
  const ways = refusals.length
  const sum = refusals.reduce((all, [, count]) => all + count, 0)
  return ways > 1 ? `${digits(sum)} (${ways} codes)` : digits(sum)
}

function rowOf({ parser, reads, inputs, codes, places, slowest }) {
  const slow = slowest === 0 ? '' : `${slowest.toFixed(1)} ×`
  return `| \`${parser}\` | ${[reads, digits(inputs), digits(codes.accepted ?? 0), refusalsOf(codes), places, slow].join(' | ')} |`
}

/** The table for the documents. */
export function tableOf({ date, inputs, seed, node, machine, minutes, parsers }) {
  const found = parsers.reduce((sum, one) => sum + one.found.length, 0)
  return [
    `${date}: ${digits(inputs)} inputs to ${parsers.length} parsers, seed ${seed}, Node ${node.slice(1)}, ${machine}, ${Math.round(minutes)} minutes beside other work. Properties found broken: ${found}.`,
    'Places are those in our source that the inputs reached; the last column is how much longer an input took than a busy one of its length, at most.',
    '',
    '| parser | reads | inputs | accepted | refused | places | slowest |',
    '|---|---|---|---|---|---|---|',
    ...parsers.map(rowOf),
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/security.md has no ${begin} … ${end}.`)
  const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'))
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n${tableOf(results)}\n${text.slice(to)}`)
}
