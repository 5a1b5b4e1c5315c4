/** What a run says of itself: on the screen, and as a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Tally } from './engine.ts'

interface Results {
  /** The day, UTC. */
  readonly date: string
  readonly seed: string
  readonly node: string
  readonly machine: string
  readonly minutes: number
  readonly inputs: number
  /** Places of our source that are counted. */
  readonly places: number
  readonly parsers: readonly (Omit<Tally, 'corpus'> & { readonly corpus: number })[]
}

const digits = (value: number): string => value.toLocaleString('en-US')

function refusals(codes: Readonly<Record<string, number>>): number {
  return Object.entries(codes).reduce((sum, [code, count]) => (code === 'accepted' ? sum : sum + count), 0)
}

/** What was refused, the most frequent first. */
function codesOf(codes: Readonly<Record<string, number>>): string {
  const names = Object.entries(codes).filter(([code]) => code !== 'accepted')
  return names
    .toSorted(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${digits(count)}`)
    .join(', ')
}

export function resultsOf(tallies: readonly Tally[], about: Pick<Results, 'seed' | 'minutes' | 'places'>): Results {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    ...about,
    node: process.version,
    machine: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    inputs: tallies.reduce((sum, { inputs }) => sum + inputs, 0),
    parsers: tallies.map((tally) => ({ ...tally, corpus: tally.corpus.length })),
  }
}

/** One line for each parser, for a terminal. */
export function table({ parsers }: Results): string {
  const rows = parsers.map((one) => [
    one.parser,
    digits(one.inputs),
    digits(one.codes['accepted'] ?? 0),
    digits(refusals(one.codes)),
    String(Object.keys(one.codes).filter((code) => code !== 'accepted').length),
    String(one.places),
    String(one.corpus),
    one.slowest === 0 ? '–' : `${one.slowest.toFixed(1)} ×`,
    String(one.found.length),
  ])
  const all = [['parser', 'inputs', 'accepted', 'refused', 'codes', 'places', 'corpus', 'slowest', 'found'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '))
    .join('\n')
}

/** Of a whole run; or of some parsers of such a run, tried again by its seed, whose places they take. */
export function writeResults(folder: string, results: Results, isWhole: boolean): void {
  const path = `${folder}/results.json`
  const write = (all: Results): void => writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`)
  if (isWhole) {
    write(results)
    return
  }
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined
  if (before?.seed !== results.seed) return
  const parsers = before.parsers.map((one) => results.parsers.find(({ parser }) => parser === one.parser) ?? one)
  write({ ...before, parsers, inputs: parsers.reduce((sum, { inputs }) => sum + inputs, 0) })
}

/** For a person: which refusals there were, of each parser. */
export function details({ parsers }: Results): string {
  return parsers.map(({ parser, codes }) => `${parser}: accepted ${digits(codes['accepted'] ?? 0)}, ${codesOf(codes)}`).join('\n')
}
