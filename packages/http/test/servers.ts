import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { VerifiedSession } from '@session-sigs/core/verify'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import * as forExpress from '../src/express.ts'
import * as forFastify from '../src/fastify.ts'
import * as forHono from '../src/hono.ts'
import { memoryNonces, memoryRevocations, type NonceStore, type RequestVerifierOptions } from '../src/verify.ts'
import { domain, resource } from './signing.ts'

/** What every handler answers. */
export interface Handled {
  readonly by: VerifiedSession
  /** How the body was read, and what it was then. */
  readonly how: string
  readonly length: number
  readonly sha256: string
}

function handled(by: VerifiedSession, how: string, body: string | Uint8Array): Handled {
  const bytes = Buffer.from(body)
  return { by, how, length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

export type Options = Omit<RequestVerifierOptions, 'origin' | 'domains'> & Partial<Pick<RequestVerifierOptions, 'origin' | 'domains'>>

export interface Running {
  readonly origin: string
  readonly port: number
  /** Errors that reached the framework. */
  readonly errors: unknown[]
  stop(): Promise<void>
}

/** Something of a JSON value, said to be a resource: the routes of the tests ask for what clients name. */
const named = (value: unknown): string => (typeof value === 'object' && value !== null && 'pkp' in value ? `litPKP://${value.pkp}` : '')

const exposed = 'X-Request-Id'

/** All apps have the same routes: `/pkp` and all below `/any`, ways of reading a body below `/read`, resources of the request, a router that is mounted, and revocation. */
function honoApp(options: RequestVerifierOptions, errors: unknown[]): RequestListener {
  const app = new Hono()
  const guard = forHono.createGuard(options)
  app.onError((error, c) => {
    errors.push(error)
    return c.text('', 500)
  })
  app.use('/cors/*', cors({ origin: '*', exposeHeaders: [exposed] }))
  const plain = guard(resource)
  const answer = (how: string, body: string | Uint8Array, by: VerifiedSession): Response => Response.json(handled(by, how, body))
  for (const path of ['/pkp', '/any/*', '/cors/pkp'])
    app.all(path, plain, async (c) => answer('arrayBuffer', new Uint8Array(await c.req.arrayBuffer()), guard.session(c)))
  app.post('/read/json', plain, async (c) => answer('json', JSON.stringify(await c.req.json()), guard.session(c)))
  app.post('/read/text', plain, async (c) => answer('text', await c.req.text(), guard.session(c)))
  app.post('/read/raw', plain, async (c) => answer('raw', new Uint8Array(await c.req.arrayBuffer()), guard.session(c)))
  app.post('/read/form', plain, async (c) => {
    const form = await c.req.formData()
    return answer('form', new URLSearchParams([...form].map(([name, value]) => [name, String(value)])).toString(), guard.session(c))
  })
  app.post('/read/stream', plain, async (c) => {
    const parts: Uint8Array[] = []
    for await (const part of c.req.raw.body ?? []) parts.push(part)
    return answer('stream', Buffer.concat(parts), guard.session(c))
  })
  app.post('/read/events', plain, async (c) => answer('events', new Uint8Array(await (await c.req.blob()).arrayBuffer()), guard.session(c)))
  app.all(
    '/of-path/:id',
    guard((c) => `litPKP://${c.req.param('id')}`),
    (c) => answer('', '', guard.session(c)),
  )
  app.post(
    '/of-body',
    guard((_, body) => named(body.json())),
    async (c) => answer('json', JSON.stringify(await c.req.json()), guard.session(c)),
  )
  const sub = new Hono()
  sub.get('/deep/pkp', plain, (c) => answer('', '', guard.session(c)))
  app.route('/mounted', sub)
  app.post('/revoke', guard.revoke)
  return getRequestListener(app.fetch)
}

function expressApp(options: RequestVerifierOptions, errors: unknown[]): RequestListener {
  const app = express()
  const guard = forExpress.createGuard(options)
  const plain = guard(resource)
  const answer = (response: express.Response, request: express.Request, how: string, body: string | Uint8Array): void =>
    void response.json(handled(guard.session(request), how, body))
  const raw = express.raw({ type: () => true, limit: '2mb' })
  app.use('/cors', (_, response, next) => {
    response.setHeader('access-control-expose-headers', exposed)
    next()
  })
  const all: express.RequestHandler = (request, response) =>
    answer(response, request, 'raw', Buffer.isBuffer(request.body) ? request.body : '')
  app.all(['/pkp', '/any/{*rest}', '/cors/pkp'], plain, raw, all)
  app.post('/read/raw', plain, raw, all)
  app.post('/read/json', plain, express.json({ limit: '2mb' }), (q, r) => answer(r, q, 'json', JSON.stringify(q.body)))
  app.post('/read/text', plain, express.text({ type: () => true, limit: '2mb' }), (q, r) => answer(r, q, 'text', q.body ?? ''))
  app.post('/read/form', plain, express.urlencoded({ limit: '2mb' }), (q, r) =>
    answer(r, q, 'form', new URLSearchParams(q.body ?? {}).toString()),
  )
  app.post('/read/stream', plain, async (q, r) => {
    const parts: Buffer[] = []
    for await (const part of q) parts.push(part)
    answer(r, q, 'stream', Buffer.concat(parts))
  })
  app.post('/read/events', plain, (q, r) => {
    const parts: Buffer[] = []
    q.on('data', (part: Buffer) => parts.push(part)).on('end', () => answer(r, q, 'events', Buffer.concat(parts)))
  })
  app.all(
    '/of-path/:id',
    guard((request) => `litPKP://${request.params['id']}`),
    (q, r) => answer(r, q, '', ''),
  )
  app.post(
    '/of-body',
    guard((_, body) => named(body.json())),
    express.json(),
    (q, r) => answer(r, q, 'json', JSON.stringify(q.body)),
  )
  const sub = express.Router()
  sub.get('/pkp', plain, (q, r) => answer(r, q, '', ''))
  app.use('/mounted/deep', sub)
  app.post('/revoke', guard.revoke)
  const onError: express.ErrorRequestHandler = (error, _, response, next) => {
    errors.push(error)
    if (response.headersSent) next(error)
    else response.status(500).end()
  }
  app.use(onError)
  return app
}

async function fastifyApp(options: RequestVerifierOptions, errors: unknown[]): Promise<RequestListener> {
  let listener: RequestListener = () => undefined
  const app = fastify({
    bodyLimit: 2_097_152,
    serverFactory: (handler) => {
      listener = handler
      return createServer()
    },
  })
  const guard = forFastify.createGuard(options)
  const plain = guard(resource)
  const bytesOf = (body: unknown): string | Uint8Array =>
    Buffer.isBuffer(body) || typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body)
  app.setErrorHandler((error, _, reply) => {
    errors.push(error)
    return reply.code(500).send()
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => {
    done(null, new URLSearchParams(String(body)).toString())
  })
  app.addContentTypeParser('application/x-stream', (_, payload, done) => {
    const parts: Buffer[] = []
    payload.on('data', (part: Buffer) => parts.push(part)).on('end', () => done(null, Buffer.concat(parts)))
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/cors')) reply.header('access-control-expose-headers', exposed)
  })
  for (const url of ['/pkp', '/any/*', '/cors/pkp', '/read/json', '/read/text', '/read/raw', '/read/form', '/read/stream', '/read/events'])
    app.all(url, plain, async (request) => handled(guard.session(request), url.replace('/read/', ''), bytesOf(request.body)))
  app.all<{ Params: { id: string } }>(
    '/of-path/:id',
    guard((request) => `litPKP://${Object(request.params).id}`),
    async (request) => handled(guard.session(request), '', ''),
  )
  app.post(
    '/of-body',
    guard((_, body) => named(body.json())),
    async (request) => handled(guard.session(request), 'json', bytesOf(request.body)),
  )
  await app.register(async (sub) => sub.get('/deep/pkp', plain, async (request) => handled(guard.session(request), '', '')), {
    prefix: '/mounted',
  })
  app.route({ method: 'POST', url: '/revoke', ...guard.revoke })
  await app.ready()
  return listener
}

const apps = { hono: honoApp, express: expressApp, fastify: fastifyApp }

export type Framework = keyof typeof apps
export const frameworks: readonly Framework[] = ['hono', 'express', 'fastify']

/** A real server of a framework. Its origin is where it listens, unless the options say otherwise. */
export async function start(framework: Framework, options: Partial<Options> = {}): Promise<Running> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const errors: unknown[] = []
  const all: RequestVerifierOptions = { origin, domains: [domain], nonces: memoryNonces(), ...options }
  server.on('request', await apps[framework](all, errors))
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await ended
  }
  return { origin, port, errors, stop }
}

/** Nonces in memory that count how often they are asked. */
export function countingNonces(): NonceStore & { readonly names: string[] } {
  const [store, names] = [memoryNonces(), [] as string[]]
  return {
    names,
    consume(name, times) {
      names.push(name)
      return store.consume(name, times)
    },
  }
}

export { memoryNonces, memoryRevocations }
