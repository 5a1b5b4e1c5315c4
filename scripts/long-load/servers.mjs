/** Two guarded servers that share one Redis and one chain. The first lives as long as the run does; the second may be killed, and is another framework's from then on. */
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startProgram } from './program.mjs'

const path = fileURLToPath(new URL('server.mjs', import.meta.url))

/** What a process said that nobody asked it for; noise on order is not counted. */
function complaintsOf(stream, complaints) {
  return createInterface(stream).on('line', (line) => {
    if (!line.startsWith('noise ') && complaints.length < 100) complaints.push(line)
  })
}

/** `accepted(n)` is told of every call of a handler, `wasLate(milliseconds)` of when the process was not given its turn. */
async function startServer(framework, options, { accepted, wasLate }) {
  const complaints = []
  const settings = JSON.stringify({ framework, ...options })
  const portIn = (said) => /^(\d+)\n/.exec(said)?.[1]
  const program = await startProgram(process.execPath, ['--expose-gc', path, settings], portIn, ['pipe', 'pipe', 'pipe', 'pipe'])
  const { stdin, stdout, stderr, stdio } = program.child
  stdin.on('error', () => undefined)
  complaintsOf(stderr, complaints)
  createInterface(stdio[3]).on('line', (line) => {
    if (line.startsWith('late ')) wasLate(Number(line.slice(5)))
    else accepted(line)
  })
  const lines = createInterface(stdout)[Symbol.asyncIterator]()
  const tell = (command) => stdin.write(`${command}\n`)
  return {
    ...program,
    framework,
    complaints,
    port: Number(program.value),
    tell,
    /** Nobody reads what it says to complain. */
    deafen: () => stderr.pause(),
    listen: () => stderr.resume(),
    async memory() {
      tell('memory')
      const { value, done } = await lines.next()
      if (done) throw new Error(`A server ended by itself: ${complaints.join('\n')}`)
      return JSON.parse(value)
    },
  }
}

export async function startServers(options, listeners) {
  const order = ['fastify', 'express', 'hono']
  const start = (at) => startServer(order[at % order.length], options, listeners)
  const all = await Promise.all([start(0), start(1)])
  const gone = []
  let next = 2
  return {
    all,
    /** All complaints of all that ever ran. */
    complaints: () => [...gone, ...all].flatMap((server) => server.complaints),
    /** Whether each that should run does. */
    areRunning: () => all.every((server) => server.isRunning()),
    async kill() {
      gone.push(all[1])
      await all[1].kill()
    },
    async restart() {
      all[1] = await start(next)
      // The first's own is left out: the second takes turns between the other two.
      next = next % 3 === 2 ? 4 : 2
    },
    stop: () => Promise.all(all.map((server) => server.kill())),
  }
}
