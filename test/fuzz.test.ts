/**
 * A short run of `pnpm fuzz`: what is kept, what was broken once, and some seconds of new inputs, by a new seed each time. `FUZZ_SEED` repeats a run; a violation prints the input
 * that showed it.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { expect, it } from 'vitest'
import { instrument } from '../fuzz/instrument.mjs'
import { tableOf } from '../fuzz/table.mjs'
import { listFiles } from './files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const seed = process.env['FUZZ_SEED'] ?? String(Date.now() % 1_000_000_000)
const run = promisify(execFile)

/** What a program printed, whether or not it liked what it found. */
async function outputOf(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24, timeout: 280_000 })
    return { code: 0, text: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: stdout + stderr }
  }
}

it(`no parser breaks a promise (seed ${seed})`, { timeout: 300_000 }, async () => {
  const { code, text } = await outputOf('fuzz/run.mjs', '--dry', '--seconds', '25', '--seed', seed)
  expect(code, text).toBe(0)
  const lines = [...text.matchAll(/^([a-z0-9-]+): accepted ([0-9,]+), (.+)$/gm)]
  expect(lines.length).toBeGreaterThan(40)
  // Inputs that are all refused, or all accepted, would show little.
  for (const [line, , accepted] of lines) expect(accepted, line).not.toBe('0')
})

it('a mistake in our source is found', { timeout: 300_000 }, async () => {
  const { code, text } = await outputOf('fuzz/planted.mjs', 'json', 'siwe', 'envelope', 'key-pair')
  expect(text.match(/^found /gm)).toHaveLength(4)
  expect(code, text).toBe(0)
})

it('counters change nothing but that there are some', async () => {
  const sources = listFiles(root, 'packages/').filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path))
  expect(sources.length).toBeGreaterThan(100)
  for (const path of sources) {
    const source = readFileSync(root + path, 'utf8')
    const { text, count } = instrument(path, source, 0, './edges.ts')
    const [counted, plain] = await Promise.all([text, source].map((code) => transform(code, { loader: 'ts', minifySyntax: false })))
    expect((text.match(/countedEdges\[/g) ?? []).length, path).toBe(count)
    if (count === 0) expect(counted?.code.replace(/import \{ edges.*\n/, ''), path).toBe(plain?.code)
  }
})

it('the security page has the results of the last whole run', () => {
  const results: object = JSON.parse(readFileSync(`${root}fuzz/results.json`, 'utf8'))
  expect(readFileSync(`${root}docs/security.md`, 'utf8')).toContain(tableOf(results))
})
