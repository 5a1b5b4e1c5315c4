/** What somebody with a good session may try, to get more than that session was granted, and what a server may try on a client. */
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createVerifier, presentDelegations } from '@session-sigs/core/verify'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as forExpress from '../src/express.ts'
import * as forFastify from '../src/fastify.ts'
import * as forHono from '../src/hono.ts'
import { createSessionFetch, readProblem } from '../src/index.ts'
import { createRequestVerifier, memoryNonces } from '../src/verify.ts'
import { frameworks, start } from './servers.ts'
import { domain, newClient, newSession, requestOf, resource, sign } from './signing.ts'

const session = await newSession()
const origin = 'https://api.example'
const pkpIn = (sent: unknown): string => `litPKP://${typeof sent === 'object' && sent !== null && 'pkp' in sent ? sent.pkp : ''}`

describe('a body that reads as one resource to the guard and as another to the handler', () => {
  const app = express()
  const server = createServer(app)
  let at = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const guard = forExpress.createGuard({ origin: at, domains: [domain], nonces: memoryNonces() })
    const parsers = [express.json(), express.urlencoded(), express.text()]
    app.post(
      '/pkp',
      guard((_, body) => pkpIn(body.json())),
      parsers,
      (request: express.Request, response: express.Response) => {
        response.json({ granted: guard.session(request).resource, used: pkpIn(request.body) })
      },
    )
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  async function ask(body: string, headers: Record<string, string>): Promise<{ status: number; said: unknown }> {
    const { url, ...init } = await sign(session, `${at}/pkp`, { body, headers })
    const response = await fetch(url, { method: init.method, headers: init.headers, body })
    return { status: response.status, said: await response.json() }
  }

  it.each([
    ['UTF-7', 'application/json; charset=utf-7', '{"pkp":"42","x":"+ACIALAAiAHAAawBwACIAOgAi-7"}'],
    ['UTF-7, quoted', 'application/json;charset="utf-7"', '{"pkp":"42","x":"+ACIALAAiAHAAawBwACIAOgAi-7"}'],
    ['UTF-7 beside UTF-8', 'application/json; charset=utf-8; charset=utf-7', '{"pkp":"42","x":"+ACIALAAiAHAAawBwACIAOgAi-7"}'],
    ['a form', 'application/x-www-form-urlencoded', '{"pkp":"42","x":"&pkp=7&"}'],
    ['a form beside JSON', 'application/x-www-form-urlencoded, application/json', '{"pkp":"42","x":"&pkp=7&"}'],
    ['several parts', 'multipart/form-data; boundary=x', '{"pkp":"42"}'],
  ])('error: %s', async (_, type, body) => {
    expect(await ask(body, { 'content-type': type })).toMatchObject({ status: 400, said: { code: 'json-invalid' } })
  })

  it('error: compressed', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'br' }
    expect(await ask('{"pkp":"42"}', headers)).toMatchObject({ status: 400, said: { code: 'json-invalid' } })
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON; profile=x'])(
    'behavior: %s is read, and the same by both',
    async (type) => {
      expect(await ask('{"pkp":"42"}', { 'content-type': type })).toEqual({ status: 200, said: { granted: resource, used: resource } })
    },
  )

  it.each(['', 'text/plain;charset=UTF-8', 'application/vnd.api+json'])('behavior: "%s" is read', async (type) => {
    expect(await ask('{"pkp":"42"}', type ? { 'content-type': type } : {})).toMatchObject({ status: 200, said: { granted: resource } })
  })

  it('behavior: bytes are there whatever they are said to be', async () => {
    const verifier = createRequestVerifier({ origin, domains: [domain], nonces: memoryNonces() })
    const headers = { 'content-type': 'application/json; charset=utf-7' }
    const request = requestOf(await sign(session, `${origin}/`, { body: 'abc', headers }))
    const verified = await verifier.verify(request, { resource: ({ bytes }) => (bytes.length === 3 ? resource : '') })
    expect(verified.resource).toBe(resource)
  })
})

