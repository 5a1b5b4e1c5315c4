/** Redis that lost its memory, or a part of it: with `refuseOlderThanStore` nothing that may have been used before is fresh. */

import { type RedisStoresOptions, redisStores } from '@session-sigs/storage-redis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../../test/servers/redis.ts'
import { until } from '../../../test/servers/until.ts'
import { newClient, newName, times } from './rig.ts'

const clockToleranceSeconds = 1
/** Milliseconds. */
const tolerance = 1000
const minute = 60_000

describe.skipIf(!hasRedis())('refuseOlderThanStore', () => {
  const servers: RedisServer[] = []
  const clients: ReturnType<typeof newClient>[] = []

  afterEach(async () => {
    vi.restoreAllMocks()
    for (const client of clients.splice(0)) client.destroy()
    await Promise.all(servers.splice(0).map((server) => server.remove()))
  })

  async function newServer(args: readonly string[] = []): Promise<RedisServer> {
    const server = await startRedis({ args })
    servers.push(server)
    return server
  }

  async function connect({ url }: RedisServer): Promise<ReturnType<typeof newClient>> {
    const client = newClient(url)
    clients.push(client)
    client.on('error', () => undefined)
    return client.connect()
  }

  function noncesOver(client: ReturnType<typeof newClient>, options: RedisStoresOptions = {}) {
    return redisStores(client, { timeoutSeconds: 5, refuseOlderThanStore: true, clockToleranceSeconds, ...options }).nonces
  }

  /** Signed so far ahead of this clock, in milliseconds. */
  const signed = (ahead = 0) => ({ createdAt: Date.now() + ahead, until: Date.now() + 5 * minute })

  /** Works as usual: what is signed now is fresh. */
  const settled = (nonces: ReturnType<typeof noncesOver>): Promise<void> =>
    until('new signatures are fresh', async () => (await nonces.consume(newName(), signed())) === 'fresh')

  it('the first start looks like a loss: what was signed until then, or by clocks that are ahead, is too old', async () => {
    const nonces = noncesOver(await connect(await newServer()))
    const start = Date.now()
    expect(await nonces.consume(newName(), signed())).toBe('too-old')
    expect(await nonces.consume(newName(), signed(-minute))).toBe('too-old')
    expect(await nonces.consume(newName(), signed(tolerance + minute))).toBe('fresh')
    await settled(nonces)
    expect(Date.now() - start).toBeGreaterThanOrEqual(tolerance)
    expect(await nonces.consume(newName(), signed(start - Date.now()))).toBe('too-old')
  })

  it('by default the tolerance is a minute', async () => {
    const client = await connect(await newServer())
    const { nonces } = redisStores(client, { timeoutSeconds: 5, refuseOlderThanStore: true })
    expect(await nonces.consume(newName(), signed(minute - 1000))).toBe('too-old')
    expect(await nonces.consume(newName(), signed(minute + 5000))).toBe('fresh')
  })

  it('what was used is used, also while what is older is refused', async () => {
    const nonces = noncesOver(await connect(await newServer()))
    const name = newName()
    expect(await nonces.consume(name, signed(minute))).toBe('fresh')
    expect(await nonces.consume(name, signed(minute))).toBe('used')
    expect(await nonces.consume(name, signed())).toBe('used')
  })

  it('where memory begins it begins in all buckets, so that each is ready as soon as the others', async () => {
    const client = await connect(await newServer())
    const nonces = noncesOver(client)
    await nonces.consume('a', signed())
    await until('all buckets are there', async () => (await client.keys('*since')).length === 16)
    await settled(nonces)
    for (let i = 0; i < 16; i += 1) expect(await nonces.consume(String.fromCharCode(97 + i), signed())).toBe(i === 0 ? 'used' : 'fresh')
  })

  it('emptied: what was used before is too old', async () => {
    const client = await connect(await newServer())
    const nonces = noncesOver(client)
    await settled(nonces)
    // By a clock that is ahead, as far as may be.
    const [name, request] = [newName(), signed(tolerance - 1)]
    expect(await nonces.consume(name, request)).toBe('fresh')
    await client.flushAll()
    expect(await nonces.consume(name, request)).toBe('too-old')
    await settled(nonces)
    expect(await nonces.consume(name, request)).toBe('used')
    expect(await nonces.consume(newName(), request)).toBe('too-old')
  })

  it('back with nothing: what was used before is too old', async () => {
    const server = await newServer()
    const nonces = noncesOver(await connect(server))
    await settled(nonces)
    const [name, request] = [newName(), signed()]
    expect(await nonces.consume(name, request)).toBe('fresh')
    await server.stop()
    await server.start()
    await until('it answers', async () => (await Promise.allSettled([nonces.consume(name, request)]))[0]?.status === 'fulfilled')
    expect(await nonces.consume(newName(), request)).toBe('too-old')
    await settled(nonces)
  })

  it('back with what was in its file: what was used after that is too old', async () => {
    const server = await newServer()
    const client = await connect(server)
    const nonces = noncesOver(client)
    await settled(nonces)
    await client.sendCommand(['SAVE'])
    const [name, request] = [newName(), signed()]
    expect(await nonces.consume(name, request)).toBe('fresh')
    await server.stop()
    await server.start()
    const again = await connect(server)
    // The file remembers since when, and not the nonce.
    expect((await again.keys('*since')).length).toBeGreaterThan(0)
    expect(await noncesOver(again).consume(name, request)).toBe('too-old')
    await settled(nonces)
    // Without the option it would have been fresh.
    const [other, earlier] = [newName(), times()]
    const careless = noncesOver(again, { refuseOlderThanStore: false })
    await again.sendCommand(['SAVE'])
    expect(await careless.consume(other, earlier)).toBe('fresh')
    await server.stop()
    await server.start()
    expect(await noncesOver(await connect(server), { refuseOlderThanStore: false }).consume(other, earlier)).toBe('fresh')
  })

  it('a replica that took over and lacks the last writes: what was used before is too old', async () => {
    const main = await newServer(['--repl-diskless-sync-delay', '0'])
    const nonces = noncesOver(await connect(main))
    await settled(nonces)
    const heir = await newServer(['--replicaof', '127.0.0.1', String(main.port)])
    const heirClient = await connect(heir)
    await until('the replica has what there is', async () => (await heirClient.keys('*since')).length > 0)
    await heirClient.sendCommand(['REPLICAOF', 'NO', 'ONE'])
    const [name, request] = [newName(), signed()]
    expect(await nonces.consume(name, request)).toBe('fresh')
    expect(await noncesOver(heirClient).consume(name, request)).toBe('too-old')
    await settled(noncesOver(heirClient))
  })

  it('what says since when is gone, is of the future, or says nothing: memory begins anew', async () => {
    const client = await connect(await newServer())
    const nonces = noncesOver(client)
    const key = 'session-sigs:{1}:since'
    // Names of that bucket, which is told by the sum of their characters.
    let tries = 0
    const newOfBucket = (): string => `a${'\u0010'.repeat(++tries)}`
    const server = (await client.info('server')).match(/run_id:(\w+)/)?.[1]
    for (const text of [undefined, 'nonsense', `${Date.now() + 60 * minute} ${server}`, `0 other`]) {
      await settled(nonces)
      await until('the bucket is ready', async () => (await nonces.consume(newOfBucket(), signed())) === 'fresh')
      if (text === undefined) await client.del(key)
      else await client.set(key, text)
      expect(await nonces.consume(newOfBucket(), signed()), text).toBe('too-old')
      const since = Number((await client.get(key))?.split(' ')[0])
      expect(Math.abs(since - Date.now())).toBeLessThan(minute)
    }
  })

  it('what says since when is kept for 30 days, and for 30 more when half of that is over', async () => {
    const client = await connect(await newServer())
    const nonces = noncesOver(client)
    const key = 'session-sigs:{1}:since'
    const day = 86_400_000
    await nonces.consume('a', signed())
    const since = await client.get(key)
    expect(await client.pTTL(key)).toBeGreaterThan(29 * day)
    await client.pExpire(key, 16 * day)
    await nonces.consume('a', signed())
    expect(await client.pTTL(key)).toBeLessThanOrEqual(16 * day)
    await client.pExpire(key, 14 * day)
    await nonces.consume('a', signed())
    expect(await client.pTTL(key)).toBeGreaterThan(29 * day)
    expect(await client.get(key)).toBe(since)
  })

  for (const [what, hours] of Object.entries({ ahead: 1, behind: -1 })) {
    it(`our clock an hour ${what} of the one of Redis makes no difference`, async () => {
      const client = await connect(await newServer())
      const nonces = noncesOver(client)
      const { now } = Date
      vi.spyOn(Date, 'now').mockImplementation(() => now() + hours * 60 * minute)
      expect(await nonces.consume(newName(), signed())).toBe('too-old')
      await settled(nonces)
      const [name, request] = [newName(), signed(tolerance - 1)]
      expect(await nonces.consume(name, request)).toBe('fresh')
      await client.flushAll()
      expect(await nonces.consume(name, request)).toBe('too-old')
    })
  }

  it('turned on later, it knows what was used before', async () => {
    const client = await connect(await newServer())
    const name = newName()
    expect(await noncesOver(client, { refuseOlderThanStore: false }).consume(name, signed(minute))).toBe('fresh')
    expect(await noncesOver(client).consume(name, signed(minute))).toBe('used')
  })
})
