/** What the stores do while Redis does what it should: on one server, and on a cluster. */
import { testNonces, testRevocations, testStorage } from '@session-sigs/conformance'
import { createSessionClient, formatSiweMessage, type Signer, type StoredSessions, sessionKeyUri } from '@session-sigs/core'
import { type RedisStores, type RedisStoresOptions, redisStores } from '@session-sigs/storage-redis'
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hasRedis, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '../../../test/servers/redis.ts'

const isHere = hasRedis()
const address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const signer: Signer = { account: async () => ({ address, chainId: 1 }), signMessage: async () => `0x${'11'.repeat(65)}` }

/** In milliseconds. */
const minute = 60_000
const hour = 60 * minute

const clientFor = (url: string) => createClient({ url })
const clusterFor = (servers: RedisCluster) => createCluster({ rootNodes: servers.masters.map(({ url }) => ({ url })) })

/** Prefixes of their own keep tests apart that share a server. */
let prefixes = 0
const newPrefix = (): string => `test ${++prefixes}:`

function messageUntil(end: number): string {
  return formatSiweMessage({
    domain: 'app.example',
    address,
    uri: sessionKeyUri('ab'.repeat(32)),
    version: '1',
    chainId: 1,
    nonce: '12345678',
    issuedAt: new Date().toISOString(),
    expirationTime: new Date(end).toISOString(),
    resources: [],
  })
}

function recordOf(...messages: string[]): StoredSessions {
  const delegations = messages.map((signedMessage) => ({ sig: '0x00', derivedVia: 'web3.eth.personal.sign', signedMessage, address }))
  const session = { key: { type: 'seed' as const, seed: '00'.repeat(32) }, delegations, createdAt: new Date().toISOString() }
  return { v: 1, current: `1:${address}`, sessions: { [`1:${address}`]: session } }
}

/** Everything there is to do, some of it twice. */
async function useAll({ storage, nonces, revocations }: RedisStores): Promise<void> {
  const times = { createdAt: Date.now(), until: Date.now() + 6 * minute }
  for (const name of ['a', 'a', 'b', '{c}', 'd:e', 'f'.repeat(256)]) await nonces.consume(name, times)
  for (const until of [Date.now() + hour, Date.now() + 2 * hour, Date.now() + minute]) {
    for (const subject of ['a', '{b}', 'c'.repeat(256)]) await revocations.revoke(subject, { before: Date.now(), until })
  }
  await revocations.find(['a', 'none'])
  const client = createSessionClient({ nodes: ['https://node.example'], domain: 'app.example', signer, storage })
  await client.signIn({ resources: ['litAction://*'] })
  await client.prepare({ resources: ['litPKP://*'] })
  await storage.set('one without an end', recordOf('no message'))
  await storage.set('one that has ended', recordOf(messageUntil(Date.now() - hour)))
}

