// begin
import { createGuard, type RequestBody } from '@session-sigs/http/fastify'
import { memoryNonces, memoryRevocations, requestHeaders, responseHeaders } from '@session-sigs/http/verify'
import fastify from 'fastify'

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

const app = fastify()

// Before the guard: a browser's question beforehand (OPTIONS) is not signed.
app.addHook('onRequest', async (_, reply) => {
  reply.header('access-control-allow-origin', 'http://localhost:5173')
  reply.header('access-control-allow-headers', ['content-type', ...requestHeaders].join(', '))
  reply.header('access-control-expose-headers', responseHeaders.join(', '))
})
app.options('/*', async (_, reply) => reply.code(204).send())

// A resource that is always the same, one of the path, and one of the body.
app.get('/hello', guard('litAction://QmHello'), async (request) => ({ hello: guard.session(request).address }))
app.get(
  '/pkp/:id',
  guard<{ Params: { id: string } }>((request) => `litPKP://${request.params.id}`),
  async (request) => ({ used: guard.session(request).resource }),
)
app.post(
  '/pkp',
  guard((_, body) => pkpIn(body)),
  async (request) => ({ used: guard.session(request).resource, sent: request.body }),
)
app.route({ method: 'POST', url: '/session/revoke', ...guard.revoke })

await app.listen({ port, host: 'localhost' })
// end

export const stop = (): unknown => app.close()
