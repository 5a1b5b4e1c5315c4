/** One table of behaviours, on real servers of each framework, over connections that stay open. */
import { randomBytes } from 'node:crypto'
import type { KeyDelegation } from '@session-sigs/core'
import { parseDictionary } from 'structured-headers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NonceStore } from '../src/verify.ts'
import {
  countingNonces,
  type Framework,
  frameworks,
  memoryNonces,
  memoryRevocations,
  type Options,
  type Running,
  start,
} from './servers.ts'
import { alice, type Draft, digestOf, newSession, packed, resource, type Signed, seconds, sign } from './signing.ts'
import { chunked, exchange, type HeadOptions, headOf, type Json, jsonOf, type Reply, Wire } from './wire.ts'

const limit = 100_000
let session: KeyDelegation
let other: KeyDelegation

beforeAll(async () => {
  session = await newSession()
  other = await newSession()
})

/** Runs with a server of its own options. */
async function withServer<T>(framework: Framework, options: Partial<Options>, run: (server: Running) => Promise<T>): Promise<T> {
  const server = await start(framework, options)
  try {
    return await run(server)
  } finally {
    await server.stop()
  }
}

function expectRefusal(reply: Reply | undefined, status: number, code: string): Json {
  expect({ status: reply?.status, code: reply?.body ? jsonOf(reply)['code'] : undefined }).toEqual({ status, code })
  expect(reply?.headers['content-type']).toMatch(/^application\/problem\+json(?:; charset=utf-8)?$/)
  const problem = jsonOf(reply ?? { body: '{}' })
  expect(problem).toMatchObject({ type: `urn:session-sigs:error:${code}`, status, title: expect.any(String), detail: expect.any(String) })
  expect(Math.abs(Date.parse(String(problem['time'])) - Date.now())).toBeLessThan(60_000)
  expect(reply?.headers['cache-control']).toBe('no-store')
  expect(reply?.headers['access-control-expose-headers']).toContain('WWW-Authenticate')
  return problem
}

function expectAccepted(reply: Reply | undefined): Json {
  expect(reply?.status, reply?.body).toBe(200)
  const said = jsonOf(reply ?? { body: '{}' })
  expect(said['by']).toMatchObject({ address: alice.address, resource, sessionKey: session.key.publicKey })
  return said
}

