/** What parsers do with inputs of any kind where they need a text, or fields, or bytes. */
import { accepted, refusedWith } from './judge.ts'
import type { Json, Outcome } from './parser.ts'
import type { Random } from './random.ts'

/** A text as it is; anything else as its JSON. */
export function textOf(input: Json | undefined): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? '')
}

/** Its fields, if it has any. */
export function fieldsOf(input: Json): Readonly<Record<string, Json>> {
  return Object(input) as Readonly<Record<string, Json>>
}

export function yesOrNo(isAccepted: boolean, reason: string): Outcome {
  return isAccepted ? accepted : refusedWith(reason)
}

export function bytesFrom(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256))
}

/** An object as an input: what JSON has of it. */
export function inputOf(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
