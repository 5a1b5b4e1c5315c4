/**
 * Mutants that no test can find, each with its reason. An explanation names the code and what it was changed to, not a line's number, which moves.
 */
import { readFileSync } from 'node:fs'
import type { Mutant } from './instrument.ts'

export interface Explanation {
  /** Its name in the folder of the sources. */
  readonly file: string
  /** The line that the change begins in, without the space around it. */
  readonly line: string
  /** What stands there. */
  readonly from: string
  /** What was put there instead. */
  readonly to: string | readonly string[]
  readonly reason: string
}

export function readExplanations(path: string): readonly Explanation[] {
  return JSON.parse(readFileSync(path, 'utf8')) as Explanation[]
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const plain = (code: string): string => code.replace(/\s+/g, ' ').trim()

function explains({ file, line, from }: Explanation, to: string, mutant: Mutant): boolean {
  return file === nameOf(mutant.file) && line === mutant.lineText && plain(from) === plain(mutant.from) && plain(to) === plain(mutant.to)
}

const changesOf = ({ to }: Explanation): readonly string[] => (typeof to === 'string' ? [to] : to)

export interface Sorted {
  readonly explained: readonly Mutant[]
  readonly unexplained: readonly Mutant[]
  /** What an explanation says of no survivor any more. */
  readonly stale: readonly string[]
}

/** Tells survivors that are explained from those that are not. Only explanations of the `files` that were run are looked at. */
export function sortSurvivors(survivors: readonly Mutant[], explanations: readonly Explanation[], files: readonly string[]): Sorted {
  const names = new Set(files.map(nameOf))
  const claims = explanations
    .filter(({ file }) => names.has(file))
    .flatMap((explanation) => changesOf(explanation).map((to) => ({ explanation, to })))
  const isExplained = (mutant: Mutant): boolean => claims.some(({ explanation, to }) => explains(explanation, to, mutant))
  const stale = claims
    .filter(({ explanation, to }) => !survivors.some((mutant) => explains(explanation, to, mutant)))
    .map(({ explanation: { file, line, from }, to }) => `${file}: ${line}: ${from} → ${to}`)
  return { explained: survivors.filter(isExplained), unexplained: survivors.filter((mutant) => !isExplained(mutant)), stale }
}

/** A survivor as an explanation to be finished. */
export function draftOf({ file, lineText, from, to }: Mutant): Explanation {
  return { file: nameOf(file), line: lineText, from: plain(from), to: plain(to), reason: '' }
}
