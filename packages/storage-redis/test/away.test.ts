/** Redis gone, hanging, back, and back with nothing in it: every call ends in time, nothing piles up, and all goes on by itself. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type RedisStores, redisStores } from '@session-sigs/storage-redis'
import { createCluster } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasRedis, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '../../../test/servers/redis.ts'
import { until } from '../../../test/servers/until.ts'
import { allCalls, newClient, newName, times, works } from './rig.ts'

const isHere = hasRedis()

/** Seconds. */
const timeoutSeconds = 0.3
/** Milliseconds; on a busy machine timers are late. */
const inTime = 2500

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

interface Outcome {
  readonly name: string
  readonly milliseconds: number
  readonly error: unknown
}

/** What comes of each call, and how long it takes. They are made at the same time. */
function outcomes(stores: RedisStores): Promise<Outcome[]> {
  return Promise.all(
    Object.entries(allCalls(stores)).map(async ([name, call]) => {
      const start = performance.now()
      let error: unknown
      try {
        await call()
      } catch (thrown) {
        error = thrown
      }
      return { name, milliseconds: performance.now() - start, error }
    }),
  )
}

async function expectAllFailInTime(stores: RedisStores): Promise<void> {
  for (const { name, milliseconds, error } of await outcomes(stores)) {
    expect(error, name).toBeInstanceOf(Error)
    expect(milliseconds, name).toBeLessThan(inTime)
  }
}

/** An error that nobody handled, or that ended what listens, would be the end of a server. */
const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)
beforeAll(() => void process.on('unhandledRejection', note).on('uncaughtException', note))
afterAll(() => void process.off('unhandledRejection', note).off('uncaughtException', note))
afterEach(() => {
  expect(unhandled).toEqual([])
})

describe.skipIf(!isHere)('one server', () => {
  let server: RedisServer
  let client: ReturnType<typeof newClient>
  let stores: RedisStores

  beforeEach(async () => {
    server = await startRedis()
    client = newClient(server.url)
    stores = redisStores(client, { timeoutSeconds })
  })

  afterEach(async () => {
    client.destroy()
    await server.remove()
  })

  const worksAgain = (): Promise<void> => until('everything works', () => works(stores))

  it('not connected: every call fails at once, and works when it is', async () => {
    await expectAllFailInTime(stores)
    await client.connect()
    await worksAgain()
  })

  it('gone at the start: every call fails in time, and works when it is there', async () => {
    await server.stop()
    const connecting = client.connect()
    await expectAllFailInTime(stores)
    await expectAllFailInTime(stores)
    await server.start()
    await worksAgain()
    await connecting
  })

  it('gone while in use: every call fails in time, and works when it is back', async () => {
    await client.connect()
    await worksAgain()
    const asking = outcomes(stores)
    await server.stop()
    for (const { milliseconds } of await asking) expect(milliseconds).toBeLessThan(inTime)
    await expectAllFailInTime(stores)
    await server.start()
    await worksAgain()
  })

  it('hanging: every call fails in time, and works when it goes on', async () => {
    await client.connect()
    await worksAgain()
    server.pause()
    await expectAllFailInTime(stores)
    await expectAllFailInTime(stores)
    server.resume()
    await worksAgain()
  })

  it('connects while it hangs', async () => {
    server.pause()
    const connecting = client.connect()
    await expectAllFailInTime(stores)
    server.resume()
    await worksAgain()
    await connecting
  })

  it('a nonce that was given up is never answered fresh later', async () => {
    await client.connect()
    const name = newName()
    server.pause()
    await expect(stores.nonces.consume(name, times())).rejects.toThrow('did not answer')
    server.resume()
    await worksAgain()
    // It was on its way already: taken by nobody, which is the safe side.
    expect(await stores.nonces.consume(name, times())).toBe('used')
  })

  it('back empty: a nonce from before can be used once more, as documented', async () => {
    await client.connect()
    const name = newName()
    const asked = times()
    expect(await stores.nonces.consume(name, asked)).toBe('fresh')
    await server.stop()
    await server.start()
    await worksAgain()
    expect(await stores.nonces.consume(name, asked)).toBe('fresh')
    expect(await stores.nonces.consume(name, asked)).toBe('used')
  })

  it('what was given up while it was away is neither kept nor done later', async () => {
    await client.connect()
    await worksAgain()
    await server.stop()
    await expect(stores.nonces.consume(newName(), times())).rejects.toThrow()
    const before = heapUsed()
    const start = performance.now()
    const calls = Array.from({ length: 10_000 }, async () => stores.nonces.consume(`given up ${newName()}`, times()))
    const results = await Promise.allSettled(calls)
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10_000)
    expect(performance.now() - start).toBeLessThan(4 * inTime)
    calls.length = 0
    results.length = 0
    expect((heapUsed() - before) / 1e6).toBeLessThan(5)
    await server.start()
    await worksAgain()
    expect(await client.keys('*given%20up*')).toEqual([])
  })

  it('while it hangs it is soon sent nothing more, and no call waits; all is settled when it goes on', async () => {
    await client.connect()
    await worksAgain()
    const before = heapUsed()
    server.pause()
    const ask = () => Array.from({ length: 5000 }, async () => stores.nonces.consume(`sent ${newName()}`, times()))
    for (let i = 0; i < 10; i += 1) {
      const start = performance.now()
      const results = await Promise.allSettled(ask())
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5000)
      expect(performance.now() - start).toBeLessThan(inTime)
    }
    // Of 50,000 commands as many are left as were sent before it was clear that nobody answers.
    expect((heapUsed() - before) / 1e6).toBeLessThan(40)
    server.resume()
    await worksAgain()
    expect((await client.keys('*sent*')).length).toBeLessThanOrEqual(5000)
    expect((heapUsed() - before) / 1e6).toBeLessThan(8)
  })
})

describe.skipIf(!isHere)('a cluster', () => {
  let servers: RedisCluster
  const names = Array.from({ length: 16 }, (_, i) => String.fromCharCode(97 + i))

  beforeAll(async () => {
    servers = await startRedisCluster()
  }, 60_000)
  afterAll(() => servers.remove())

  it('a node gone, and back: what is there fails in time, and works when it is back', async () => {
    const cluster = createCluster({ rootNodes: servers.masters.map(({ url }) => ({ url })) })
    const { nonces } = redisStores(cluster, { timeoutSeconds })
    await cluster.connect()
    // One for each bucket, so that all nodes are asked.
    const ask = async () => {
      const suffix = newName().replace(/\D/g, '0')
      const start = performance.now()
      const results = await Promise.allSettled(names.map(async (name) => nonces.consume(name + suffix, times())))
      expect(performance.now() - start).toBeLessThan(inTime)
      return results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))
    }
    expect(new Set(await ask())).toEqual(new Set(['fresh']))
    await servers.masters[1]?.stop()
    expect(await ask()).toContain('failed')
    await servers.masters[1]?.start()
    await until('all nodes answer', async () => !(await ask()).includes('failed'))
    servers.masters[2]?.pause()
    expect(await ask()).toContain('failed')
    servers.masters[2]?.resume()
    await until('all nodes answer', async () => !(await ask()).includes('failed'))
    cluster.destroy()
  })
})
