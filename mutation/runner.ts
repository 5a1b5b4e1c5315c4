/**
 * Runs mutants: each by the tests that reach it, in a process that is ended where it does not come back.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Instrumented, Mutant } from './instrument.ts'
import type { Job, Plan, PlannedTest, Verdict } from './job.ts'

/** No test takes so long, in milliseconds; a regular expression gone wrong may. */
const patience = 60_000

/** One compiled worker for all runs; `folder` is where built things are kept, within reach of the installed packages. */
async function buildWorker(folder: string, source: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const outfile = `${folder}/worker-${process.pid}.mjs`
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  })
  return outfile
}

/** A process that is started when something is asked of it, and again after it was ended. */
class Worker {
  #child: ChildProcess | undefined
  readonly #script: string
  readonly #job: Job

  constructor(script: string, job: Job) {
    this.#script = script
    this.#job = job
  }

  end(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  /** The answer; `undefined` where the process did not give one in time, and was ended. */
  async #send(request: unknown, milliseconds: number): Promise<unknown> {
    const child = this.#child
    if (!child) return undefined
    return new Promise((resolve, reject) => {
      const done = (answer: unknown): void => {
        clearTimeout(timer)
        child.removeAllListeners()
        if (typeof answer === 'object' && answer !== null && 'problem' in answer) reject(new Error(String(answer.problem)))
        else resolve(answer)
      }
      const timer = setTimeout(() => {
        this.end()
        done(undefined)
      }, milliseconds)
      child.once('message', done)
      child.once('exit', () => {
        this.#child = undefined
        done(undefined)
      })
      child.send(request as object)
    })
  }

  async ask(request: unknown, milliseconds: number = patience): Promise<unknown> {
    if (!this.#child) {
      this.#child = fork(this.#script, [], {
        env: { ...process.env, FUZZ_RUNS: String(this.#job.mostRuns) },
        execArgv: ['--stack-size=900'],
      })
      if ((await this.#send(this.#job, patience)) !== 'ready') throw new Error('The tests cannot be loaded.')
    }
    return this.#send(request, milliseconds)
  }
}

export interface RunOptions {
  readonly instrumented: ReadonlyMap<string, Instrumented>
  /** Absolute path of the repository, with a slash. */
  readonly root: string
  /** From the root. */
  readonly tests: readonly string[]
  /** Inputs of a property, at most. */
  readonly mostRuns?: number
  /** Names of tests that may fail without a mutant, and why. */
  readonly excused?: Readonly<Record<string, string>>
  /** Only these are run; all by default. */
  readonly isWanted?: (mutant: Mutant) => boolean
  readonly progress?: (verdict: Verdict, mutant: Mutant) => void
}

/** Which tests to run for each mutant. What a module does when it is loaded concerns every test that reaches the module. */
function testsOf(mutant: Mutant, plans: readonly Plan[], ofFile: ReadonlySet<number>): PlannedTest[] {
  const direct = plans.flatMap(({ tests }) => tests.filter(({ reached }) => reached.includes(mutant.id)))
  const isLoaded = mutant.isStatic || plans.some(({ onLoad }) => onLoad.includes(mutant.id))
  if (!isLoaded) return direct
  const all = plans.flatMap(({ tests }) => tests.filter(({ reached }) => reached.some((id) => ofFile.has(id))))
  // Of a module that only declares things, no test reaches anything: whatever loads it may tell.
  return all.length > 0 ? all : plans.filter(({ onLoad }) => onLoad.includes(mutant.id)).flatMap(({ tests }) => tests)
}

/** The fastest test files first, and in each the fastest tests; before all of them those that found the last mutants of the file. */
function inOrder(tests: readonly PlannedTest[], lately: readonly PlannedTest[]): PlannedTest[] {
  const first = lately.filter((test) => tests.includes(test))
  const rest = tests.filter((test) => !first.includes(test)).sort((a, b) => a.milliseconds - b.milliseconds)
  const total = new Map<string, number>()
  for (const { file, milliseconds } of rest) total.set(file, (total.get(file) ?? 0) + milliseconds)
  return [
    ...first,
    ...rest.sort((a, b) => (total.get(a.file) ?? 0) - (total.get(b.file) ?? 0) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
  ]
}

async function recordAll(worker: Worker, tests: readonly string[], excused: Readonly<Record<string, string>>): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const file of tests) {
    const plan = (await worker.ask({ record: file }, 10 * patience)) as Plan | undefined
    if (!plan) throw new Error(`${file} does not come to an end.`)
    plans.push(plan)
  }
  const failures = plans.flatMap((plan) => plan.failures).filter(({ name }) => !Object.hasOwn(excused, name))
  if (failures.length > 0)
    throw new Error(`These tests fail without any mutant:\n${failures.map(({ name, error }) => `${name}: ${error}`).join('\n')}`)
  return plans
}

async function judgeAll(
  worker: Worker,
  { instrumented, isWanted = () => true, progress }: RunOptions,
  plans: readonly Plan[],
): Promise<Map<Mutant, Verdict>> {
  const verdicts = new Map<Mutant, Verdict>()
  for (const { mutants } of instrumented.values()) {
    const ofFile = new Set(mutants.filter(({ isStatic }) => !isStatic).map(({ id }) => id))
    let lately: PlannedTest[] = []
    for (const mutant of mutants.filter(isWanted)) {
      const tests = inOrder(testsOf(mutant, plans, ofFile), lately)
      const { id } = mutant
      const slim = tests.map((test) => ({ ...test, reached: [] }))
      const limit = patience + tests.reduce((sum, { milliseconds }) => sum + 3 * milliseconds, 0)
      const ask = async (): Promise<Verdict | undefined> => (await worker.ask({ judge: id, tests: slim }, limit)) as Verdict | undefined
      const first = await ask()
      // Once more where only the clock said so: a process may have been stopped, or the machine busy.
      const verdict = (first && !first.isByClock ? first : await ask()) ?? { id, outcome: 'timed out', by: 'the process was ended' }
      const test = tests.find(({ file, index }) => file === verdict.test?.file && index === verdict.test.index)
      if (test) lately = [test, ...lately.filter((other) => other !== test)].slice(0, 3)
      verdicts.set(mutant, verdict)
      progress?.(verdict, mutant)
    }
  }
  return verdicts
}

/** What became of each mutant. */
export async function runMutants(options: RunOptions): Promise<Map<Mutant, Verdict>> {
  const { root, instrumented, tests, mostRuns = 100, excused = {} } = options
  const script = await buildWorker(`${root}node_modules/.cache/mutants`, fileURLToPath(new URL('mutation/worker.ts', `file://${root}`)))
  const job: Job = {
    sources: [...instrumented].map(([file, { code }]) => [root + file, code]),
    tests: tests.map((file) => root + file),
    mostRuns,
  }
  const worker = new Worker(script, job)
  try {
    return await judgeAll(worker, options, await recordAll(worker, job.tests, excused))
  } finally {
    worker.end()
    rmSync(script, { force: true })
  }
}
