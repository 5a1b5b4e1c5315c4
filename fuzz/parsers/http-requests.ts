/** Whole requests, changed after they were signed: the guard, session signatures in requests, and revocations that are sent. */
import { createHash } from 'node:crypto'
import { createRequestVerifier, memoryNonces, memoryRevocations } from '@session-sigs/http/verify'
import { readProblem } from '../../packages/http/src/problem.ts'
import { inputOf } from '../inputs.ts'
import { accepted, attemptLater, outcomeOf, refusedWith } from '../judge.ts'
import { isFields, isSame, jsonOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { authSig, domain, exactAuthSig, key, now, pair, resource, sessionSig } from '../samples.ts'
import { byKey } from './revocations.ts'

const origin = 'https://api.example'
const created = now.getTime() / 1000
const sequence = (bytes: Uint8Array): string => `:${Buffer.from(bytes).toString('base64')}:`
const digest = (body: string): string => `sha-256=${sequence(createHash('sha256').update(body).digest())}`

interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** Signed by hand: RFC 9421 read once more. */
async function sign(method: string, path: string, body: string | null, capabilities: readonly object[]): Promise<Sent> {
  const url = origin + path
  const headers = {
    ...(body === null ? {} : { 'content-digest': digest(body) }),
    'session-delegation': sequence(Buffer.from(JSON.stringify(capabilities))),
  }
  const components = [['@method', method], ['@target-uri', url], ['@authority', 'api.example'], ...Object.entries(headers)]
  const names = components.map(([name]) => `"${name}"`).join(' ')
  const params = `(${names});created=${created};expires=${created + 60};nonce="${createHash('md5').update(url).digest('hex')}";keyid="lit:session:${pair.publicKey}";alg="ed25519"`
  const base = [...components.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n')
  const signature = sequence(await key.sign(new Uint8Array(Buffer.from(base))))
  return { method, url, headers: { ...headers, 'signature-input': `session=${params}`, signature: `session=${signature}` }, body }
}

const goods: readonly Sent[] = [
  await sign('GET', '/a?b=1', null, [authSig]),
  await sign('POST', '/c', '{"resource":"litAction://Qm1"}', [exactAuthSig]),
  await sign('PUT', '/d%20e/', 'plain', [exactAuthSig, authSig]),
]

/** The platform's own request of it; `undefined` where the platform makes none. */
function requestOf(input: Json): Request | undefined {
  if (!isFields(input) || !isFields(input['headers'])) return undefined
  const { method, url, headers, body } = input as unknown as Sent
  try {
    const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
    return new Request(String(url), { method: String(method), headers: fields, ...(typeof body === 'string' ? { body } : {}) })
  } catch {
    return undefined
  }
}

/** A server goes by its own origin: what a request says of scheme and host is not believed, and not looked at. */
const pathOf = (url: string): string => url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')

function isSentAs(request: Request, body: string, good: Sent): boolean {
  const path = pathOf(request.url)
  return request.method === good.method && (path === pathOf(good.url) || `/${path}` === pathOf(good.url)) && body === (good.body ?? '')
}

async function readRequest(input: Json): Promise<Outcome> {
  const request = requestOf(input)
  if (!request) return refusedWith('no request')
  const verifier = createRequestVerifier({
    origin,
    domains: [domain],
    nonces: memoryNonces({ now: () => now }),
    explain: JSON.stringify(input).length % 2 === 0,
  })
  const again = request.clone()
  const body = await request.clone().text()
  const ours = await attemptLater(() => verifier.verify(request, { resource, now }))
  if (ours.error) {
    const { status } = verifier.respond(ours.error)
    must(status >= 400 && status < 500, 'request: a refusal is the sender’s', status)
    return outcomeOf(ours)
  }
  must(
    goods.some((good) => isSentAs(request, body, good)),
    'request: nothing is let through but what was signed',
    input,
  )
  must(ours.value.sessionKey === pair.publicKey && ours.value.resource === resource, 'request: says who and what', input)
  must((await request.text()) === body, 'request: its body stays to be read', input)
  const second = await attemptLater(() => verifier.verify(again, { resource, now }))
  must(second.error?.code === 'nonce-used', 'request: let through once', input)
  return accepted
}

export const requests: Parser = {
  name: 'request',
  reads: 'signed requests as a server has them: `createRequestVerifier`',
  weight: 1,
  seeds: () => goods.map(inputOf),
  generate: (random) => inputOf(random.pick(goods)),
  read: readRequest,
}

async function readBearer(input: Json): Promise<Outcome> {
  if (!isFields(input)) return refusedWith('no request')
  const { field, header } = input
  const body = typeof field === 'string' ? field : JSON.stringify(field ?? null)
  const fields = typeof header === 'string' && !/[^\x20-\x7e]/.test(header) ? { authorization: header } : {}
  const request = new Request(`${origin}/`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...fields } })
  const options = {
    origin,
    domains: [domain],
    nonces: memoryNonces({ now: () => now }),
    sessionSigs: { audience: 'https://node.example:7470' },
  }
  const ours = await attemptLater(() => createRequestVerifier(options).verify(request, { resource, now }))
  if (ours.error) return outcomeOf(ours)
  const [, encoded = ''] = /^SessionSig +(.+)$/i.exec('authorization' in fields ? (fields.authorization as string) : '') ?? []
  const inHeader = jsonOf(Buffer.from(encoded, 'base64url').toString())
  const inBody = Object(jsonOf(body))['authSig'] as unknown
  must(
    [inHeader, inBody, jsonOf(inBody)].some((one) => isSame(one, { ...sessionSig })),
    'bearer: nothing is accepted but what was signed',
    input,
  )
  return accepted
}

const sigText = JSON.stringify(sessionSig)

export const bearers: Parser = {
  name: 'bearer',
  reads: 'session signatures in a body or in `Authorization`',
  weight: 1,
  seeds: () => [
    { field: JSON.stringify({ authSig: sessionSig }), header: null },
    { field: JSON.stringify({ authSig: sigText }), header: null },
    { field: '', header: `SessionSig ${Buffer.from(sigText).toString('base64url')}` },
  ],
  generate: (random) =>
    random.chance(0.5)
      ? { field: JSON.stringify({ authSig: sigText }), header: null }
      : { field: '{}', header: `SessionSig ${Buffer.from(sigText).toString(random.pick(['base64', 'base64url']))}` },
  read: readBearer,
}

async function readRevocation(input: Json): Promise<Outcome> {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const revocations = memoryRevocations()
  const verifier = createRequestVerifier({ origin, domains: [domain], nonces: memoryNonces({ now: () => now }), revocations })
  const response = await verifier.revoke(new Request(`${origin}/revoke`, { method: 'POST', body: text }))
  if (response.status === 204) {
    must(isSame(jsonOf(text), { ...byKey }), 'revoking: nothing is taken but what was signed', input)
    return accepted
  }
  must(response.status >= 400 && response.status < 500, 'revoking: a refusal is the sender’s', response.status)
  const problem = await readProblem(response)
  return { code: problem?.code ?? 'none', reason: '' }
}

export const revoking: Parser = {
  name: 'revoking',
  reads: 'revocations as they are sent to a server: `createRequestVerifier().revoke`',
  weight: 1,
  seeds: () => [JSON.stringify(byKey), '', '[]'],
  generate: () => JSON.stringify(byKey),
  read: readRevocation,
}
