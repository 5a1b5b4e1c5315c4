/** Processes that may run on certain processors only, and OpenSSL's own measure of itself beside them. Linux has `taskset`; elsewhere there are no such rows. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const canPin = spawnSync('taskset', ['--version']).status === 0

/** Of which there can be told one from two; none where processes cannot be pinned. */
export const cores = canPin ? availableParallelism() : 0

/** A process that verifies so many times for each line that it is sent, and says how long one took. */
export async function startPinned(processors, kind, calls = 1024) {
  const path = fileURLToPath(new URL('pinned-child.mjs', import.meta.url))
  const child = spawn('taskset', ['-c', processors, process.execPath, path, kind], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (line) => {
    child.stdin.write(`${line}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('The process that verifies ended.')
    return Number(value)
  }
  await ask(calls)
  return {
    calls,
    run: () => ask(calls),
    /** As long as OpenSSL takes for its own measurement, about. */
    each: () => ask(calls * 8),
    async stop() {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}

/** Milliseconds for one verification, by `openssl speed`; nothing where there is no OpenSSL. */
export function startOpenssl() {
  if (spawnSync('openssl', ['version']).status !== 0) return undefined
  const run = promisify(execFile)
  return async () => {
    const { stdout } = await run('taskset', ['-c', '0', 'openssl', 'speed', '-elapsed', '-seconds', '1', 'ed25519'])
    const rate = Number(stdout.trim().split(/\s+/).at(-1))
    if (!(rate > 0)) throw new Error(`openssl speed said: ${stdout}`)
    return 1000 / rate
  }
}
