// begin
import { createGuard, type RequestBody } from '@session-sigs/http/express'
import { memoryNonces, memoryRevocations, requestHeaders, responseHeaders } from '@session-sigs/http/verify'
import express from 'express'

const port = Number(process.env['PORT'] ?? 3000)

const guard = createGuard({
  origin: process.env['ORIGIN'] ?? `http://localhost:${port}`, // what clients call this server, byte for byte
  domains: ['localhost:5173'], // the sites that people sign in at
  nonces: memoryNonces(),
  revocations: memoryRevocations(),
})

/** The PKP that a body names. One that names none makes no resource, which is answered 400. */
function pkpIn(body: RequestBody): string {
  const sent = body.json()
  return `litPKP://${typeof sent === 'object' && sent !== null && 'pkp' in sent ? sent.pkp : ''}`
}

const app = express()

// Before the guard: a browser's question beforehand (OPTIONS) is not signed.
app.use((request, response, next) => {
  response.setHeader('access-control-allow-origin', 'http://localhost:5173')
  response.setHeader('access-control-allow-headers', ['content-type', ...requestHeaders].join(', '))
  response.setHeader('access-control-expose-headers', responseHeaders.join(', '))
  if (request.method === 'OPTIONS') response.status(204).end()
  else next()
})

// A resource that is always the same, one of the path, and one of the body. What parses bodies comes after the guard.
app.get('/hello', guard('litAction://QmHello'), (request, response) => {
  response.json({ hello: guard.session(request).address })
})
app.get(
  '/pkp/:id',
  guard((request) => `litPKP://${request.params['id']}`),
  (request, response) => {
    response.json({ used: guard.session(request).resource })
  },
)
app.post(
  '/pkp',
  guard((_, body) => pkpIn(body)),
  express.json(),
  (request, response) => {
    response.json({ used: guard.session(request).resource, sent: request.body })
  },
)
app.post('/session/revoke', guard.revoke)

const server = app.listen(port, 'localhost')
// end

export const stop = (): unknown => server.close()
