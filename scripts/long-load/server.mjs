/**
 * A guarded server in a process of its own. Says its port as its first line. What its handlers are called with is written to descriptor 3 at once, a line each: what was accepted
 * is known, also where the answer never arrived and the process is no more. Does what it is told on its standard input, and ends with it.
 */
import { readdirSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { memoryNonces } from '@session-sigs/http/verify'
import { redisStores } from '@session-sigs/storage-redis'
import { createVerifyWallet } from '@session-sigs/viem-signer/verify'
import { createClient } from 'redis'
import { createPublicClient, http } from 'viem'
import { anvil } from 'viem/chains'
import { frameworks } from './frameworks.mjs'
import { delegationBytes, domain, maxBodyBytes, maxDelegationSeconds, origin } from './settings.mjs'

/** `nonces` is 'memory' only to show that this would be found. */
const { framework, redis, rpc, toleranceSeconds, bodySeconds, nonces } = JSON.parse(process.argv[2] ?? '{}')

function connect() {
  const reconnectStrategy = (retries) => Math.min(50 * 2 ** retries, 1000)
  const client = createClient({ url: redis, pingInterval: 2000, socket: { socketTimeout: 10_000, reconnectStrategy } })
  const stores = redisStores(client, { refuseOlderThanStore: true, clockToleranceSeconds: toleranceSeconds })
  // Not awaited: until Redis is there, requests are refused.
  client.connect().catch(() => undefined)
  return stores
}

const stores = connect()
const verifyWallet = createVerifyWallet(createPublicClient({ chain: anvil, transport: http(rpc, { retryCount: 0 }) }), {
  timeoutSeconds: 2,
})
const options = {
  origin,
  domains: [domain],
  nonces: nonces === 'memory' ? memoryNonces() : stores.nonces,
  revocations: stores.revocations,
  sessionSigs: { audience: origin },
  clockToleranceSeconds: toleranceSeconds,
  maxDelegationSeconds,
  maxBodyBytes,
  bodySeconds,
  delegationBytes,
  verifyWallet,
}

function told(n, { address, resource, sessionKey }, body) {
  writeSync(3, `${n}\n`)
  return { n, address, resource, sessionKey, ...(typeof body?.text === 'string' ? { length: body.text.length } : {}) }
}

const server = await frameworks[framework](options, told)
console.log(server.address().port)

function memory() {
  // Twice: what was waiting to be finalised is gone after the second.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const kinds = process.getActiveResourcesInfo()
  const countOf = (kind) => kinds.filter((one) => one === kind).length
  const { user, system } = process.cpuUsage()
  return {
    ...{ heapUsed, external, rss, files: readdirSync('/proc/self/fd').length },
    ...{ sockets: countOf('TCPSocketWrap'), timers: countOf('Timeout'), cpuSeconds: (user + system) / 1e6 },
  }
}

/** Nothing else happens in this process for so long. */
function block(milliseconds) {
  const end = performance.now() + Number(milliseconds)
  while (performance.now() < end);
}

/** How much later than it should this process may get its turn, in milliseconds. */
const turn = 300
const tick = 50
let before = performance.now()
setInterval(() => {
  const now = performance.now()
  if (now - before > tick + turn) writeSync(3, `late ${Math.round(now - before)}\n`)
  before = now
}, tick)

const commands = {
  memory: () => console.log(JSON.stringify(memory())),
  block,
  /** As a library that complains about everything would: to somebody who may not be reading. */
  noise: (lines) => {
    for (let i = 0; i < Number(lines); i += 1) console.error(`noise ${i} ${'.'.repeat(100)}`)
  },
}

createInterface(process.stdin).on('line', (line) => {
  const [name, argument] = line.split(' ')
  commands[name]?.(argument)
})
process.stdin.on('end', () => process.exit())
