/** The inputs that are kept: a file for each parser, with a line for each input. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Feature } from './coverage.ts'
import type { Json } from './parser.ts'

/** An input, and what it showed that none before it did. */
export interface Entry {
  readonly input: Json
  readonly features: ReadonlySet<Feature>
}

/** An input that broke a property once. */
export interface Regression {
  readonly parser: string
  readonly property: string
  readonly input: Json
}

/** So many inputs are kept of each parser, and none that is longer, in characters of JSON. */
const most = 40
const longest = 6000

export function readCorpus(folder: string, parser: string): readonly Json[] {
  const path = `${folder}/corpus/${parser}.json`
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Json[]) : []
}

/** Those that together show all that all of them do, as far as there is room: each time the one that adds most, and of such the shortest. */
export function choose(entries: readonly Entry[]): readonly Json[] {
  const left = new Set(entries.filter(({ input }) => JSON.stringify(input).length <= longest))
  const shown = new Set<Feature>()
  const chosen: Json[] = []
  while (chosen.length < most && left.size > 0) {
    let best: Entry | undefined
    let bestGain = 0
    for (const entry of left) {
      const fresh = [...entry.features].filter((feature) => !shown.has(feature)).length
      const gain = fresh - JSON.stringify(entry.input).length / 1e6
      if (fresh > 0 && gain > bestGain) [best, bestGain] = [entry, gain]
      if (fresh === 0) left.delete(entry)
    }
    if (!best) break
    chosen.push(best.input)
    for (const feature of best.features) shown.add(feature)
    left.delete(best)
  }
  return chosen
}

/** Half a surrogate pair is written as an escape, so that the file is UTF-8. */
export function writeCorpus(folder: string, parser: string, inputs: readonly Json[]): void {
  mkdirSync(`${folder}/corpus`, { recursive: true })
  const lines = inputs.map((input) => JSON.stringify(input)).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
  writeFileSync(`${folder}/corpus/${parser}.json`, `[\n${lines.join(',\n')}\n]\n`)
}

export function readRegressions(folder: string): readonly (Regression & { readonly name: string })[] {
  const names = existsSync(`${folder}/regressions`) ? readdirSync(`${folder}/regressions`).filter((name) => name.endsWith('.json')) : []
  return names.map((name) => ({ name, ...(JSON.parse(readFileSync(`${folder}/regressions/${name}`, 'utf8')) as Regression) }))
}

/** Named after the parser and the property. */
export function writeRegression(folder: string, regression: Regression): string {
  const name = `${regression.parser}-${regression.property.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.json`
  mkdirSync(`${folder}/regressions`, { recursive: true })
  writeFileSync(`${folder}/regressions/${name}`, `${JSON.stringify(regression, null, 2)}\n`)
  return name
}
