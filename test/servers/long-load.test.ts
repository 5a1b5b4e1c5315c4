/** `pnpm load`, short: a service that is broken again and again, and what watches it. It runs what is built: `pnpm build` first (`npm test` does). */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { hasRedis } from './redis.ts'

const script = fileURLToPath(new URL('../../scripts/long-load.mjs', import.meta.url))

interface Results {
  readonly failures: readonly string[]
  readonly complaints: readonly string[]
  readonly totals: { readonly answers: number; readonly right: number; readonly excused: number; readonly wrong: number }
  readonly ledger: { readonly accepted: number; readonly replays: number; readonly bad: number; readonly nonsense: number }
  readonly unfounded: number
  readonly kinds: Readonly<Record<string, { readonly answers: number; readonly right: number }>>
  readonly faults: readonly { readonly name: string }[]
  readonly wrong: readonly { readonly kind: string; readonly said: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'session-sigs-load-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What it found; that it found something is no error of the program's own. */
function run(name: string, ...args: readonly string[]): Promise<Results> {
  const out = join(folder, `${name}.json`)
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script, '--out', out, ...args], (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(readFileSync(out, 'utf8')))
      } catch {
        reject(new Error(`There are no results: ${error?.message}\n${stdout}${stderr}`))
      }
    })
  })
}

describe.skipIf(!hasRedis())('long load', () => {
  it('a fault every five seconds: nothing bad is accepted, nothing twice, nothing good is called bad, and all is right again by itself', async () => {
    const results = await run('short', '--minutes', '0.4', '--every', '5', '--rate', '60', '--seed', '7')
    const { totals, ledger, faults, kinds, wrong } = results
    expect(wrong).toEqual([])
    expect(ledger).toEqual({ accepted: expect.any(Number), replays: 0, bad: 0, nonsense: 0 })
    expect(results.unfounded).toBe(0)
    expect(results.complaints).toEqual([])
    expect(results.failures).toEqual([])
    expect(faults.length).toBeGreaterThanOrEqual(4)
    // A program that sends nothing finds nothing.
    expect(ledger.accepted).toBeGreaterThan(300)
    expect(totals.right).toBeGreaterThan(totals.answers / 2)
    for (const kind of ['signed', 'contract wallet', 'session signature, second form', 'replayed', 'revoked', 'not granted', 'other body'])
      expect(kinds[kind]?.right, kind).toBeGreaterThan(0)
  }, 120_000)

  it('servers that do not share their nonces accept requests twice, which this finds', async () => {
    const { failures, ledger, wrong } = await run('unshared', ...'--minutes 0.15 --every 4 --rate 60 --seed 7 --nonces memory'.split(' '))
    expect(ledger.replays).toBeGreaterThan(0)
    expect(wrong).toContainEqual(expect.objectContaining({ kind: 'replayed', said: '200' }))
    expect(failures).toContainEqual(`${ledger.replays} requests accepted more than once`)
  }, 120_000)
})
