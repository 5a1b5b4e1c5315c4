/** Both ways with an implementation of RFC 9421 that is not ours, and the RFC's own ed25519 examples. */
import { createHash, createPublicKey, randomBytes, verify as verifyEd25519 } from 'node:crypto'
import { generateSessionKeyPair, importSessionKey, type KeyDelegation } from '@session-sigs/core'
import { prepareSessionKey } from '@session-sigs/core/verify'
import { createVerifier, httpbis } from 'http-message-signatures'
import { parseDictionary } from 'structured-headers'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSessionFetch } from '../src/index.ts'
import { baseOf } from '../src/signature.ts'
import { createRequestVerifier, memoryNonces, type RequestVerifier } from '../src/verify.ts'
import { alice, digestOf, domain, newClient, newSession, packed, resource, sequence } from './signing.ts'

const origin = 'https://api.example'
const newVerifier = (): RequestVerifier => createRequestVerifier({ origin, domains: [domain], nonces: memoryNonces() })

/** A public key of Node, of 64 hex digits. */
const keyOf = (publicKey: string) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey, 'hex').toString('base64url') }, format: 'jwk' })

/** Has the other implementation verify: the key is found by its name, all of our parameters and components are there. */
async function verifyByTheirs(request: Request): Promise<boolean | null> {
  const keyLookup = async ({ keyid = '' }: { keyid?: string }) => {
    expect(keyid).toMatch(/^lit:session:[0-9a-f]{64}$/)
    return { id: keyid, algs: ['ed25519'], verify: createVerifier(keyOf(keyid.slice(12)), 'ed25519') }
  }
  return httpbis.verifyMessage(
    {
      keyLookup,
      all: true,
      maxAge: 300,
      requiredParams: ['created', 'expires', 'nonce', 'keyid', 'alg'],
      requiredFields: ['@method', '@target-uri', '@authority', ...(request.headers.has('content-digest') ? ['content-digest'] : [])],
    },
    { method: request.method, url: request.url, headers: Object.fromEntries(request.headers) },
  )
}

describe('our requests, verified by http-message-signatures', () => {
  const sent: Request[] = []
  const keeping: typeof fetch = async (input, init) => {
    sent.push(new Request(input, init))
    return new Response()
  }

  it.each<[string, string, RequestInit]>([
    ['GET', `${origin}/pkp?x=1&y=%20`, {}],
    ['HEAD', `${origin}`, { method: 'HEAD' }],
    ['a port', 'https://api.example:8443/', {}],
    ['POST', `${origin}/ä`, { method: 'POST', body: 'text ä' }],
    ['an empty body', `${origin}/`, { method: 'PUT', body: '' }],
    ['a binary body, a custom method', `${origin}/`, { method: 'PURGE', body: randomBytes(5000) }],
  ])('%s', async (_, url, init) => {
    const client = newClient()
    await client.signIn({ resources: [resource] })
    const sessionFetch = createSessionFetch(client, { fetch: keeping })
    // Whole, and then by its name.
    for (const field of ['session-delegation', 'session-delegation-id']) {
      await sessionFetch(url, init)
      const request = sent.pop() ?? new Request(url)
      expect(request.headers.has(field)).toBe(true)
      expect(await verifyByTheirs(request.clone())).toBe(true)
      const body = Buffer.from(await request.clone().arrayBuffer())
      const digest = parseDictionary(request.headers.get('content-digest') ?? '').get('sha-256')?.[0]
      if (init.body !== undefined) expect(Buffer.from(digest as ArrayBuffer)).toEqual(createHash('sha256').update(body).digest())
      // What was changed is refused by both.
      for (const name of [field, 'signature', ...(init.body === undefined ? [] : ['content-digest'])]) {
        const headers = new Headers(request.headers)
        headers.set(name, headers.get(name)?.replace(/:(.)/, (_, first: string) => `:${first === 'A' ? 'B' : 'A'}`) ?? '')
        expect(await verifyByTheirs(new Request(url, { method: request.method, headers }))).toBe(false)
      }
    }
  })
})

interface Theirs {
  readonly method?: string
  readonly path?: string
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly fields?: readonly string[]
  readonly params?: readonly string[]
  readonly name?: string
  readonly values?: Record<string, string | Date>
}

const usual = ['@method', '@target-uri', '@authority', 'session-delegation'] as const

