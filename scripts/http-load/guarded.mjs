/**
 * A guarded server in a process of its own, for the soak and for tests of several processes: node:http, the guard, and the revocation endpoint. Its options are JSON; those of
 * the guard are under `guard`. Says its port as its first line, how much memory is in use for each line that it is sent, and ends with its standard input.
 */
import { createServer } from 'node:http'
import { createGuard } from '@session-sigs/http/express'
import { memoryNonces, memoryRevocations } from '@session-sigs/http/verify'
import { redisStores } from '@session-sigs/storage-redis'
import { createClient } from 'redis'

/** `nonces` and `revocations` say where these are: 'redis', 'memory', or for the latter nowhere. `leaks`: keeps what it should not, so that what looks for leaks can be shown one. */
const { redis, nonces = 'memory', revocations, stores = {}, leaks = false, guard: settings } = JSON.parse(process.argv[2] ?? '{}')

function connect() {
  const client = createClient({ url: redis, socket: { reconnectStrategy: 50 } })
  const shared = redisStores(client, stores)
  // Not awaited: until Redis is there, requests are refused.
  client.connect().catch(() => undefined)
  return shared
}

const memory = () => ({ nonces: memoryNonces(), revocations: memoryRevocations() })
const kinds = { memory: memory(), ...(redis === undefined ? {} : { redis: connect() }) }
const guard = createGuard({
  domains: ['app.example'],
  ...settings,
  nonces: kinds[nonces].nonces,
  ...(revocations ? { revocations: kinds[revocations].revocations } : {}),
})
const [check, checkOther] = [guard('litPKP://42'), guard('litPKP://43')]
const kept = []

function handler(request, response) {
  if (leaks) kept.push({ headers: { ...request.headers }, session: guard.session(request) })
  response.setHeader('content-type', 'text/plain')
  // The body was read to be verified, and is there once more.
  request.resume().on('end', () => response.end('ok'))
}

function failed(response) {
  return (error) => {
    console.error(error)
    response.writeHead(500).end()
  }
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const answer = (error) => (error ? failed(response)(error) : handler(request, response))
  if (request.url === '/session/revoke') guard.revoke(request, response, failed(response))
  else if (request.url?.startsWith('/other')) checkOther(request, response, answer)
  else check(request, response, answer)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

process.stdin.on('data', () => {
  // Twice: what was waiting to be finalised is gone after the second.
  globalThis.gc?.()
  globalThis.gc?.()
  console.log(JSON.stringify(process.memoryUsage()))
})
process.stdin.on('end', () => process.exit())
