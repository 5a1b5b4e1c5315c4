/** A run over all parsers, or some. */
import { readFileSync } from 'node:fs'
import { readCorpus, readRegressions, writeCorpus, writeRegression } from './corpus.ts'
import { newCoverage } from './coverage.ts'
import { type Budget, fuzz, type Tally } from './engine.ts'
import { knownCodes } from './judge.ts'
import { readOnce, stray } from './once.ts'
import { type Options, readOptions } from './options.ts'
import type { Parser } from './parser.ts'
import { allParsers } from './parsers/all.ts'
import { details, resultsOf, table, writeResults } from './report.ts'

/** What the build knows of our source. */
interface Built {
  /** The repository's folder. */
  readonly root: string
  /** How many places are counted. */
  readonly edges: number
  readonly words: readonly string[]
  /** Takes what is said on the way; the console by default. */
  readonly say?: (text: string) => void
}

function learnCodes(root: string): void {
  const source = readFileSync(`${root}/packages/core/src/errors.ts`, 'utf8')
  const codes = /interface SessionErrorTable \{([\s\S]*?)^\}/m.exec(source)?.[1] ?? ''
  for (const match of codes.matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)) knownCodes.add(match[1] ?? '')
}

/** Whether what was broken once still holds. */
async function replayRegressions(folder: string, parsers: readonly Parser[]): Promise<string[]> {
  const broken: string[] = []
  for (const { name, parser: of, input } of readRegressions(folder)) {
    const parser = parsers.find((one) => one.name === of)
    const { violation } = parser ? await readOnce(parser, input, newCoverage(), true) : {}
    if (violation) broken.push(`${name}: ${violation.message}`)
  }
  return broken
}

/** A parser's part of the whole: of the inputs by its weight, of the time the same as the others. */
function shareOf(parser: Parser, parsers: readonly Parser[], { inputs, seconds, replay }: Options): Budget {
  if (replay) return { inputs: 0, seconds: 0 }
  const all = parsers.reduce((sum, { weight }) => sum + weight, 0)
  return { inputs: Math.ceil((inputs * parser.weight) / all), seconds: seconds / parsers.length }
}

function progress({ parser, inputs, found }: Tally): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${parser} ${inputs} inputs, ${found.length} found`)
}

/** Gives the exit code: 1 where a property does not hold. */
export async function main(args: readonly string[], { root, edges, words, say = console.log }: Built): Promise<number> {
  const options = readOptions(args)
  const folder = `${root}/fuzz`
  learnCodes(root)
  const hear = (error: unknown): void => void stray.push(error)
  process.on('unhandledRejection', hear)
  const everything = await allParsers()
  const parsers = everything.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
  if (parsers.length === 0) throw new TypeError(`--only is one of ${everything.map(({ name }) => name).join(', ')}.`)
  say(`seed ${options.seed}`)
  const start = performance.now()
  const broken = await replayRegressions(folder, parsers)
  const tallies: Tally[] = []
  for (const parser of parsers) {
    const budget = shareOf(parser, parsers, options)
    const settings = { seed: options.seed, words, budget, keeps: !options.dry && !options.replay, onProgress: progress }
    const tally = await fuzz(parser, readCorpus(folder, parser.name), settings)
    tallies.push(tally)
    if (settings.keeps) writeCorpus(folder, parser.name, tally.corpus)
    for (const { property, detail, input } of tally.found) {
      say(`${parser.name}: ${detail}\n  ${JSON.stringify(input).slice(0, 2000)}`)
      if (!options.dry) say(`  kept as ${writeRegression(folder, { parser: parser.name, property, input })}`)
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.off('unhandledRejection', hear)
  const results = resultsOf(tallies, { seed: options.seed, minutes: (performance.now() - start) / 60_000, places: edges })
  for (const line of broken) say(`broken again: ${line}`)
  say(`${table(results)}\n\n${details(results)}`)
  if (!options.dry && !options.replay) writeResults(folder, results, options.only.length === 0)
  return broken.length > 0 || tallies.some(({ found }) => found.length > 0) ? 1 : 0
}
