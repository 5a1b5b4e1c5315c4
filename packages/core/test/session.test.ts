import { expect, it, vi } from 'vitest'
import type { AuthSig } from '../src/delegation.ts'
import { SessionError, type SessionErrorCode } from '../src/errors.ts'
import { generateSessionKeyPair } from '../src/keypair.ts'
import { decodeRecap } from '../src/recap.ts'
import type { SessionSigsRequest } from '../src/request.ts'
import { defineVocabulary } from '../src/resource.ts'
import type { AuthCallbackParams } from '../src/scope.ts'
import { createSessionClient } from '../src/session.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { recoverWallet, verifySessionSig } from '../src/verify.ts'
import { alice, authSigFor, bob, countingSigner, domain, nodes, refusal } from './wallet.ts'

const minute = 60_000
const iso = (fromNow: number) => new Date(Date.now() + fromNow).toISOString()
const [node = ''] = nodes
const verifier = { audience: node, domains: [domain] }

async function code(promise: Promise<unknown>): Promise<SessionErrorCode | string> {
  const error: unknown = await promise.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  )
  return error instanceof SessionError ? error.code : String(error)
}

it('default: one wallet signature, a session signature for every node, each accepted by its node alone', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain })
  const sigs = await client.getSessionSigs({ resources: ['litAction://*'] })
  expect(Object.keys(sigs)).toEqual(nodes)
  for (const audience of nodes) {
    const session = await verifySessionSig(sigs[audience], { audience, domains: [domain], resource: 'litAction://QmX' })
    expect(session).toMatchObject({ address: alice.address, chainId: 1, audience, domain })
  }
  expect(await code(verifySessionSig(sigs[node], { ...verifier, audience: nodes[1] ?? '', resource: 'litAction://QmX' }))).toBe(
    'audience-mismatch',
  )
  expect(signer.signed.length).toBe(1)
})

it('default: omitted resources are all five types with "*"', async () => {
  const signer = countingSigner()
  const sigs = await createSessionClient({ nodes, signer, domain }).getSessionSigs()
  for (const type of ['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action']) {
    await verifySessionSig(sigs[node], { ...verifier, resource: `lit${type}://anything` })
    expect(parseSiweMessage(signer.signed[0] ?? '').resources).toContain(`lit${type}Capability://*`)
  }
})

it('default: a delegation of 24 hours, a session signature of 5 minutes', async () => {
  const now = new Date('2026-03-01T10:00:00.000Z')
  const signer = countingSigner()
  const sigs = await createSessionClient({ nodes, signer, domain, now: () => now }).getSessionSigs()
  expect(parseSiweMessage(signer.signed[0] ?? '').expirationTime).toBe('2026-03-02T10:00:00.000Z')
  expect(JSON.parse(sigs[node]?.signedMessage ?? '')).toMatchObject({ issuedAt: now.toISOString(), expiration: '2026-03-01T10:05:00.000Z' })
})

it('behavior: the wallet grants exactly what the request names', async () => {
  const signer = countingSigner()
  await createSessionClient({ nodes, signer, domain }).getSessionSigs({ resources: ['litPKP://7', 'litAction://Qm1', 'litPKP://7'] })
  expect(parseSiweMessage(signer.signed[0] ?? '').resources).toEqual(['litPKPCapability://7', 'litActionCapability://Qm1'])
})

it('behavior: widening is explicit, and then covers later requests', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain })
  await client.getSessionSigs({ resources: ['litPKP://7'], sessionCapabilities: ['litPKPCapability://*'] })
  await client.getSessionSigs({ resources: ['litPKP://8'] })
  expect(signer.signed.length).toBe(1)
})

it('behavior: the second form, with a ReCap and its sentence in the message', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain, statement: 'Hello.' })
  const request = { resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }
  const sigs = await client.getSessionSigs({ resourceAbilityRequests: [request] })
  const message = parseSiweMessage(signer.signed[0] ?? '')
  expect(decodeRecap(message.resources?.[0] ?? '')).toEqual({ att: { 'lit-litaction://*': { 'Threshold/Execution': [{}] } }, prf: [] })
  expect(message.statement).toMatch(/^Hello\. I further authorize .* \(1\) 'Threshold': 'Execution' for 'lit-litaction:\/\/\*'\.$/)
  expect(Object.keys(JSON.parse(sigs[node]?.signedMessage ?? ''))).toEqual([
    'sessionKey',
    'resourceAbilityRequests',
    'capabilities',
    'issuedAt',
    'expiration',
    'nodeAddress',
  ])
  const asked = { ...verifier, resource: 'lit-litaction://QmX', ability: 'lit-action-execution' }
  expect(await verifySessionSig(sigs[node], asked)).toMatchObject({ ability: 'lit-action-execution' })
  expect(await code(verifySessionSig(sigs[node], { ...verifier, resource: 'litAction://QmX' }))).toBe('resource-not-requested')
})

