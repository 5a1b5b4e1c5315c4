/** Processes of their own: one that outlives Redis, and two that are after the same nonces. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../../test/servers/redis.ts'
import { until } from '../../../test/servers/until.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Listens to no 'error' and handles no rejection of its own: a server that was written in good faith. */
const common = `
import { redisStores } from '@session-sigs/storage-redis'
import { createClient } from 'redis'
const client = createClient({ url: process.argv[2] })
const { storage, nonces, revocations } = redisStores(client, { timeoutSeconds: 0.5, refuseOlderThanStore: process.argv[3] === 'strict' })
const times = () => ({ createdAt: Date.now() + 120_000, until: Date.now() + 300_000 })
const say = (text) => process.stdout.write(text + '\\n')
`

/** Says again and again whether everything works; ends when it is told to. */
const endless = `${common}
client.connect()
let isEnding = false
process.stdin.once('data', () => { isEnding = true })
for (let i = 0; !isEnding; i += 1) {
  const calls = [
    () => nonces.consume('endless ' + i, times()),
    () => storage.set('a', { v: 1, sessions: {} }),
    () => storage.get('a'),
    () => revocations.revoke('a', { before: 1, until: Date.now() + 60_000 }),
    () => revocations.find(['a', 'b']),
  ]
  const results = await Promise.allSettled(calls.map((call) => call()))
  say(results.every(({ status }) => status === 'fulfilled') ? 'works' : 'fails')
  await new Promise((resolve) => setTimeout(resolve, 20))
}
client.destroy()
process.stdin.destroy()
`

/** Says when it is ready, and when it is told to, asks for 200 nonces at once. */
const greedy = `${common}
await client.connect()
say('ready')
await new Promise((resolve) => process.stdin.once('data', resolve))
const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => nonces.consume('greedy ' + i, times())))
say(JSON.stringify(answers))
client.destroy()
process.stdin.destroy()
`

describe.skipIf(!hasRedis())('processes', () => {
  let server: RedisServer
  let folder = ''
  const children: ChildProcess[] = []

  beforeAll(async () => {
    server = await startRedis()
    // Where it finds the client of Redis as this package does.
    folder = mkdtempSync(join(here, '../node_modules/.built-'))
    for (const [name, contents] of Object.entries({ endless, greedy })) {
      await build({
        stdin: { contents, resolveDir: here },
        bundle: true,
        format: 'esm',
        platform: 'node',
        conditions: ['@session-sigs/source'],
        external: ['redis'],
        outfile: join(folder, `${name}.mjs`),
      })
    }
  }, 60_000)

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  afterAll(async () => {
    await server.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A process, and what it has said so far. */
  function start(program: 'endless' | 'greedy', mode = '') {
    const child = spawn(process.execPath, [join(folder, `${program}.mjs`), server.url, mode])
    children.push(child)
    const said: string[] = []
    const complaints: string[] = []
    let code: number | null | undefined
    child.stdout.on('data', (chunk: Buffer) => void said.push(...chunk.toString().split('\n').filter(Boolean)))
    child.stderr.on('data', (chunk: Buffer) => void complaints.push(chunk.toString()))
    child.once('exit', (exit) => {
      code = exit
    })
    return {
      said,
      /** Resolves when it says this from now on, and fails where it ends instead. */
      async says(word: string): Promise<void> {
        const from = said.length
        await until(`a process says "${word}"`, () => {
          expect(code, complaints.join('')).toBe(undefined)
          return said.slice(from).includes(word)
        })
      },
      go: () => void child.stdin.write('go\n'),
      async end(): Promise<void> {
        const ended = code === undefined ? once(child, 'exit') : undefined
        await ended
        expect(complaints.join('')).toBe('')
        expect(code).toBe(0)
      },
    }
  }

  for (const mode of ['', 'strict']) {
    it(`one outlives Redis, and goes on by itself${mode ? ', also when it refuses what is older than the store' : ''}`, async () => {
      await server.stop()
      const child = start('endless', mode)
      await child.says('fails')
      await server.start()
      await child.says('works')
      for (let i = 0; i < 2; i += 1) {
        await server.stop()
        await child.says('fails')
        await server.start()
        await child.says('works')
        server.pause()
        await child.says('fails')
        server.resume()
        await child.says('works')
      }
      child.go()
      await child.end()
    })
  }

  for (const mode of ['', 'strict']) {
    it(`of two, one gets each nonce${mode ? ', also when they refuse what is older than the store' : ''}`, async () => {
      await server.stop()
      await server.start()
      const [first, second] = [start('greedy', mode), start('greedy', mode)]
      await until('both are ready', () => first.said.length + second.said.length === 2)
      first.go()
      second.go()
      await Promise.all([first.end(), second.end()])
      const answers = [first, second].map(({ said }): string[] => JSON.parse(said[1] ?? ''))
      for (let i = 0; i < 200; i += 1) expect(answers.map((each) => each[i]).toSorted()).toEqual(['fresh', 'used'])
    })
  }
})
