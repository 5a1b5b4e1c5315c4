/**
 * Verified requests a second against the same server that does nothing but one bare asynchronous `crypto.verify` for each: node:http, the same handler, the same bytes, kept
 * alive. Rounds of both alternate in one run; the ratio is the median of those of neighbouring rounds. Measures what is built.
 *
 * First with one thread to verify in, so that the thread pool is the limit, also on two processors: there the guard must not cost much, as the event loop has time to spare. Then
 * with Node's four: where they, the event loop and the load have to share the processors, all that is done for a request shows.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { createSession } from './http-load/requests.mjs'

const budget = 0.85
const [rounds, perRound, connections] = [11, 8_000, 32]

async function start(kind, threads, ...args) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('http-load/server.mjs', import.meta.url)), kind, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
  })
  for await (const line of createInterface(child.stdout)) return { kind, port: Number(line), stop: () => child.stdin.end() }
}

/** What the bare server verifies: a text as long as a request's signature base, about. */
function sample() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const message = Buffer.alloc(512, 'a')
  const x = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url')
  return JSON.stringify({ x, message: message.toString('base64'), signature: sign(null, message, privateKey).toString('base64') })
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Requests a second. Each connection has requests of its own, and sends each once. */
async function round({ port }, requests) {
  const each = Math.ceil(requests.length / connections)
  let taken = 0
  const load = {
    url: `http://127.0.0.1:${port}`,
    connections: Math.min(connections, requests.length),
    amount: requests.length,
    setupClient(client) {
      client.setRequests(requests.slice(taken, taken + each))
      taken += each
    },
  }
  let [start, end] = [0, 0]
  // Making the requests takes a while, and it looks whether it is done once a second only: what counts is the time from the first answer to the last.
  const result = await new Promise((resolve, reject) => {
    const running = autocannon(load, (error, result) => (error ? reject(error) : resolve(result)))
    running.on('response', () => {
      end = performance.now()
      start ||= end
    })
  })
  if (result['2xx'] !== requests.length) throw new Error(`Not all were accepted: ${JSON.stringify(result.statusCodeStats)}`)
  return requests.length / ((end - start) / 1000)
}

async function compare(threads) {
  const servers = [await start('bare', threads, sample()), await start('verified', threads)]
  const session = await createSession()
  const url = `http://127.0.0.1:${servers[1].port}/pkp?x=1`
  const signed = (count) => Promise.all(Array.from({ length: count }, () => session.request(url)))
  // The first carries the delegation, those after it its name.
  for (let i = 0; i < 2; i++) await round(servers[1], await signed(1))
  const rates = { bare: [], verified: [] }
  for (let i = -1; i < rounds; i++) {
    for (const server of i % 2 === 0 ? servers : servers.toReversed()) {
      const rate = await round(server, await signed(perRound))
      // The first of each warms up.
      if (i >= 0) rates[server.kind].push(rate)
    }
  }
  for (const server of servers) server.stop()
  return { rates, ratio: median(rates.verified.map((rate, i) => rate / rates.bare[i])) }
}

for (const [threads, least] of [
  [1, budget],
  [4, undefined],
]) {
  const { rates, ratio } = await compare(threads)
  console.log(`Verifying in ${threads === 1 ? 'one thread' : `${threads} threads`}, on ${availableParallelism()} processors`)
  for (const [kind, values] of Object.entries(rates))
    console.log(`  ${kind.padEnd(9)}${median(values).toFixed(0).padStart(7)} requests a second`)
  const wanted = least ? `; at least ${100 * least} %` : ''
  console.log(`  ${(100 * ratio).toFixed(1)} % (median of ${rounds} alternating rounds${wanted})`)
  if (ratio < (least ?? 0)) process.exitCode = 1
}
