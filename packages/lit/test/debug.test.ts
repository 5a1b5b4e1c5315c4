/** `debug: true` says what happens, and neither it nor anything else of a client says a secret. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closedUrl } from './connect-rig.ts'
import type { Life, Start } from './debug-life.ts'

interface Lived extends Life {
  readonly stdout: string
  readonly stderr: string
}

const folder = mkdtempSync(join(tmpdir(), 'session-sigs-debug-'))
const program = join(folder, 'life.mjs')
let network: Network
let down = ''

beforeAll(async () => {
  network = await startNetwork({ count: 2 })
  down = await closedUrl()
  await build({
    entryPoints: [fileURLToPath(new URL('debug-life.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@session-sigs/source', 'import'],
    // Some of what the wallet is made of is CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    outfile: program,
  })
}, 60_000)

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await network.close()
})

async function live(debug: boolean | undefined): Promise<Lived> {
  const child = fork(program, { silent: true })
  if (!child.stdout || !child.stderr) return expect.fail('no output')
  const [printed, told, closed] = [Promise.all([text(child.stdout), text(child.stderr)]), once(child, 'message'), once(child, 'close')]
  const start: Start = { urls: network.urls, down, debug }
  child.send(start)
  const [stdout, stderr] = await printed
  expect([(await closed)[0], stderr]).toEqual([0, ''])
  const [life] = (await told) as [Life]
  return { ...life, stdout, stderr }
}

describe.each([true, false, undefined])('debug: %s', (debug) => {
  let lived: Lived
  beforeAll(async () => {
    lived = await live(debug)
  }, 60_000)

  it('default: all of it happened', () => {
    const { asked, failures, secrets } = lived
    expect(asked).toEqual({ callback: 4, wallet: 1 })
    expect(failures).toEqual([
      'TypeError',
      'nodes-unreachable',
      'callback-rejected',
      'callback-threw',
      'delegation-key-mismatch',
      'key-malformed',
      'wallet-refused',
      'wallet-failed',
    ])
    // Two sessions, and a key that was brought; a signature for each node of each call, and what wallets signed for them.
    const count = (what: string): number => secrets.filter(([name]) => name === what).length
    expect([count('a secret key'), count('a session signature') >= 10, count('what a wallet signed') >= 4]).toEqual([3, true, true])
  })

  it('behavior: what the client shows of itself, and what its errors say, is no secret', () => {
    expect(lived.shown.length).toBeGreaterThan(20)
    for (const [what, secret] of lived.secrets) {
      expect(secret.length).toBeGreaterThan(40)
      for (const text of lived.shown) if (text.includes(secret)) expect.fail(`${what} is shown: ${text.slice(0, 500)}`)
    }
  })

  if (debug)
    it('behavior: it says what happens, a line each, for a person', () => {
      const { stdout } = lived
      const lines = stdout.trimEnd().split('\n')
      expect(lines.length).toBeGreaterThan(10)
      for (const line of lines) expect(line).toMatch(/^\[lit\] \S+.{3,240}$/)
      for (const url of network.urls) expect(stdout).toContain(`connected to ${url}`)
      expect(stdout).toMatch(new RegExp(`left out ${down}: .*ECONNREFUSED`))
      expect(stdout).toMatch(/ready, with 2 of 3 nodes/)
      expect(stdout).toMatch(/asking authNeededCallback/)
      expect(stdout).toMatch(/asking .*wallet/)
      expect(stdout).toMatch(/signatures for 2 nodes/)
      expect(stdout).toMatch(/signed out/)
      expect(stdout).toMatch(/disconnected/)
      for (const code of lived.failures.slice(1)) expect.soft(stdout).toContain(code)
    })
  else it('behavior: it says nothing', () => expect(lived.stdout).toBe(''))

  it('behavior: nothing that is printed is a secret', () => {
    for (const [what, secret] of lived.secrets) if (lived.stdout.includes(secret)) expect.fail(`${what} was printed`)
    expect(lived.stdout).not.toMatch(/[0-9a-f]{65,}/i)
  })
})
