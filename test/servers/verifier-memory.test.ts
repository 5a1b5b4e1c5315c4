/** What a verifier remembers of a session takes no more than it is counted with, however long the texts are that it was a piece of. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'session-sigs-verifier-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a session takes no more than its delegation, its key and its text are counted with', async () => {
  const outfile = join(folder, 'memory.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('verifier-memory.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@session-sigs/source'],
    outfile,
  })
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', outfile, '450'])
  const { collected, text, message }: Record<'collected' | 'text' | 'message', number> = JSON.parse(stdout)
  const delegation = 4 * message + 64 + 1536
  const key = 3072
  const known = 6 * text + 2048 + key
  expect(collected).toBeGreaterThan(text)
  expect(collected).toBeLessThan(delegation + key + known)
}, 120_000)