it('behavior: the callback receives exactly what the wire says, first form', async () => {
  const callback = vi.fn((params: AuthCallbackParams) => authSigFor(params))
  const client = createSessionClient({ nodes })
  const expiration = iso(60 * minute)
  await client.getSessionSigs({
    chain: 'some chain',
    resources: ['litAction://*'],
    expiration,
    switchChain: false,
    authNeededCallback: callback,
  })
  const [params] = callback.mock.calls[0] ?? []
  expect(params).toStrictEqual({
    chain: 'some chain',
    resources: ['litActionCapability://*'],
    switchChain: false,
    expiration,
    uri: expect.stringMatching(/^lit:session:[0-9a-f]{64}$/),
  })
})

it('behavior: the callback receives exactly what the wire says, second form', async () => {
  const callback = vi.fn((params: AuthCallbackParams) => authSigFor(params))
  const client = createSessionClient({ nodes, domain })
  const request = { resource: { resource: '00', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }
  await client.getSessionSigs({ chain: 'ethereum', resourceAbilityRequests: [request], authNeededCallback: callback })
  const [params] = callback.mock.calls[0] ?? []
  expect(Object.keys(params ?? {})).toEqual([
    'chain',
    'statement',
    'resources',
    'expiration',
    'uri',
    'sessionKey',
    'nonce',
    'domain',
    'resourceAbilityRequests',
  ])
  expect(params).toMatchObject({
    chain: 'ethereum',
    resources: [expect.stringMatching(/^urn:recap:/)],
    domain,
    resourceAbilityRequests: [request],
  })
  // Nothing of the key but its public half.
  expect(params?.sessionKey).toStrictEqual({ publicKey: params?.uri.slice('lit:session:'.length) })
})

it('behavior: the callback’s AuthSig is embedded whole, in its own order', async () => {
  const callback = async (params: AuthCallbackParams): Promise<AuthSig> => {
    const { sig, derivedVia, signedMessage, address } = await authSigFor(params)
    return { address: address.toLowerCase(), signedMessage, sig, derivedVia }
  }
  const sigs = await createSessionClient({ nodes }).getSessionSigs({ resources: ['litAction://*'], authNeededCallback: callback })
  const { capabilities } = JSON.parse(sigs[node]?.signedMessage ?? '')
  expect(Object.keys(capabilities[0])).toEqual(['address', 'signedMessage', 'sig', 'derivedVia'])
  await verifySessionSig(sigs[node], { ...verifier, resource: 'litAction://x' })
})

it('behavior: further AuthSigs stand before the session’s own', async () => {
  const other = await authSigFor({ chain: undefined, uri: 'lit:capability:delegation', expiration: iso(minute), resources: [] })
  const client = createSessionClient({ nodes, signer: countingSigner(), domain })
  const sigs = await client.getSessionSigs({ resources: ['litAction://*'], capabilityAuthSigs: [other] })
  expect(JSON.parse(sigs[node]?.signedMessage ?? '').capabilities[0]).toEqual(other)
  await verifySessionSig(sigs[node], { ...verifier, resource: 'litAction://x' })
})

it('behavior: a session signature never outlives the delegation it needs', async () => {
  const client = createSessionClient({ nodes, signer: countingSigner(), domain })
  const expiration = iso(2 * minute)
  const sigs = await client.getSessionSigs({ expiration, sessionSigExpiration: iso(60 * minute) })
  expect(JSON.parse(sigs[node]?.signedMessage ?? '').expiration).toBe(expiration)
})

it('behavior: two delegations together cover what neither does alone', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain })
  await client.getSessionSigs({ resources: ['litPKP://7'] })
  await client.getSessionSigs({ resources: ['litAction://Qm'] })
  const sigs = await client.getSessionSigs({ resources: ['litPKP://7', 'litAction://Qm'] })
  expect(signer.signed.length).toBe(2)
  await verifySessionSig(sigs[node], { ...verifier, resource: 'litPKP://7' })
  await verifySessionSig(sigs[node], { ...verifier, resource: 'litAction://Qm' })
})

