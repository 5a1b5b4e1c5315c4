/**
 * The results: kept as JSON with their dates, and shown as the table of a document.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Explanation } from './explanations.ts'
import type { Mutant } from './instrument.ts'
import type { Verdict } from './job.ts'

export interface FileResult {
  readonly mutants: number
  /** A test failed. */
  readonly killed: number
  /** A test did not come to an end. */
  readonly timedOut: number
  /** No test can tell it from the original; the reason is given. */
  readonly explained: number
  readonly unexplained: number
  /** The day of the run. */
  readonly date: string
}

export type Results = Readonly<Record<string, FileResult>>

function resultOf(verdicts: readonly Verdict[], explained: number, date: string): FileResult {
  const count = (outcome: Verdict['outcome']): number => verdicts.filter((verdict) => verdict.outcome === outcome).length
  const unexplained = count('survived') + count('unreached') - explained
  return { mutants: verdicts.length, killed: count('killed'), timedOut: count('timed out'), explained, unexplained, date }
}

/** The results of a run by file, from its verdicts. */
export function resultsOf(verdicts: ReadonlyMap<Mutant, Verdict>, explained: readonly Mutant[], date: string): Results {
  const files = new Set([...verdicts.keys()].map(({ file }) => file))
  const entries = [...files].map((file): [string, FileResult] => {
    const own = [...verdicts].filter(([mutant]) => mutant.file === file).map(([, verdict]) => verdict)
    return [basename(file), resultOf(own, explained.filter((mutant) => mutant.file === file).length, date)]
  })
  return Object.fromEntries(entries)
}

export function readResults(path: string): Results {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : {}
}

/** The new results in place of older ones; files that are gone are left out. */
export function mergeResults(path: string, fresh: Results, order: readonly string[]): Results {
  const all: Results = { ...readResults(path), ...fresh }
  const merged = Object.fromEntries(order.map((file) => basename(file)).flatMap((name) => (all[name] ? [[name, all[name]]] : [])))
  writeFileSync(path, `${JSON.stringify(merged, null, 2)}\n`)
  return merged
}

const sum = (results: Results, key: 'mutants' | 'killed' | 'timedOut' | 'explained' | 'unexplained'): number =>
  Object.values(results).reduce((total, result) => total + result[key], 0)

/** A table in Markdown, the whole last. */
export function tableOf(results: Results): string {
  const head = ['| file | mutants | a test failed | a test never ended | explained | unexplained |', '|---|---|---|---|---|---|']
  const row = (name: string, { mutants, killed, timedOut, explained, unexplained }: Omit<FileResult, 'date'>): string =>
    `| ${name} | ${mutants} | ${killed} | ${timedOut} | ${explained} | ${unexplained} |`
  const total = {
    mutants: sum(results, 'mutants'),
    killed: sum(results, 'killed'),
    timedOut: sum(results, 'timedOut'),
    explained: sum(results, 'explained'),
    unexplained: sum(results, 'unexplained'),
  }
  return [...head, ...Object.entries(results).map(([name, result]) => row(`\`${name}\``, result)), row('all', total)].join('\n')
}

/** Why survivors change nothing: each reason once, with the files and the number of changes. */
function reasonsOf(explanations: readonly Explanation[]): string {
  const byReason = new Map<string, { files: Set<string>; count: number }>()
  for (const { reason, file, to } of explanations) {
    const { files, count } = byReason.get(reason) ?? { files: new Set(), count: 0 }
    byReason.set(reason, { files: files.add(file), count: count + (typeof to === 'string' ? 1 : to.length) })
  }
  const rows = [...byReason].map(
    ([reason, { files, count }]) => `| ${[...files].map((file) => `\`${file}\``).join(', ')} | ${count} | ${reason} |`,
  )
  return ['| file | kinds of changes | why nobody can tell |', '|---|---|---|', ...rows].join('\n')
}

/** What stands in the document between the two marks. */
export function sectionOf(results: Results, explanations: readonly Explanation[]): string {
  const dates = [...new Set(Object.values(results).map(({ date }) => date))].sort()
  const when = dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : (dates[0] ?? '')
  const reasons = `<details><summary>Those that are explained, and why</summary>\n\n${reasonsOf(explanations)}\n\n</details>`
  return `As of ${when}, by \`pnpm mutants\`:\n\n${tableOf(results)}\n\n${reasons}`
}

/** Writes the section into a document that has the marks; one that has none stays as it is. */
export function writeSection(document: string, section: string): void {
  if (!existsSync(document)) return
  const page = readFileSync(document, 'utf8')
  const marked = /(<!-- mutants:begin -->)[\s\S]*(<!-- mutants:end -->)/
  writeFileSync(
    document,
    page.replace(marked, (_, begin: string, end: string) => `${begin}\n${section}\n${end}`),
  )
}
