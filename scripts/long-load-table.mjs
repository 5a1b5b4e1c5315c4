/** Writes the results of `long-load.mjs` into a document: `node scripts/long-load-table.mjs docs/results/load.json docs/security.md`, between its marks `load:begin` and `load:end`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { tablesOf } from './long-load/table.mjs'

const [from, to] = process.argv.slice(2)
if (!from || !to) throw new TypeError('Give the results, and the document that they go into.')
const text = readFileSync(to, 'utf8')
const marked = /(<!-- load:begin -->\n)[\s\S]*?(<!-- load:end -->)/
if (!marked.test(text)) throw new Error(`${to} has no marks <!-- load:begin --> and <!-- load:end -->.`)
const tables = tablesOf(JSON.parse(readFileSync(from, 'utf8')))
writeFileSync(
  to,
  text.replace(marked, (_, begin, end) => `${begin}\n${tables}\n\n${end}`),
)