describe.skipIf(!isHere)('one server', () => {
  let server: RedisServer
  const clients: ReturnType<typeof clientFor>[] = []

  beforeAll(async () => {
    server = await startRedis()
    for (let i = 0; i < 2; i += 1) clients.push(await clientFor(server.url).connect())
  }, 60_000)

  afterAll(async () => {
    for (const client of clients) client.destroy()
    await server.remove()
  })

  const clientOf = (index: number): ReturnType<typeof clientFor> => clients[index] ?? expect.fail('no client')
  const prefixOf = new WeakMap<object, string>()

  /** Over either connection; both lead to one place where the prefix is one. */
  function stores(index = 0, options: RedisStoresOptions = {}): RedisStores {
    const prefix = options.prefix ?? newPrefix()
    const made = redisStores(clientOf(index), { timeoutSeconds: 20, ...options, prefix })
    for (const store of Object.values(made)) prefixOf.set(store, prefix)
    return made
  }

  const again = (store: object): RedisStores => stores(1, { prefix: prefixOf.get(store) ?? expect.fail('no prefix') })

  const ttl = (key: string): Promise<number> => clientOf(0).pTTL(key)
  const keysOf = (prefix: string): Promise<string[]> => clientOf(0).keys(`${prefix}*`)

  testStorage(it, { create: () => stores().storage, reopen: (store) => again(store).storage })
  testNonces(it, { create: () => stores().nonces, reopen: (store) => again(store).nonces })
  testRevocations(it, { create: () => stores().revocations, reopen: (store) => again(store).revocations })
  describe('refuses what is older than the store', () => {
    const options = { refuseOlderThanStore: true }
    testNonces(it, {
      create: () => stores(0, options).nonces,
      reopen: (store) => stores(1, { ...options, prefix: prefixOf.get(store) ?? expect.fail('no prefix') }).nonces,
    })
  })

  for (const refuseOlderThanStore of [false, true]) {
    it(`every key begins with the prefix and has an end${refuseOlderThanStore ? ', and so has what says since when nonces are known' : ''}`, async () => {
      const before = new Set(await clientOf(0).keys('*'))
      const prefix = newPrefix()
      await useAll(stores(0, { prefix, refuseOlderThanStore }))
      const added = (await clientOf(0).keys('*')).filter((key) => !before.has(key))
      expect(added.length).toBeGreaterThan(10)
      for (const key of added) {
        expect(key.startsWith(prefix), key).toBe(true)
        expect(await ttl(key), key).toBeGreaterThan(0)
        // The longest is the 30 days of what says nothing of an end.
        expect(await ttl(key), key).toBeLessThanOrEqual(30 * 24 * hour)
      }
    })
  }

  it('the prefix is session-sigs: by default', async () => {
    const { nonces } = redisStores(clientOf(0), { timeoutSeconds: 20 })
    await nonces.consume('by default', { createdAt: Date.now(), until: Date.now() + minute })
    const keys = await keysOf('session-sigs:')
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatch(/^session-sigs:\{\d+\}:nonce:by%20default$/)
  })

  it('places of different prefixes do not meet, also where one is the beginning of another', async () => {
    const prefix = newPrefix()
    const times = { createdAt: Date.now(), until: Date.now() + minute }
    const all = [prefix, `${prefix}a:`, `${prefix}{a}`].map((each) => stores(0, { prefix: each }))
    for (const { nonces } of all) expect(await nonces.consume('a', times)).toBe('fresh')
    for (const { nonces } of all) expect(await nonces.consume('a', times)).toBe('used')
  })

  it('a nonce is kept until its time, by the clock of who asks', async () => {
    const prefix = newPrefix()
    const { nonces } = stores(0, { prefix })
    const spy = vi.spyOn(Date, 'now')
    try {
      // An hour behind the clock of Redis.
      const now = performance.timeOrigin + performance.now() - hour
      spy.mockReturnValue(now)
      expect(await nonces.consume('a', { createdAt: now, until: now + 6 * minute })).toBe('fresh')
    } finally {
      spy.mockRestore()
    }
    const left = await ttl((await keysOf(prefix))[0] ?? '')
    // And a minute more, for a process whose clock is slower.
    expect(left).toBeGreaterThan(6 * minute)
    expect(left).toBeLessThanOrEqual(7 * minute)
  })

  it('what has ended may have been forgotten, and is not fresh', async () => {
    const { nonces } = stores()
    expect(await nonces.consume('a', { createdAt: Date.now() - minute, until: Date.now() - 1 })).toBe('too-old')
  })

  it('a revocation is kept until what it revokes has ended', async () => {
    const prefix = newPrefix()
    const { revocations } = stores(0, { prefix })
    await revocations.revoke('a', { before: Date.now(), until: Date.now() + 24 * hour })
    const left = await ttl(`${prefix}{1}:revoked:a`)
    expect(left).toBeGreaterThan(23 * hour)
    expect(left).toBeLessThanOrEqual(24 * hour)
  })

  it('a record is kept until its last message ends', async () => {
    const prefix = newPrefix()
    const { storage } = stores(0, { prefix })
    const now = Date.now()
    const { sessions } = recordOf(messageUntil(now + hour))
    await storage.set('a', recordOf(messageUntil(now + 5 * hour), messageUntil(now + hour)))
    await storage.set('b', {
      v: 1,
      sessions,
      pending: { what: '', key: { type: 'seed', seed: '' }, message: messageUntil(now + 3 * hour) },
    })
    await storage.set('c', recordOf(messageUntil(now - hour)))
    for (const [id, most] of [
      ['a', 5 * hour],
      ['b', 3 * hour],
      ['c', minute],
    ] as const) {
      const left = await ttl((await keysOf(prefix)).find((key) => key.endsWith(`:session:${id}`)) ?? '')
      expect(left, id).toBeGreaterThan(most - minute)
      expect(left, id).toBeLessThanOrEqual(most)
    }
  })

  it('one that does not say when it ends is kept for sessionSeconds', async () => {
    const prefix = newPrefix()
    await stores(0, { prefix, sessionSeconds: 600 }).storage.set('a', recordOf('no message'))
    const left = await ttl((await keysOf(prefix))[0] ?? '')
    expect(left).toBeGreaterThan(9 * minute)
    expect(left).toBeLessThanOrEqual(10 * minute)
  })

  it('what is no record is a clean sign-out', async () => {
    const prefix = newPrefix()
    const { storage } = stores(0, { prefix })
    await storage.set('session-sigs:lit', recordOf('no message'))
    const [key = ''] = await keysOf(prefix)
    await clientOf(0).set(key, '{"v":1,"sess')
    const client = createSessionClient({ nodes: ['https://node.example'], domain: 'app.example', signer, storage })
    await client.restore()
    expect(client.get()).toMatchObject({ status: 'signed-out', reason: 'corrupt' })
  })

  it('what is no revocation is not taken for none', async () => {
    const prefix = newPrefix()
    const { revocations } = stores(0, { prefix })
    for (const text of ['', 'never']) {
      await clientOf(0).set(`${prefix}{1}:revoked:a`, text)
      await expect(revocations.find(['a'])).rejects.toThrow('none')
    }
    await clientOf(0).hSet(`${prefix}{3}:revoked:c`, 'a', '1')
    await expect(revocations.find(['c'])).rejects.toThrow('WRONGTYPE')
    // A new one takes its place.
    await revocations.revoke('a', { before: 1000, until: Date.now() + minute })
    expect((await revocations.find(['a'])).before).toEqual([1000])
    expect(await ttl(`${prefix}{1}:revoked:a`)).toBeGreaterThan(0)
  })

  it('times that are none, and names without UTF-8, are refused', async () => {
    const { nonces, revocations } = stores()
    const until = Date.now() + minute
    await expect(nonces.consume('a', { createdAt: Date.now(), until: Number.NaN })).rejects.toThrow(TypeError)
    await expect(nonces.consume('a', { createdAt: Number.NaN, until })).rejects.toThrow(TypeError)
    await expect(nonces.consume('\ud800', { createdAt: Date.now(), until })).rejects.toThrow(URIError)
    await expect(revocations.revoke('a', { before: Number.NaN, until })).rejects.toThrow(TypeError)
    await expect(revocations.revoke('a', { before: 1, until: Number.POSITIVE_INFINITY })).rejects.toThrow(TypeError)
  })

  it('how the client wants its answers does not matter', async () => {
    const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.SIMPLE_STRING]: Buffer, [RESP_TYPES.NUMBER]: String }
    for (const RESP of [2, 3] as const) {
      const client = await createClient({ url: server.url, RESP, commandOptions: { typeMapping } }).connect()
      const { storage, nonces, revocations } = redisStores(client, { prefix: newPrefix(), refuseOlderThanStore: true, timeoutSeconds: 20 })
      const times = { createdAt: Date.now() + hour, until: Date.now() + 2 * hour }
      expect([await nonces.consume('a', times), await nonces.consume('a', times)]).toEqual(['fresh', 'used'])
      await revocations.revoke('a', { before: 1000, until: Date.now() + minute })
      expect((await revocations.find(['a', 'b'])).before).toEqual([1000, undefined])
      const record = recordOf('no message')
      await storage.set('a', record)
      expect(await storage.get('a')).toEqual(record)
      expect(await storage.get('b')).toBe(undefined)
      client.destroy()
    }
  })

  it('a pool will do as well', async () => {
    const pool = createClientPool({ url: server.url })
    await pool.connect()
    const { nonces } = redisStores(pool, { prefix: newPrefix(), timeoutSeconds: 20 })
    const times = { createdAt: Date.now(), until: Date.now() + minute }
    const answers = await Promise.all(Array.from({ length: 50 }, () => nonces.consume('a', times)))
    expect(answers.filter((answer) => answer === 'fresh')).toHaveLength(1)
    pool.destroy()
  })

  it('however many stores there are over a client, one listens to its errors', () => {
    const client = createClient({ url: server.url })
    for (let i = 0; i < 20; i += 1) redisStores(client, { prefix: newPrefix() })
    expect(client.listenerCount('error')).toBe(1)
  })
})