describe.each(frameworks)('%s', (framework) => {
  let server: Running
  const nonces = countingNonces()
  const at = (path: string): string => server.origin + path
  const ask = async (path: string, draft: Draft = {}, options: HeadOptions = {}): Promise<Reply | undefined> =>
    exchange(server.port, await sign(session, at(path), draft), options)

  beforeAll(async () => {
    server = await start(framework, { nonces, maxBodyBytes: limit, bodySeconds: 1, revocations: memoryRevocations() })
  })
  afterAll(async () => {
    expect(server.errors).toEqual([])
    await server.stop()
  })

  describe('a request that is accepted', () => {
    it('by its whole delegation, then by its name, over one connection', async () => {
      const wire = await Wire.open(server.port)
      for (const by of ['whole', 'id', 'id'] as const) {
        wire.send(headOf(await sign(session, at('/pkp'), { by })))
        const said = expectAccepted(await wire.reply())
        expect(said['by']).toMatchObject({ audience: server.origin, domain: 'app.example', chainId: 1 })
      }
      wire.destroy()
    })

    it('has a session that ends with its signature', async () => {
      const created = seconds()
      const said = expectAccepted(await ask('/pkp', { created, life: 90 }))
      expect(said['by']).toMatchObject({
        issuedAt: new Date(created * 1000).toISOString(),
        expiresAt: new Date((created + 90) * 1000).toISOString(),
      })
    })

    it.each(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH', 'POST'])('by %s without a body', async (method) => {
      expect((await ask('/pkp', { method }))?.status).toBe(200)
    })

    it.each(['PUT', 'PATCH', 'DELETE', 'POST'])('by %s with one', async (method) => {
      expect(expectAccepted(await ask('/pkp', { method, body: 'abc' }))['length']).toBe(3)
    })

    it.each([
      '/any/a%20b',
      '/any/%C3%A4',
      '/any/a/../b',
      '/any/trailing/',
      '/any//double',
      '/any/x?',
      '/any/x?a',
      '/any/x?a=&b=%20&c=+&a=2',
      '/any/x?a[]=1&b={2}|3',
      '/any/x;y=1',
      '/any/%2e%2e/x',
      '/any/%2F',
      "/any/!$&'()*+,;=:@-._~",
    ])('for the target %s, byte for byte', async (path) => {
      // Hono is given what the web's URL makes of it.
      const uri = framework === 'hono' ? new URL(at(path)).href : at(path)
      const signed = await sign(session, uri)
      const reply = await exchange(server.port, signed, { target: path })
      const isLeft = framework === 'hono' && !new URL(uri).pathname.startsWith('/any/')
      expect(reply?.status).toBe(isLeft ? 404 : 200)
    })

    it('for an absolute target, whose authority says nothing', async () => {
      expectAccepted(await exchange(server.port, await sign(session, at('/pkp?x=1')), { target: at('/pkp?x=1') }))
    })

    it('in HTTP/1.0, with and without Host', async () => {
      for (const host of [undefined, false] as const) {
        const reply = await ask('/pkp', {}, { version: '1.0', ...(host === undefined ? {} : { host }) })
        // Node's adapter of Hono does not take requests without Host.
        if (framework === 'hono' && host === false) expect(reply?.status).toBe(400)
        else expectAccepted(reply)
      }
    })

    it('below a router that was mounted', async () => {
      expectAccepted(await ask('/mounted/deep/pkp?x=1'))
    })

    it('with a resource of its path, or of its body', async () => {
      expectAccepted(await ask('/of-path/42'))
      expectAccepted(await ask('/of-body', { body: '{"pkp":42}', headers: { 'content-type': 'application/json' } }))
    })

    it('with more covered, other labels, other orders', async () => {
      const covered = (usual: readonly string[]): readonly string[] => ['x-more', '@path', '@query', '@scheme', ...usual.toReversed()]
      expectAccepted(await ask('/pkp?a=1', { label: 'x1', covered, headers: { 'x-more': 'a, b' } }))
      expectAccepted(await ask('/pkp', { covered: (usual) => [...usual, '@request-target'], params: (usual) => `${usual};tag="ours"` }))
    })
  })

  describe('the body, for who comes after the guard', () => {
    const json = JSON.stringify({ text: 'ä'.repeat(500), list: [1, 2, 3] })
    const form = new URLSearchParams({ a: '1 2', b: 'ä&=' }).toString()
    const kinds = [
      ['json', 'application/json', json],
      ['text', 'text/plain', 'öffentlich '.repeat(100)],
      ['raw', 'application/octet-stream', randomBytes(70_000)],
      ['form', 'application/x-www-form-urlencoded', form],
      ['stream', 'application/x-stream', randomBytes(limit)],
      ['events', 'application/x-stream', randomBytes(limit)],
    ] as const

    it.each(kinds)('%s: whole, in one piece, in chunks, and slowly', async (how, type, body) => {
      const bytes = Buffer.from(body)
      const wire = await Wire.open(server.port)
      for (const way of ['one', 'chunks', 'pieces', 'late'] as const) {
        const headers = { 'content-type': type, ...(way === 'chunks' ? { 'transfer-encoding': 'chunked' } : {}) }
        const signed = await sign(session, at(`/read/${how}`), { method: 'POST', body, headers, covered: (usual) => usual })
        const head = headOf(signed, { length: way !== 'chunks' })
        if (way === 'one') wire.send(Buffer.concat([Buffer.from(head), bytes]))
        else if (way === 'chunks') wire.send(Buffer.concat([Buffer.from(head), chunked(bytes, 999)]))
        else {
          wire.send(head)
          const size = Math.ceil(bytes.length / 5)
          for (let from = 0; from < bytes.length; from += size) {
            await new Promise((resolve) => setTimeout(resolve, way === 'late' ? 20 : 0))
            wire.send(bytes.subarray(from, from + size))
          }
        }
        const said = expectAccepted(await wire.reply())
        expect({ way, length: said['length'], digest: said['sha256'] }).toEqual({
          way,
          length: bytes.length,
          digest: Buffer.from(digestOf(body).slice(9, -1), 'base64').toString('hex'),
        })
      }
      wire.destroy()
    })

    it.each(['text', 'raw', 'form', 'stream', 'events'])('%s: nothing, said by a length or by chunks, at once or later', async (how) => {
      const type = kinds.find(([kind]) => kind === how)?.[1] ?? ''
      const wire = await Wire.open(server.port)
      for (const isCovered of [true, false])
        for (const way of ['length', 'chunks', 'later'] as const) {
          const isChunked = way !== 'length'
          // Fastify hands a body of no bytes to no parser, and refuses it as JSON.
          const headers = { 'content-type': type, ...(isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': '0' }) }
          const draft = isCovered ? { method: 'POST', body: '', headers } : { method: 'POST', headers }
          wire.send(headOf(await sign(session, at(`/read/${how}`), draft), { length: false }) + (way === 'chunks' ? '0\r\n\r\n' : ''))
          if (way === 'later') {
            await new Promise((resolve) => setTimeout(resolve, 30))
            wire.send('0\r\n\r\n')
          }
          const reply = await wire.reply({ within: 3000 }).catch((error: Error) => error.message)
          expect({ way, isCovered, reply }).toMatchObject({ reply: { status: 200 } })
        }
      wire.destroy()
    })

    it('that nobody reads does not stand in the way of the next request', async () => {
      const wire = await Wire.open(server.port)
      for (const size of [1, limit, 3]) {
        const signed = await sign(session, at('/of-path/42'), { body: randomBytes(size) })
        wire.send(headOf(signed))
        wire.send(Buffer.from(signed.body ?? ''))
        expectAccepted(await wire.reply())
      }
      wire.destroy()
    })

    it('after 100 Continue, and of requests that come before the answer to the last', async () => {
      const wire = await Wire.open(server.port)
      const waiting = await sign(session, at('/read/raw'), { body: 'x'.repeat(500), headers: { expect: '100-continue' } })
      wire.send(headOf(waiting))
      wire.send(Buffer.from(waiting.body ?? ''))
      expect(expectAccepted(await wire.reply())['length']).toBe(500)
      const many = await Promise.all([700, 0, 90_000, 1].map((size) => sign(session, at('/read/raw'), { body: 'y'.repeat(size) })))
      wire.send(many.map((signed) => headOf(signed) + signed.body).join(''))
      for (const { body } of many) expect(expectAccepted(await wire.reply())['length']).toBe(body?.length)
      wire.destroy()
    })

    it('up to the limit', async () => {
      expect(expectAccepted(await ask('/read/raw', { body: randomBytes(limit) }))['length']).toBe(limit)
    })

    it.each(['length', 'chunks'])('error: 413 above it, by %s, and the connection is right after that', async (way) => {
      const wire = await Wire.open(server.port)
      const body = randomBytes(limit + 1)
      const isChunked = way === 'chunks'
      const signed = await sign(session, at('/read/raw'), { body, headers: isChunked ? { 'transfer-encoding': 'chunked' } : {} })
      wire.send(headOf(signed, { length: !isChunked }))
      wire.send(isChunked ? chunked(body, 50_000) : body)
      expectRefusal(await wire.reply(), 413, 'input-too-large')
      // Either it can be used for the next request, or it is closed.
      wire.send(headOf(await sign(session, at('/pkp'))))
      const next = await wire.reply()
      if (next) expectAccepted(next)
      else expect(wire.isClosed).toBe(true)
      wire.destroy()
    })

    it('error: 413 for one that was sent whole, and a connection that is said to be kept is kept', async () => {
      const wire = await Wire.open(server.port)
      const body = randomBytes(11 * limit)
      wire.send(headOf(await sign(session, at('/read/raw'), { body })))
      wire.send(body)
      const reply = await wire.reply()
      expectRefusal(reply, 413, 'input-too-large')
      if (reply?.headers['connection'] === 'close') return wire.destroy()
      // Node's adapter of Hono cuts after half a second what it believes unfinished.
      await new Promise((resolve) => setTimeout(resolve, 800))
      expect(wire.isClosed).toBe(false)
      wire.send(headOf(await sign(session, at('/pkp'))))
      expectAccepted(await wire.reply())
      wire.destroy()
    })

    it('error: 413 before a byte of it was sent', async () => {
      const wire = await Wire.open(server.port)
      const signed = await sign(session, at('/read/raw'), { body: 'x', headers: { 'content-length': String(10 * limit) } })
      wire.send(headOf(signed, { length: false }))
      expectRefusal(await wire.reply(), 413, 'input-too-large')
      wire.destroy()
    })

    it('error: 408 for one that is slow, in time', async () => {
      const wire = await Wire.open(server.port)
      wire.send(headOf(await sign(session, at('/read/raw'), { body: 'x'.repeat(1000) })))
      wire.send('xxx')
      const reply = await wire.reply({ within: 4000 })
      expectRefusal(reply, 408, 'body-incomplete')
      expect(reply?.took).toBeLessThan(2500)
      expect(reply?.took).toBeGreaterThan(900)
      wire.destroy()
    })

    it('error: one that breaks off is not handled, and not counted', async () => {
      const before = nonces.names.length
      const signed = await sign(session, at('/read/raw'), { body: 'x'.repeat(1000) })
      for (const isChunked of [false, true]) {
        const headers = isChunked ? { ...signed.headers, 'transfer-encoding': 'chunked' } : signed.headers
        const wire = await Wire.open(server.port)
        wire.send(headOf({ ...signed, headers }, { length: !isChunked }))
        wire.send(isChunked ? '3\r\nxxx\r\n' : 'xxx')
        await new Promise((resolve) => setTimeout(resolve, 50))
        wire.destroy()
      }
      // The same request, whole: its nonce is as good as before.
      expectAccepted(await exchange(server.port, signed))
      expect(nonces.names.length).toBe(before + 1)
    })

    it('error: 401 for another one, a shorter one, one that is not covered, one where none was signed', async () => {
      const signed = await sign(session, at('/read/raw'), { body: 'abc' })
      for (const body of ['abd', 'ab', 'abcd', '']) expectRefusal(await exchange(server.port, { ...signed, body }), 401, 'body-mismatch')
      const uncovered = await ask('/read/raw', { body: 'abc', covered: (usual) => usual.filter((name) => name !== 'content-digest') })
      expect(expectRefusal(uncovered, 401, 'signature-incomplete')['detail']).toContain('content-digest')
      const bare = await sign(session, at('/read/raw'), { method: 'POST' })
      expectRefusal(await exchange(server.port, { ...bare, body: 'abc' }), 401, 'signature-incomplete')
      expectAccepted(await exchange(server.port, signed))
    })
  })

  describe('what was changed on its way', () => {
    const body = '{"pkp":42}'
    const swap = (signed: Signed, headers: Record<string, string>): Signed => ({ ...signed, headers: { ...signed.headers, ...headers } })
    const params = (change: (text: string) => string): Draft => ({ params: change })

    it.each<[name: string, code: string, change: (signed: Signed) => Signed | Promise<Signed>, options?: HeadOptions]>([
      ['method', 'session-signature-invalid', (signed) => ({ ...signed, method: 'PUT' })],
      ['path', 'session-signature-invalid', (signed) => signed, { target: '/any/pkp' }],
      ['query', 'session-signature-invalid', (signed) => signed, { target: '/pkp?x=1' }],
      ['case of the query', 'session-signature-invalid', (signed) => signed, { target: '/pkp?' }],
      ['digest', 'session-signature-invalid', (signed) => swap(signed, { 'content-digest': digestOf('{"pkp":43}') })],
      ['delegation', 'session-signature-invalid', (signed) => swap(signed, { 'session-delegation': packed(other).whole })],
      [
        'delegation for its name',
        'signature-incomplete',
        ({ headers: { 'session-delegation': _, ...headers }, ...signed }) =>
          swap({ ...signed, headers }, { 'session-delegation-id': packed(session).id }),
      ],
      ['a name beside the delegation', 'signature-malformed', (signed) => swap(signed, { 'session-delegation-id': packed(session).id })],
      [
        'no delegation',
        'signature-malformed',
        ({ headers: { 'session-delegation': _, ...headers }, ...signed }) => ({ ...signed, headers }),
      ],
      ['no signature', 'signature-malformed', ({ headers: { signature: _, ...headers }, ...signed }) => ({ ...signed, headers })],
      ['no input', 'signature-missing', ({ headers: { 'signature-input': _, ...headers }, ...signed }) => ({ ...signed, headers })],
      [
        'another signature',
        'session-signature-invalid',
        (signed) => swap(signed, { signature: `session=:${Buffer.alloc(64, 7).toString('base64')}:` }),
      ],
      [
        'a longer signature',
        'signature-malformed',
        (signed) => swap(signed, { signature: `session=:${Buffer.alloc(65).toString('base64')}:` }),
      ],
      [
        'a later end',
        'session-signature-invalid',
        (signed) =>
          swap(signed, {
            'signature-input': (signed.headers['signature-input'] ?? '').replace(/expires=\d+/, `expires=${seconds() + 200}`),
          }),
      ],
      [
        'another nonce',
        'session-signature-invalid',
        (signed) =>
          swap(signed, {
            'signature-input': (signed.headers['signature-input'] ?? '').replace(/nonce="[^"]+"/, 'nonce="0123456789abcdef"'),
          }),
      ],
      [
        'another key',
        'session-signature-invalid',
        (signed) =>
          swap(signed, {
            'signature-input': (signed.headers['signature-input'] ?? '').replace(session.key.publicKey, other.key.publicKey),
          }),
      ],
      [
        'input that is no dictionary',
        'signature-malformed',
        (signed) => swap(signed, { 'signature-input': `session=("@method";keyid="lit:session:` }),
      ],
      [
        'input that is an item',
        'signature-malformed',
        () => sign(session, at('/pkp'), { body, params: (usual) => `"x"${usual.slice(usual.indexOf(')') + 1)}` }),
      ],
      [
        'a delegation field that is there twice',
        'session-signature-invalid',
        (signed) => swap(signed, { 'Session-Delegation': packed(session).whole }),
      ],
      ['a digest that is there twice', 'session-signature-invalid', (signed) => swap(signed, { 'Content-Digest': digestOf(body) })],
      [
        'a signature input that is there twice, under two labels',
        'signature-malformed',
        async (signed) =>
          swap(signed, { 'Signature-Input': (await sign(other, at('/pkp'), { body, label: 'two' })).headers['signature-input'] ?? '' }),
      ],
    ])('%s: %s', async (_, code, change, options = {}) => {
      const before = nonces.names.length
      const signed = await sign(session, at('/pkp'), { body })
      expectRefusal(await exchange(server.port, await change(signed), options), 401, code)
      expect(nonces.names.length).toBe(before)
      // Nothing of it was used up.
      expectAccepted(await exchange(server.port, signed))
    })

    it.each(['@method', '@target-uri', '@authority', 'session-delegation', 'content-digest'])('%s not covered', async (name) => {
      const reply = await ask('/pkp', { body, covered: (usual) => usual.filter((one) => one !== name) })
      expect(expectRefusal(reply, 401, 'signature-incomplete')['detail']).toContain(name)
    })

    const life = (seconds: number): Draft => ({ life: seconds })
    it.each<[name: string, code: string, draft: () => Draft]>([
      ['ended', 'session-sig-expired', () => ({ created: seconds() - 400, life: 300 })],
      ['too long', 'session-sig-lifetime', () => life(301)],
      ['ends as it begins', 'session-sig-lifetime', () => life(0)],
      ['ends before it begins', 'session-sig-lifetime', () => life(-1)],
      ['begins later', 'session-sig-not-yet-valid', () => ({ created: seconds() + 120 })],
      ['no created', 'signature-incomplete', () => params((usual) => usual.replace(/;created=\d+/, ''))],
      ['no expires', 'signature-incomplete', () => params((usual) => usual.replace(/;expires=\d+/, ''))],
      ['created is a string', 'signature-incomplete', () => params((usual) => usual.replace(/created=(\d+)/, 'created="$1"'))],
      ['created is a token', 'signature-incomplete', () => params((usual) => usual.replace(/created=\d+/, 'created=now'))],
      ['no nonce', 'signature-incomplete', () => params((usual) => usual.replace(/;nonce="[^"]+"/, ''))],
      [
        'a nonce that is bytes',
        'signature-incomplete',
        () => params((usual) => usual.replace(/nonce="[^"]+"/, 'nonce=:AAAAAAAAAAAAAAAAAAAAAAAA:')),
      ],
      ['a short nonce', 'signature-malformed', () => ({ nonce: 'x'.repeat(15) })],
      ['a long nonce', 'signature-malformed', () => ({ nonce: 'x'.repeat(129) })],
      ['another algorithm', 'signature-malformed', () => params((usual) => usual.replace('"ed25519"', '"hmac-sha256"'))],
      ['keyid in capitals', 'signature-malformed', () => ({ keyid: `lit:session:${session.key.publicKey.toUpperCase()}` })],
      ['keyid too short', 'signature-malformed', () => ({ keyid: 'lit:session:ab' })],
      ["keyid of somebody's", 'signature-missing', () => ({ keyid: 'test-key-ed25519' })],
      ['another key', 'session-signature-invalid', () => ({ keyid: `lit:session:${other.key.publicKey}` })],
      ['a component twice', 'signature-malformed', () => ({ covered: (usual) => [...usual, '@method'] })],
      ['a component with parameters', 'signature-malformed', () => params((usual) => usual.replace('"@method"', '"@method";req'))],
      ['a component of answers', 'signature-malformed', () => ({ covered: (usual) => [...usual, '@status'] })],
      ['a component in capitals', 'signature-malformed', () => ({ covered: (usual) => [...usual, 'Host'] })],
      ['a component that is not there', 'signature-malformed', () => ({ covered: (usual) => [...usual, 'x-none'] })],
      ['a component named as what every object has', 'signature-malformed', () => ({ covered: (usual) => [...usual, 'constructor'] })],
      ['another such', 'signature-malformed', () => ({ covered: (usual) => [...usual, '__proto__'] })],
      ['a parameter that is no date', 'session-signature-invalid', () => params((usual) => `${usual};x=@999999999999999`)],
      ['signed for another origin', 'session-signature-invalid', () => ({ values: { '@authority': 'evil.example' } })],
      [
        'signed for another scheme',
        'session-signature-invalid',
        () => ({ values: { '@target-uri': at('/pkp').replace('http:', 'https:') } }),
      ],
      ['signed for another target', 'session-signature-invalid', () => ({ values: { '@target-uri': at('/pkp/x') } })],
      ['signed for another method', 'session-signature-invalid', () => ({ values: { '@method': 'get' } })],
      ["another key's delegation", 'delegation-key-mismatch', () => ({ headers: { 'session-delegation': packed(other).whole } })],
      ['a delegation that is no bytes', 'signature-malformed', () => ({ headers: { 'session-delegation': '"x"' } })],
      ['a delegation that is no UTF-8', 'signature-malformed', () => ({ headers: { 'session-delegation': ':/w==:' } })],
      ['a delegation that is no list', 'delegation-malformed', () => ({ headers: { 'session-delegation': ':e30=:' } })],
      ['no delegations', 'delegation-malformed', () => ({ headers: { 'session-delegation': ':W10=:' } })],
      [
        'an unknown name',
        'delegation-unknown',
        () => ({ by: 'id', headers: { 'session-delegation-id': `:${randomBytes(32).toString('base64')}:` } }),
      ],
      ['a name of another kind', 'signature-malformed', () => ({ by: 'id', headers: { 'session-delegation-id': ':AAAA:' } })],
      ['a name that is none', 'signature-malformed', () => ({ by: 'id', headers: { 'session-delegation-id': 'x' } })],
      ['a digest of another kind', 'body-mismatch', () => ({ body, headers: { 'content-digest': 'md5=:AAAA:' } })],
      ['a digest that is no dictionary', 'signature-malformed', () => ({ body, headers: { 'content-digest': ':AAAA:' } })],
      [
        'a second digest that is wrong',
        'body-mismatch',
        () => ({ body, headers: { 'content-digest': `${digestOf(body)}, ${digestOf('x', 'sha512')}` } }),
      ],
    ])('%s: %s', async (_, code, draft) => {
      const before = nonces.names.length
      const reply = await ask('/pkp', draft())
      // An empty list grants nothing: which of the delegation's codes says so is core's.
      if (_ === 'no delegations') expect([401, 403]).toContain(reply?.status)
      else expectRefusal(reply, 401, code)
      expect(nonces.names.length).toBe(before)
    })

    it('sent to another host, it is checked as if it came to this one', async () => {
      // What Host says is never believed: a request signed for this origin is this origin's.
      expectAccepted(await ask('/pkp', {}, { host: 'evil.example' }))
      const elsewhere = await sign(session, 'http://evil.example/pkp')
      expectRefusal(await exchange(server.port, elsewhere), 401, 'session-signature-invalid')
      const absolute = { target: 'http://evil.example/pkp', host: 'evil.example' }
      expectRefusal(await exchange(server.port, elsewhere, absolute), 401, 'session-signature-invalid')
    })

    it('sent with a Host that makes no URL', async () => {
      for (const host of ['127.0..0.1', '127.0.0.1271', '.x', '1.2.3.4.5:7'])
        for (const draft of [{}, { body }]) {
          const reply = await ask('/pkp', draft, { host })
          // Where frameworks make a URL of it, there is none; where they do not, nobody looks at it.
          if (reply?.status === 200) expectAccepted(reply)
          else expect([400, 401], `${host}: ${JSON.stringify(reply)}`).toContain(reply?.status)
        }
    })

    it("somebody else's signature beside it is not looked at", async () => {
      const signed = await sign(session, at('/pkp'))
      const theirs = (await sign(other, at('/pkp'), { keyid: 'their-key', label: 'theirs' })).headers
      const both = Object.fromEntries(
        ['signature-input', 'signature'].map((name) => [name, `${theirs[name] ?? ''}, ${signed.headers[name] ?? ''}`]),
      )
      expectAccepted(await exchange(server.port, swap(signed, both)))
    })
  })

  describe('once', () => {
    it('one of many at the same time', async () => {
      const signed = await sign(session, at('/pkp'), { body: 'x' })
      const replies = await Promise.all(Array.from({ length: 12 }, () => exchange(server.port, signed)))
      expect(replies.map((reply) => reply?.status).toSorted()).toEqual([200, ...Array.from({ length: 11 }, () => 401)])
      for (const reply of replies) if (reply?.status === 401) expectRefusal(reply, 401, 'nonce-used')
    })

    it('the same nonce is another with another key', async () => {
      const nonce = randomBytes(16).toString('hex')
      expect((await ask('/pkp', { nonce }))?.status).toBe(200)
      expectRefusal(await ask('/pkp', { nonce }), 401, 'nonce-used')
      expect((await exchange(server.port, await sign(other, at('/pkp'), { nonce })))?.status).toBe(200)
    })

    it('a nonce is taken after what was not granted', async () => {
      const poor = await newSession(['litPKP://7'])
      const before = nonces.names.length
      const reply = await exchange(server.port, await sign(poor, at('/pkp')))
      expect(expectRefusal(reply, 403, 'delegation-scope')['missing']).toEqual(['litPKP://42'])
      expect(nonces.names.length).toBe(before)
    })
  })

  describe('answers that a client can act on', () => {
    it('401 says how to sign, in structured fields', async () => {
      const reply = await exchange(server.port, { method: 'GET', url: at('/pkp'), headers: {}, body: undefined })
      expectRefusal(reply, 401, 'signature-missing')
      expect(reply?.headers['www-authenticate']).toBe(`SessionSig realm="${server.origin}", error="signature-missing"`)
      const [[label, member] = [], ...more] = [...parseDictionary(reply?.headers['accept-signature'] ?? '')]
      expect([label, more.length]).toEqual(['session', 0])
      const [items, params] = Array.isArray(member?.[0]) ? member : [[], new Map()]
      const names = (items as [unknown, unknown][]).map(([name]) => name)
      expect(names).toEqual(['@method', '@target-uri', '@authority', 'content-digest', 'session-delegation'])
      expect([...(params ?? [])]).toEqual([
        ['created', true],
        ['expires', true],
        ['alg', 'ed25519'],
      ])
    })

    it('HEAD is answered without a body, and says the code', async () => {
      const reply = await ask('/pkp', {
        method: 'HEAD',
        by: 'id',
        headers: { 'session-delegation-id': `:${randomBytes(32).toString('base64')}:` },
      })
      expect(reply?.status).toBe(401)
      expect(reply?.headers['www-authenticate']).toContain('error="delegation-unknown"')
    })

    it('403 names what is missing', async () => {
      const reply = await ask('/of-path/7')
      expect(expectRefusal(reply, 403, 'delegation-scope')['missing']).toEqual(['litPKP://7'])
    })

    it('400 for a resource or a body that is none', async () => {
      const headers = { 'content-type': 'application/json' }
      expectRefusal(await ask('/of-path/*x'), 400, 'resource-wildcard')
      expectRefusal(await ask('/of-body', { body: '{"pkp":', headers }), 400, 'json-invalid')
      expectRefusal(await ask('/of-body', { body: '7', headers }), 400, 'resource-malformed')
      expectRefusal(await ask('/of-body', { body: new Uint8Array([255]), headers }), 400, 'json-invalid')
    })

    it('431 for fields that are too long', async () => {
      const signed = await sign(session, at('/pkp'))
      const withField = (name: string, value: string): Signed => ({ ...signed, headers: { ...signed.headers, [name]: value } })
      for (const name of ['signature-input', 'signature'])
        expectRefusal(await exchange(server.port, withField(name, 'x'.repeat(5000))), 431, 'input-too-large')
      const digest = `${digestOf('x')}, ${'a=1, '.repeat(300)}b=1`
      expectRefusal(await ask('/pkp', { body: 'x', headers: { 'content-digest': digest } }), 431, 'input-too-large')
      const many = `:${Buffer.from(JSON.stringify(Array.from({ length: 33 }, () => ({})))).toString('base64')}:`
      expectRefusal(await ask('/pkp', { headers: { 'session-delegation': many } }), 431, 'input-too-large')
      // All of them together: Node's own answer.
      const huge = withField('session-delegation', `:${'A'.repeat(17_000)}:`)
      expect((await exchange(server.port, huge))?.status).toBe(431)
    })

    it('says no more than needed', async () => {
      const reply = await exchange(server.port, await sign(other, at('/pkp'), { headers: { 'session-delegation': packed(session).whole } }))
      const problem = expectRefusal(reply, 401, 'delegation-key-mismatch')
      expect(Object.keys(problem)).toEqual(['type', 'title', 'status', 'code', 'detail', 'time'])
    })

    it('beside what others let pages read', async () => {
      const reply = await exchange(server.port, {
        method: 'GET',
        url: at('/cors/pkp'),
        headers: { origin: 'https://app.example' },
        body: undefined,
      })
      expectRefusal(reply, 401, 'signature-missing')
      const names = (reply?.headers['access-control-expose-headers'] ?? '').split(/ *, */)
      expect(names.toSorted()).toEqual(['Accept-Signature', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'])
    })
  })

  describe('with other options', () => {
    it('explains where it was told to, and only there', async () => {
      const draft: Draft = { headers: { 'session-delegation': packed(session).whole } }
      const elsewhere = { domains: ['secret-site.example'] }
      await withServer(framework, { ...elsewhere, explain: true }, async ({ origin, port }) => {
        const problem = expectRefusal(await exchange(port, await sign(session, `${origin}/pkp`, draft)), 401, 'domain-mismatch')
        expect(problem['details']).toMatchObject({ expected: ['secret-site.example'] })
        expect(problem['checks']).toContainEqual(expect.objectContaining({ name: 'delegation.domain', status: 'failed' }))
      })
      await withServer(framework, elsewhere, async ({ origin, port }) => {
        const reply = await exchange(port, await sign(session, `${origin}/pkp`, draft))
        expectRefusal(reply, 401, 'domain-mismatch')
        expect(JSON.stringify(reply)).not.toContain('secret-site')
      })
    })

    const nonsense: readonly unknown[] = [undefined, null, true, 'FRESH', 1, { answer: 'fresh' }]
    const broken: [name: string, store: NonceStore][] = [
      [
        'throws',
        {
          consume: () => {
            throw new Error('the disk is full')
          },
        },
      ],
      ['rejects', { consume: () => Promise.reject(new Error('the disk is full')) }],
      ...nonsense.map((answer): [string, NonceStore] => [`says ${JSON.stringify(answer)}`, { consume: async () => answer as never }]),
    ]
    it.each(broken)('503 where the store of nonces %s', async (_, store) => {
      await withServer(framework, { nonces: store }, async ({ origin, port, errors }) => {
        const reply = await exchange(port, await sign(session, `${origin}/pkp`, { body: 'x' }))
        expectRefusal(reply, 503, 'verifier-unavailable')
        expect(reply?.headers['retry-after']).toBe('1')
        expect(JSON.stringify(reply)).not.toContain('disk')
        expect(errors).toEqual([])
      })
    })

    it('503 for a while after a restart, where the store remembers nothing older', async () => {
      await withServer(framework, { nonces: memoryNonces({ refuseOlderThanStore: true }) }, async ({ origin, port }) => {
        const reply = await exchange(port, await sign(session, `${origin}/pkp`))
        expectRefusal(reply, 503, 'signature-too-old')
        expect(reply?.headers['retry-after']).toBe('60')
      })
    })

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('no')
        },
      ],
      ['rejects', () => Promise.reject(new Error('no'))],
      ['says nothing', () => undefined],
      ['says too little', () => ({ before: [], asOf: Date.now() })],
      ['does not know when', () => ({ before: Array.from({ length: 5 }), asOf: Number.NaN })],
    ])('503 where the store of revocations %s, and no nonce is taken', async (_, find) => {
      const counted = countingNonces()
      const revocations = { revoke: () => undefined, find: async () => find() as never }
      await withServer(framework, { nonces: counted, revocations }, async ({ origin, port }) => {
        expectRefusal(await exchange(port, await sign(session, `${origin}/pkp`)), 503, 'verifier-unavailable')
        expect(counted.names).toEqual([])
      })
    })

    it('revoked, by a statement that was posted', async () => {
      const { revokeSessionKey } = await import('@session-sigs/core')
      const mine = await newSession()
      await withServer(framework, { revocations: memoryRevocations() }, async ({ origin, port }) => {
        expect((await exchange(port, await sign(mine, `${origin}/pkp`)))?.status).toBe(200)
        const body = JSON.stringify(await revokeSessionKey(mine.key))
        const post: Signed = { method: 'POST', url: `${origin}/revoke`, headers: { 'content-type': 'application/json' }, body }
        const spoilt = { ...post, body: body.replace('ed25519', 'ed25518') }
        expectRefusal(await exchange(port, spoilt), 400, 'revocation-malformed')
        expectRefusal(await exchange(port, { ...post, body: '{' }), 400, 'revocation-malformed')
        expectRefusal(await exchange(port, { ...post, body: '' }), 400, 'revocation-malformed')
        expectRefusal(await exchange(port, { ...post, body: JSON.stringify({ x: 'x'.repeat(70_000) }) }), 413, 'input-too-large')
        const wire = await Wire.open(port)
        wire.send(headOf(post) + body)
        expect(await wire.reply()).toMatchObject({ status: 204, body: '' })
        // Heard again it is the same, and the connection goes on.
        wire.send(headOf(post) + body)
        expect(await wire.reply()).toMatchObject({ status: 204 })
        wire.send(headOf(await sign(mine, `${origin}/pkp`, { by: 'id' })))
        expectRefusal(await wire.reply(), 401, 'revoked')
        wire.destroy()
        expectRefusal(await exchange(port, await sign(mine, `${origin}/pkp`)), 401, 'revoked')
        expect((await exchange(port, await sign(session, `${origin}/pkp`)))?.status).toBe(200)
      })
      await withServer(
        framework,
        { revocations: { revoke: () => Promise.reject(new Error('no')), find: () => Promise.reject(new Error('no')) } },
        async ({ origin, port }) => {
          const body = JSON.stringify(await revokeSessionKey(mine.key))
          expectRefusal(await exchange(port, { method: 'POST', url: `${origin}/revoke`, headers: {}, body }), 503, 'verifier-unavailable')
        },
      )
    })

    it('behind proxies: what the client signed counts', async () => {
      const origin = ['https://api.example/v1', 'https://other.example:8443', 'http://[::1]:3000']
      await withServer(framework, { origin }, async ({ port }) => {
        const send = async (url: string, options: HeadOptions): Promise<Reply | undefined> =>
          exchange(port, await sign(session, url), options)
        expectAccepted(await send('https://api.example/v1/pkp?x', { target: '/pkp?x', host: 'api.example' }))
        expectAccepted(await send('https://other.example:8443/pkp', { host: 'other.example:8443' }))
        expectAccepted(await send('http://[::1]:3000/pkp', { host: '[::1]:3000' }))
        // A proxy that names itself: the first one counts.
        expectAccepted(await send('https://api.example/v1/pkp', { target: '/pkp', host: '10.0.0.7' }))
        // Hosts are the same in capitals.
        expectAccepted(await send('https://other.example:8443/pkp', { host: 'Other.Example:8443' }))
        const wrong: [string, HeadOptions][] = [
          ['https://api.example/pkp', { host: 'api.example' }],
          ['http://api.example/v1/pkp', { target: '/pkp', host: 'api.example' }],
          ['https://other.example/pkp', { host: 'other.example' }],
          ['https://other.example:8443/pkp', { host: 'api.example' }],
        ]
        for (const [url, options] of wrong) expectRefusal(await send(url, options), 401, 'session-signature-invalid')
      })
    })

    it("the wire's session signatures, in the body or as Authorization, only where they are allowed", async () => {
      const { issueSessionSig } = await import('@session-sigs/core')
      const audience = 'https://node.example:7470'
      const issue = (changes: { audience?: string; life?: number; resources?: string[] } = {}) => {
        // One moment for both: a millisecond more would be too long.
        const now = Date.now()
        return issueSessionSig(session.key, {
          resources: changes.resources ?? [resource],
          capabilities: session.capabilities,
          issuedAt: new Date(now).toISOString(),
          expiration: new Date(now + (changes.life ?? 300) * 1000).toISOString(),
          nodeAddress: changes.audience ?? audience,
        })
      }
      const bodied = (sig: unknown, field = 'authSig') => ({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [field]: sig, x: 1 }),
      })
      const authorized = (sig: unknown, encoding: 'base64url' | 'base64' = 'base64url') => ({
        headers: { authorization: `SessionSig ${Buffer.from(JSON.stringify(sig)).toString(encoding)}`, 'content-type': 'text/plain' },
        body: undefined,
      })
      const post = (port: number, part: { headers: Record<string, string>; body: string | undefined }, path = '/read/json') =>
        exchange(port, { method: 'POST', url: `http://127.0.0.1:${port}${path}`, ...part })
      const good = await issue()
      // Not where nobody said so.
      expectRefusal(await post(server.port, bodied(good)), 401, 'signature-missing')
      expectRefusal(await post(server.port, authorized(good)), 401, 'signature-missing')
      await withServer(framework, { sessionSigs: { audience } }, async ({ port }) => {
        for (const again of [1, 2]) {
          const said = expectAccepted(await post(port, bodied(good)))
          expect(said, `${again}`).toMatchObject({ how: 'json', length: JSON.stringify({ authSig: good, x: 1 }).length })
        }
        expectAccepted(await post(port, authorized(good), '/pkp'))
        expectAccepted(await post(port, authorized(good, 'base64'), '/pkp'))
        const forged = { ...good, sig: good.sig.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }
        expectRefusal(await post(port, bodied(forged)), 401, 'session-signature-invalid')
        expectRefusal(await post(port, bodied(await issue({ audience: 'https://x.example' }))), 401, 'audience-mismatch')
        expectRefusal(await post(port, bodied(await issue({ life: 400 }))), 401, 'session-sig-lifetime')
        const named = expectRefusal(await post(port, bodied(await issue({ resources: ['litPKP://7'] }))), 403, 'resource-not-requested')
        expect(named['missing']).toEqual([resource])
        expectRefusal(await post(port, bodied('text')), 400, 'json-invalid')
        expectRefusal(await post(port, bodied(null)), 401, 'session-sig-malformed')
        expectRefusal(await post(port, bodied(good, 'other')), 401, 'signature-missing')
        expectRefusal(await post(port, { headers: {}, body: '[]' }), 401, 'signature-missing')
        expectRefusal(await post(port, { headers: { authorization: 'SessionSig %%%' }, body: undefined }), 400, 'json-invalid')
        expectRefusal(await post(port, { headers: { authorization: 'Bearer abc' }, body: undefined }), 401, 'signature-missing')
        // A request that is signed is judged by that alone.
        const signed = await sign(other, `http://127.0.0.1:${port}/pkp`, {
          headers: { authorization: authorized(good).headers.authorization, 'session-delegation': packed(session).whole },
        })
        expectRefusal(await exchange(port, signed), 401, 'delegation-key-mismatch')
      })
      await withServer(framework, { sessionSigs: { audience, field: false } }, async ({ port }) => {
        expectRefusal(await post(port, bodied(good)), 401, 'signature-missing')
        expectAccepted(await post(port, authorized(good), '/pkp'))
      })
      await withServer(framework, { sessionSigs: { audience, header: false, field: 'sessionSig' } }, async ({ port }) => {
        expectAccepted(await post(port, bodied(good, 'sessionSig')))
        expectRefusal(await post(port, bodied(good)), 401, 'signature-missing')
        expectRefusal(await post(port, authorized(good), '/pkp'), 401, 'signature-missing')
      })
    })
  })
})
