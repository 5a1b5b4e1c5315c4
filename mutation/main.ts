/**
 * `pnpm mutants` runs all mutants of the verifier and what it rests on, `pnpm mutants json.ts …` those of some files, and `pnpm mutants --explain` none: it sorts the survivors
 * of the last runs once more, after an explanation was written. Fails where one survives that is not explained, and where an explanation explains nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { draftOf, readExplanations, sortSurvivors } from './explanations.ts'
import { instrumentAll, type Mutant, optionsOf } from './instrument.ts'
import type { Verdict } from './job.ts'
import { runMutants } from './runner.ts'
import { documentPath, excused, sources, testFiles } from './scope.ts'
import { type FileResult, mergeResults, type Results, resultsOf, sectionOf, tableOf, writeSection } from './table.ts'

const root = `${process.cwd()}/`
const lastRuns = `${root}node_modules/.cache/mutants/last.json`
const given = process.argv.slice(2)
const isOnlySorting = given.includes('--explain')
const wanted = new Set(given.filter((name) => !name.startsWith('-')).map((name) => basename(name, '.ts')))
const files = sources.filter((file) => wanted.size === 0 || wanted.has(basename(file, '.ts')))

/** What came of a file: the counts, and the mutants that no test found. */
interface LastRun {
  readonly result: FileResult
  readonly survivors: readonly Mutant[]
}

function show({ file, line, operator, from, to }: Mutant): string {
  const short = (code: string): string => code.replace(/\s+/g, ' ').slice(0, 110)
  return `${basename(file)}:${line} [${operator}] ${short(from)}  →  ${short(to)}`
}

let done = 0
function progress({ outcome, by }: Verdict, mutant: Mutant): void {
  done += 1
  if (outcome === 'survived' || outcome === 'unreached') console.log(`${outcome}: ${show(mutant)}`)
  if (outcome === 'timed out') console.log(`timed out: ${show(mutant)} (${by})`)
  if (done % 250 === 0) console.log(`… ${done}`)
}

async function run(): Promise<Record<string, LastRun>> {
  const instrumented = instrumentAll(root, files, optionsOf(`${root}packages/core/tsconfig.json`))
  console.log(`${[...instrumented.values()].reduce((sum, { mutants }) => sum + mutants.length, 0)} mutants in ${files.length} files`)
  const verdicts = await runMutants({ root, instrumented, tests: testFiles(root), excused, progress })
  const survivors = [...verdicts].filter(([, { outcome }]) => outcome === 'survived' || outcome === 'unreached').map(([mutant]) => mutant)
  const results = resultsOf(verdicts, [], new Date().toISOString().slice(0, 10))
  const entries = Object.entries(results).map(([name, result]): [string, LastRun] => [
    name,
    { result, survivors: survivors.filter(({ file }) => basename(file) === name) },
  ])
  return Object.fromEntries(entries)
}

function readLast(): Record<string, LastRun> {
  return existsSync(lastRuns) ? (JSON.parse(readFileSync(lastRuns, 'utf8')) as Record<string, LastRun>) : {}
}

/** The counts, with those told apart that are explained. */
function withExplained(runs: Record<string, LastRun>, explained: readonly Mutant[]): Results {
  const entries = Object.entries(runs).map(([name, { result, survivors }]): [string, FileResult] => {
    const count = explained.filter(({ file }) => basename(file) === name).length
    return [name, { ...result, explained: count, unexplained: survivors.length - count }]
  })
  return Object.fromEntries(entries)
}

if (!isOnlySorting) writeFileSync(lastRuns, JSON.stringify({ ...readLast(), ...(await run()) }))
const names = new Set(files.map((file) => basename(file)))
const runs = Object.fromEntries(Object.entries(readLast()).filter(([name]) => names.has(name)))
const survivors = Object.values(runs).flatMap((one) => one.survivors)
const explanations = readExplanations(`${root}mutation/explained.json`)
const { explained, unexplained, stale } = sortSurvivors(survivors, explanations, Object.keys(runs))

const fresh = withExplained(runs, explained)
const results = mergeResults(`${root}mutation/results.json`, fresh, sources)
writeSection(`${root}${documentPath}`, sectionOf(results, explanations))
console.log(`\n${tableOf(fresh)}`)
for (const claim of stale) console.log(`explains nothing: ${claim}`)
for (const mutant of unexplained) console.log(`not explained: ${show(mutant)}`)
if (unexplained.length > 0) {
  const draft = `${root}node_modules/.cache/mutants/unexplained.json`
  writeFileSync(draft, JSON.stringify(unexplained.map(draftOf), null, 2))
  console.log(`As explanations to be finished: ${draft}`)
}
process.exitCode = unexplained.length + stale.length > 0 ? 1 : 0