describe('what a stranger can make a server do', () => {
  it('behavior: few wallet signatures that are no good are checked, and those before a good one are no harm', async () => {
    const verifier = createVerifier({ audience: origin, domains: [domain] })
    const [good] = session.capabilities
    if (!good) throw new Error('The session has a delegation.')
    const bad = { ...good, sig: good.sig.replace(/^0x(.)/, (_, digit: string) => `0x${digit === '1' ? '2' : '1'}`) }
    const now = Date.now()
    const request = { resource, sessionKey: session.key.publicKey, audience: origin, issuedAt: now, expiration: now + 60_000 }
    expect(() => presentDelegations('[]')).toThrow(expect.objectContaining({ code: 'delegation-malformed' }))
    const report = await verifier.inspectKey(presentDelegations(JSON.stringify(Array(32).fill(bad))), request)
    expect(report.error?.code).toBe('wallet-signature-invalid')
    expect(report.messages.length).toBe(3)
    expect((await verifier.inspectKey(presentDelegations(JSON.stringify([bad, bad, good])), request)).ok).toBe(true)
  })
})

describe('a request that was injected into Fastify, which is no message of HTTP', async () => {
  const guard = forFastify.createGuard({ origin, domains: [domain], nonces: memoryNonces(), bodySeconds: 5 })
  const app = fastify()
  app.all('/x', guard(resource), async (request) => ({ got: request.body ?? null }))
  type Payload = string | Readable | undefined

  async function inject(signedBody: string | undefined, payload: Payload, more = {}): Promise<{ status: number; said: unknown }> {
    const draft = signedBody === undefined ? {} : { body: signedBody }
    const { headers } = await sign(session, `${origin}/x`, { ...draft, method: 'POST', headers: { 'content-type': 'text/plain', ...more } })
    const reply = await app.inject({ method: 'POST', url: '/x', headers, ...(payload === undefined ? {} : { payload }) })
    return { status: reply.statusCode, said: reply.json() }
  }

  it.each([1, 200_000])('behavior: a body of %d is read', async (length) => {
    const body = 'x'.repeat(length)
    expect(await inject(body, body)).toEqual({ status: 200, said: { got: body } })
    expect(await inject(body, Readable.from([Buffer.from(body)]))).toEqual({ status: 200, said: { got: body } })
  })

  it('behavior: none', async () => {
    const { headers } = await sign(session, `${origin}/x`)
    expect(await app.inject({ method: 'GET', url: '/x', headers })).toMatchObject({ statusCode: 200, body: '{"got":null}' })
  })

  it('error: one that is not what was signed, one that nobody signed, whatever its fields say', async () => {
    expect(await inject('a', 'b')).toMatchObject({ status: 401, said: { code: 'body-mismatch' } })
    for (const more of [{}, { 'content-length': '0' }])
      for (const payload of ['b', Readable.from([Buffer.from('b')])])
        expect(await inject(undefined, payload, more)).toMatchObject({ status: 401, said: { code: 'signature-incomplete' } })
  })
})

describe('a request that a function of a cloud is handed whole', () => {
  /** As adapters make it for Express: complete from the start, its body not read yet. */
  function handed(method: string, headers: Readonly<Record<string, string>>, body: string): IncomingMessage {
    const request = new IncomingMessage(new Socket())
    Object.assign(request, { complete: true, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, method, url: '/x', headers })
    request._read = () => {
      if (body) request.push(body)
      request.push(null)
    }
    return request
  }

  async function ask(signedBody: string | undefined, body: string, more = {}): Promise<string> {
    const guard = forExpress.createGuard({ origin, domains: [domain], nonces: memoryNonces(), bodySeconds: 5 })
    const { headers } = await sign(session, `${origin}/x`, { method: 'POST', ...(signedBody === undefined ? {} : { body: signedBody }) })
    const request = handed('POST', { ...headers, ...more }, body)
    const response = new ServerResponse(request)
    return new Promise((resolve, reject) => {
      response.on('finish', () => resolve(`${response.statusCode}`))
      guard(resource)(request, response, (error) => {
        if (error) reject(error)
        else text(request).then((read) => resolve(`read ${read}`), reject)
      })
      response.assignSocket(new PassThrough().resume() as unknown as Socket)
    })
  }

  it.each([{}, { 'content-length': '3' }])('behavior: its body is read, said by %o', async (more) => {
    expect(await ask('abc', 'abc', more)).toBe('read abc')
  })

  it('behavior: none', async () => {
    expect(await ask(undefined, '')).toBe('read ')
  })

  it.each([{}, { 'content-length': '3' }, { 'content-length': '0' }])('error: a body that nobody signed, said by %o', async (more) => {
    expect(await ask(undefined, 'abc', more)).toBe('401')
    expect(await ask('abd', 'abc', more)).toBe('401')
  })
})

