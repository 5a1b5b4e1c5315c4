/** What the servers and Redis have in use, and what came of the faults, for the report. */

const mega = (bytes) => Math.round(bytes / 10_000) / 100

/** After a collection. */
export async function measure({ servers, redis }, minute) {
  const all = await Promise.all(servers.all.map((server) => server.memory()))
  const [info, keys] = await redis.ask(['INFO', 'memory'], ['DBSIZE'])
  const own = all.map(({ heapUsed, external, rss, ...others }, i) => ({
    ...{ server: i + 1, framework: servers.all[i].framework, heapMB: mega(heapUsed), externalMB: mega(external), rssMB: mega(rss) },
    ...others,
  }))
  const redisMB = mega(Number(/used_memory:(\d+)/.exec(info)?.[1]))
  return { minute: Math.round(minute * 10) / 10, servers: own, redis: { usedMB: redisMB, keys } }
}

export function lineOf({ minute, servers, redis }) {
  const each = servers.map(
    ({ framework, heapMB, rssMB, sockets, files }) => `${framework} ${heapMB}/${rssMB} MB, ${sockets} sockets, ${files} files`,
  )
  return `${minute} min  ${each.join('; ')}; Redis ${redis.usedMB} MB, ${redis.keys} keys`
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

/** By kind of fault: how often, what was answered otherwise than without it, and how soon that was over. */
export function summarise(happened) {
  const names = [...new Set(happened.map(({ name }) => name))].toSorted()
  return names.map((name) => {
    const all = happened.filter((one) => one.name === name)
    const said = {}
    for (const { window } of all) for (const [what, count] of Object.entries(window.said)) said[what] = (said[what] ?? 0) + count
    const recoveries = all.map(({ recovery }) => recovery)
    return {
      ...{ name, times: all.length, answers: all.reduce((sum, { window }) => sum + window.answers, 0), otherwise: said },
      ...{ slowestMs: Math.max(...all.map(({ window }) => window.slowest)) },
      ...{ recoverySeconds: { median: median(recoveries), longest: Math.max(...recoveries) } },
    }
  })
}
