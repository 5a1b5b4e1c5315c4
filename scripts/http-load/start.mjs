/** A server of these tools as a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const path = fileURLToPath(new URL('guarded.mjs', import.meta.url))

/** Starts `guarded.mjs` with these options. `ended` is there when the process has ended, by whatever; `complaints` is what it said on standard error. */
export async function startGuarded(options) {
  const child = spawn(process.execPath, ['--expose-gc', path, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] })
  const complaints = []
  const state = { ended: false }
  child.stderr.on('data', (chunk) => complaints.push(String(chunk)))
  child.once('exit', () => {
    state.ended = true
  })
  const kill = () => child.kill('SIGKILL')
  // A run that is broken off leaves nothing behind.
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`The server ended: ${complaints.join('')}`)
    return value
  }
  const port = Number(await line())

  async function end(how) {
    if (state.ended) return
    const exited = once(child, 'exit')
    how()
    await exited
  }
  return {
    port,
    pid: child.pid,
    complaints,
    isRunning: () => !state.ended,
    /** Bytes by kind, after a collection. */
    async memory() {
      child.stdin.write('memory\n')
      return JSON.parse(await line())
    },
    stop: () => end(() => child.stdin.end()),
    kill: () => end(kill),
  }
}