it('behavior: numbers are signed in their one spelling, whichever parser reads them', async () => {
  const verifier = createRequestVerifier({ origin, domains: [domain], nonces: memoryNonces() })
  for (const more of ['', ';x=1']) {
    const draft = { params: (usual: string): string => usual.replace('created=', 'created=0') + more }
    const request = requestOf(await sign(session, `${origin}/x`, draft))
    await expect(verifier.verify(request, { resource })).rejects.toMatchObject({ code: 'session-signature-invalid' })
  }
})

describe('what a server can make a client do', () => {
  const problem = { 'content-type': 'application/problem+json' }

  it('error: a problem without an end is none, and no memory is filled with it', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(new Uint8Array(1024).fill(0x20))
      },
    })
    const response = new Response(endless, { status: 401, headers: problem })
    expect(await readProblem(response)).toBeUndefined()
    expect(sent).toBeLessThan(80)
    const { value } = (await response.body?.getReader().read()) ?? {}
    expect(value?.length).toBe(1024)
  })

  it.each(['{"code":7}', '{"code":{"toString":1}}', '["code"]', 'null', '{"__proto__":{"code":"revoked"}}'])(
    'error: %s is no problem',
    async (text) => {
      expect(await readProblem(new Response(text, { status: 401, headers: problem }))).toBeUndefined()
    },
  )

  it('error: only a refusal ends the session', async () => {
    const client = newClient()
    await client.signIn({ resources: [resource] })
    const headers = { 'www-authenticate': 'SessionSig realm="x", error="revoked"' }
    const sessionFetch = createSessionFetch(client, { fetch: async () => new Response('', { status: 200, headers }) })
    await sessionFetch(`${origin}/x`)
    expect(client.get().status).toBe('signed-in')
    const refusing = createSessionFetch(client, { fetch: async () => new Response('', { status: 401, headers }) })
    await refusing(`${origin}/x`)
    expect(client.get().status).toBe('signed-out')
  })
})

describe.each(frameworks)('%s: caches in between', (framework) => {
  it('keep no answer to a signed request, unless its handler says so', async () => {
    const server = await start(framework)
    for (const path of ['/pkp', '/cors/pkp']) {
      const { url, headers } = await sign(session, server.origin + path)
      const response = await fetch(url, { headers })
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('private')
      expect((response.headers.get('vary') ?? '').split(/ *, */)).toContain('Signature')
    }
    await server.stop()
  })
})

it('behavior: what others say of caches stays', async () => {
  const options = { origin, domains: [domain], nonces: memoryNonces() }
  const { headers } = await sign(session, `${origin}/x`)
  const hono = new Hono()
  hono.get('/x', forHono.createGuard(options)(resource), (c) => c.text('', 200, { 'cache-control': 'no-store', vary: 'Origin' }))
  const fromHono = await hono.request(`${origin}/x`, { headers })
  expect([fromHono.status, fromHono.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(fromHono.headers.get('vary')).toBe('Origin, Signature')

  const app = fastify()
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({ 'cache-control': 'no-store', vary: 'Origin' })
  })
  app.get('/x', forFastify.createGuard({ ...options, nonces: memoryNonces() })(resource), async () => '')
  const fromFastify = await app.inject({ method: 'GET', url: '/x', headers })
  expect(fromFastify).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-store', vary: 'Origin, Signature' } })
})

describe('several origins', () => {
  const [a, b] = ['http://a.example', 'http://b.example']
  const options = { origin: [a, b], domains: [domain], nonces: memoryNonces() }

  it('error: a request whose target and Host name one each', async () => {
    const verifier = createRequestVerifier(options)
    const { headers } = await sign(session, `${b}/x`)
    const to = (url: string): Request => new Request(url, { headers: { ...headers, host: 'b.example' } })
    await expect(verifier.verify(to(`${a}/x`), { resource })).rejects.toMatchObject({ code: 'signature-malformed' })
    // The name of a machine behind a proxy is none of them.
    expect((await verifier.verify(to('http://localhost:3000/x'), { resource })).audience).toBe(b)
  })

  it('error: two of one host, of which one could never be meant', () => {
    expect(() => createRequestVerifier({ ...options, origin: [a, `${a}/v1`] })).toThrow(TypeError)
  })
})
