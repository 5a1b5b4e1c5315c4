/** What can be said after `pnpm fuzz`. */
import { parseArgs } from 'node:util'

export interface Options {
  readonly inputs: number
  readonly seconds: number
  readonly seed: string
  /** The parsers to try; all where there is none. */
  readonly only: readonly string[]
  /** Whether nothing is written: not the corpus, not the results, no regressions. */
  readonly dry: boolean
  /** Reads again what is kept, and nothing new. */
  readonly replay: boolean
}

function count(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (!(value > 0)) throw new TypeError(`--${name} is a number above 0.`)
  return value
}

/** @throws TypeError */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...args],
    options: { inputs: text, seconds: text, seed: text, only: { type: 'string', multiple: true }, dry: flag, replay: flag },
  })
  const seconds = count('seconds', values.seconds, Number.POSITIVE_INFINITY)
  return {
    seconds,
    inputs: count('inputs', values.inputs, values.seconds === undefined ? 200_000 : Number.POSITIVE_INFINITY),
    seed: values.seed ?? String(Date.now() % 1_000_000_000),
    only: values.only ?? [],
    dry: values.dry,
    replay: values.replay,
  }
}
