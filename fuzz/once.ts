/** Reading one input, and what has to hold whatever the parser is. */
import { isDeepStrictEqual } from 'node:util'
import type { Coverage, Feature } from './coverage.ts'
import { secrets } from './judge.ts'
import { type Json, must, type Outcome, type Parser, Violation } from './parser.ts'

/** What is reached from everywhere: nothing may be added to it. */
const shared = [Object, Array, Function, String, Number, Error, Map, Set, Promise].map(({ prototype }) => prototype as object)
const sizes = shared.map((prototype) => Reflect.ownKeys(prototype).length)

/** Promises that nobody waited for, and that failed. */
export const stray: unknown[] = []

function checkSurroundings(): void {
  for (const [i, prototype] of shared.entries())
    must(Reflect.ownKeys(prototype).length === sizes[i], 'surroundings: no prototype is changed', prototype.constructor.name)
  const [lost] = stray.splice(0)
  if (lost) throw new Violation('surroundings: no rejection is left unhandled', String(lost), { cause: lost })
}

function asViolation(error: unknown): Violation {
  if (error instanceof Violation) return error
  return new Violation('total: throws nothing but SessionError', error instanceof Error ? `${error.stack}` : String(error), {
    cause: error,
  })
}

export interface Reading {
  readonly outcome?: Outcome
  readonly violation?: Violation
  readonly features: readonly Feature[]
  readonly milliseconds: number
}

/** Reads an input. `again`: twice, and the same has to come of it. */
export async function readOnce(parser: Parser, input: Json, coverage: Coverage, again = false): Promise<Reading> {
  secrets.clear()
  coverage.begin()
  const start = performance.now()
  let milliseconds = 0
  try {
    const reading = parser.read(input)
    const outcome = reading instanceof Promise ? await reading : reading
    milliseconds = performance.now() - start
    const features = coverage.end(outcome)
    checkSurroundings()
    if (again) must(isDeepStrictEqual(await parser.read(input), outcome), 'deterministic: twice the same', outcome)
    return { outcome, features, milliseconds }
  } catch (error) {
    return { violation: asViolation(error), features: [], milliseconds: performance.now() - start }
  }
}