it('behavior: the session is found again in its storage, without the wallet', async () => {
  const storage = memoryStorage()
  await createSessionClient({ nodes, signer: countingSigner(), domain, storage }).signIn()
  const signer = countingSigner()
  const second = createSessionClient({ nodes, signer, domain, storage })
  await second.restore()
  expect(second.get()).toMatchObject({ status: 'signed-in', address: alice.address })
  await second.getSessionSigs()
  expect(signer.signed).toEqual([])
})

it('behavior: signing out destroys the key, and only the account’s own', async () => {
  const storage = memoryStorage()
  await createSessionClient({ nodes, signer: countingSigner(alice), domain, storage }).signIn({ resources: ['litRLI://1'] })
  const client = createSessionClient({ nodes, signer: countingSigner(bob), domain, storage })
  // Another account is in the wallet by now: what it grants is a session of its own, beside the first.
  await client.signIn({ resources: ['litAction://1'] })
  expect(client.get()).toMatchObject({ status: 'signed-in', address: bob.address })
  expect(Object.keys((await storage.get('session-sigs:lit'))?.sessions ?? {})).toEqual([`1:${alice.address}`, `1:${bob.address}`])
  await client.signOut()
  expect(client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  expect(Object.keys((await storage.get('session-sigs:lit'))?.sessions ?? {})).toEqual([`1:${alice.address}`])
})

it('behavior: an answer that comes after signing out is dropped', async () => {
  const storage = memoryStorage()
  let answer: () => void = () => undefined
  const client = createSessionClient({ nodes, storage })
  const authNeededCallback = async (params: AuthCallbackParams): Promise<AuthSig> => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return authSigFor(params)
  }
  const pending = client.getSessionSigs({ authNeededCallback })
  await vi.waitFor(() => expect(answer.name).not.toBe('answer'))
  await client.signOut()
  answer()
  expect(await code(pending)).toBe('signed-out')
  expect(client.get().status).toBe('signed-out')
  expect(await storage.get('session-sigs:lit')).toBeUndefined()
})

it('behavior: a subscriber that signs out when it is first told hears that it did', async () => {
  const client = createSessionClient({ nodes, domain, signer: countingSigner() })
  await client.signIn({ resources: ['litAction://a'] })
  const seen: string[] = []
  let done: Promise<void> | undefined
  const end = client.subscribe(({ status }) => {
    if (status === 'signed-in') done = client.signOut()
    seen.push(status)
  })
  await done
  end()
  expect(seen).toEqual(['signed-in', 'signed-out'])
})

it('behavior: a state is told to subscribers, at once and on change', async () => {
  const client = createSessionClient({ nodes, signer: countingSigner(), domain })
  const seen: string[] = []
  const end = client.subscribe(({ status }) => seen.push(status))
  await client.signIn()
  await client.signOut()
  end()
  await client.signIn()
  expect(seen).toEqual(['signed-out', 'signed-in', 'signed-out'])
})

it('behavior: a key of one’s own is used and not stored', async () => {
  const storage = memoryStorage()
  const pair = await generateSessionKeyPair()
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain, storage })
  const sigs = await client.getSessionSigs({ sessionKey: pair })
  await client.getSessionSigs({ sessionKey: JSON.stringify(pair) })
  expect(sigs[node]?.address).toBe(pair.publicKey)
  expect(signer.signed.length).toBe(1)
  expect(await storage.get('session-sigs:lit')).toBeUndefined()
})

it('behavior: another application’s vocabulary is followed by client and verifier', async () => {
  const vocabulary = defineVocabulary({ prefix: 'acme', types: ['Invoice', 'Report'], abilities: { 'acme-invoice': { pay: 'Acme/Pay' } } })
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain, vocabulary })
  const sigs = await client.getSessionSigs({ resources: ['acmeInvoice://2026-1'] })
  expect(parseSiweMessage(signer.signed[0] ?? '').resources).toEqual(['acmeInvoiceCapability://2026-1'])
  const options = { ...verifier, vocabulary, resource: 'acmeInvoice://2026-1' }
  await verifySessionSig(sigs[node], options)
  expect(await code(verifySessionSig(sigs[node], { ...options, resource: 'acmeInvoice://2026-2' }))).toBe('resource-not-requested')
  const recap = { resourceAbilityRequests: [{ resource: { resource: '9', resourcePrefix: 'acme-invoice' }, ability: 'pay' }] }
  const second = await client.getSessionSigs(recap)
  await verifySessionSig(second[node], { ...options, resource: 'acme-invoice://9', ability: 'pay' })
})