/** Has the other implementation sign with a session key. */
async function signByTheirs(session: KeyDelegation, { method = 'POST', path = '/pkp?x=1', body, ...more }: Theirs = {}): Promise<Request> {
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'content-digest': digestOf(body) }),
    'session-delegation': packed(session).whole,
    ...more.headers,
  }
  const created = new Date()
  const { headers: signed } = await httpbis.signMessage(
    {
      key: {
        id: `lit:session:${session.key.publicKey}`,
        alg: 'ed25519',
        sign: async (data) => Buffer.from(await session.key.sign(new Uint8Array(data))),
      },
      fields: [...(more.fields ?? [...usual, ...(body === undefined ? [] : ['content-digest'])])],
      params: [...(more.params ?? ['created', 'expires', 'nonce', 'keyid', 'alg'])],
      paramValues: { created, expires: new Date(created.getTime() + 60_000), nonce: randomBytes(18).toString('base64'), ...more.values },
      ...(more.name === undefined ? {} : { name: more.name }),
    },
    { method, url: origin + path, headers },
  )
  const fields = Object.entries(signed).map(([name, value]): [string, string] => [name, String(value)])
  return new Request(origin + path, { method, headers: fields, ...(body === undefined ? {} : { body }) })
}

describe('requests signed by http-message-signatures, verified by ours', () => {
  let session: KeyDelegation
  beforeAll(async () => {
    session = await newSession()
  })
  const accepted = async (request: Request): Promise<void> => {
    await expect(newVerifier().verify(request, { resource })).resolves.toMatchObject({
      address: alice.address,
      sessionKey: session.key.publicKey,
    })
  }
  const body = '{"a":1}'

  it.each<[string, Theirs]>([
    ['default', {}],
    ['a body', { body }],
    ['an empty body', { body: '' }],
    ['GET', { method: 'GET' }],
    ['components in another order', { body, fields: ['content-digest', 'session-delegation', '@authority', '@target-uri', '@method'] }],
    ['parameters in another order', { params: ['alg', 'keyid', 'nonce', 'expires', 'created'] }],
    ['no alg', { params: ['created', 'nonce', 'keyid', 'expires'] }],
    [
      'more parameters',
      { params: ['created', 'expires', 'nonce', 'keyid', 'alg', 'tag', 'x'], values: { tag: 'ours "quoted" \\', x: 'y' } },
    ],
    ['another label', { name: 'sig-1_x.*' }],
    ['a label such as no object has', { name: 'constructor' }],
    [
      'more components',
      {
        fields: [...usual, '@scheme', '@path', '@query', '@request-target', 'x-more', 'accept'],
        headers: { 'x-more': '  a,  b ', accept: '*/*' },
      },
    ],
    ['no query', { path: '/pkp', fields: [...usual, '@path', '@query', '@request-target'] }],
    ['an empty field', { fields: [...usual, 'x-empty'], headers: { 'x-empty': '' } }],
    ['sha-512', { body, headers: { 'content-digest': digestOf(body, 'sha512') } }],
    [
      'both digests, and one of another kind',
      { body, headers: { 'content-digest': `md5=:AAAA:, ${digestOf(body, 'sha512')}, ${digestOf(body)}` } },
    ],
    ['300 seconds', { values: { expires: new Date(Date.now() + 299_000) } }],
    [
      'a nonce of all printable characters',
      { values: { nonce: Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('') } },
    ],
  ])('%s', async (_, theirs) => {
    const request = await signByTheirs(session, theirs)
    await accepted(request)
    expect(await request.text()).toBe(theirs.body ?? '')
  })

  it('beside a signature of somebody else, before and after it', async () => {
    const request = await signByTheirs(session, { body, name: 'b' })
    const other = await importSessionKey(await generateSessionKeyPair())
    const signed = await httpbis.signMessage(
      {
        key: { id: 'proxy', alg: 'ed25519', sign: async (data) => Buffer.from(await other.sign(new Uint8Array(data))) },
        fields: ['@method', 'signature'],
        name: 'proxy',
      },
      { method: 'POST', url: request.url, headers: Object.fromEntries(request.headers) },
    )
    const fields = Object.entries(signed.headers).map(([name, value]): [string, string] => [name, String(value)])
    expect(new Headers(fields).get('signature-input')).toMatch(/^b=.*, proxy=/)
    await accepted(new Request(request.url, { method: 'POST', body, headers: fields }))
    const turned = new Headers(fields)
    for (const name of ['signature', 'signature-input']) {
      const [first = '', second = ''] = (turned.get(name) ?? '').split(', proxy=')
      turned.set(name, `proxy=${second}, ${first}`)
    }
    await accepted(new Request(request.url, { method: 'POST', body, headers: turned }))
  })

  it('by name, once it is known', async () => {
    const verifier = newVerifier()
    await verifier.verify(await signByTheirs(session), { resource })
    const fields = ['@method', '@target-uri', '@authority', 'session-delegation-id']
    const { id } = packed(session)
    const named = await signByTheirs(session, { fields, headers: { 'session-delegation': '', 'session-delegation-id': id } })
    named.headers.delete('session-delegation')
    await expect(verifier.verify(named.clone(), { resource })).resolves.toMatchObject({ address: alice.address })
    await expect(newVerifier().verify(named, { resource })).rejects.toMatchObject({ code: 'delegation-unknown', details: { id } })
  })

  it.each<[string, string, Theirs]>([
    ['without a nonce', 'signature-incomplete', { params: ['created', 'expires', 'keyid', 'alg'] }],
    ['without its method', 'signature-incomplete', { fields: usual.slice(1) }],
    ['with another algorithm', 'signature-malformed', { values: { alg: 'rsa-v1_5-sha256' } }],
    ['for longer', 'session-sig-lifetime', { values: { expires: new Date(Date.now() + 400_000) } }],
    ['over a part of the query', 'signature-malformed', { fields: [...usual, '@query-param;name="x"'] }],
    ['over a field in another form', 'signature-malformed', { fields: [...usual, 'accept;bs'], headers: { accept: 'a' } }],
  ])('error: %s: %s', async (_, code, theirs) => {
    await expect(newVerifier().verify(await signByTheirs(session, theirs), { resource })).rejects.toMatchObject({ code })
  })
})

