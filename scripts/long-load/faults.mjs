/**
 * What happens to the service, one at a time. A fault is on for `seconds`; `begin` starts it and `end` takes it away, and the service has to be right again by itself. `allows` is
 * what may be answered meanwhile instead of the right answer, by what the answer depends on: never that something bad is good, nor that something good is bad.
 */
import { setTimeout as after } from 'node:timers/promises'

const away = ['503 verifier-unavailable']
/** After Redis has forgotten something, or may have, what was signed before is refused for as long as clocks may differ. */
const forgetful = { store: [...away, '503 signature-too-old'] }
const halting = { store: away, chain: away }
const chainless = { chain: away }

/** Again and again until `seconds` are over. */
async function repeat(seconds, work) {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) await work()
}

function redisFaults({ redis, crowd }) {
  const stutter = async () => {
    redis.pause()
    await after(400)
    redis.resume()
    await after(100)
  }
  const back = async (isEmpty) => {
    await redis.start({ isEmpty })
    crowd.lose()
  }
  const dropAll = async () => {
    await redis.ask(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    await after(300)
  }
  return [
    {
      name: 'Redis killed, back with its file',
      seconds: 8,
      allows: forgetful,
      begin: redis.kill,
      end: () => redis.start({ isEmpty: false }),
    },
    {
      ...{ name: 'Redis killed, back empty', seconds: 8, allows: forgetful, begin: redis.kill },
      async end() {
        crowd.forget()
        await back(true)
      },
    },
    { name: 'Redis hangs', seconds: 8, allows: { store: away }, begin: redis.pause, end: redis.resume },
    { name: 'Redis is slow', seconds: 8, allows: { store: away }, begin: (seconds) => repeat(seconds, stutter) },
    { name: 'Redis drops all connections', seconds: 5, allows: { store: away }, begin: (seconds) => repeat(seconds, dropAll) },
    {
      ...{ name: 'Redis is full', seconds: 8, allows: { store: away } },
      begin: () => redis.ask(['CONFIG', 'SET', 'maxmemory', '1']),
      end: () => redis.ask(['CONFIG', 'SET', 'maxmemory', '0']),
    },
  ]
}

function serverFaults({ servers, random, load }) {
  let chosen
  const choose = () => {
    chosen = random.pick(servers.all)
    return chosen
  }
  return [
    { name: 'a server killed', seconds: 6, allows: { any: ['no answer'], ...halting }, begin: servers.kill, end: servers.restart },
    { name: 'a server stopped', seconds: 6, allows: halting, begin: () => choose().pause(), end: () => chosen.resume() },
    { name: 'event loop blocked for 2 s', seconds: 3, allows: halting, begin: () => choose().tell('block 2000') },
    {
      ...{ name: 'nobody reads the log', seconds: 4, allows: halting },
      begin() {
        choose().deafen()
        chosen.tell('noise 20000')
      },
      end: () => chosen.listen(),
    },
    {
      ...{ name: 'ten times the load', seconds: 3, allows: halting },
      begin() {
        load.state.factor = 10
      },
      end() {
        load.state.factor = 1
      },
    },
  ]
}

function chainFaults({ chain }) {
  return [
    { name: 'chain node killed', seconds: 8, allows: chainless, begin: chain.kill, end: chain.start },
    { name: 'chain node hangs', seconds: 8, allows: chainless, begin: chain.pause, end: chain.resume },
  ]
}

/** These are others' doing, and excuse nothing. */
function senderFaults({ strange }) {
  return [
    { name: 'slow bodies', seconds: 12, begin: strange.slow },
    { name: 'connections reset midway', seconds: 5, begin: strange.broken },
    { name: 'heads and bodies of 1 MB', seconds: 4, begin: strange.large },
    { name: 'clocks off by ten minutes', seconds: 4, begin: strange.skewed },
  ]
}

/** All of them, with what they need to be brought about. */
export function createFaults(context) {
  return [...redisFaults(context), ...serverFaults(context), ...chainFaults(context), ...senderFaults(context)]
}

/** How long a fault is on, where there is one every so many seconds. */
export const durationOf = ({ seconds }, every) => Math.min(seconds, every / 4)

/** The order: each of them once, then each of them again. */
export function* orderOf(faults, random) {
  for (;;) yield* random.shuffled(faults)
}
