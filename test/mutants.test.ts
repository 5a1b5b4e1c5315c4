/** The tool behind `pnpm mutants`, on a small module whose tests leave something open. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { draftOf, type Explanation, readExplanations, sortSurvivors } from '../mutation/explanations.ts'
import { instrumentAll, type Mutant, optionsOf } from '../mutation/instrument.ts'
import type { Verdict } from '../mutation/job.ts'
import { regexMutants } from '../mutation/regex.ts'
import { runMutants } from '../mutation/runner.ts'
import { sources } from '../mutation/scope.ts'
import { readResults, resultsOf, sectionOf } from '../mutation/table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = 'mutation/example/lock.ts'

let verdicts: ReadonlyMap<Mutant, Verdict>
let survivors: readonly Mutant[]

beforeAll(async () => {
  const instrumented = instrumentAll(root, [file], optionsOf(`${root}packages/core/tsconfig.json`))
  verdicts = await runMutants({ root, instrumented, tests: ['mutation/example/checks.ts'] })
  survivors = [...verdicts].filter(([, { outcome }]) => outcome === 'survived' || outcome === 'unreached').map(([mutant]) => mutant)
})

const short = ({ from, to }: Mutant): string => `${from} → ${to}`
const of = (outcome: Verdict['outcome']): string[] =>
  [...verdicts].filter(([, verdict]) => verdict.outcome === outcome).map(([mutant]) => short(mutant))

/** What nobody could notice: no text has a character before its first or after its last. */
const harmless: readonly Explanation[] = [
  {
    file: 'lock.ts',
    line: 'for (let i = 0; i < code.length; i++) sum += Number(code.charAt(i))',
    from: '0',
    to: '-1',
    reason: 'No digit, no sum.',
  },
  {
    file: 'lock.ts',
    line: 'for (let i = 0; i < code.length; i++) sum += Number(code.charAt(i))',
    from: 'i < code.length',
    to: ['i <= code.length'],
    reason: 'No digit, no sum.',
  },
]
const planted = ['tries >= mostTries → tries > mostTries', 'tries >= mostTries → false', 'given !== code → given === code']
/** Of the function that no test calls. */
const forgotten = [
  "{\n  return text === ''\n} → ",
  "text === '' → true",
  "text === '' → false",
  "text === '' → text !== ''",
  "'' → 'mutant'",
]

describe('a small module', () => {
  it('behavior: exactly the planted weaknesses survive, and what changes nothing', () => {
    expect(of('survived')).toEqual([...planted, '0 → -1', 'i < code.length → i <= code.length'])
    expect(of('unreached')).toEqual(['false → true', ...forgotten])
  })

  it('behavior: a loop without end is noticed', () => {
    expect(of('timed out')).toEqual(['i++ → i--'])
  })

  it('behavior: survivors are told apart by the explanations', () => {
    const sorted = sortSurvivors(survivors, harmless, [file])
    expect(sorted.unexplained.map(short).toSorted()).toEqual([...planted, 'false → true', ...forgotten].toSorted())
    expect(sorted.explained.length).toBe(2)
    expect(sorted.stale).toEqual([])
    expect(sortSurvivors(survivors, survivors.map(draftOf), [file])).toMatchObject({ unexplained: [], stale: [] })
  })

  it('error: an explanation of what does not survive', () => {
    const stale = harmless.map((one) => ({ ...one, to: 'i > code.length' }))
    expect(sortSurvivors(survivors, stale, [file]).stale.length).toBe(2)
    expect(sortSurvivors(survivors, stale, ['another.ts']).stale).toEqual([])
  })

  it('behavior: the table counts them', () => {
    const { explained } = sortSurvivors(survivors, harmless, [file])
    const results = resultsOf(verdicts, explained, '2026-03-01')
    expect(results['lock.ts']).toMatchObject({ timedOut: 1, explained: 2, unexplained: survivors.length - 2, date: '2026-03-01' })
    expect(sectionOf(results, harmless)).toContain('| all |')
    expect(sectionOf(results, harmless)).toContain('| `lock.ts` | 2 | No digit, no sum. |')
  })
})

it('behavior: regular expressions lose anchors, quantifiers, classes, alternatives and flags', () => {
  expect(regexMutants('/^a+$/u')).toEqual(['/a+$/u', '/^a*$/u', '/^a+/u', '/^a+$/'])
  expect(regexMutants('/[a-z_]{2,3}/')).toEqual([
    '/[\\s\\S]{2,3}/',
    '/[^a-z_]{2,3}/',
    '/[_]{2,3}/',
    '/[a-z]{2,3}/',
    '/[a-z_]{1,3}/',
    '/[a-z_]{2,4}/',
  ])
  expect(regexMutants('/(?:ab|c)d?/')).toEqual(['/(?:ab|c)d/', '/(?:ab|c)d*/', '/(?:c)d?/', '/(?:ab)d?/'])
})

describe('the last run over the verifier', () => {
  const results = readResults(`${root}mutation/results.json`)

  it('was of every file, and left nothing unexplained', () => {
    expect(Object.keys(results)).toEqual(sources.map((path) => basename(path)))
    for (const [name, { unexplained, mutants, killed, timedOut, explained }] of Object.entries(results)) {
      expect(unexplained, name).toBe(0)
      expect(killed + timedOut + explained, name).toBe(mutants)
    }
  })

  it('is what the document shows', () => {
    expect(
      readFileSync(`${root}docs/security.md`, 'utf8').includes(sectionOf(results, readExplanations(`${root}mutation/explained.json`))),
    ).toBe(true)
  })

  it('has a reason for each that survived', () => {
    for (const { file: name, reason } of readExplanations(`${root}mutation/explained.json`)) {
      expect(sources.map((path) => basename(path))).toContain(name)
      expect(reason.length).toBeGreaterThan(20)
    }
  })
})
