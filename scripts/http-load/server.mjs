/**
 * A server for the load benchmark, in a process of its own: the same node:http, the same handler. `bare` does one asynchronous `crypto.verify` for each request
 * and nothing else, `verified` has the guard. Says its port as its first line; ends with its standard input.
 */
import { createPublicKey, verify } from 'node:crypto'
import { createServer } from 'node:http'
import { createGuard } from '@session-sigs/http/express'
import { memoryNonces } from '@session-sigs/http/verify'

const [kind, sample] = process.argv.slice(2)

function handler(_, response) {
  response.setHeader('content-type', 'text/plain')
  response.end('ok')
}

function bare() {
  const { x, message, signature } = JSON.parse(sample)
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const [data, sig] = [Buffer.from(message, 'base64'), Buffer.from(signature, 'base64')]
  return (request, response) =>
    verify(null, data, key, sig, (error, isValid) => {
      if (error || !isValid) response.writeHead(401).end()
      else handler(request, response)
    })
}

function verified(server) {
  const { port } = server.address()
  const guard = createGuard({ origin: `http://127.0.0.1:${port}`, domains: ['app.example'], nonces: memoryNonces() })
  const check = guard('litPKP://42')
  return (request, response) => check(request, response, () => handler(request, response))
}

const server = createServer({ keepAliveTimeout: 60_000 })
server.listen(0, '127.0.0.1', () => {
  server.on('request', kind === 'bare' ? bare() : verified(server))
  console.log(server.address().port)
})
process.stdin.resume().on('end', () => process.exit())
