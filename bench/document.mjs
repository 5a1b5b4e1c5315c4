/** What the documents show of the results: text that is made of `results.json` alone, so that a test can make it once more and compare. */
import { growthChart, ratioChart } from './chart.mjs'
import { reasonOf } from './explained.mjs'
import { markdownTable, missedOf, stageTables } from './table.mjs'

function machineOf({ machine, peers }) {
  const { processor, cores, system, memory, node, opensslOfNode, openssl, date, commit } = machine
  const versions = Object.entries(peers).map(([name, version]) => `${name.replace(/ \(.*/, '')} ${version}`)
  return [
    `Measured on ${date}: ${processor}, ${cores} cores, ${memory}; ${system}; Node ${node} with OpenSSL ${opensslOfNode}${openssl ? `, \`openssl\` ${openssl}` : ''};`,
    `commit ${commit}. Beside ours, as they are published: ${versions.join(', ')}.`,
  ].join('\n')
}

function notesOf({ groups }) {
  return groups.flatMap(({ title, notes = [] }) => notes.map((note) => `- **${title}.** ${note}`)).join('\n')
}

function missedIn({ groups }) {
  const missed = missedOf(groups)
  if (missed.length === 0) return 'Everything that has to be reached is.'
  const lines = missed.map((row) => `- **${row.what}**, beside ${row.peer}. ${reasonOf(row) ?? 'Not explained.'}`)
  return ['What is not reached, and why:', '', ...lines].join('\n')
}

const parts = {
  machine: machineOf,
  table: ({ groups }) => markdownTable(groups),
  missed: missedIn,
  notes: notesOf,
  stages: ({ groups }) => stageTables(groups),
}

/** The page with its generated parts written anew: those between `<!-- bench: name -->` and `<!-- end of name -->`. */
export function fillPage(page, results) {
  return Object.entries(parts).reduce((text, [name, render]) => {
    const [start, end] = [`<!-- bench: ${name} -->`, `<!-- end of ${name} -->`]
    const [before, rest] = text.split(start)
    if (rest === undefined || !rest.includes(end)) throw new Error(`The page has no place for "${name}".`)
    return `${before}${start}\n\n${render(results)}\n\n${rest.slice(rest.indexOf(end))}`
  }, page)
}

/** The charts: path from the root of the project → text. */
export function chartsOf(results) {
  return { 'docs/images/bench-ratios.svg': ratioChart(results), 'docs/images/bench-growth.svg': growthChart(results) }
}
