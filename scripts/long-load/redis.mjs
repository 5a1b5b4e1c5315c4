/** Redis for the load: one process on a port that stays the same, which writes down what it is told. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { startProgram } from './program.mjs'

const host = '127.0.0.1'

async function freePort() {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

const readyIn = (said) => (said.includes('Ready to accept connections') ? true : undefined)

export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'session-sigs-load-'))
  const port = await freePort()
  const settings = { port, bind: host, dir: folder, save: '', appendonly: 'yes', logfile: '', daemonize: 'no' }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const launch = () => startProgram('redis-server', args, readyIn)
  let program = await launch()
  const url = `redis://${host}:${port}`

  /** Commands over a connection of their own, that no fault of before has touched. */
  async function ask(...commands) {
    const client = await createClient({ url }).connect()
    try {
      return await Promise.all(commands.map((command) => client.sendCommand(command)))
    } finally {
      client.destroy()
    }
  }
  return {
    url,
    ask,
    version: async () => /redis_version:(\S+)/.exec((await ask(['INFO', 'server']))[0])?.[1],
    kill: () => program.kill(),
    /** After `kill`: with what it had written down, or with nothing. */
    async start({ isEmpty }) {
      if (isEmpty) rmSync(join(folder, 'appendonlydir'), { recursive: true, force: true })
      program = await launch()
    },
    pause: () => program.pause(),
    resume: () => program.resume(),
    async remove() {
      await program.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
