import { hasRedis, startRedis } from '../../test/servers/redis.ts'

const local = hasRedis() ? await startRedis() : undefined
if (local) process.env['REDIS_URL'] = local.url

// begin
import { createGuard } from '@session-sigs/http/fastify'
import { redisStores } from '@session-sigs/storage-redis'
import { createClient } from 'redis'

const redis = createClient({ url: process.env['REDIS_URL'] ?? 'redis://localhost:6379' })
redis.on('error', (error) => console.error('Redis:', error.message))
redis.connect().catch(() => undefined) // not awaited: until Redis is there, requests are answered 503
const { nonces, revocations } = redisStores(redis, { refuseOlderThanStore: true })

const guard = createGuard({ origin: 'https://api.example', domains: ['app.example'], nonces, revocations })
// end

const taken = local && (await nonces.consume('a', { createdAt: Date.now(), until: Date.now() + 60_000 }))
if (local && taken !== 'too-old') throw new Error(`A store that is new answered ${taken}`)
if (!guard.revoke) throw new Error('There is no guard')
redis.destroy()
await local?.remove()
