/**
 * Requests that were signed and then spoilt, and requests of nothing but noise, over sockets, to running servers: nothing is let through that was not signed, no answer is a
 * server's error, and none takes longer than its bound. `FUZZ_RUNS` sets how many (50,000); a failure prints the seed, `FUZZ_SEED`, to run again with.
 */
import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { KeyDelegation } from '@session-sigs/core'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as forExpress from '../src/express.ts'
import * as forFastify from '../src/fastify.ts'
import * as forHono from '../src/hono.ts'
import { memoryNonces, memoryRevocations, type RequestVerifierOptions } from '../src/verify.ts'
import { type Draft, digestOf, domain, newSession, packed, resource, type Signed, seconds, sign } from './signing.ts'
import { chunked, headOf, type Reply, Wire } from './wire.ts'

const runs = Number(process.env['FUZZ_RUNS'] ?? 50_000)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)
const workers = 40
const bodySeconds = 0.25
/** What an answer may take: what a body may take, and what a busy machine takes. In milliseconds. */
const bound = bodySeconds * 1000 + 4000
const maxBodyBytes = 20_000

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomOf(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const random = randomOf(seed)
const below = (end: number): number => Math.floor(random() * end)
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T

/** What was let through. */
interface Passed {
  readonly method: string
  readonly target: string
  readonly sha256: string
}

const passed = (method: string, target: string, body: Uint8Array): Passed => ({
  method,
  target,
  sha256: createHash('sha256').update(body).digest('hex'),
})

const errors: unknown[] = []

function plain(options: RequestVerifierOptions): RequestListener {
  const guard = forExpress.createGuard(options)(resource)
  return (request, response) =>
    guard(request, response, async (error) => {
      if (error) {
        errors.push(error)
        response.writeHead(500).end()
        return
      }
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      response.end(JSON.stringify(passed(request.method ?? '', request.url ?? '', Buffer.concat(parts))))
    })
}

async function onFastify(options: RequestVerifierOptions): Promise<RequestListener> {
  let listener: RequestListener = () => undefined
  const app = fastify({
    serverFactory: (handler) => {
      listener = handler
      return createServer()
    },
  })
  app.setErrorHandler((error: { statusCode?: number }, _, reply) => {
    if (error.statusCode === undefined || error.statusCode >= 500) errors.push(error)
    return reply.code(error.statusCode ?? 500).send()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.all('*', forFastify.createGuard(options)(resource), async ({ method, url, body }) =>
    passed(method, url, Buffer.isBuffer(body) ? body : Buffer.of()),
  )
  await app.ready()
  return listener
}

function onHono(options: RequestVerifierOptions): RequestListener {
  const app = new Hono()
  app.onError((error, c) => {
    errors.push(error)
    return c.text('', 500)
  })
  app.all('*', forHono.createGuard(options)(resource), async (c) => {
    // Its host may be none, which the guard does not look at.
    const target = c.req.url.slice(c.req.url.indexOf('/', 8))
    return c.json(passed(c.req.method, target, new Uint8Array(await c.req.arrayBuffer())))
  })
  return getRequestListener(app.fetch)
}

/** Most requests go to Express's guard, as it stands on Node alone. */
const shares = { plain: 6, fastify: 2, hono: 2 } as const
type Kind = keyof typeof shares
const kinds = (Object.keys(shares) as Kind[]).flatMap((kind) => Array.from({ length: shares[kind] }, () => kind))
const apps: Record<Kind, (options: RequestVerifierOptions) => RequestListener | Promise<RequestListener>> = {
  plain,
  fastify: onFastify,
  hono: onHono,
}
const ports = {} as Record<Kind, number>
const stops: (() => Promise<void>)[] = []
let session: KeyDelegation
let stranger: KeyDelegation

beforeAll(async () => {
  session = await newSession()
  stranger = await newSession(['litPKP://7'])
  for (const kind of Object.keys(apps) as Kind[]) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ports[kind] = (server.address() as AddressInfo).port
    const origin = `http://127.0.0.1:${ports[kind]}`
    const stores = { nonces: memoryNonces(), revocations: memoryRevocations() }
    server.on('request', await apps[kind]({ origin, domains: [domain], maxBodyBytes, bodySeconds, ...stores }))
    stops.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
  }
})

afterAll(async () => {
  for (const stop of stops) await stop()
})

const fragments = [
  '("@method")',
  ';created=1',
  ';expires=',
  '"',
  ':',
  '::',
  ':AAAA:',
  '=',
  ',',
  ', ',
  '(',
  ')',
  ';',
  ' ',
  '\t',
  '\\',
  '\\"',
  '@',
  '?1',
  '?0',
  '%"',
  '*',
  'a',
  'keyid="lit:session:',
  'session=',
  'sig1=',
  '-0',
  '0.1',
  '999999999999999',
  '9999999999999999',
  '@99999999999999',
  '"@target-uri"',
  '"__proto__"',
  '"constructor"',
  'sha-256=',
  'sha-512=:',
  'null',
  '[]',
  '{}',
  '\xe4',
  '\xff',
  'A'.repeat(300),
  '('.repeat(200),
  '=:'.repeat(100),
  ';a'.repeat(500),
  'a=();'.repeat(100),
  ', '.repeat(300),
] as const
const fields = [
  'signature-input',
  'signature',
  'session-delegation',
  'session-delegation-id',
  'content-digest',
  'content-length',
  'transfer-encoding',
  'authorization',
  'host',
  'content-type',
  'expect',
  'connection',
  'content-encoding',
  'x-http-method-override',
  'x-forwarded-host',
  'forwarded',
  'cookie',
  'origin',
  'upgrade',
  'te',
  'trailer',
  'accept',
  '__proto__',
] as const
const words = [
  'gzip, chunked',
  'chunked',
  'identity',
  '100-continue',
  'close',
  'keep-alive',
  'upgrade',
  'websocket',
  '0',
  '-1',
  '1e3',
  '0x10',
  '10',
  '999999999',
  'application/json',
  'multipart/form-data',
  'SessionSig e30',
  'Bearer x',
  'evil.example',
  '',
] as const

const soup = (most: number): string => Array.from({ length: below(most) }, () => pick(fragments)).join('')

/** A good request, each of its nonces good once. */
async function good(kind: Kind, draft: Draft = {}): Promise<Signed> {
  const body = random() < 0.6 ? `{"pkp":42,"n":"${'x'.repeat(below(random() < 0.1 ? 15_000 : 60))}"}` : undefined
  const path = pick(['/pkp', '/pkp?x=1', '/', '/a/b/c?d=e&f', '/%C3%A4'])
  const usual = {
    method: pick(body === undefined ? ['GET', 'DELETE', 'HEAD'] : ['POST', 'PUT', 'PATCH']),
    life: 300,
    by: pick(['whole', 'whole', 'id'] as const),
  }
  return sign(session, `http://127.0.0.1:${ports[kind]}${path}`, { ...usual, ...(body === undefined ? {} : { body }), ...draft })
}

const withHeaders = (signed: Signed, headers: Record<string, string>): Signed => ({ ...signed, headers: { ...signed.headers, ...headers } })
const without = (signed: Signed, name: string): Signed => ({
  ...signed,
  headers: Object.fromEntries(Object.entries(signed.headers).filter(([one]) => one !== name)),
})
const bytesOf = (signed: Signed): Buffer => Buffer.concat([Buffer.from(headOf(signed), 'latin1'), Buffer.from(signed.body ?? '')])

function spoiltText(text: string): string {
  const at = below(text.length)
  const end = at + 1 + below(4)
  const byte = String.fromCharCode(pick([34, 40, 41, 44, 58, 59, 61, 65, 48, 32, 127, 228]))
  const change = below(6)
  if (change === 0) return text.slice(0, at)
  if (change === 1) return text.slice(0, at) + text.slice(end)
  if (change === 2) return text.slice(0, at) + pick(fragments) + text.slice(at)
  if (change === 3) return text.slice(0, end) + text.slice(at)
  return text.slice(0, at) + byte + text.slice(at + 1)
}

/** One that is sent, and whether it might be let through after all: then what passes must be what was signed. */
interface Try {
  readonly bytes: Buffer
  readonly isHead: boolean
  readonly mayPass: boolean
  /** Sent in two parts, the second of them never, or late. */
  readonly slow?: boolean
  readonly what: string
}

const refused = (what: string, signed: Signed): Try => ({ bytes: bytesOf(signed), isHead: signed.method === 'HEAD', mayPass: false, what })

/** Ways to sign that are wrong, by a key that is right: they come as far as a verifier looks. */
const wrongDrafts: readonly (() => Draft)[] = [
  () => ({ life: pick([0, -1, 301, 1e9, 999_999_999_999_999]) }),
  () => ({ created: seconds() + pick([100, 1e6, -1e6, -1e9]) }),
  () => ({ nonce: pick(['', 'short', 'x'.repeat(129), 'x'.repeat(3000)]) }),
  () => ({
    keyid: pick([
      '',
      'lit:session:',
      `lit:session:${'00'.repeat(32)}`,
      `lit:session:${'ff'.repeat(32)}`,
      'lit:session:zz',
      stranger.key.publicKey,
    ]),
  }),
  () => ({ covered: (usual) => usual.filter((_, i) => i !== below(3)).slice(0, -1) }),
  () => ({
    covered: (usual) => [
      ...usual,
      pick(['constructor', '__proto__', 'x-no', '@status', '@query-param', '@method', 'Host', '', 'a b', 'signature']),
    ],
  }),
  () => ({
    params: (usual) =>
      usual.replace(/(created|expires)=\d+/, `$1=${pick(['"1"', '1.5', '-1', '@1', ':AA==:', '?1', 'x', '999999999999999'])}`),
  }),
  () => ({ params: (usual) => usual.replace('"ed25519"', pick(['"rsa"', 'ed25519', ':AA==:', '1', '?1'])) }),
  () => ({ params: (usual) => spoiltText(usual).slice(0, pick([40, 80, 120])) }),
  () => ({
    headers: {
      'session-delegation': pick([
        packed(stranger).whole,
        ':e30=:',
        ':W10=:',
        ':bnVsbA==:',
        ':/w==:',
        '""',
        `:${Buffer.from(`[${'{},'.repeat(40)}{}]`).toString('base64')}:`,
        `:${Buffer.from('['.repeat(3000)).toString('base64')}:`,
      ]),
    },
    by: 'whole',
  }),
  () => ({ headers: { 'session-delegation-id': pick([`:${'A'.repeat(43)}=:`, ':AAAA:', '""', 'x', `:${'A'.repeat(300)}:`]) }, by: 'id' }),
  () => ({ values: { [pick(['@method', '@target-uri', '@authority'])]: pick(['GET ', 'http://evil.example/', 'evil.example', '']) } }),
  () => ({
    body: 'x',
    headers: {
      'content-digest': pick([digestOf('y'), 'md5=:AA==:', 'sha-256=1', 'sha-256=()', ':AA==:', `${digestOf('x')}, sha-512=:AA==:`]),
    },
    method: 'POST',
  }),
]

async function wrongly(kind: Kind): Promise<Try> {
  const at = below(wrongDrafts.length)
  // A name that nobody knows yet is refused as well, so every one of these has its delegation whole unless it says otherwise.
  return refused(`draft ${at}`, await good(kind, { by: 'whole', ...wrongDrafts[at]?.() }))
}

function changed(signed: Signed, another: Signed): Try {
  const names = Object.keys(signed.headers)
  const name = pick(names)
  const change = below(7)
  if (change === 0) return refused('method', { ...signed, method: pick(['PUT2', 'OPTIONS', 'TRACE', 'LINK', 'PROPFIND', 'SEARCH']) })
  if (change === 1) return refused('target', { ...signed, url: `${signed.url}${pick(['x', '/', '&', '?y', '%00', '//'])}` })
  if (change === 2) return refused(`no ${name}`, without(signed, name))
  if (change === 3) return refused(`soup in ${name}`, withHeaders(signed, { [name]: soup(8) || '"' }))
  if (change === 4) return refused(`another signature`, withHeaders(signed, { signature: another.headers['signature'] ?? '' }))
  if (change === 5 && signed.body !== undefined) return refused('body', { ...signed, body: `${signed.body} ` })
  if (change === 6 && signed.body !== undefined) return refused('no body', { ...signed, body: '' })
  return refused('another input', withHeaders(signed, { 'signature-input': another.headers['signature-input'] ?? '' }))
}

/** Any byte of the whole message. What it says may stay the same, as in the spelling of a field's name. */
function flipped(signed: Signed): Try {
  let text = bytesOf(signed).toString('latin1')
  for (let i = 0; i <= below(3); i++) text = spoiltText(text)
  return { bytes: Buffer.from(text, 'latin1'), isHead: text.startsWith('HEAD '), mayPass: true, what: 'bytes' }
}

/** Fields more, which nobody signed. */
function seasoned(signed: Signed): Try {
  const more = Array.from({ length: 1 + below(4) }, () => `${pick(fields)}: ${random() < 0.5 ? pick(words) : soup(4)}\r\n`).join('')
  const head = headOf(signed).replace('\r\n', `\r\n${more.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '')}`)
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(signed.body ?? '')]),
    isHead: signed.method === 'HEAD',
    mayPass: true,
    what: 'more fields',
  }
}

