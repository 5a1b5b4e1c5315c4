/** Tries one parser with so many inputs: those that are kept, those the grammar makes, and changed ones of all that showed something new. */
import { choose, type Entry } from './corpus.ts'
import { type Coverage, featuresNow, newCoverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { readOnce } from './once.ts'
import { type Json, type Outcome, type Parser, Violation } from './parser.ts'
import { type Random, randomOf } from './random.ts'
import { shrink } from './shrink.ts'
import { checkGrowth, pumped, shortest, slowness } from './timing.ts'

export interface Budget {
  readonly inputs: number
  readonly seconds: number
}

interface Found {
  readonly property: string
  readonly detail: string
  readonly input: Json
}

/** What came of a parser's share. */
export interface Tally {
  readonly parser: string
  readonly reads: string
  inputs: number
  readonly codes: Record<string, number>
  readonly found: Found[]
  /** Different places of our source that were reached. */
  places: number
  /** How much longer an input took than a busy one of its length, at most. */
  slowest: number
  corpus: readonly Json[]
}

export interface Settings {
  readonly seed: string
  readonly words: readonly string[]
  readonly budget: Budget
  /** Whether the corpus is made anew, smaller. */
  readonly keeps: boolean
  onProgress(tally: Tally): void
}

class Trial {
  readonly tally: Tally
  readonly #parser: Parser
  readonly #settings: Settings
  readonly #random: Random
  readonly #coverage: Coverage = newCoverage()
  readonly #entries: Entry[] = []

  constructor(parser: Parser, settings: Settings) {
    this.#parser = parser
    this.#settings = settings
    this.#random = randomOf(`${settings.seed} ${parser.name}`)
    this.tally = { parser: parser.name, reads: parser.reads, inputs: 0, codes: {}, found: [], places: 0, slowest: 0, corpus: [] }
  }

  async #report(violation: Violation, input: Json): Promise<void> {
    const { property, message } = violation
    if (this.tally.found.some((one) => one.property === property)) return
    const isSame = async (smaller: Json): Promise<boolean> =>
      (await readOnce(this.#parser, smaller, newCoverage())).violation?.property === property
    const small = property.startsWith('bounded') ? input : await shrink(input, isSame, 400)
    this.tally.found.push({ property, detail: message, input: small })
  }

  #count({ code }: Outcome): void {
    this.tally.inputs += 1
    this.tally.codes[code] = (this.tally.codes[code] ?? 0) + 1
  }

  async try(input: Json): Promise<void> {
    const { outcome, violation, features, milliseconds } = await readOnce(this.#parser, input, this.#coverage, this.#random.chance(0.06))
    if (violation || !outcome) {
      this.#count({ code: 'violation', reason: '' })
      await this.#report(violation ?? new Violation('total: gives an outcome', ''), input)
      return
    }
    this.#count(outcome)
    if (features.length > 0) this.#entries.push({ input, features: new Set(features) })
    // The first readings are slow, whatever they read; and measuring takes longer than reading.
    if (this.tally.inputs > 200 && this.#random.chance(0.1)) await this.#measure(input, milliseconds)
  }

  /** Whether the parser's work grows as its input does, at all. */
  async checkGrowth(): Promise<void> {
    const { speed } = this.#parser
    try {
      if (speed) await checkGrowth(speed)
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      await this.#report(error, '')
    }
  }

  async #measure(input: Json, seemed: number): Promise<void> {
    const { speed } = this.#parser
    // Once is enough: what takes long is not done again and again.
    if (!speed || this.tally.found.some(({ property }) => property.startsWith('bounded'))) return
    try {
      this.tally.slowest = await slowness(speed, input, seemed, Math.max(this.tally.slowest, 1))
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      await this.#report(error, input)
    }
  }

  /** Seldom the same as before, mostly something near what was new. */
  next(): Json {
    const random = this.#random
    if (this.#entries.length === 0 || random.chance(0.25)) return this.#parser.generate(random)
    const entries = this.#entries
    const { input } = random.chance(0.3)
      ? (entries.at(-1 - random.below(Math.min(20, entries.length))) ?? random.pick(entries))
      : random.pick(entries)
    const others = [random.pick(entries).input, this.#parser.generate(random)]
    return mutate(input, random, { words: this.#settings.words, others })
  }

  /** A long one: read for its own sake as well. */
  async grow(): Promise<void> {
    const random = this.#random
    const input = pumped(
      random.chance(0.5) || this.#entries.length === 0 ? this.#parser.generate(random) : random.pick(this.#entries).input,
      random,
    )
    await this.try(input)
    const { speed } = this.#parser
    if (speed) await this.#measure(input, await shortest(speed, input, 1))
  }

  /** The fewest inputs that show it all, each as small as it can be. */
  async settle(): Promise<void> {
    this.tally.places = this.#coverage.places()
    if (!this.#settings.keeps) return
    const kept: Json[] = []
    for (const input of choose(this.#entries)) kept.push(await this.#smaller(input))
    this.tally.corpus = kept
  }

  async #smaller(input: Json): Promise<Json> {
    const wanted = this.#entries.find((entry) => entry.input === input)?.features ?? new Set()
    const showsAll = async (smaller: Json): Promise<boolean> => {
      const { outcome } = await readOnce(this.#parser, smaller, newCoverage())
      if (!outcome) return false
      const shown = featuresNow(outcome)
      return [...wanted].every((feature) => shown.has(feature))
    }
    return shrink(input, showsAll, 150)
  }
}

/** Tries a parser with what is kept, and then with new inputs until the budget is used up. */
export async function fuzz(parser: Parser, kept: readonly Json[], settings: Settings): Promise<Tally> {
  const trial = new Trial(parser, settings)
  const end = performance.now() + settings.budget.seconds * 1000
  const { tally } = trial
  for (const input of [...parser.seeds(), ...kept]) await trial.try(input)
  await trial.checkGrowth()
  while (tally.inputs < settings.budget.inputs && performance.now() < end) {
    await trial.try(trial.next())
    if (tally.inputs % 100 === 0) await trial.grow()
    if (tally.inputs % 1000 === 0) settings.onProgress(tally)
  }
  await trial.settle()
  return tally
}