it('behavior: verifyWallet lets the client be sure at once', async () => {
  const verifyWallet = async (question: { message: string; signature: string; address: string }) =>
    (await recoverWallet(question.message, question.signature)) === question.address
  const forged = countingSigner()
  const signer = { ...forged, signMessage: (message: string) => bob.signMessage({ message }) }
  expect(await code(createSessionClient({ nodes, signer, domain, verifyWallet }).signIn())).toBe('wallet-signature-invalid')
  expect((await createSessionClient({ nodes, signer: forged, domain, verifyWallet }).signIn()).status).toBe('signed-in')
  const broken = () => Promise.reject(new Error('offline'))
  expect(await code(createSessionClient({ nodes, signer: forged, domain, verifyWallet: broken }).signIn())).toBe('verifier-unavailable')
})

it('behavior: with a signer, a known chain name must be the wallet’s chain, unless switchChain', async () => {
  const client = createSessionClient({ nodes, signer: countingSigner(alice, 137), domain })
  expect(await code(client.getSessionSigs({ chain: 'ethereum' }))).toBe('chain-mismatch')
  await client.getSessionSigs({ chain: 'polygon' })
  await client.getSessionSigs({ chain: 'no such chain', resources: ['litAction://1'] })
  const switching = createSessionClient({ nodes, signer: countingSigner(alice, 137), domain })
  await switching.getSessionSigs({ chain: 'ethereum', switchChain: true })
})

/** Every request that cannot be met, and the code it gets. Typed loosely: this is data from outside. */
const badRequests: [string, Record<string, unknown>, SessionErrorCode][] = [
  ['unknown resource type', { resources: ['litFoo://1'] }, 'resource-type-unknown'],
  ['wrong case', { resources: ['litPkp://1'] }, 'resource-type-unknown'],
  ['no "://"', { resources: ['litAction:1'] }, 'resource-malformed'],
  ['second "://"', { resources: ['litAction://x://*'] }, 'resource-malformed'],
  ['empty id', { resources: ['litAction://'] }, 'resource-malformed'],
  ['wildcard inside an id', { resources: ['litAction://Qm*'] }, 'resource-wildcard'],
  ['capability as a resource', { resources: ['litActionCapability://*'] }, 'resource-is-capability'],
  ['resource as a capability', { resources: ['litAction://1'], sessionCapabilities: ['litAction://1'] }, 'resource-malformed'],
  [
    'capabilities that do not grant the request',
    { resources: ['litAction://1'], sessionCapabilities: ['litPKPCapability://*'] },
    'delegation-scope',
  ],
  ['empty list', { resources: [] }, 'resources-empty'],
  ['empty list, second form', { resourceAbilityRequests: [] }, 'resources-empty'],
  [
    'unknown ability',
    { resourceAbilityRequests: [{ resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'fly' }] },
    'ability-unknown',
  ],
  [
    'unknown prefix',
    { resourceAbilityRequests: [{ resource: { resource: '1', resourcePrefix: 'toString' }, ability: 'fly' }] },
    'resource-type-unknown',
  ],
  ['node that is not a URL', { nodes: ['node.example:7470'] }, 'node-invalid'],
  ['node of another scheme', { nodes: ['ftp://node.example'] }, 'node-invalid'],
  ['no node', { nodes: [] }, 'nodes-empty'],
  ['expiration in the past', { expiration: '2020-01-01T00:00:00Z' }, 'expiration-past'],
  ['session signature’s end in the past', { sessionSigExpiration: '2020-01-01T00:00:00Z' }, 'expiration-past'],
  ['session signature beyond 30 days', { sessionSigExpiration: iso(31 * 24 * 60 * minute) }, 'lifetime-too-long'],
  ['expiration that is no time', { expiration: 'tomorrow' }, 'time-invalid'],
  ['malformed key', { sessionKey: { publicKey: 'x', secretKey: 'y' } }, 'key-malformed'],
  ['key that is no JSON', { sessionKey: '{"publicKey":' }, 'key-malformed'],
  [
    'key whose halves do not belong together',
    { sessionKey: { publicKey: 'ab'.repeat(32), secretKey: `${'00'.repeat(32)}${'ab'.repeat(32)}` } },
    'key-malformed',
  ],
  ['malformed further AuthSig', { capabilityAuthSigs: [{}] }, 'delegation-malformed'],
]

