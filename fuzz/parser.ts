/** What the fuzzer knows of each reader of data from outside, and what such a reader must never do. */
import type { Random } from './random.ts'

/** Inputs are JSON, so that they can be kept; `hostile.ts` says how values are written that are none. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** How one input was judged: accepted, or refused with that code and for that reason (without what it quotes). */
export interface Outcome {
  readonly code: 'accepted' | string
  readonly reason: string
}

/** How the time is judged that a parser takes. */
export interface Speed {
  /** The reading alone, without what is held against it. What it throws is not looked at. */
  run(input: Json): unknown
  /** A good input of about so many characters that gives the reader all the work it ever has: what others of that length are compared with. */
  busy(length: number): Json
  /** How much longer than that an input of the same length may take; 8. */
  readonly slack?: number
}

export interface Parser {
  readonly name: string
  /** What is read, by which functions: a line for the table. */
  readonly reads: string
  /** Its share of all inputs. */
  readonly weight: number
  /** Good inputs, and others that are worth beginning with. */
  seeds(): readonly Json[]
  /** An input that is right or nearly so, made by the grammar. */
  generate(random: Random): Json
  /**
   * Reads an input and holds what came of it against what is promised.
   *
   * @throws Violation
   */
  read(input: Json): Outcome | Promise<Outcome>
  readonly speed?: Speed
}

/** A property that does not hold for an input. */
export class Violation extends Error {
  override readonly name = 'Violation'
  /** Which one: the same for all inputs that break it. */
  readonly property: string

  constructor(property: string, detail: unknown, options?: ErrorOptions) {
    super(`${property}: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`.slice(0, 2000), options)
    this.property = property
  }
}

/** @throws Violation unless it holds */
export function must(holds: boolean, property: string, detail: unknown = ''): void {
  if (!holds) throw new Violation(property, detail)
}
