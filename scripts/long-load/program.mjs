/** Programs that are started, stopped, killed and started again, each in a process group of its own: some are only the parent of what does the work. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How long a program may take to start, in milliseconds. A busy machine may take its time. */
const patience = 30_000

/** What the program says until `readyIn` finds in it that it is ready; rejects where it ends before, or takes too long. */
function ready(child, closed, readyIn) {
  let said = ''
  return new Promise((resolve, reject) => {
    const fail = (why) => () => reject(new Error(`${child.spawnfile} ${why}: ${said}`))
    const timer = setTimeout(fail('did not start in time'), patience)
    child.once('error', reject)
    closed.then(fail('ended'))
    const read = (chunk) => {
      said += chunk
      const found = readyIn(said)
      if (found === undefined) return
      clearTimeout(timer)
      child.stdout.off('data', read)
      // Unread, its output would fill up and stop it.
      child.stdout.resume()
      resolve(found)
    }
    child.stdout.on('data', read)
  })
}

/** Starts it, and waits until `readyIn(output)` gives something, which is then its `value`. */
export async function startProgram(command, args, readyIn, stdio = ['ignore', 'pipe', 'ignore']) {
  const child = spawn(command, args, { stdio, detached: true })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const state = { isRunning: true }
  const signal = (name) => {
    if (state.isRunning) process.kill(-child.pid, name)
  }
  const kill = () => signal('SIGKILL')
  // A run that is broken off leaves nothing behind.
  process.once('exit', kill)
  child.once('exit', () => {
    state.isRunning = false
    process.off('exit', kill)
  })
  const value = await ready(child, closed, readyIn)
  return {
    child,
    value,
    isRunning: () => state.isRunning,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async kill() {
      if (!state.isRunning) return
      const exited = once(child, 'exit')
      kill()
      await exited
      await closed
    },
  }
}