for (const [name, request, expected] of badRequests) {
  it(`error: ${name}`, async () => {
    const signer = countingSigner()
    const storage = memoryStorage()
    const client = createSessionClient({ nodes, signer, domain, storage })
    const before = client.get()
    expect(await code(client.getSessionSigs(request as SessionSigsRequest))).toBe(expected)
    expect(client.get()).toEqual(before)
    expect(signer.signed).toEqual([])
    expect(await storage.get('session-sigs:lit')).toBeUndefined()
  })
}

type Callback = (params: AuthCallbackParams) => unknown
const otherKey = `lit:session:${'ab'.repeat(32)}`

/** Every answer that is not good, and the code it gets. */
const badAnswers: [string, Callback, SessionErrorCode][] = [
  [
    'throws',
    () => {
      throw new Error('no')
    },
    'callback-threw',
  ],
  ['rejects', () => Promise.reject(new Error('no')), 'callback-rejected'],
  ['rejects with nothing', () => Promise.reject(undefined), 'callback-rejected'],
  ['rejects as a wallet does', () => Promise.reject(refusal()), 'wallet-refused'],
  ['rejects with a wallet’s refusal inside', () => Promise.reject(new Error('failed', { cause: refusal() })), 'wallet-refused'],
  ['returns nothing', () => undefined, 'callback-returned-nothing'],
  ['returns null', async () => null, 'callback-returned-nothing'],
  ['returns a text', async () => 'signature', 'delegation-malformed'],
  ['leaves out a field', async (params) => ({ ...(await authSigFor(params)), sig: undefined }), 'delegation-malformed'],
  ['returns a signature that is no hex', async (params) => ({ ...(await authSigFor(params)), sig: 'signed' }), 'delegation-malformed'],
  [
    'returns a text that is no EIP-4361 message',
    async (params) => ({ ...(await authSigFor(params)), signedMessage: 'hello' }),
    'siwe-invalid',
  ],
  ['answers for another key', (params) => authSigFor(params, { uri: otherKey }), 'delegation-key-mismatch'],
  ['answers for another scope', (params) => authSigFor(params, { resources: ['litPKPCapability://*'] }), 'delegation-scope'],
  ['answers with no scope', (params) => authSigFor(params, { resources: [] }), 'delegation-scope'],
  [
    'envelope and message by different accounts',
    async (params) => ({ ...(await authSigFor(params)), address: bob.address }),
    'account-mismatch',
  ],
  [
    'answers with what has ended',
    (params) => authSigFor(params, { issuedAt: iso(-10 * minute), expirationTime: iso(-minute) }),
    'delegation-expired',
  ],
  ['answers with what begins later', (params) => authSigFor(params, { notBefore: iso(minute) }), 'delegation-not-yet-valid'],
  ['answers with what was issued later', (params) => authSigFor(params, { issuedAt: iso(5 * minute) }), 'delegation-not-yet-valid'],
  [
    'answers without an end',
    async (params) => {
      const { expirationTime: _, ...fields } = parseSiweMessage((await authSigFor(params)).signedMessage)
      const { formatSiweMessage } = await import('../src/siwe.ts')
      return { ...(await authSigFor(params)), signedMessage: formatSiweMessage(fields) }
    },
    'delegation-lifetime',
  ],
]

for (const [name, callback, expected] of badAnswers) {
  it(`error: a callback that ${name}`, async () => {
    const storage = memoryStorage()
    const client = createSessionClient({ nodes, storage })
    await client.signIn({ resources: ['litRLI://1'], authNeededCallback: authSigFor })
    const [before, stored] = [client.get(), JSON.stringify(await storage.get('session-sigs:lit'))]
    const called = vi.fn(callback)
    expect(await code(client.getSessionSigs({ resources: ['litAction://1'], authNeededCallback: called as typeof authSigFor }))).toBe(
      expected,
    )
    expect(called).toHaveBeenCalledTimes(1)
    expect(client.get()).toBe(before)
    expect(JSON.stringify(await storage.get('session-sigs:lit'))).toBe(stored)
  })
}

