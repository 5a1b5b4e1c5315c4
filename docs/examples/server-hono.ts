// begin
import { serve } from '@hono/node-server'
import { createGuard, type RequestBody } from '@session-sigs/http/hono'
import { memoryNonces, memoryRevocations, requestHeaders, responseHeaders } from '@session-sigs/http/verify'
import { Hono } from 'hono'
import { cors } from 'hono/cors'

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

const app = new Hono()

// Before the guard: a browser's question beforehand (OPTIONS) is not signed.
const allowHeaders = ['content-type', ...requestHeaders]
app.use(cors({ origin: 'http://localhost:5173', allowHeaders, exposeHeaders: [...responseHeaders] }))

// A resource that is always the same, one of the path, and one of the body.
app.get('/hello', guard('litAction://QmHello'), (c) => c.json({ hello: guard.session(c).address }))
app.get(
  '/pkp/:id',
  guard((c) => `litPKP://${c.req.param('id')}`),
  (c) => c.json({ used: guard.session(c).resource }),
)
app.post(
  '/pkp',
  guard((_, body) => pkpIn(body)),
  async (c) => c.json({ used: guard.session(c).resource, sent: await c.req.json() }),
)
app.post('/session/revoke', guard.revoke)

const server = serve({ fetch: app.fetch, port, hostname: 'localhost' })
// end

export const stop = (): unknown => server.close()