function noise(kind: Kind): Try {
  const method = pick(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH'])
  const lines = Array.from({ length: below(12) }, () => `${pick(fields)}: ${random() < 0.3 ? pick(words) : soup(12)}`)
  const head = [
    `${method} ${pick(['/', '/pkp', '*', '//', 'http://x/', '/%', `/${'a'.repeat(below(3000))}`])} HTTP/1.${below(2)}`,
    `host: 127.0.0.1:${ports[kind]}`,
    ...lines,
  ]
  return {
    bytes: Buffer.from(`${head.join('\r\n')}\r\n\r\n${random() < 0.5 ? soup(6) : ''}`, 'latin1'),
    isHead: method === 'HEAD',
    mayPass: false,
    what: 'noise',
  }
}

async function sized(kind: Kind): Promise<Try> {
  const body = 'x'.repeat(maxBodyBytes + 1 + below(maxBodyBytes))
  const isChunked = random() < 0.5
  const signed = await good(kind, {
    body,
    method: 'POST',
    by: 'whole',
    ...(isChunked ? { headers: { 'transfer-encoding': 'chunked' } } : {}),
  })
  const bytes = Buffer.concat([Buffer.from(headOf(signed, { length: !isChunked })), isChunked ? chunked(body, 5000) : Buffer.from(body)])
  return { bytes, isHead: false, mayPass: false, what: 'too large' }
}

/** A body of which a part never comes. */
async function unfinished(kind: Kind): Promise<Try> {
  const signed = await good(kind, { body: 'x'.repeat(100 + below(500)), method: 'POST', by: 'whole' })
  const bytes = bytesOf(signed)
  return { bytes: bytes.subarray(0, bytes.length - 1 - below(90)), isHead: false, mayPass: false, slow: true, what: 'unfinished' }
}

const counts: Record<string, number> = {}
const count = (name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}
let slowest = 0

/** The answer, and no other than there may be. A closed connection is one, where the message was none. */
async function outcome(wire: Wire, one: Try, kind: Kind): Promise<Reply | undefined> {
  const said = (problem: string): string =>
    `${problem}: ${one.what} on ${kind}, seed ${seed}: ${JSON.stringify(one.bytes.toString('latin1')).slice(0, 1500)}`
  const isWhole = one.bytes.includes('\r\n\r\n')
  wire.send(one.bytes)
  const reply = await wire.reply({ isHead: one.isHead, within: isWhole ? bound : 100 }).catch((error: Error) => {
    if (isWhole) throw new Error(said(error.message))
    return undefined
  })
  count(String(reply?.status ?? (isWhole ? 'closed' : 'no request')))
  if (!reply) return undefined
  slowest = Math.max(slowest, reply.took)
  if (reply.status >= 500 && reply.status !== 501 && reply.status !== 505)
    throw new Error(said(`a server's error ${reply.status}`), { cause: errors.at(-1) })
  if (reply.status >= 200 && reply.status < 300 && !one.mayPass) throw new Error(said(`let through with ${reply.status}`))
  return reply
}

/** Every request that was signed well, by its nonce, as long as it was not let through. */
interface Original {
  readonly signed: Signed
  isUsed: boolean
  /** Something went wrong after the guard, or before it: a framework's own answer does not say which. */
  isUnsure: boolean
}

/** What passed must be just what was signed, for the first time. */
function checkPassed(reply: Reply, original: Original, kind: Kind): void {
  const { signed } = original
  const target = signed.url.slice(signed.url.indexOf('/', 8))
  const context = `${kind}, seed ${seed}`
  expect(original.isUsed, context).toBe(false)
  original.isUsed = true
  if (signed.method !== 'HEAD')
    expect(JSON.parse(reply.body), context).toEqual(passed(signed.method, target, Buffer.from(signed.body ?? '')))
}

const perOriginal = 24
let left = runs
let wires = 0

/** One worker: takes good requests, spoils each in many ways, and at last sends it as it is. */
async function work(): Promise<void> {
  const kept = new Map<Kind, Wire>()
  while (left > 0) {
    const kind = pick(kinds)
    const signed = await good(kind, { by: 'whole' })
    const another = await good(kind, { by: 'whole' })
    const original: Original = { signed, isUsed: false, isUnsure: false }
    const makers: readonly (() => Try | Promise<Try>)[] = [
      () => wrongly(kind),
      () => wrongly(kind),
      () => wrongly(kind),
      () => changed(signed, another),
      () => changed(signed, another),
      () => changed(signed, another),
      () => flipped(signed),
      () => flipped(signed),
      () => flipped(signed),
      () => seasoned(signed),
      () => noise(kind),
      () => noise(kind),
    ]
    for (let i = 0; i < perOriginal && left > 0; i++, left--) {
      const rare = random()
      const one = await (rare < 0.006 ? unfinished(kind) : rare < 0.02 ? sized(kind) : pick(makers)())
      const before = kept.get(kind)
      if (!before || before.isClosed) wires += 1
      const wire = before && !before.isClosed ? before : await Wire.open(ports[kind])
      kept.set(kind, wire)
      const reply = await outcome(wire, one, kind)
      if (reply && reply.status >= 200 && reply.status < 300) checkPassed(reply, original, kind)
      else if (one.mayPass && !reply?.headers['content-type']?.startsWith('application/problem+json')) {
        original.isUnsure = true
        if (process.env['FUZZ_SHOW']) console.info(kind, reply, one.bytes.toString('latin1').replace(/[A-Za-z0-9+/]{60,}/g, '…'))
      }
      // What follows a message that may be read as two, or that is not over, says nothing about the next.
      if (
        one.mayPass ||
        one.slow ||
        one.what === 'noise' ||
        one.what === 'too large' ||
        one.isHead ||
        !reply ||
        reply.headers['connection'] === 'close'
      ) {
        wire.destroy()
        kept.delete(kind)
      }
    }
    if (original.isUsed) continue
    const wire = await Wire.open(ports[kind])
    const reply = await outcome(
      wire,
      { bytes: bytesOf(signed), isHead: signed.method === 'HEAD', mayPass: true, what: 'as it was signed' },
      kind,
    )
    wire.destroy()
    const isUsed = original.isUnsure && reply?.status === 401 && (reply.headers['www-authenticate'] ?? '').includes('nonce-used')
    if (isUsed) continue
    expect(reply?.status, `${JSON.stringify(reply)}, seed ${seed}`).toBe(200)
    if (reply) checkPassed(reply, original, kind)
  }
  for (const wire of kept.values()) wire.destroy()
}

it(`${runs} requests: no crash, no accept, no answer slower than its bound`, { timeout: Math.max(120_000, runs * 20) }, async () => {
  await Promise.all(Array.from({ length: workers }, work))
  console.info(`seed ${seed}; ${wires} connections; slowest ${Math.round(slowest)} ms; ${JSON.stringify(counts)}`)
  expect(errors).toEqual([])
  // It was not all refused for the same reason, before anything was looked at.
  for (const status of ['200', '400', '401', '413', '431', ...(runs >= 5000 ? ['408'] : [])])
    expect(counts[status], status).toBeGreaterThan(0)
})
