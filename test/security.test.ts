/** docs/security.md names, for each attack, the tests that play it: they are there, and run. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { root } from './manifests.ts'
import { rowsOf, sectionOf } from './tables.ts'
import { testsIn, testsOf } from './test-titles.ts'

const page = readFileSync(`${root}docs/security.md`, 'utf8')

const rows = rowsOf(page).filter((row) => Object.hasOwn(row, 'shown by'))

const named = /^\[[^\]]+\]\(\.\.\/([^)]+\.test\.ts)\): \*([^*]+)\*$/

/** The tests that a cell names, one a line of it. */
function testsNamed(cell: string): { path: string; title: string }[] {
  return cell.split('<br>').map((line) => {
    const [, path = '', title = ''] = named.exec(line.trim()) ?? expect.fail(`This names no test: ${line}`)
    return { path, title }
  })
}

describe('the tests of a file', () => {
  const text = `
    it('one', () => {})
    it.each(['6', '7'])('two of %s', () => {})
    for (const x of [4]) it(\`three \${x} and so on\`, () => {})
    it.skip('four', () => {})
    describe.skip('off', () => { it('five', () => {}) })
    it.fails('six', () => {})
    describe.skipIf(!browser)('on', () => { it('seven', () => {}) })
    call('eight', () => {})`
  const tests = testsIn(text)
  const found = (title: string) => tests.find((test) => test.matches(title))

  it('are found by the titles that they have when they run', () => {
    for (const title of ['one', 'two of 7', 'three 4 and so on', 'seven']) expect(found(title)?.isOff, title).toBe(false)
    for (const title of ['on', 'one ', 'two of', 'two of 9', 'three and so on', 'eight', 'off']) expect(found(title), title).toBe(undefined)
  })

  it('are found where their titles stand in a list', () => {
    const [test] = testsIn("for (const [name, run] of [['a case', () => {}]]) it(name, run)")
    expect(['a case', 'a', 'case', 'another'].map((title) => test?.matches(title))).toEqual([true, false, false, false])
  })

  it('are known to be off where they are', () => {
    for (const title of ['four', 'five', 'six']) expect(found(title)?.isOff, title).toBe(true)
  })
})

describe('docs/security.md', () => {
  it('has a threat model of whole rows', () => {
    expect(rows.length).toBeGreaterThan(40)
    for (const row of rows) for (const [name, text] of Object.entries(row)) expect(text, `${name} in ${JSON.stringify(row)}`).not.toBe('')
    const assets = rowsOf(sectionOf(page, 'What is worth something')).map((row) => row['asset'])
    for (const row of rows) expect(assets).toContain(row['asset'])
    const attackers = page.split('## Who, what, and what stops it')[1]?.split(/^## /m)[0]?.split(/^### /m).slice(1) ?? []
    expect(attackers.length).toBeGreaterThan(7)
    for (const one of attackers) expect(rowsOf(one).length, one.split('\n')[0]).toBeGreaterThan(0)
  })

  const tests = new Map<string, ReturnType<typeof testsOf>>()
  const testsAt = (path: string): ReturnType<typeof testsOf> => {
    const known = tests.get(path) ?? (existsSync(root + path) ? testsOf(root + path) : [])
    tests.set(path, known)
    return known
  }

  it.each(rows.flatMap((row) => testsNamed(row['shown by'] ?? '').map(({ path, title }) => [path, title] as const)))(
    '%s: %s',
    (path, title) => {
      const all = testsAt(path)
      const found = all.filter((test) => test.matches(title))
      expect(found.length, `among ${all.length}: ${all.map((test) => test.title).join(' · ')}`).toBeGreaterThan(0)
      expect(found.some(({ isOff }) => isOff)).toBe(false)
    },
  )

  it('shows what the tools that fill it in have found', () => {
    for (const tool of ['mutants', 'fuzz', 'load']) {
      const [begin, end] = [`<!-- ${tool}:begin -->`, `<!-- ${tool}:end -->`].map((marker) => page.split(marker).length - 1)
      expect([begin, end], tool).toEqual([1, 1])
      expect(page.indexOf(`<!-- ${tool}:begin -->`)).toBeLessThan(page.indexOf(`<!-- ${tool}:end -->`))
    }
  })
})
