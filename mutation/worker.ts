/**
 * The process in which mutants are run. It may be ended at any time: whoever started it knows how far it came.
 */
import { performance } from 'node:perf_hooks'
import { Script } from 'node:vm'
import * as vitest from 'vitest'
import { bundle, type Outside } from './bundle.ts'
import { Collection, runTest, type Test } from './harness.ts'
import type { Job, Plan, PlannedTest, Verdict } from './job.ts'

/** More turns of loops than any test takes, for one that never ends. */
const spareTurns = 2_000_000

let active = 0
let reached: Set<number> | undefined
let turns = 0
let mostTurns = Number.POSITIVE_INFINITY

const $mutation = {
  $mutant(id: number): boolean {
    reached?.add(id)
    return id === active
  },
  $turn(): void {
    turns += 1
    if (turns > mostTurns) throw new Error('a loop without end')
  },
  outside: {} as Outside,
}
Object.assign(globalThis, { $mutation })

interface RunLimits {
  readonly numRuns?: number
}
type Assert = (property: unknown, limits: object) => unknown

/** Properties: the same inputs every time, not too many, and none of the work of finding a smaller one that fails. */
function steady(fastCheck: Record<string, unknown>, most: number): Record<string, unknown> {
  const check = fastCheck['assert'] as Assert
  const assert = (property: unknown, given: RunLimits = {}): unknown =>
    check(property, { ...given, seed: 20_260_301, numRuns: Math.min(given.numRuns ?? 100, most), endOnFailure: true })
  const all = { ...fastCheck, assert }
  return { ...all, default: all }
}

/** The runner's own waiting needs the runner. */
async function waitFor<T>(check: () => T, { timeout = 1000 }: { timeout?: number } = {}): Promise<T> {
  for (const end = performance.now() + timeout; ; await new Promise((resolve) => setTimeout(resolve, 5))) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}

const expect = Object.assign((...args: Parameters<typeof vitest.expect>) => vitest.expect(...args), vitest.expect, { soft: vitest.expect })
const mocking = Object.assign(Object.create(vitest.vi), { waitFor })

const scripts = new Map<string, Script>()

async function load(job: Job): Promise<void> {
  const instrumented = new Map(job.sources)
  $mutation.outside['vitest'] = { ...new Collection().api, expect, vi: mocking }
  const adapt = (name: string, all: Record<string, unknown>): Record<string, unknown> =>
    name === 'fast-check' ? steady(all, job.mostRuns) : all
  for (const file of job.tests)
    scripts.set(file, new Script(await bundle(file, instrumented, $mutation.outside, adapt), { filename: file }))
}

/** Everything of a test file anew, so that nothing of another mutant is remembered. */
function evaluate(file: string): readonly Test[] {
  const { api, tests } = new Collection()
  $mutation.outside['vitest'] = { ...api, expect, vi: mocking }
  scripts.get(file)?.runInThisContext()
  return tests
}

class TooLong extends Error {}

async function within<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLong()), milliseconds)
  })
  try {
    return await Promise.race([run(), limit])
  } finally {
    clearTimeout(timer)
  }
}

/** What each test of a file reaches, on its own: what it is when nothing is wrong. */
async function record(file: string): Promise<Plan> {
  const [onLoad, plans, failures]: [Set<number>, PlannedTest[], { name: string; error: string }[]] = [new Set(), [], []]
  reached = onLoad
  const count = evaluate(file).length
  for (let index = 0; index < count; index++) {
    reached = new Set()
    turns = 0
    const begun = performance.now()
    const test = evaluate(file)[index]
    if (!test) continue
    try {
      await runTest(test)
    } catch (error) {
      failures.push({ name: test.name, error: String(error) })
      continue
    }
    plans.push({ file, index, name: test.name, reached: [...reached], milliseconds: performance.now() - begun, turns })
  }
  reached = undefined
  return { tests: plans, onLoad: [...onLoad], failures }
}

type Outcome = 'passed' | 'failed' | 'timed out'

async function outcomeOf(test: Test | undefined, plan: PlannedTest): Promise<Outcome> {
  // A mutant may leave out a test.
  if (!test) return 'failed'
  turns = 0
  mostTurns = plan.turns * 10 + spareTurns
  try {
    await within(plan.milliseconds * 10 + 3000, () => runTest(test))
    return turns > mostTurns ? 'timed out' : 'passed'
  } catch (error) {
    return turns > mostTurns || error instanceof TooLong ? 'timed out' : 'failed'
  } finally {
    mostTurns = Number.POSITIVE_INFINITY
  }
}

/** Runs the tests of one mutant, in their order, until one fails. */
async function judge(id: number, tests: readonly PlannedTest[]): Promise<Verdict> {
  active = id
  let file = ''
  let found: readonly Test[] = []
  for (const plan of tests) {
    if (plan.file !== file) {
      file = plan.file
      turns = 0
      mostTurns = spareTurns
      try {
        found = evaluate(file)
      } catch {
        return { id, outcome: turns > mostTurns ? 'timed out' : 'killed', by: `${file}: loading` }
      }
    }
    const outcome = await outcomeOf(found[plan.index], plan)
    vitest.vi.restoreAllMocks()
    vitest.vi.unstubAllGlobals()
    if (outcome === 'passed') continue
    const isByClock = outcome === 'timed out' && turns <= plan.turns * 10 + spareTurns
    return { id, outcome: outcome === 'failed' ? 'killed' : outcome, isByClock, by: `${file}: ${plan.name}`, test: plan }
  }
  return { id, outcome: tests.length === 0 ? 'unreached' : 'survived' }
}

const send = (message: unknown): void => void process.send?.(message)

/** The requests of who started this process, one after another. */
async function answer(request: Job | { record: string } | { judge: number; tests: readonly PlannedTest[] }): Promise<void> {
  if ('sources' in request) {
    await load(request)
    send('ready')
  } else if ('record' in request) send(await record(request.record))
  else {
    send(await judge(request.judge, request.tests))
    active = 0
  }
}

// What a mutant leaves behind is no concern of the next one.
process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
// Whoever started this is gone.
process.on('disconnect', () => process.exit())
for (const name of ['log', 'warn', 'error', 'info'] as const) console[name] = () => undefined
process.on('message', (request: Parameters<typeof answer>[0]) => {
  answer(request).catch((error: unknown) => send({ problem: String(error instanceof Error ? error.stack : error) }))
})
