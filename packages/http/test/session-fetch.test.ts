/** The `fetch` that signs, through the platform's own, against a real server. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessionClient, generateSessionKeyPair, type SessionClient } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { countingSigner } from '../../core/test/wallet.ts'
import { createGuard } from '../src/express.ts'
import { createSessionFetch, readProblem, requestHeaders } from '../src/index.ts'
import { memoryNonces, memoryRevocations, type RequestVerifierOptions } from '../src/verify.ts'
import { frameworks, type Handled, type Running, start } from './servers.ts'
import { alice, digestOf, domain, newClient, packed, resource } from './signing.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A server of one handler. */
async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that lets signed requests through, and counts all of them. */
async function guarded(
  options: Partial<RequestVerifierOptions> = {},
): Promise<{ origin: string; heads: IncomingMessage['headers'][]; restart(): void }> {
  const heads: IncomingMessage['headers'][] = []
  let handler: RequestListener = () => undefined
  const origin = await serve((request, response) => {
    heads.push(request.headers)
    handler(request, response)
  })
  const restart = (): void => {
    const guard = createGuard({ origin, domains: [domain], nonces: memoryNonces(), ...options })(resource)
    handler = (request, response) => guard(request, response, () => response.end('let through'))
  }
  restart()
  return { origin, heads, restart }
}

async function signedIn(): Promise<SessionClient> {
  const client = newClient()
  await client.signIn({ resources: [resource] })
  return client
}

/** The platform's `fetch`, and what went through it. */
function recording(): { sent: Request[]; fetch: typeof fetch } {
  const sent: Request[] = []
  return {
    sent,
    fetch: (input, init) => {
      const request = new Request(input, init)
      sent.push(request.clone())
      return fetch(request)
    },
  }
}

const sha256 = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('hex')
const how = (headers: IncomingMessage['headers']): string =>
  headers['session-delegation'] ? 'whole' : headers['session-delegation-id'] ? 'id' : 'none'

