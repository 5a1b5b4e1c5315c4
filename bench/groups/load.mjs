/**
 * Verified requests a second against the same server that does nothing but one bare asynchronous `crypto.verify` for each: node:http, the same handler, the same bytes, kept alive.
 *
 * First with one thread to verify in, so that the thread pool is the limit, also on two processors: there the guard must not cost much, as the event loop has time to spare. Then
 * with Node's four: where they, the event loop and the load have to share the processors, all that is done for a request shows.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { createSession } from '../../scripts/http-load/requests.mjs'
import { paceOf } from '../measure.mjs'
import { timeRow } from '../rows.mjs'

const connections = 32

async function start(kind, threads, ...args) {
  const path = fileURLToPath(new URL('../../scripts/http-load/server.mjs', import.meta.url))
  const child = spawn(process.execPath, [path, kind, ...args], {
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

/** Milliseconds for a request. Each connection has requests of its own, and sends each once. */
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
  let [begin, end] = [0, 0]
  // Making the requests takes a while, and it looks whether it is done once a second only: what counts is the time from the first answer to the last.
  const result = await new Promise((resolve, reject) => {
    const running = autocannon(load, (error, result) => (error ? reject(error) : resolve(result)))
    running.on('response', () => {
      end = performance.now()
      begin ||= end
    })
  })
  if (result['2xx'] !== requests.length) throw new Error(`Not all were accepted: ${JSON.stringify(result.statusCodeStats)}`)
  return (end - begin) / requests.length
}

async function timesOf(threads, settings) {
  const servers = [await start('bare', threads, sample()), await start('verified', threads)]
  const session = await createSession()
  const url = `http://127.0.0.1:${servers[1].port}/pkp?x=1`
  const signed = (count) => Promise.all(Array.from({ length: count }, () => session.request(url)))
  // The first carries the delegation, those after it its name.
  for (let i = 0; i < 2; i += 1) await round(servers[1], await signed(1))
  const times = { bare: [], verified: [] }
  for (let i = -1; i < paceOf(settings).rounds; i += 1) {
    for (const server of i % 2 === 0 ? servers : servers.toReversed()) {
      const time = await round(server, await signed(settings.quick ? 1024 : 8000))
      // The first of each warms up.
      if (i >= 0) times[server.kind].push(time)
    }
  }
  for (const server of servers) server.stop()
  return times
}

function withThreads(threads, must) {
  return async (settings) => {
    const times = await timesOf(threads, settings)
    const what = `A verified request at a node:http server, ${threads} ${threads === 1 ? 'thread' : 'threads'} to verify in`
    return { rows: [timeRow({ what, of: 'one bare crypto.verify', ours: 'verified', peer: 'bare', times, must })] }
  }
}

export const load = {
  name: 'load',
  title: 'A server under load',
  notes: [
    "The same `node:http` server and handler twice, under the same load (autocannon, 32 connections kept alive): one has the guard of `@session-sigs/http`, the other does one bare asynchronous `crypto.verify` for each request, and nothing else. With one thread in the pool (`UV_THREADPOOL_SIZE`) the curve is the limit; with Node's four the load generator takes its share of the processors.",
  ],
  parts: { one: withThreads(1, { atLeast: 0.85 }), four: withThreads(4) },
}
