/** Each of the five uses, in both of the wire's forms, and what lies between them. */
import { createHash } from 'node:crypto'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import {
  createSessionClient,
  generateSessionKeyPair,
  importSessionKey,
  type Resource,
  type ResourceAbilityRequest,
  type SessionSig,
  type SessionSigsRequest,
} from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const account = privateKeyToAccount(generatePrivateKey())
let network: Network
let node = ''

beforeAll(async () => {
  network = await startNetwork({ count: 1 })
  ;[node = ''] = network.urls
})
afterAll(() => network.close())

type Fields = Readonly<Record<string, unknown>>

interface Answer {
  readonly status: number
  readonly body: Fields
}

async function post(path: string, fields: Fields, headers: Record<string, string> = {}): Promise<Answer> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(fields) }
  const response = await fetch(node + path, init)
  return { status: response.status, body: (await response.json()) as Fields }
}

async function refusalOf(path: string, fields: Fields, authSig: unknown): Promise<unknown[]> {
  const { status, body } = await post(path, { ...fields, authSig })
  return [status, body['code']]
}

/** A session signature for one node, by a session of its own. */
async function sign(request: SessionSigsRequest, nodeAddress = node): Promise<SessionSig> {
  const client = createSessionClient({ nodes: [nodeAddress], signer: viemSigner(account), domain: 'localhost:3000' })
  const { [nodeAddress]: sig } = await client.getSessionSigs(request)
  return sig ?? expect.fail('There is no signature for the node.')
}

const abilityRequest = (key: string, ability: string): ResourceAbilityRequest => {
  const [resourcePrefix = '', resource = ''] = key.split('://')
  return { resource: { resource, resourcePrefix }, ability }
}

const nameOf = (content: string): string => createHash('sha256').update(content).digest('hex')
const resourceId = { path: '/private' }
const condition = nameOf(JSON.stringify(resourceId))
const token = '2a'.padStart(64, '0')

interface Use {
  readonly path: string
  readonly fields: Fields
  readonly first: Resource
  readonly second: ResourceAbilityRequest
  /** An ability on the same resource, or on another where it has one only, that does not let this be used. */
  readonly wrong: ResourceAbilityRequest
  readonly expected: Fields
}

const action = abilityRequest('lit-litaction://*', 'lit-action-execution')

const uses: Readonly<Record<string, () => Promise<Use>>> = {
  async open() {
    const { body } = await post('/seal', { note: 'secret', for: account.address })
    const key = `lit-accesscontrolcondition://${nameOf(String(body['encryptedKey']))}`
    return {
      path: '/open',
      fields: { encryptedKey: body['encryptedKey'], ciphertext: body['ciphertext'] },
      first: String(body['resource']) as Resource,
      second: abilityRequest(key, 'access-control-condition-decryption'),
      wrong: abilityRequest(key, 'access-control-condition-signing'),
      expected: { note: 'secret' },
    }
  },
  attest: async () => ({
    path: '/attest',
    fields: { resourceId },
    first: `litSigningCondition://${condition}`,
    second: abilityRequest(`lit-accesscontrolcondition://${condition}`, 'access-control-condition-signing'),
    wrong: abilityRequest(`lit-accesscontrolcondition://${condition}`, 'access-control-condition-decryption'),
    expected: { statement: expect.stringContaining(account.address) },
  }),
  pkp: async () => ({
    path: '/pkp',
    fields: { tokenId: '0x2a', message: 'm' },
    first: 'litPKP://0x2a',
    second: abilityRequest(`lit-pkp://${token}`, 'pkp-signing'),
    wrong: action,
    expected: { signature: expect.stringMatching(/^0x/) },
  }),
  limited: async () => ({
    path: '/limited',
    fields: { tokenId: '7' },
    first: 'litRLI://7',
    second: abilityRequest('lit-ratelimitincrease://7', 'rate-limit-increase-auth'),
    wrong: action,
    expected: { limit: 'lifted' },
  }),
  action: async () => ({
    path: '/action',
    fields: { id: network.actions.greet, params: 1 },
    first: `litAction://${network.actions.greet}`,
    second: abilityRequest(`lit-litaction://${network.actions.greet}`, 'lit-action-execution'),
    wrong: abilityRequest('lit-pkp://*', 'pkp-signing'),
    expected: { result: expect.stringContaining(account.address) },
  }),
}