it('error: a callback that answers for another account than the session’s', async () => {
  const client = createSessionClient({ nodes })
  await client.signIn({ resources: ['litRLI://1'], authNeededCallback: authSigFor })
  const byBob = (params: AuthCallbackParams) => authSigFor(params, {}, bob)
  expect(await code(client.getSessionSigs({ resources: ['litAction://1'], authNeededCallback: byBob }))).toBe('account-mismatch')
})

it('error: a second-form callback whose statement does not say what its ReCap grants', async () => {
  const client = createSessionClient({ nodes })
  const resourceAbilityRequests = [{ resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }]
  const silent = (params: AuthCallbackParams) => authSigFor(params, { statement: 'Trust me.' })
  expect(await code(client.getSessionSigs({ resourceAbilityRequests, authNeededCallback: silent }))).toBe('recap-statement-mismatch')
})

it('error: a signer that fails, and one that names no account', async () => {
  const failing = { ...countingSigner(), signMessage: () => Promise.reject(new Error('cable')) }
  expect(await code(createSessionClient({ nodes, signer: failing, domain }).signIn())).toBe('wallet-failed')
  const refusing = { ...countingSigner(), account: () => Promise.reject(refusal()) }
  expect(await code(createSessionClient({ nodes, signer: refusing, domain }).signIn())).toBe('wallet-refused')
})

it('error: a storage that cannot be opened or read is told at once, asks nobody, and works again when it does', async () => {
  for (const operation of ['open', 'get'] as const) {
    const storage: SessionStorage = { open: async () => undefined, ...memoryStorage() }
    const works = storage[operation]?.bind(storage)
    Reflect.set(storage, operation, () => Promise.reject(new Error('gone')))
    const signer = countingSigner()
    const client = createSessionClient({ nodes, signer, domain, storage })
    expect(await code(client.signIn())).toBe('storage-failed')
    expect([client.get().status, signer.signed.length]).toEqual(['signed-out', 0])
    Reflect.set(storage, operation, works)
    await client.signIn()
  }
})

it('error: what a full storage does not take is kept in memory: nobody is asked again', async () => {
  const storage: SessionStorage = { ...memoryStorage(), set: () => Promise.reject(new Error('full')) }
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain, storage })
  await client.getSessionSigs()
  await client.getSessionSigs()
  expect(client.get()).toMatchObject({ status: 'signed-in', protection: 'memory' })
  expect(signer.signed.length).toBe(1)
  await client.signOut()
  expect(client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
})

it('error: a storage that does not delete is told, and what it keeps is not used again', async () => {
  const inner = memoryStorage()
  let isStuck = false
  const stuck = () => (isStuck ? Promise.reject(new Error('stuck')) : undefined)
  const storage: SessionStorage = {
    ...inner,
    delete: (id) => stuck() ?? inner.delete(id),
    set: (id, value) => stuck() ?? inner.set(id, value),
  }
  const signer = countingSigner()
  const client = createSessionClient({ nodes, signer, domain, storage })
  await client.signIn()
  isStuck = true
  expect(await code(client.signOut())).toBe('storage-failed')
  expect(client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  await client.restore()
  expect(client.get().status).toBe('signed-out')
  isStuck = false
  await client.signOut()
  expect(await storage.get('session-sigs:lit')).toBeUndefined()
})

it('error: a programmer’s mistake is a TypeError', async () => {
  // As where a method is put to a button as it stands: an event is no request for everything.
  const signer = countingSigner()
  for (const given of [new Event('click'), [], new Map(), 'litAction://a'] as object[])
    await expect(createSessionClient({ nodes, signer, domain }).signIn(given)).rejects.toThrow(TypeError)
  expect(signer.signed).toEqual([])
  expect(() => createSessionClient(undefined as never)).toThrow(TypeError)
  await expect(createSessionClient({ nodes }).getSessionSigs()).rejects.toThrow(TypeError)
  await expect(createSessionClient({ nodes, signer: countingSigner() }).getSessionSigs()).rejects.toThrow(/domain/)
  const both = { resources: ['litPKP://1'] as const, resourceAbilityRequests: [] }
  await expect(createSessionClient({ nodes, signer: countingSigner(), domain }).getSessionSigs(both)).rejects.toThrow(TypeError)
})
