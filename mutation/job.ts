/** What the two processes tell each other. */

/** Everything that a worker needs once. */
export interface Job {
  /** Absolute path → instrumented code. */
  readonly sources: readonly (readonly [string, string])[]
  /** Absolute paths. */
  readonly tests: readonly string[]
  /** Of a property, at most. */
  readonly mostRuns: number
}

/** A test as it is when nothing is wrong. */
export interface PlannedTest {
  readonly file: string
  readonly index: number
  readonly name: string
  /** Numbers of mutants. */
  readonly reached: readonly number[]
  readonly milliseconds: number
  readonly turns: number
}

export interface Plan {
  readonly tests: readonly PlannedTest[]
  /** Reached while the file is loaded, before any test. */
  readonly onLoad: readonly number[]
  /** Tests that fail though nothing is wrong. */
  readonly failures: readonly { readonly name: string; readonly error: string }[]
}

export interface Verdict {
  readonly id: number
  readonly outcome: 'killed' | 'timed out' | 'survived' | 'unreached'
  /** Nothing but the clock says so: the machine may have been busy with something else. */
  readonly isByClock?: boolean
  /** The test that failed. */
  readonly by?: string
  readonly test?: PlannedTest
}
