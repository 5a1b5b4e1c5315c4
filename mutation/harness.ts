/**
 * What test files find in place of the test runner: they are collected, and run one by one as often as needed.
 */
type Body = (...args: never[]) => unknown

interface Suite {
  readonly parent: Suite | undefined
  readonly name: string
  readonly hooks: Readonly<Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Body[]>>
  isBegun: boolean
}

export interface Test {
  readonly name: string
  readonly suite: Suite
  readonly run: Body
}

function suiteOf(name: string, parent: Suite | undefined): Suite {
  return { parent, name, hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] }, isBegun: false }
}

const around = (suite: Suite): Suite[] => (suite.parent ? [...around(suite.parent), suite] : [suite])

/** `it` and `describe` take their function last, or before a time limit. */
const bodyOf = (args: readonly unknown[]): Body => args.find((arg) => typeof arg === 'function') as Body

/** The functions that a test file imports, and the tests that it has declared by them. */
export class Collection {
  readonly tests: Test[] = []
  #suite = suiteOf('', undefined)

  readonly api: Readonly<Record<string, unknown>>

  constructor() {
    const it = (name: string, ...args: unknown[]): void => void this.tests.push({ name, suite: this.#suite, run: bodyOf(args) })
    const describe = (name: string, ...args: unknown[]): void => this.#within(name, bodyOf(args))
    const hook = (kind: keyof Suite['hooks']) => (run: Body) => void this.#suite.hooks[kind].push(run)
    const hooks = { beforeAll: hook('beforeAll'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'), afterAll: hook('afterAll') }
    this.api = { it: this.#withVariants(it), test: this.#withVariants(it), describe: this.#withVariants(describe), ...hooks }
  }

  #within(name: string, run: Body): void {
    const outer = this.#suite
    this.#suite = suiteOf(name, outer)
    run()
    this.#suite = outer
  }

  #withVariants(declare: (name: string, ...args: unknown[]) => void): unknown {
    const nothing = (): void => undefined
    const each =
      (table: readonly unknown[]) =>
      (name: string, ...args: unknown[]): void => {
        for (const [i, row] of table.entries()) {
          const run = bodyOf(args) as (...given: unknown[]) => unknown
          declare(`${name} #${i}`, () => run(...(Array.isArray(row) ? row : [row])))
        }
      }
    const skipIf = (no: unknown): unknown => (no ? nothing : declare)
    return Object.assign(declare, { each, skip: nothing, skipIf, runIf: (yes: unknown) => skipIf(!yes) })
  }
}

async function runHooks(suite: Suite, kind: keyof Suite['hooks']): Promise<void> {
  for (const run of suite.hooks[kind]) await run()
}

/** Runs one test with everything that belongs around it. What is done once for a suite is not done again. */
export async function runTest({ suite, run }: Test): Promise<void> {
  const suites = around(suite)
  for (const one of suites) {
    if (one.isBegun) continue
    one.isBegun = true
    await runHooks(one, 'beforeAll')
  }
  try {
    for (const one of suites) await runHooks(one, 'beforeEach')
    await run()
  } finally {
    for (const one of suites.toReversed()) await runHooks(one, 'afterEach')
  }
}
