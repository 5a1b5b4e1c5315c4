import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { createSessionClient, type Resource, revokeSessionKey, type SessionClient, type SessionSig } from '@session-sigs/core'
import { createSessionFetch, revocationSender } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const account = privateKeyToAccount(generatePrivateKey())
let network: Network
let [node, other] = ['', '']

beforeAll(async () => {
  network = await startNetwork({ count: 2 })
  ;[node = '', other = ''] = network.urls
})
afterAll(() => network.close())

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function read(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const json = { 'content-type': 'application/json' }

async function post(path: string, body: unknown, url = node): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return read(await fetch(url + path, { method: 'POST', body: text, headers: json }))
}

function newClient(nodes: readonly string[] = network.urls): SessionClient {
  const sendRevocation = revocationSender(nodes.map((url) => `${url}/session/revoke`))
  return createSessionClient({ nodes, signer: viemSigner(account), domain: 'localhost:3000', sendRevocation })
}

async function sigFor(resource: Resource): Promise<SessionSig | undefined> {
  return (await newClient().getSessionSigs({ resources: [resource] }))[node]
}

it('default: a handshake says who the node is', async () => {
  expect((await post('/web/handshake', {})).body).toMatchObject({ node, domains: ['localhost:3000'] })
})

it('behavior: the session signature may stand there as an object or as its text', async () => {
  const id = network.actions.greet
  const authSig = await sigFor(`litAction://${id}`)
  expect((await post('/action', { id, authSig })).status).toBe(200)
  expect((await post('/action', { id, authSig: JSON.stringify(authSig) })).status).toBe(200)
})

it('behavior: a note is opened for the wallet it was sealed for, and for no other', async () => {
  const { body: forOther } = await post('/seal', { note: 'secret', for: '0x000000000000000000000000000000000000dEaD' })
  const authSig = await sigFor(String(forOther['resource']) as Resource)
  const { status, body } = await post('/open', { ...forOther, authSig })
  expect([status, body['code']]).toEqual([403, 'sealed-for-another'])
})

it('behavior: every node of a network signs as the same PKP', async () => {
  const sigs = await newClient().getSessionSigs({ resources: ['litPKP://1'] })
  const answers = await Promise.all(network.urls.map((url) => post('/pkp', { tokenId: '1', message: 'm', authSig: sigs[url] }, url)))
  expect(answers[0]?.body['signature']).toMatch(/^0x/)
  expect(answers[0]?.body).toEqual(answers[1]?.body)
})

/** Requests that a session key signed, and each of them as it went over the wire. */
interface Signing {
  readonly client: SessionClient
  readonly sent: { readonly url: string; readonly init: RequestInit }[]
  post(path: string, body: unknown, url?: string): Promise<Answer>
}

async function signing(...resources: Resource[]): Promise<Signing> {
  const client = newClient()
  await client.signIn({ resources })
  const sent: { url: string; init: RequestInit }[] = []
  const send = createSessionFetch(client, {
    async fetch(input, init) {
      const request = new Request(input, init)
      const { url, method, headers } = request
      sent.push({ url, init: { method, headers: new Headers(headers), body: await request.clone().arrayBuffer() } })
      return fetch(request)
    },
  })
  return {
    client,
    sent,
    post: async (path, body, url = node) => read(await send(url + path, { method: 'POST', body: JSON.stringify(body), headers: json })),
  }
}

describe('requests that a session key signed', () => {
  it('behavior: each guarded endpoint takes them', async () => {
    const id = network.actions.greet
    const { post: send } = await signing(
      'litEncryptionCondition://*',
      'litSigningCondition://*',
      'litPKP://42',
      'litRLI://7',
      `litAction://${id}`,
    )
    const { body: note } = await post('/seal', { note: 'secret', for: account.address })
    expect((await send('/open', note)).body).toEqual({ note: 'secret' })
    expect((await send('/attest', { resourceId: { path: '/private' } })).body['statement']).toContain(account.address)
    expect((await send('/pkp', { tokenId: '42', message: 'm' })).body['signature']).toMatch(/^0x/)
    expect((await send('/limited', { tokenId: '7' })).body).toEqual({ limit: 'lifted' })
    expect((await send('/action', { id, params: 1 })).body['result']).toContain(account.address)
  })

  it('error: one sent again, changed, or to another node', async () => {
    const { post: send, sent } = await signing('litPKP://42')
    expect((await send('/pkp', { tokenId: '42', message: 'm' })).status).toBe(200)
    const [{ url, init } = expect.fail('Nothing was sent.')] = sent
    const again = await read(await fetch(url, init))
    expect([again.status, again.body['code']]).toEqual([401, 'nonce-used'])
    const changed = await read(await fetch(url, { ...init, body: JSON.stringify({ tokenId: '42', message: 'n' }) }))
    expect([changed.status, changed.body['code']]).toEqual([401, 'body-mismatch'])
    const elsewhere = await read(await fetch(`${other}/pkp`, init))
    expect([elsewhere.status, elsewhere.body['code']]).toEqual([401, 'session-signature-invalid'])
  })

  it('error: what was not granted, with the checks of the delegation', async () => {
    const { post: send } = await signing('litPKP://42')
    const { status, body } = await send('/pkp', { tokenId: '43', message: 'm' })
    expect([status, body['code'], body['missing']]).toEqual([403, 'delegation-scope', ['litPKP://43']])
    const failed = (body['checks'] as { name: string; status: string }[]).filter((check) => check.status === 'failed')
    expect(failed).toMatchObject([{ name: 'delegation.grant' }])
  })

  it('error: a signature that lifts no limit does not count as a free request', async () => {
    const { post: send } = await signing('litPKP://42')
    for (let i = 0; i < 4; i++) expect((await send('/limited', { tokenId: '7' })).body['code']).toBe('delegation-scope')
  })
})