describe('what is sent', () => {
  let server: Running
  beforeAll(async () => {
    server = await start('express', { revocations: memoryRevocations() })
  })
  afterAll(async () => {
    expect(server.errors).toEqual([])
    await server.stop()
  })

  it('a string, a URL, a Request, and a Request with more said', async () => {
    const sessionFetch = createSessionFetch(await signedIn())
    const url = `${server.origin}/any/x?y=1#part`
    for (const input of [url, new URL(url), new Request(url)]) expect((await sessionFetch(input)).status).toBe(200)
    const put = new Request(url, { method: 'PUT', body: 'abc', headers: { 'x-mine': '1' } })
    expect(await (await sessionFetch(put)).json()).toMatchObject({ length: 3 })
    const changed = await sessionFetch(new Request(url), { method: 'POST', body: 'abcd' })
    expect(await changed.json()).toMatchObject({ length: 4 })
  })

  const form = new FormData()
  form.set('a', 'ä')
  form.set('file', new Blob(['x'.repeat(1000)]), 'x.txt')
  const stream = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 2))
        controller.enqueue(new TextEncoder().encode('part,'))
        if (Math.random() < 0.2) controller.close()
      },
    })
  it.each<[string, () => BodyInit, string | undefined]>([
    ['string', () => 'text ä', 'text/plain;charset=UTF-8'],
    ['empty string', () => '', 'text/plain;charset=UTF-8'],
    ['bytes', () => new Uint8Array(randomBytes(70_000)), undefined],
    ['no bytes', () => new Uint8Array(), undefined],
    ['a part of bytes', () => new Uint8Array(new TextEncoder().encode('012345').buffer, 2, 3), undefined],
    ['ArrayBuffer', () => new TextEncoder().encode('abc').buffer, undefined],
    ['URLSearchParams', () => new URLSearchParams({ a: 'ä &' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['FormData', () => form, 'multipart/form-data; boundary='],
    ['Blob', () => new Blob(['abc'], { type: 'image/png' }), 'image/png'],
    ['ReadableStream', stream, undefined],
  ])('a body: %s', async (_, make, type) => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const answer = await sessionFetch(`${server.origin}/read/raw`, { method: 'POST', body: make() })
    expect(answer.status).toBe(200)
    const [request] = sent
    const bytes = new Uint8Array((await request?.arrayBuffer()) ?? new ArrayBuffer())
    const handled: Handled = await answer.json()
    expect(handled).toMatchObject({ length: bytes.length, sha256: sha256(bytes) })
    expect(request?.headers.get('content-digest')).toBe(digestOf(bytes))
    expect(request?.headers.get('signature-input')).toContain('"content-digest"')
    if (type === undefined) expect(request?.headers.get('content-type')).toBeNull()
    else expect(request?.headers.get('content-type')?.startsWith(type)).toBe(true)
  })

  it('no body: nothing is said of one', async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    for (const init of [{}, { method: 'DELETE' }, { method: 'POST' }, { method: 'POST', body: null }])
      expect((await sessionFetch(`${server.origin}/any/x`, init)).status).toBe(200)
    for (const { headers } of sent)
      expect([headers.get('content-digest'), headers.get('signature-input')?.includes('content-digest')]).toEqual([null, false])
  })

  it("the caller's own fields stay, and what the caller gave is not changed", async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const headers = new Headers({ authorization: 'Bearer theirs', 'x-more': '1', accept: 'application/json' })
    const init = { method: 'POST', body: 'x', headers, credentials: 'omit', cache: 'no-store' } as const
    expect((await sessionFetch(`${server.origin}/any/x`, init)).status).toBe(200)
    expect([...headers.keys()]).toEqual(['accept', 'authorization', 'x-more'])
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toMatchObject({
      authorization: 'Bearer theirs',
      'x-more': '1',
      accept: 'application/json',
    })
    expect(sent[0]).toMatchObject({ method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error' })
    const known = [...headers.keys(), 'content-type', ...requestHeaders]
    for (const name of sent[0]?.headers.keys() ?? []) expect(known).toContain(name)
  })

  it("somebody else's signature in the same request stays", async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const theirs = { 'signature-input': 'theirs=("@method");keyid="k"', signature: 'theirs=:AAAA:' }
    expect((await sessionFetch(`${server.origin}/pkp`, { headers: theirs })).status).toBe(200)
    expect(sent[0]?.headers.get('signature-input')).toMatch(/^theirs=\("@method"\);keyid="k", session=\(/)
  })

  it('error: a Request whose body was read', async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const request = new Request(`${server.origin}/any/x`, { method: 'POST', body: 'abc' })
    await request.text()
    await expect(sessionFetch(request)).rejects.toThrow(TypeError)
    // And it is read by this one, as by any.
    const fresh = new Request(`${server.origin}/any/x`, { method: 'POST', body: 'abc' })
    expect((await sessionFetch(fresh)).status).toBe(200)
    expect(fresh.bodyUsed).toBe(true)
    await expect(sessionFetch(fresh)).rejects.toThrow(TypeError)
    expect(sent.length).toBe(1)
  })

  it('error: what fetch does not take, and a URL with a password', async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const bad: [string, RequestInit?][] = [
      ['no url'],
      ['http://me:secret@127.0.0.1/x'],
      [server.origin, { method: 'GET', body: 'x' }],
      [server.origin, { headers: { 'a b': 'x' } }],
    ]
    for (const [url, init] of bad) await expect(sessionFetch(url, init)).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  })

  it('a body that breaks off sends nothing', async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(3))
        controller.error(new Error('the disk is full'))
      },
    })
    await expect(sessionFetch(server.origin, { method: 'POST', body: broken })).rejects.toThrow('the disk is full')
    expect(sent).toEqual([])
  })

  it('nonces: never one twice; many at once at first use ask the wallet once', async () => {
    const { sent, fetch } = recording()
    const signer = countingSigner()
    const client = createSessionClient({ signer, domain })
    const sessionFetch = createSessionFetch(client, { fetch, request: { resources: [resource] } })
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => sessionFetch(`${server.origin}/any/${i}`, i % 2 ? { method: 'POST', body: 'same' } : {})),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200))
    expect(signer.signed.length).toBe(1)
    const nonces = sent.map(({ headers }) => /nonce="([^"]+)"/.exec(headers.get('signature-input') ?? '')?.[1])
    expect(new Set(nonces).size).toBe(60)
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/)
  })

  it('nothing secret, in any field', async () => {
    const { sent, fetch } = recording()
    const sessionKey = await generateSessionKeyPair()
    const client = newClient()
    const sessionFetch = createSessionFetch(client, { fetch, request: { resources: [resource], sessionKey } })
    for (const init of [{}, {}, { method: 'POST', body: 'x' }]) expect((await sessionFetch(`${server.origin}/pkp`, init)).status).toBe(200)
    const secret = Buffer.from(sessionKey.secretKey, 'hex')
    for (const { headers } of sent) {
      const raw = [...headers].map(([, value]) => value).join('\n')
      const all = `${raw}\n${raw.replace(/:([A-Za-z0-9+/=]+):/g, (_, part: string) => Buffer.from(part, 'base64').toString('latin1'))}`
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        expect(all).not.toContain(secret.toString(encoding))
        expect(all).not.toContain(secret.subarray(0, 32).toString(encoding))
      }
    }
    expect(sent.length).toBe(3)
  })

  it('several delegations, after require()', async () => {
    const { sent, fetch } = recording()
    const client = await signedIn()
    const sessionFetch = createSessionFetch(client, { fetch })
    expect((await sessionFetch(`${server.origin}/of-path/42`)).status).toBe(200)
    const refused = await sessionFetch(`${server.origin}/of-path/7`)
    expect(refused.status).toBe(403)
    // The answer is the caller's to read.
    expect(await refused.json()).toMatchObject({ code: 'delegation-scope', missing: ['litPKP://7'] })
    await client.require(['litPKP://7'])
    for (const id of [7, 42, 7]) expect((await sessionFetch(`${server.origin}/of-path/${id}`)).status).toBe(200)
    const ways = sent.map(({ headers }) => how(Object.fromEntries(headers)))
    expect(ways).toEqual(['whole', 'id', 'whole', 'id', 'id'])
    expect((await client.getDelegation()).capabilities.length).toBe(2)
    expect(sent.at(-1)?.headers.get('session-delegation-id')).toBe(packed(await client.getDelegation()).id)
  })

  it('what one request needs is asked for then', async () => {
    const signer = countingSigner()
    const client = createSessionClient({ signer, domain })
    const sessionFetch = createSessionFetch(client)
    for (let i = 0; i < 2; i++)
      expect((await sessionFetch(`${server.origin}/of-path/9`, { session: { resources: ['litPKP://9'] } })).status).toBe(200)
    expect(signer.signed.length).toBe(1)
  })

  it('lives as long as was said', async () => {
    const client = await signedIn()
    for (const lifeSeconds of [1, 60, 300]) {
      const { sent, fetch } = recording()
      expect((await createSessionFetch(client, { fetch, lifeSeconds })(`${server.origin}/pkp`)).status).toBe(200)
      const [, created, expires] = /;created=(\d+);expires=(\d+);/.exec(sent[0]?.headers.get('signature-input') ?? '') ?? []
      expect(Number(expires) - Number(created)).toBe(lifeSeconds)
      expect(Math.abs(Number(created) - Date.now() / 1000)).toBeLessThan(5)
    }
    for (const lifeSeconds of [0, -1, 301, 1.5, Number.NaN, '60'])
      expect(() => createSessionFetch(client, { lifeSeconds: lifeSeconds as number })).toThrow(TypeError)
    expect(() => createSessionFetch({} as never)).toThrow(TypeError)
  })

  it('error: signed-out, where nobody is signed in and nothing was asked for', async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(newClient(), { fetch })
    await expect(sessionFetch(`${server.origin}/pkp`)).rejects.toMatchObject({ name: 'SessionError', code: 'signed-out' })
    expect(sent).toEqual([])
  })

  it('another session is said whole', async () => {
    const { sent, fetch } = recording()
    const client = await signedIn()
    const sessionFetch = createSessionFetch(client, { fetch })
    for (let i = 0; i < 2; i++) await sessionFetch(`${server.origin}/pkp`)
    await client.signOut()
    await expect(sessionFetch(`${server.origin}/pkp`)).rejects.toMatchObject({ code: 'signed-out' })
    await client.signIn({ resources: [resource] })
    for (let i = 0; i < 2; i++) expect((await sessionFetch(`${server.origin}/pkp`)).status).toBe(200)
    expect(sent.map(({ headers }) => how(Object.fromEntries(headers)))).toEqual(['whole', 'id', 'whole', 'id'])
  })
})