/** A session signature by a key whose delegation is honest, over what no client would sign. */
async function forge(granted: SessionSigsRequest, change: (payload: Fields) => Fields): Promise<SessionSig> {
  const pair = await generateSessionKeyPair()
  const honest = await sign({ ...granted, sessionKey: pair })
  const signedMessage = JSON.stringify(change(JSON.parse(honest.signedMessage) as Fields))
  const sig = await (await importSessionKey(pair)).sign(new TextEncoder().encode(signedMessage))
  return { ...honest, sig: Buffer.from(sig).toString('hex'), signedMessage }
}

/** Claims another use than the delegation is for. */
const claiming =
  (wanted: Fields) =>
  ({ resources: _, resourceAbilityRequests: __, ...rest }: Fields): Fields => ({ ...rest, ...wanted })

describe.each(Object.entries(uses))('%s', (_, make) => {
  it('default: in the first form', async () => {
    const { path, fields, first, expected } = await make()
    const authSig = await sign({ resources: [first] })
    expect(await post(path, { ...fields, authSig })).toEqual({ status: 200, body: expect.objectContaining(expected) })
  })

  it('behavior: in the second form, as an object, as its text, and in the header', async () => {
    const { path, fields, second, expected } = await make()
    const authSig = await sign({ resourceAbilityRequests: [second] })
    const good = { status: 200, body: expect.objectContaining(expected) }
    expect(await post(path, { ...fields, authSig })).toEqual(good)
    expect(await post(path, { ...fields, authSig: JSON.stringify(authSig) })).toEqual(good)
    const authorization = `SessionSig ${Buffer.from(JSON.stringify(authSig)).toString('base64url')}`
    expect(await post(path, fields, { authorization })).toEqual(good)
  })

  it('behavior: in the second form by a wildcard', async () => {
    const { path, fields, second } = await make()
    const authSig = await sign({
      resourceAbilityRequests: [abilityRequest(`${second.resource.resourcePrefix}://*`, second.ability)],
    })
    expect((await post(path, { ...fields, authSig })).status).toBe(200)
  })

  it('error: a signature of either form for something else', async () => {
    const { path, fields, wrong } = await make()
    const elsewhere = await sign({ resources: ['litAction://other', 'litPKP://other'] })
    expect(await refusalOf(path, fields, elsewhere)).toEqual([403, 'resource-not-requested'])
    const otherAbility = await sign({ resourceAbilityRequests: [wrong] })
    expect(await refusalOf(path, fields, otherAbility)).toEqual([403, 'resource-not-requested'])
  })

  it('error: a second form whose delegation lacks the ability', async () => {
    const { path, fields, second, wrong } = await make()
    const forged = await forge({ resourceAbilityRequests: [wrong] }, claiming({ resourceAbilityRequests: [second] }))
    const { status, body } = await post(path, { ...fields, authSig: forged })
    expect([status, body['code'], body['missing']]).toEqual([
      403,
      'delegation-scope',
      [`${second.ability} on ${second.resource.resourcePrefix}://${second.resource.resource}`],
    ])
  })

  it('error: one form signed on the delegation of the other', async () => {
    const { path, fields, first, second } = await make()
    const firstOnSecond = await forge({ resourceAbilityRequests: [second] }, claiming({ resources: [first] }))
    const secondOnFirst = await forge({ resources: [first] }, claiming({ resourceAbilityRequests: [second] }))
    expect(await refusalOf(path, fields, firstOnSecond)).toEqual([403, 'delegation-scope'])
    expect(await refusalOf(path, fields, secondOnFirst)).toEqual([401, 'recap-invalid'])
  })
})