it('behavior: without a signature three requests a minute are free', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await post('/limited', {}, other)).status)
  expect(statuses).toEqual([200, 200, 200, 429])
})

describe('revoking', () => {
  it('behavior: what the key signed before is refused in both forms, at every node', async () => {
    const id = network.actions.greet
    const { client, post: send, sent } = await signing(`litAction://${id}`)
    const sigs = await client.getSessionSigs({ resources: [`litAction://${id}`] })
    await send('/action', { id })
    for (const url of network.urls) expect((await post('/action', { id, authSig: sigs[url] }, url)).status).toBe(200)
    await client.signOut({ revoke: true })
    for (const url of network.urls) {
      const { status, body } = await post('/action', { id, authSig: sigs[url] }, url)
      expect([status, body['code']]).toEqual([401, 'revoked'])
    }
    const [{ url, init } = expect.fail('Nothing was sent.')] = sent
    expect((await read(await fetch(url, init))).body['code']).toBe('revoked')
  })

  it('behavior: each node hears for itself, and another session of the same wallet goes on', async () => {
    const id = network.actions.greet
    const [client, spared] = [newClient([node]), newClient()]
    const sigs = await client.getSessionSigs({ resources: [`litAction://${id}`], nodes: network.urls })
    await client.signOut({ revoke: true })
    expect((await post('/action', { id, authSig: sigs[node] })).body['code']).toBe('revoked')
    expect((await post('/action', { id, authSig: sigs[other] }, other)).status).toBe(200)
    const others = await spared.getSessionSigs({ resources: [`litAction://${id}`] })
    expect((await post('/action', { id, authSig: others[node] })).status).toBe(200)
  })

  it('error: somebody else’s word', async () => {
    const client = newClient()
    await client.signIn({ resources: ['litPKP://42'] })
    const statement = await revokeSessionKey((await client.getDelegation()).key)
    const forged = { ...statement, sig: statement.sig.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }
    expect((await post('/session/revoke', forged)).status).toBe(401)
    expect((await post('/session/revoke', '{}')).body['code']).toBe('revocation-malformed')
    const heard = await fetch(`${node}/session/revoke`, { method: 'POST', body: JSON.stringify(statement), headers: json })
    expect([heard.status, await heard.text()]).toEqual([204, ''])
  })
})

const refused: [string, string, unknown, number, string][] = [
  ['no signature', '/action', { id: 'x' }, 401, 'signature-missing'],
  ['no JSON', '/action', '{', 400, 'json-invalid'],
  ['no JSON, where nothing is guarded', '/seal', '{', 400, 'bad-request'],
  ['a JSON text', '/seal', '"x"', 400, 'bad-request'],
  ['a missing field', '/seal', { note: 'x' }, 400, 'bad-request'],
  ['a missing field of a resource', '/action', { authSig: {} }, 400, 'bad-request'],
  ['an id that can be none', '/pkp', { tokenId: '1*', message: 'm', authSig: {} }, 400, 'resource-wildcard'],
  ['an id of other characters', '/action', { id: 'a b', authSig: {} }, 400, 'resource-malformed'],
  ['a wrong object for a signature', '/attest', { resourceId: {}, authSig: { sig: 1 } }, 401, 'session-sig-malformed'],
  ['a wrong signature where one is optional', '/limited', { tokenId: '7', authSig: {} }, 401, 'session-sig-malformed'],
]

for (const [name, path, body, status, code] of refused) {
  it(`error: ${name}`, async () => {
    const answer = await post(path, body)
    expect([answer.status, answer.body['status'], answer.body['code']]).toEqual([status, status, code])
    expect(answer.body['time']).toMatch(/Z$/)
    expect(answer.body['detail']).toMatch(/\.$/)
  })
}

it('error: an action that nobody registered', async () => {
  const authSig = await sigFor('litAction://nobody')
  expect((await post('/action', { id: 'nobody', authSig })).status).toBe(404)
})

describe('a body beyond the limit', () => {
  const tooMuch = 'x'.repeat(600 * 1024)
  /** Without saying beforehand how much it is. */
  const streamed = (): RequestInit => ({ body: new Blob([tooMuch]).stream(), duplex: 'half' }) as RequestInit

  it.each(['/action', '/seal', '/limited', '/session/revoke'])('error: %s', async (path) => {
    for (const init of [{ body: tooMuch }, streamed()]) {
      // Nodes hang up on who sends more than they read: a connection that is used again could be one of those.
      const response = await fetch(node + path, { method: 'POST', headers: { connection: 'close' }, ...init })
      expect([response.status, response.headers.get('content-type')]).toEqual([413, 'application/problem+json'])
      expect(((await response.json()) as { code: string }).code).toBe('input-too-large')
    }
  })

  it('behavior: and one of half a megabyte is read', async () => {
    expect((await post('/seal', { note: 'x'.repeat(500 * 1024), for: account.address })).status).toBe(200)
  })
})

it('behavior: every check only while developing', async () => {
  expect((await post('/action', { id: 'x', authSig: {} })).body).toMatchObject({ checks: expect.any(Array), details: expect.any(Object) })
  const production = await startNetwork({ count: 1, development: false })
  const { status, body } = await post('/action', { id: 'x', authSig: {} }, production.urls[0])
  await production.close()
  expect(status).toBe(401)
  expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'code', 'detail', 'time'])
})
