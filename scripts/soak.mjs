/**
 * Whether a guarded server's memory stays flat: steady traffic of all sorts, for ten minutes or `SOAK_SECONDS`, and what is in use after a collection, again and again. The
 * first fifth, at least twelve seconds, is for getting warm; after it the trend may not grow by more than stated here. `SOAK_LEAK=1` is a server that leaks on purpose.
 */
import { setTimeout as after } from 'node:timers/promises'
import { fire } from './http-load/load.mjs'
import { startGuarded } from './http-load/start.mjs'
import { breakOff, createTraffic, settings } from './http-load/traffic.mjs'

const seconds = Number(process.env.SOAK_SECONDS ?? 600)
if (!(seconds >= 20)) throw new TypeError('SOAK_SECONDS is a number, at least 20: what is remembered has to be forgotten once.')
const every = Math.min(15, seconds / 25)
const warm = Math.max(12, seconds / 5)
const connections = 8
/** Rounds a second, of some 45 requests each. */
const pace = 5
const megabyte = 1_000_000
/** How much the trend may rise over the whole measured time, in bytes: a little for noise, and less than 8 for each request. */
const allowed = (requests) => 0.6 * megabyte + 8 * requests
/** The pages that the process has are the operating system's and the allocator's business: they may rise more. */
const allowedPages = (requests) => 24 * megabyte + 32 * requests

const server = await startGuarded({ guard: settings, revocations: 'memory', leaks: process.env.SOAK_LEAK === '1' })
const counts = new Map()
const wrong = []
let requests = 0

/** What an answer says: `ok`, or the code of its problem. */
const saidBy = (status, body) => (status === 200 || status === 204 ? 'ok' : (/"code":"([^"]+)"/.exec(body)?.[1] ?? String(status)))

async function send(expected, list) {
  const left = list.values()
  await fire(
    server.port,
    Math.min(connections, list.length),
    () => left.next().value,
    (status, body) => {
      const said = saidBy(status, body)
      requests += 1
      counts.set(said, (counts.get(said) ?? 0) + 1)
      if (said !== expected) wrong.push(`${said} instead of ${expected}`)
    },
  )
}

async function play({ before, broken, ...others }) {
  await send('ok', before)
  await Promise.all(Object.entries(others).map(([expected, list]) => send(expected, list)))
  await Promise.all(broken.map((request) => breakOff(server.port, request)))
}

/** The line through points, by least squares: how much it rises from the first to the last. */
function riseOf(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))]
  const slope = mean(points.map(([at, value]) => (at - x) * (value - y))) / mean(points.map(([at]) => (at - x) ** 2))
  return slope * (points.at(-1)[0] - points[0][0])
}

const mega = (bytes) => (bytes / megabyte).toFixed(2).padStart(8)
const start = performance.now()
const elapsed = () => (performance.now() - start) / 1000
const samples = []

async function sample() {
  const { heapUsed, external, rss } = await server.memory()
  const at = elapsed()
  samples.push({ at, heapUsed, external, rss, requests })
  console.log(
    `${at.toFixed(0).padStart(4)} s  heap ${mega(heapUsed)} MB  external ${mega(external)} MB  rss ${mega(rss)} MB  ${requests} answers`,
  )
}

const newRound = await createTraffic()
while (elapsed() < seconds && wrong.length === 0) {
  const begun = elapsed()
  await play(await newRound())
  if (elapsed() > samples.length * every) await sample()
  await after(Math.max(0, 1000 / pace - (elapsed() - begun) * 1000))
}
await server.stop()

console.log([...counts].map(([said, count]) => `${said} ${count}`).join(', '))
if (wrong.length > 0) throw new Error(`The server answered something else than it had to: ${wrong.join(', ')}`)
if (server.complaints.length > 0) throw new Error(`The server complained: ${server.complaints.join('')}`)
const measured = samples.filter(({ at }) => at > warm)
const during = measured.at(-1).requests - measured[0].requests
const rises = [
  ['heap and external', riseOf(measured.map(({ at, heapUsed, external }) => [at, heapUsed + external])), allowed(during)],
  ['rss', riseOf(measured.map(({ at, rss }) => [at, rss])), allowedPages(during)],
]
for (const [what, rise, most] of rises) {
  console.log(`${what}: ${mega(rise)} MB more over ${during} requests (at most ${mega(most)} MB)`)
  if (!(rise <= most)) process.exitCode = 1
}
