/** Writes the charts and the generated parts of the documents once more, from `results.json`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chartsOf, fillPage } from './document.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = JSON.parse(readFileSync(`${root}bench/results.json`, 'utf8'))
for (const [path, text] of Object.entries(chartsOf(results))) writeFileSync(root + path, text)
const page = `${root}docs/performance.md`
writeFileSync(page, fillPage(readFileSync(page, 'utf8'), results))
