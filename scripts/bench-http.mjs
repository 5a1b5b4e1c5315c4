/**
 * Verified requests a second against the same server that does nothing but one bare asynchronous `crypto.verify` for each: node:http, the same handler, the same bytes, kept
 * alive. Rounds of both alternate in one run, and the ratio is that of the medians. Measures what is built.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { createSession } from './http-load/requests.mjs'

const budget = 0.85
const [rounds, perRound, connections] = [9, 8_000, 32]

async function start(kind, ...args) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('http-load/server.mjs', import.meta.url)), kind, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) return { kind, port: Number(line), stop: () => child.stdin.end() }
}

function sample() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const message = Buffer.alloc(512, 'a')
  const base64 = (bytes) => bytes.toString('base64')
  return JSON.stringify({ x: publicKey.export({ format: 'jwk' }).x, message: base64(message), signature: base64(sign(null, message, privateKey)) })
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
  const seconds = (end - start) / 1000
  if (result['2xx'] !== requests.length) throw new Error(`Not all were accepted: ${JSON.stringify(result.statusCodeStats)}`)
  return requests.length / seconds
}

const servers = [await start('bare', sample()), await start('verified')]
const session = await createSession()
const signed = async (count) => Promise.all(Array.from({ length: count }, () => session.request(`http://127.0.0.1:${servers[1].port}/pkp?x=1`)))
// The first carries the delegation, those after it its name.
await round(servers[1], await signed(1))
await round(servers[1], await signed(1))

const rates = { bare: [], verified: [] }
for (let i = -1; i < rounds; i++) {
  for (const server of i % 2 === 0 ? servers : servers.toReversed()) {
    const rate = await round(server, await signed(perRound))
    // The first of each warms up.
    if (i >= 0) rates[server.kind].push(rate)
  }
}
for (const server of servers) server.stop()
const ratio = median(rates.verified) / median(rates.bare)
for (const [kind, values] of Object.entries(rates)) console.log(`${kind.padEnd(9)} ${values.map((value) => value.toFixed(0)).join(' ')}  median ${median(values).toFixed(0)} requests a second`)
console.log(`verified requests, of bare ones: ${(100 * ratio).toFixed(1)} % (at least ${100 * budget} %)`)
if (ratio < budget) process.exitCode = 1