describe.skipIf(!isHere)('a cluster', () => {
  let servers: RedisCluster
  const made: ReturnType<typeof clusterFor>[] = []
  const clusterOf = (index: number): ReturnType<typeof clusterFor> => made[index] ?? expect.fail('no cluster')
  const prefixOf = new WeakMap<object, string>()

  function stores(index = 0, options: RedisStoresOptions = {}): RedisStores {
    const prefix = options.prefix ?? newPrefix()
    const all = redisStores(clusterOf(index), { timeoutSeconds: 20, ...options, prefix })
    for (const store of Object.values(all)) prefixOf.set(store, prefix)
    return all
  }

  const again = (store: object, options: RedisStoresOptions = {}): RedisStores =>
    stores(1, { ...options, prefix: prefixOf.get(store) ?? expect.fail('no prefix') })

  beforeAll(async () => {
    servers = await startRedisCluster()
    for (let i = 0; i < 2; i += 1) made.push(await clusterFor(servers).connect())
  }, 60_000)

  afterAll(async () => {
    for (const cluster of made) cluster.destroy()
    await servers.remove()
  })

  testStorage(it, { create: () => stores().storage, reopen: (store) => again(store).storage })
  testNonces(it, { create: () => stores().nonces, reopen: (store) => again(store).nonces })
  testRevocations(it, { create: () => stores().revocations, reopen: (store) => again(store).revocations })
  describe('refuses what is older than the store', () => {
    const options = { refuseOlderThanStore: true }
    testNonces(it, { create: () => stores(0, options).nonces, reopen: (store) => again(store, options).nonces })
  })

  it('keys are spread over it, and every one has the prefix and an end', async () => {
    const prefix = newPrefix()
    // Braces of one's own keep everything together, and do no harm.
    for (const each of [prefix, `${prefix}{own}:`, `${prefix}{half:`]) {
      await useAll(stores(0, { prefix: each, refuseOlderThanStore: true }))
      const { nonces } = stores(0, { prefix: each })
      const times = { createdAt: Date.now(), until: Date.now() + minute }
      await Promise.all(Array.from({ length: 64 }, (_, i) => nonces.consume(String.fromCharCode(65 + i), times)))
    }
    const counts: number[] = []
    for (const { url } of servers.masters) {
      const client = await createClient({ url }).connect()
      const keys = await client.keys(`${prefix.replace(/[{}]/g, '?')}*`)
      counts.push(keys.length)
      for (const key of keys) expect(await client.pTTL(key), key).toBeGreaterThan(0)
      client.destroy()
    }
    for (const count of counts) expect(count).toBeGreaterThan(10)
  })
})

describe('redisStores', () => {
  const client = createClient()

  it('takes clients, clusters, pools and sentinels', () => {
    const sentinel = createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })
    for (const each of [client, createCluster({ rootNodes: [] }), createClientPool(), sentinel]) {
      expect(redisStores(each).storage.keys).toBe('seed')
    }
  })

  it('error: what is none of them', () => {
    for (const each of [undefined, null, {}, 'redis://127.0.0.1', new Map()]) {
      expect(() => redisStores(each as unknown as typeof client)).toThrow(TypeError)
    }
  })

  it('error: options that cannot be used', () => {
    const bad: Record<string, readonly unknown[]> = {
      prefix: [1, null, 'a{}b'],
      timeoutSeconds: [0, -1, Number.NaN, 61, '1', null],
      sessionSeconds: [0, Number.NaN, Number.POSITIVE_INFINITY, '1'],
      refuseOlderThanStore: ['yes', 1, null],
      clockToleranceSeconds: [-1, Number.NaN, 86_401, '60'],
      ttl: [1],
    }
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) expect(() => redisStores(client, { [name]: value }), `${name}: ${value}`).toThrow(TypeError)
    }
    expect(() => redisStores(client, null as unknown as RedisStoresOptions)).toThrow(TypeError)
  })
})
