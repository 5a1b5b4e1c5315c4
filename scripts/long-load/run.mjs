/** One run: everything is started, loaded, broken and mended, measured and ended. */
import { setTimeout as after } from 'node:timers/promises'
import { startChain } from './chain.mjs'
import { createContracts, createCrowd } from './crowd.mjs'
import { createFaults, durationOf, orderOf } from './faults.mjs'
import { createJudge } from './judge.mjs'
import { createLedger } from './ledger.mjs'
import { createLoad } from './load.mjs'
import { createRandom } from './random.mjs'
import { startRedis } from './redis.mjs'
import { startServers } from './servers.mjs'
import { createStrange } from './strange.mjs'
import { lineOf, measure, summarise } from './watch.mjs'
import { hangUp, heard } from './wire.mjs'

/** The service, and what it accepted. */
async function startService({ ledger, judge, contracts, toleranceSeconds, bodySeconds, nonces }) {
  const [redis, chain] = await Promise.all([startRedis(), startChain(contracts.code)])
  const options = { redis: redis.url, rpc: chain.url, toleranceSeconds, bodySeconds, nonces }
  const servers = await startServers(options, { accepted: ledger.accepted, wasLate: judge.stumble })
  const stop = () => Promise.all([servers.stop(), redis.remove(), chain.remove()])
  return { redis, chain, servers, stop, portOf: (at) => servers.all[at].port }
}

/** At its very first start a store counts as one that has forgotten: it is asked once, and what comes of that is not judged. */
async function warmUp(crowd, ledger) {
  const party = await crowd.newParty('first')
  for (let said = ''; said !== '200' && said !== '503 signature-too-old'; await after(100))
    said = (await heard(party.send(`/first?n=${ledger.next('once')}`))).said
}

/** One fault from its beginning until nothing is excused by it any more. */
async function suffer(fault, { judge, every, graceSeconds, log }) {
  const seconds = durationOf(fault, every)
  const window = judge.begin(fault)
  await Promise.all([fault.begin(seconds), after(seconds * 1000)])
  await fault.end?.()
  window.end()
  await after(graceSeconds * 1000)
  const recovery = Math.round(window.recovery() * 10) / 10
  const said = Object.entries(window.window.said).map(([what, count]) => `${what} ${count}`)
  log(`${fault.name}: right again after ${recovery} s; ${window.window.answers} answers, otherwise: ${said.join(', ') || 'none'}`)
  return { name: fault.name, recovery, window: window.window }
}

/** A fault every so many seconds, and a look at the memory six times, until the time is over. */
async function goThrough(context) {
  const { faults, random, settings, start, servers, log } = context
  const chosen = settings.only ? faults.filter(({ name }) => name.includes(settings.only)) : faults
  const end = start + settings.minutes * 60_000
  const [happened, memory] = [[], []]
  const look = async () => {
    memory.push(await measure(context, (performance.now() - start) / 60_000))
    log(lineOf(memory.at(-1)))
  }
  await look()
  let next = start
  for (const fault of orderOf(chosen, random)) {
    next += settings.every * 1000
    if (next > end) break
    // The fault comes early in its minute: the rest is for being right again, and staying so.
    const until = next - settings.every * (800 + 150 * random.next())
    await after(Math.max(0, until - performance.now()))
    happened.push(await suffer(fault, context))
    if (!servers.areRunning()) throw new Error(`A server ended by itself: ${servers.complaints().join('\n')}`)
    await after(Math.max(0, next - performance.now() - settings.every * 50))
    if (next - start >= (settings.minutes * 60_000 * memory.length) / 6) await look()
  }
  return { happened, memory, look }
}

/** Until nothing is waited for any more. */
async function settle({ servers, log }, look) {
  hangUp()
  for (let i = 0; i < 20; i += 1) {
    const all = await Promise.all(servers.all.map((server) => server.memory()))
    // What is left is the connection to Redis, and the one that is listened on.
    if (all.every(({ sockets }) => sockets <= 2)) break
    await after(500)
  }
  log('all is quiet')
  await look()
}

/** Of an hour's faults and of those of a test's seconds: how far clocks may differ, how long a body may take, how long a fault is felt after its end, in proportion. */
function timesOf(every) {
  const toleranceSeconds = Math.min(5, every / 5)
  return { toleranceSeconds, bodySeconds: Math.min(10, every / 6), graceSeconds: toleranceSeconds + 1 + Math.min(6, every / 5) }
}

/** Everything that takes part, ready for the first request. */
async function prepare(settings, log) {
  const { every, rate, seed, nonces } = settings
  const times = timesOf(every)
  const [random, ledger, judge] = [createRandom(seed), createLedger(), createJudge({ graceSeconds: times.graceSeconds, log })]
  const contracts = createContracts()
  const service = await startService({ ledger, judge, contracts, ...times, nonces })
  const { portOf } = service
  const crowd = await createCrowd({ random, contracts: contracts.list, portOf, ripeAfter: (1 + times.toleranceSeconds + 2) * 1000 })
  await warmUp(crowd, ledger)
  const redisVersion = await service.redis.version()
  await after((times.toleranceSeconds + 1) * 1000)
  const parts = { random, crowd, ledger, portOf, judge, rate }
  return { ...service, ...parts, ...times, every, settings, log, redisVersion, load: createLoad(parts), strange: createStrange(parts) }
}

function resultsOf({ settings, redisVersion, start, judge, ledger, load, servers }, { happened, memory }) {
  const { totals, kinds, wrong, unavailable } = judge
  const { heldBack, broken } = load.state
  const { user, system } = process.cpuUsage()
  return {
    ...{
      settings,
      redisVersion,
      seconds: Math.round((performance.now() - start) / 1000),
      clientCpuSeconds: Math.round((user + system) / 1e6),
    },
    ...{ totals, ledger: ledger.found, unfounded: ledger.unfounded(), heldBack, broken, complaints: servers.complaints() },
    ...{ kinds, faults: summarise(happened), busy: judge.busy(), memory, wrong, unavailable },
  }
}

export async function run(settings, log) {
  const context = { ...(await prepare(settings, log)), start: performance.now() }
  const went = await goThrough({ ...context, faults: createFaults(context) })
  await context.load.stop()
  await settle(context, went.look)
  await context.stop()
  return resultsOf(context, went)
}