describe("RFC 9421's own examples with test-key-ed25519", () => {
  /** B.1.4. */
  const publicKey = '26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb'

  const examples = [
    {
      name: 'B.2.6, signing a request',
      method: 'POST',
      uri: 'https://example.com/foo?param=Value&Pet=dog',
      headers: {
        host: 'example.com',
        date: 'Tue, 20 Apr 2021 02:07:55 GMT',
        'content-type': 'application/json',
        'content-digest': 'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
        'content-length': '18',
      },
      covered: ['date', '@method', '@path', '@authority', 'content-type', 'content-length'],
      params: '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      base: [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      ],
      signature: 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    },
    {
      name: 'B.4, transformations of a message',
      method: 'GET',
      uri: 'https://example.org/demo?name1=Value1&Name2=value2',
      headers: { host: 'example.org', date: 'Fri, 15 Jul 2022 14:24:55 GMT', accept: 'application/json, */*' },
      covered: ['@method', '@path', '@authority', 'accept'],
      params: '("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
      base: [
        '"@method": GET',
        '"@path": /demo',
        '"@authority": example.org',
        '"accept": application/json, */*',
        '"@signature-params": ("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
      ],
      signature: 'ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==',
    },
  ] as const

  it.each(examples)(
    '$name: the base byte for byte, and its signature',
    async ({ method, uri, headers, covered, params, base, signature }) => {
      const fields = new Headers(headers)
      const incoming = {
        method,
        target: uri,
        header: (name: string) => fields.get(name),
        hasBody: false,
        read: async () => new Uint8Array(),
      }
      const bytes = new Uint8Array(Buffer.from(signature, 'base64'))
      const read = { sessionKey: publicKey, created: 1618884473, expires: 0, nonce: '', covered, params, bytes }
      const { host, origin } = new URL(uri)
      const text = baseOf(read, incoming, { prefix: origin, authority: host, uri })
      expect(text).toBe(base.join('\n'))
      const message = new Uint8Array(Buffer.from(text))
      expect(await prepareSessionKey(publicKey).verify(message, bytes)).toBe(true)
      expect(verifyEd25519(null, message, keyOf(publicKey), bytes)).toBe(true)
      for (let i = 0; i < message.length; i += 7) {
        const changed = message.map((byte, at) => (at === i ? byte ^ 1 : byte))
        expect(await prepareSessionKey(publicKey).verify(changed, bytes)).toBe(false)
      }
    },
  )

  it('B.2.6 once more, made anew with the private key: ed25519 gives the same bytes', async () => {
    const [{ base, signature }] = examples
    const seed = '9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5'
    const key = await importSessionKey({ publicKey, secretKey: seed + publicKey })
    expect(sequence(await key.sign(new Uint8Array(Buffer.from(base.join('\n')))))).toBe(`:${signature}:`)
  })

  it('an example as it stands is of somebody else to a verifier of sessions', async () => {
    const [{ method, uri, headers, params, signature }] = examples
    const request = new Request(uri, {
      method,
      headers: { ...headers, 'signature-input': `sig-b26=${params}`, signature: `sig-b26=:${signature}:` },
    })
    await expect(newVerifier().verify(request, { resource })).rejects.toMatchObject({ code: 'signature-missing' })
  })
})
