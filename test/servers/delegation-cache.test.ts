/** What a server remembers of delegations stays within its bound, in bytes as they are and not only as they are counted. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

const sessions = 100_000
/** As `delegationBytes` is where nothing is said. */
const bound = 67_108_864
/** So many, the newest, are real to the last byte of the wallet's signature. */
const real = 200
/** What an entry is counted with besides its delegations. */
const own = 3072

interface Entry {
  readonly counted: number
  readonly measured: number
}

interface Found {
  readonly key: number
  readonly entries: Readonly<Record<string, Entry>>
  readonly overflow: { taken: number; kept: number; firstKept: number; isUnbroken: boolean; usable: number }
}

const folder = mkdtempSync(join(tmpdir(), 'session-sigs-memory-'))
let found: Found

beforeAll(async () => {
  const outfile = join(folder, 'memory.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('delegation-memory.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@session-sigs/source'],
    outfile,
  })
  const args = ['--expose-gc', outfile, sessions, bound, real].map(String)
  const { stdout } = await promisify(execFile)(process.execPath, args)
  found = JSON.parse(stdout)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('an entry takes no more than it is counted: as clients send them, and as somebody sends them who wants much room', () => {
  expect(Object.keys(found.entries)).toEqual(expect.arrayContaining(['plain', 'recap', 'several', 'long resource', 'empty objects']))
  for (const [kind, { counted, measured }] of Object.entries(found.entries)) {
    expect(measured, kind).toBeGreaterThan(0)
    // The platform's own part of a key is not in what was measured.
    expect(measured + found.key, kind).toBeLessThan(counted + own)
  }
})

it('a key that was used is a part of what is counted', () => {
  expect(found.key).toBeLessThan(own)
})

it('100,000 sessions: the newest are kept, as many as fit, the oldest dropped, and all that are kept can be used', () => {
  const { taken, kept, firstKept, isUnbroken, usable } = found.overflow
  expect(isUnbroken).toBe(true)
  expect(kept).toBe(sessions - firstKept)
  expect(usable).toBe(real)
  const fit = bound / ((found.entries['plain']?.counted ?? Number.NaN) + own)
  expect(kept).toBeGreaterThan(0.95 * fit)
  expect(kept).toBeLessThan(1.05 * fit)
  expect(taken + kept * found.key).toBeLessThan(bound)
  // What takes nearly nothing would not be there at all.
  expect(taken).toBeGreaterThan(kept * 1000)
})