describe('what says of itself that it has the second form', () => {
  const id = (): string => network.actions.greet

  it('error: and the first besides', async () => {
    const both = await forge({ resources: [`litAction://${id()}`] }, (payload) => ({ ...payload, resourceAbilityRequests: [action] }))
    expect(await refusalOf('/action', { id: id() }, both)).toEqual([401, 'payload-malformed'])
  })

  it('error: and is changed after it was signed', async () => {
    const honest = await sign({ resourceAbilityRequests: [action] })
    const signedMessage = honest.signedMessage.replace('lit-litaction', 'lit-pkp')
    expect(await refusalOf('/action', { id: id() }, { ...honest, signedMessage })).toEqual([401, 'session-signature-invalid'])
  })

  it.each([
    ['a text that is no JSON', '{', 400, 'json-invalid'],
    ['a number', 7, 401, 'session-sig-malformed'],
    ['a list', [], 401, 'session-sig-malformed'],
    ['nobody’s payload', { signedMessage: '{"resourceAbilityRequests":{}}' }, 401, 'session-sig-malformed'],
    ['a payload that is a list', { signedMessage: '[]' }, 401, 'session-sig-malformed'],
    ['a prototype', { signedMessage: '{"__proto__":{"resourceAbilityRequests":[]}}' }, 401, 'session-sig-malformed'],
  ])('error: %s', async (_, authSig, status, code) => {
    expect(await refusalOf('/action', { id: id() }, authSig)).toEqual([status, code])
  })
})

describe('tokens of PKPs', () => {
  const addressBy = async (request: SessionSigsRequest, tokenId: string): Promise<unknown> =>
    (await post('/pkp', { tokenId, message: 'm', authSig: await sign(request) })).body['address']

  it('behavior: one PKP for a token, in either form and however it is written', async () => {
    const second = { resourceAbilityRequests: [abilityRequest(`lit-pkp://${token}`, 'pkp-signing')] }
    const address = await addressBy(second, '2a')
    expect(address).toMatch(/^0x/)
    for (const tokenId of ['0x2a', '02a', token]) expect(await addressBy(second, tokenId)).toBe(address)
    expect(await addressBy({ resources: ['litPKP://2a'] }, '2a')).toBe(address)
    expect(await addressBy({ resources: ['litPKP://*'] }, '2b')).not.toBe(address)
  })

  it('behavior: the first form takes a number of any length, the second 64 digits', async () => {
    const long = '9'.repeat(77)
    expect(await addressBy({ resources: [`litPKP://${long}`] }, long)).toMatch(/^0x/)
    const authSig = await sign({ resourceAbilityRequests: [abilityRequest('lit-pkp://*', 'pkp-signing')] })
    expect(await refusalOf('/pkp', { tokenId: long, message: 'm' }, authSig)).toEqual([400, 'resource-malformed'])
  })
})

describe('how a node is named', () => {
  const local = (): string => node.replace('127.0.0.1', 'localhost')
  const id = (): string => network.actions.greet

  it.each(['first', 'second'])('behavior: as 127.0.0.1 and as localhost, in the %s form', async (form) => {
    for (const name of [node, local()]) {
      const authSig = await sign(form === 'first' ? { resources: ['litAction://*'] } : { resourceAbilityRequests: [action] }, name)
      expect(JSON.parse(authSig.signedMessage)).toHaveProperty('nodeAddress', name)
      expect((await post('/action', { id: id(), authSig })).status).toBe(200)
    }
  })

  it.each<[string, (port: string) => string]>([
    ['another port', (port) => `http://localhost:${Number(port) + 1}`],
    ['another scheme', (port) => `https://localhost:${port}`],
    ['no scheme', (port) => `localhost:${port}`],
    ['a slash at the end', (port) => `http://localhost:${port}/`],
    ['capitals', (port) => `http://LOCALHOST:${port}`],
    ['the other loopback address', (port) => `http://[::1]:${port}`],
    ['a name below localhost', (port) => `http://node.localhost:${port}`],
  ])('error: with %s', async (_, nameAt) => {
    const nodeAddress = nameAt(new URL(node).port)
    for (const request of [{ resources: ['litAction://*'] as Resource[] }, { resourceAbilityRequests: [action] }]) {
      const authSig = await forge(request, (payload) => ({ ...payload, nodeAddress }))
      expect(await refusalOf('/action', { id: id() }, authSig)).toEqual([401, 'audience-mismatch'])
    }
  })
})

describe('how long a session signature may live', () => {
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
  const week = { resourceAbilityRequests: [action], expiration: inDays(7), sessionSigExpiration: inDays(7) }

  it('behavior: as long as its delegation, as Lit’s clients sign them', async () => {
    expect((await post('/action', { id: network.actions.greet, authSig: await sign(week) })).status).toBe(200)
  })

  it('error: longer than 30 days', async () => {
    const authSig = await forge(week, (payload) => ({ ...payload, expiration: inDays(31) }))
    expect(await refusalOf('/action', { id: network.actions.greet }, authSig)).toEqual([401, 'session-sig-lifetime'])
  })
})
