import { createHash, createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createSessionClient, type LitVocabulary, type SessionClient } from '@session-sigs/core'
import { createVerifier, presentDelegations } from '@session-sigs/core/verify'
import { createSessionFetch, readProblem, requestHeaders, revocationSender, type SessionFetch } from '@session-sigs/http'
import { createRequestVerifier, memoryNonces } from '@session-sigs/http/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { listFiles } from './files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}docs/examples/`
const examples = readdirSync(folder)
const pages = listFiles(root).filter((path) => path.endsWith('.md'))

/** The parts of the examples that documents show. */
const shown = examples.flatMap((file) =>
  [...readFileSync(folder + file, 'utf8').matchAll(/^\/\/ begin.*\n([\s\S]*?)^\/\/ end$/gm)].map((match) => match[1]?.trim()),
)
const blocks = pages.flatMap((page) =>
  [...readFileSync(root + page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({ page, code: match[1]?.trim() })),
)

afterEach(() => {
  vi.restoreAllMocks()
})

/** Whole servers, and what calls them, are run together. */
const isOfServers = (file: string): boolean => /^server-/.test(file)

for (const file of examples.filter((name) => !isOfServers(name))) {
  it(`docs/examples/${file} runs`, async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    await import(/* @vite-ignore */ folder + file)
  })
}

it('every example in a document is one that runs', () => {
  expect(blocks.length).toBeGreaterThan(10)
  for (const { page, code } of blocks) expect(shown, `${page}: ${code?.slice(0, 200)}`).toContain(code)
})

it('every example that runs is in a document', () => {
  for (const code of shown)
    expect(
      blocks.map((block) => block.code),
      code?.slice(0, 200),
    ).toContain(code)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

function newClient(api: string): SessionClient {
  const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
  return createSessionClient({ signer, domain: 'localhost:5173', sendRevocation: revocationSender(`${api}/session/revoke`) })
}

describe.each(['hono', 'express', 'fastify'])('docs/examples/server-%s.ts, run by itself', (framework) => {
  let api: string
  let stop: () => unknown

  beforeAll(async () => {
    const port = await freePort()
    vi.stubEnv('PORT', String(port))
    api = `http://localhost:${port}`
    const server: { stop: () => unknown } = await import(/* @vite-ignore */ `${folder}server-${framework}.ts`)
    stop = server.stop
    await vi.waitFor(() => fetch(api), { timeout: 10_000 })
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await stop()
  })

  async function signedIn(send: typeof fetch = fetch): Promise<{ client: SessionClient; sessionFetch: SessionFetch<LitVocabulary> }> {
    const client = newClient(api)
    await client.signIn({ resources: ['litPKP://42'] })
    return { client, sessionFetch: createSessionFetch(client, { fetch: send }) }
  }

  it('does with docs/examples/server-client.ts what that says', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    vi.stubEnv('API', api)
    const { seen }: { seen: unknown } = await import(/* @vite-ignore */ `${folder}server-client.ts?${framework}`)
    expect(seen).toEqual({ api, hello: 200, used: 200, refused: 403, missing: ['litPKP://43'] })
  })

  it('accepts a request once', async () => {
    const sent: Request[] = []
    const keeping = (input: RequestInfo | URL): Promise<Response> => {
      sent.push(new Request(input).clone())
      return fetch(input)
    }
    const { sessionFetch } = await signedIn(keeping)
    for (let i = 0; i < 2; i += 1) expect(await (await sessionFetch(`${api}/pkp/42`)).json()).toEqual({ used: 'litPKP://42' })
    expect(sent.map(({ headers }) => headers.has('session-delegation-id'))).toEqual([false, true])
    for (const request of sent) {
      const answer = await fetch(request)
      expect({ status: answer.status, code: (await readProblem(answer))?.code }).toEqual({ status: 401, code: 'nonce-used' })
    }
  })

  it.each([
    ['{"pkp":42}', 200, undefined],
    ['{"pkp":43}', 403, ['litPKP://43']],
    ['{"pkp":null', 400, undefined],
    ['{}', 400, undefined],
    ['[]', 400, undefined],
  ])('answers the body %s with %i', async (body, status, missing) => {
    const { sessionFetch } = await signedIn()
    const answer = await sessionFetch(`${api}/pkp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect({ status: answer.status, missing: (await readProblem(answer))?.missing }).toEqual({ status, missing })
    if (answer.ok) expect(await answer.json()).toEqual({ used: 'litPKP://42', sent: { pkp: 42 } })
  })

  it('refuses a copy of the key once its session was revoked', async () => {
    const { client } = await signedIn()
    const copy = await client.getDelegation()
    const stolen = createSessionFetch({ ...client, getDelegation: async () => copy })
    expect((await stolen(`${api}/pkp/42`)).status).toBe(200)
    await client.signOut({ revoke: true })
    const answer = await stolen(`${api}/pkp/42`)
    expect({ status: answer.status, code: (await readProblem(answer))?.code }).toEqual({ status: 401, code: 'revoked' })
  })

  it('lets pages of the other origin send and read what they need', async () => {
    const origin = 'http://localhost:5173'
    const asked = ['content-type', ...requestHeaders].join(',')
    const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked }
    const preflight = await fetch(`${api}/pkp`, { method: 'OPTIONS', headers })
    expect(preflight.status).toBe(204)
    const refused = await fetch(`${api}/pkp/42`, { headers: { origin } })
    expect(refused.status).toBe(401)
    for (const answer of [preflight, refused]) expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    const allowed = preflight.headers.get('access-control-allow-headers')?.split(/, ?/)
    expect(allowed).toEqual(expect.arrayContaining(asked.split(',')))
    expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
  })
})

describe('the request that docs/servers.md shows to clients in other languages', () => {
  const page = readFileSync(`${root}docs/servers.md`, 'utf8')
  const blockOf = (language: string, start: string): string =>
    new RegExp(`^\`\`\`${language}\\n(${start}[\\s\\S]*?)\\n\`\`\`$`, 'm').exec(page)?.[1] ?? ''
  const [delegation, message, base] = [blockOf('json', '\\['), blockOf('http', 'POST'), blockOf('text', '"@method"')]
  const [head = '', body = ''] = message.split('\n\n')
  const [requestLine = '', ...lines] = head.split('\n')
  const [method = '', target = ''] = requestLine.split(' ')
  const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]))
  const field = (name: string): string => fields.get(name) ?? ''
  const sha256 = (text: string): string => `:${createHash('sha256').update(text).digest('base64')}:`
  const sessionKey = /keyid="lit:session:([0-9a-f]{64})"/.exec(field('signature-input'))?.[1] ?? ''
  const created = Number(/created=(\d+)/.exec(field('signature-input'))?.[1]) * 1000
  const [now, origin, domains] = [new Date(created), `https://${field('host')}`, ['app.example']]

  it('is signed by its key, over the text that is shown', () => {
    const raw = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(sessionKey, 'hex').toString('base64url') }
    const signature = Buffer.from(field('signature').slice('session=:'.length, -1), 'base64')
    expect(verify(null, Buffer.from(base), createPublicKey({ key: raw, format: 'jwk' }), signature)).toBe(true)
    expect(field('content-digest')).toBe(`sha-256=${sha256(body)}`)
  })

  it('is by a delegation that lets it do this', async () => {
    expect(field('session-delegation-id')).toBe(sha256(delegation))
    const signed = { sessionKey, audience: origin, issuedAt: created, expiration: created + 60_000 }
    const verifying = createVerifier({ audience: origin, domains }).verifyKey(presentDelegations(delegation), {
      resource: 'litPKP://42',
      now,
      ...signed,
    })
    await expect(verifying).resolves.toMatchObject({ sessionKey, resource: 'litPKP://42', domain: 'app.example' })
  })

  it('is understood by the verifier', async () => {
    const verifier = createRequestVerifier({ origin, domains, nonces: memoryNonces() })
    const headers = [...fields].filter(([name]) => name !== 'host')
    const asked = (): Request => new Request(origin + target, { method, headers, body })
    // Which delegation that is, is asked only once the signature was found good.
    await expect(verifier.verify(asked(), { resource: 'litPKP://42', now })).rejects.toMatchObject({ code: 'delegation-unknown' })
    const spoilt = asked()
    spoilt.headers.set('session-delegation-id', sha256('another'))
    await expect(verifier.verify(spoilt, { resource: 'litPKP://42', now })).rejects.toMatchObject({ code: 'session-signature-invalid' })
  })
})