describe.each(frameworks)('targets, as %s sees them', (framework) => {
  it('byte for byte', async () => {
    const server = await start(framework)
    stops.push(server.stop)
    const sessionFetch = createSessionFetch(await signedIn())
    const paths = [
      '',
      '?',
      '?#x',
      '?a',
      '?a=',
      '?a=1&a=2',
      '?=',
      '??',
      '?a?',
      '?a=b c',
      '?ä=ö',
      '?a=%zz',
      '?a=%E4',
      '?a=\'"<>`',
      '?a[]={}|\\^',
      '/',
      '//',
      '/ä/ö',
      '/a b',
      '/%41',
      '/%2F',
      '/%2e%2e/b',
      '/../b',
      '/./c',
      '/a;b=c',
      "/!$&'()*+,;=:@",
      '/emoji/\u{1F511}',
      '/\\back',
      '/#part',
      '?x#part?y',
    ]
    for (const path of paths) {
      const answer = await sessionFetch(`${server.origin}/any/x${path}`)
      expect({ path, status: answer.status, body: answer.ok ? '' : await answer.text() }).toEqual({ path, status: 200, body: '' })
    }
  })
})

describe('signals', () => {
  it('error: aborted before: nobody is asked, nothing is sent', async () => {
    const { sent, fetch } = recording()
    const signer = countingSigner()
    const sessionFetch = createSessionFetch(createSessionClient({ signer, domain }), { fetch, request: { resources: [resource] } })
    const reason = new Error('changed my mind')
    await expect(sessionFetch('http://127.0.0.1:1/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(sessionFetch(new Request('http://127.0.0.1:1/', { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect([sent.length, signer.signed.length]).toEqual([0, 0])
  })

  it('error: while the body is read', async () => {
    const { sent, fetch } = recording()
    const sessionFetch = createSessionFetch(await signedIn(), { fetch })
    const abort = new AbortController()
    const endless = new ReadableStream({ pull: () => new Promise(() => undefined) })
    const answer = sessionFetch('http://127.0.0.1:1/', { method: 'POST', body: endless, signal: abort.signal })
    queueMicrotask(() => abort.abort())
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    expect(sent).toEqual([])
  })

  it('error: while the wallet is asked', async () => {
    const { sent, fetch } = recording()
    const abort = new AbortController()
    const slow = { ...countingSigner(), signMessage: () => new Promise<never>(() => abort.abort()) }
    const sessionFetch = createSessionFetch(createSessionClient({ signer: slow, domain }), { fetch, request: { resources: [resource] } })
    await expect(sessionFetch('http://127.0.0.1:1/', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(sent).toEqual([])
  })

  it('error: while the server is waited for', async () => {
    const abort = new AbortController()
    const origin = await serve(() => abort.abort())
    const sessionFetch = createSessionFetch(await signedIn())
    await expect(sessionFetch(origin, { method: 'POST', body: 'x', signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('leave nothing behind', async () => {
    const { origin } = await guarded()
    const sessionFetch = createSessionFetch(await signedIn())
    const abort = new AbortController()
    const listening = vi.spyOn(AbortSignal.prototype, 'addEventListener')
    const left = vi.spyOn(AbortSignal.prototype, 'removeEventListener')
    expect((await sessionFetch(origin, { signal: abort.signal })).status).toBe(200)
    abort.abort()
    const ours = listening.mock.calls.filter(([name, , options]) => name === 'abort' && options === undefined).length
    expect(left.mock.calls.length).toBeGreaterThanOrEqual(ours)
    vi.restoreAllMocks()
  })
})

describe('redirects', () => {
  it('are errors, or the caller signs for where they lead', async () => {
    const { origin, heads } = await guarded()
    const asked: IncomingMessage['headers'][] = []
    const from = await serve((request, response) => {
      asked.push(request.headers)
      response.writeHead(307, { location: `${origin}/there` }).end()
    })
    const sessionFetch = createSessionFetch(await signedIn())
    for (const redirect of [undefined, 'error', 'follow'] as const)
      await expect(sessionFetch(from, redirect ? { redirect } : {})).rejects.toThrow(TypeError)
    await expect(sessionFetch(new Request(from, { redirect: 'follow' }))).rejects.toThrow(TypeError)
    expect([asked.length, heads.length]).toEqual([4, 0])
    const answer = await sessionFetch(from, { redirect: 'manual', method: 'POST', body: 'x' })
    expect(answer.status).toBe(307)
    const there = await sessionFetch(answer.headers.get('location') ?? '', { method: 'POST', body: 'x' })
    expect(there.status).toBe(200)
    expect(heads.length).toBe(1)
  })
})

describe('the delegation', () => {
  it('travels whole until it was accepted, by its name from then on; each server for itself', async () => {
    const [one, two] = [await guarded(), await guarded()]
    const sessionFetch = createSessionFetch(await signedIn())
    for (const { origin } of [one, one, two, one, two, two]) expect((await sessionFetch(origin)).status).toBe(200)
    expect(one.heads.map(how)).toEqual(['whole', 'id', 'id'])
    expect(two.heads.map(how)).toEqual(['whole', 'id', 'id'])
  })

  it.each(['GET', 'HEAD', 'POST'])('forgotten, is sent whole once more, at once: %s', async (method) => {
    const { origin, heads, restart } = await guarded()
    const sessionFetch = createSessionFetch(await signedIn())
    const init = method === 'POST' ? { method, body: 'abc' } : { method }
    expect((await sessionFetch(origin, init)).status).toBe(200)
    restart()
    expect((await sessionFetch(origin, init)).status).toBe(200)
    expect((await sessionFetch(origin, init)).status).toBe(200)
    expect(heads.map(how)).toEqual(['whole', 'id', 'whole', 'id'])
  })

  it('forgotten while many are under way counts once', async () => {
    const { origin, heads, restart } = await guarded()
    const sessionFetch = createSessionFetch(await signedIn())
    await sessionFetch(origin)
    restart()
    const answers = await Promise.all(Array.from({ length: 10 }, () => sessionFetch(origin)))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    heads.length = 0
    for (let i = 0; i < 3; i++) expect((await sessionFetch(origin)).status).toBe(200)
    expect(heads.map(how)).toEqual(['id', 'id', 'id'])
  })

  it('a server that never remembers is not asked in vain for ever', async () => {
    const { origin, heads } = await guarded({ delegationBytes: 0 })
    const sessionFetch = createSessionFetch(await signedIn())
    for (let i = 0; i < 30; i++) expect((await sessionFetch(origin)).status).toBe(200)
    expect(heads.length).toBe(33)
    expect(heads.slice(-20).map(how)).toEqual(Array.from({ length: 20 }, () => 'whole'))
  })

  it('a server that says so of a whole one is answered to the caller', async () => {
    const heads: IncomingMessage['headers'][] = []
    const origin = await serve((request, response) => {
      heads.push(request.headers)
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"code":"delegation-unknown"}')
    })
    const answer = await createSessionFetch(await signedIn())(origin)
    expect([answer.status, heads.map(how)]).toEqual([401, ['whole']])
    expect(await readProblem(answer)).toEqual({ code: 'delegation-unknown' })
  })

  it('is not taken for accepted where the request was refused', async () => {
    const { origin, heads } = await guarded({ domains: ['other.example'] })
    const sessionFetch = createSessionFetch(await signedIn())
    for (let i = 0; i < 2; i++) expect((await sessionFetch(origin)).status).toBe(401)
    expect(heads.map(how)).toEqual(['whole', 'whole'])
  })
})

describe('a clock that is off', () => {
  const clockOf = (minutes: number): SessionClient =>
    createSessionClient({ signer: countingSigner(), domain, now: () => new Date(Date.now() + minutes * 60_000) })

  it.each([10, -10])('by %i minutes is put right once, with one more request', async (minutes) => {
    for (const method of ['POST', 'HEAD']) {
      const { origin, heads } = await guarded()
      const client = clockOf(minutes)
      // Long enough for a delegation to be good at both times.
      await client.signIn({ resources: [resource] })
      const sessionFetch = createSessionFetch(client, { request: { resources: [resource] } })
      const init = method === 'POST' ? { method, body: 'x' } : { method }
      expect((await sessionFetch(origin, init)).status).toBe(200)
      const first = heads.length
      expect(first).toBe(2)
      expect((await sessionFetch(origin, init)).status).toBe(200)
      expect(heads.length).toBe(3)
      expect(Math.abs(client.now().getTime() - Date.now())).toBeLessThan(3000)
    }
  })

  it('a server that goes on lying is heeded once for each request', async () => {
    let asked = 0
    const origin = await serve((_, response) => {
      asked += 1
      const time = new Date(Date.now() + asked * 600_000).toISOString()
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code: 'session-sig-expired', time }))
    })
    const answer = await createSessionFetch(await signedIn())(origin)
    expect([answer.status, asked]).toEqual([401, 2])
  })
})

describe('what a server says of the session', () => {
  it('revoked: nobody is signed in any more, and nothing more is sent', async () => {
    const revocations = memoryRevocations()
    const { origin, heads } = await guarded({ revocations })
    const client = await signedIn()
    const sessionFetch = createSessionFetch(client)
    expect((await sessionFetch(origin)).status).toBe(200)
    const { key } = await client.getDelegation()
    await revocations.revoke(`key:${key.publicKey}`, { before: Date.now() + 86_400_000, until: Date.now() + 86_400_000 })
    const answer = await sessionFetch(origin)
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'revoked'])
    await vi.waitFor(() => expect(client.get()).toMatchObject({ status: 'signed-out', reason: 'revoked' }))
    await expect(sessionFetch(origin)).rejects.toMatchObject({ code: 'signed-out' })
    expect(heads.length).toBe(2)
  })

  it('503 is answered to the caller, once', async () => {
    const { origin, heads } = await guarded({ nonces: { consume: () => Promise.reject(new Error('down')) } })
    const answer = await createSessionFetch(await signedIn())(origin)
    expect([answer.status, answer.headers.get('retry-after'), heads.length]).toEqual([503, '1', 1])
  })

  it('answers that look like problems and are none', async () => {
    const bodies = ['', '{', 'null', '7', '[]', '{"code":7}', '{"code":"delegation-unknown"', `{"code":"x","y":"${'x'.repeat(100_000)}"}`]
    for (const body of bodies) {
      const origin = await serve((_, response) => void response.writeHead(401, { 'content-type': 'application/problem+json' }).end(body))
      const answer = await createSessionFetch(await signedIn())(origin)
      expect([answer.status, await answer.text()]).toEqual([401, body])
    }
  })

  it('a fetch that rejects rejects', async () => {
    const failing = createSessionFetch(await signedIn(), { fetch: () => Promise.reject(new TypeError('fetch failed')) })
    await expect(failing('http://127.0.0.1:1/')).rejects.toThrow('fetch failed')
    await expect(createSessionFetch(await signedIn())('http://127.0.0.1:1/')).rejects.toThrow(TypeError)
  })

  it('the session is of who signed in', async () => {
    const server = await start('express')
    stops.push(server.stop)
    const handled: Handled = await (await createSessionFetch(await signedIn())(`${server.origin}/pkp`)).json()
    expect(handled.by).toMatchObject({ address: alice.address, domain, resource, audience: server.origin, revocationAsOf: null })
  })
})
