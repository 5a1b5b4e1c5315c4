import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { createSessionClient, type Resource, type SessionSig } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'

const account = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
let network: Network
let node = ''

beforeAll(async () => {
  network = await startNetwork({ count: 2 })
  node = network.urls[0] ?? ''
})
afterAll(() => network.close())

async function post(path: string, body: unknown, url = node): Promise<{ status: number; body: Record<string, unknown> }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url + path, { method: 'POST', body: text, headers: { 'content-type': 'application/json' } })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function sigFor(resource: Resource): Promise<SessionSig | undefined> {
  const client = createSessionClient({ nodes: network.urls, signer: viemSigner(account), domain: 'localhost:3000' })
  return (await client.getSessionSigs({ resources: [resource] }))[node]
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
  const client = createSessionClient({ nodes: network.urls, signer: viemSigner(account), domain: 'localhost:3000' })
  const sigs = await client.getSessionSigs({ resources: ['litPKP://1'] })
  const answers = await Promise.all(network.urls.map((url) => post('/pkp', { tokenId: '1', message: 'm', authSig: sigs[url] }, url)))
  expect(answers[0]?.body['signature']).toMatch(/^0x/)
  expect(answers[0]?.body).toEqual(answers[1]?.body)
})

const refused: [string, string, unknown, number, string][] = [
  ['no session signature', '/action', { id: 'x' }, 401, 'session-sig-malformed'],
  ['no JSON', '/action', '{', 400, 'bad-request'],
  ['a JSON text', '/action', '"x"', 400, 'bad-request'],
  ['a missing field', '/action', {}, 400, 'bad-request'],
  ['an id that can be none', '/pkp', { tokenId: '1*', message: 'm' }, 400, 'resource-wildcard'],
  ['an id of other characters', '/action', { id: 'a b' }, 400, 'resource-malformed'],
  ['a wrong object for a signature', '/attest', { resourceId: {}, authSig: { sig: 1 } }, 401, 'session-sig-malformed'],
]

for (const [name, path, body, status, code] of refused) {
  it(`error: ${name}`, async () => {
    const answer = await post(path, body)
    expect([answer.status, answer.body['code']]).toEqual([status, code])
    expect(answer.body['time']).toMatch(/Z$/)
  })
}

it('error: an action that nobody registered', async () => {
  const authSig = await sigFor('litAction://nobody')
  expect((await post('/action', { id: 'nobody', authSig })).status).toBe(404)
})

it('error: a body beyond the limit', async () => {
  const response = await fetch(`${node}/action`, { method: 'POST', body: 'x'.repeat(600 * 1024) })
  expect(response.status).toBe(413)
})

it('behavior: the whole report only while developing', async () => {
  expect((await post('/action', { id: 'x', authSig: {} })).body['report']).toMatchObject({ ok: false })
  const production = await startNetwork({ count: 1, development: false })
  const { status, body } = await post('/action', { id: 'x', authSig: {} }, production.urls[0])
  await production.close()
  expect(status).toBe(401)
  expect(Object.keys(body)).toEqual(['code', 'message', 'time'])
})
