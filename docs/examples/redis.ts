import type { Signer } from '@session-sigs/core'
import { hasRedis, startRedis } from '../../test/servers/redis.ts'

const server = hasRedis() ? await startRedis() : undefined
if (server) process.env['REDIS_URL'] = server.url
const signer: Signer = {
  account: async () => ({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', chainId: 1 }),
  signMessage: async () => `0x${'11'.repeat(65)}`,
}

// begin stores
import { isRevokedBy } from '@session-sigs/core/verify'
import { redisStores } from '@session-sigs/storage-redis'
import { createClient } from 'redis'

const redis = createClient({ url: process.env['REDIS_URL'] ?? 'redis://localhost:6379' })
const { storage, nonces, revocations } = redisStores(redis, { refuseOlderThanStore: true })

const report = (error: Error) => console.error('Redis:', error.message)
redis.on('error', report) // to know of it; without this, too, nothing ends by it
redis.connect().catch(report) // not awaited: until Redis is there, requests are refused

const isRevoked = isRevokedBy(revocations) // for createVerifier
// end

import { createSessionClient } from '@session-sigs/core'

const options = { nodes: ['https://api.example'], signer, domain: 'app.example' }
const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379'

// begin own
const session = createSessionClient({ ...options, storage }) // a server with a session of its own
// end

// begin silent
const patient = createClient({
  url,
  pingInterval: 2_000,
  socket: { socketTimeout: 10_000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2_000) },
})
// end

const failed = (what: string): never => {
  throw new Error(`The example does not do what it says: ${what}`)
}

if (server) {
  await session.signIn({ resources: ['litAction://*'] })
  const times = { createdAt: Date.now(), until: Date.now() + 60_000 }
  if ((await nonces.consume('a', times)) !== 'too-old') failed('what is older than the store')
  const asked = { address: '0x', chainId: 1, sessionKey: '00', delegatedAt: new Date().toISOString(), nonce: '1' }
  const answer = await isRevoked(asked)
  if (typeof answer === 'boolean' || answer.revoked) failed('revocations')
  await redisStores(await patient.connect()).revocations.find(['a'])
  patient.destroy()
}
redis.destroy()
await server?.remove()
