/** The first form: `resources`, as the documentation of `getSessionSigs()` has it. */
import type { Network } from '@session-sigs/app-nodes'
import { generateSessionKeyPair, type SessionError } from '@session-sigs/core'
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AuthCallbackParams, GetSessionSigsParams } from '../src/index.ts'
import { LitNodeClient } from '../src/index.ts'
import {
  alice,
  answer,
  connect,
  countingCallback,
  day,
  delegationIn,
  keyIn,
  lifeOf,
  minute,
  payloadOf,
  runActions,
  sigOf,
  startNodes,
  verify,
} from './app.ts'

let network: Network
let client: LitNodeClient

beforeAll(async () => {
  network = await startNodes(3)
})
afterAll(() => network.close())
afterEach(async () => {
  vi.useRealTimers()
  await client.signOut()
  await client.disconnect()
})

const everything = ['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action']

/** Session signatures of a client that has none yet. */
async function sign(params: GetSessionSigsParams = {}) {
  client = await connect(network)
  const authNeededCallback = countingCallback()
  const sigs = await client.getSessionSigs({ authNeededCallback, ...params })
  return { sigs, asked: authNeededCallback.asked }
}

/** The error that a call ends with, and how often somebody was asked by then. */
async function refusalOf(params: GetSessionSigsParams): Promise<{ error: SessionError; asked: number }> {
  client = await connect(network)
  const authNeededCallback = countingCallback()
  const error: unknown = await client.getSessionSigs({ authNeededCallback, ...params }).then(
    () => expect.fail('It was not refused.'),
    (thrown: unknown) => thrown,
  )
  return { error: error as SessionError, asked: authNeededCallback.asked.length }
}

describe('the documented flow', () => {
  it('default: as it stands in the documentation', async () => {
    const wallet = new Wallet(Wallet.createRandom().privateKey)
    const litNodeClient = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: network.urls })
    client = litNodeClient
    await litNodeClient.connect()
    const sessionSigs = await litNodeClient.getSessionSigs({
      chain: 'ethereum',
      resources: ['litAction://*'],
      authNeededCallback: async ({ resources, expiration, uri }) => {
        const message = new SiweMessage({
          domain: 'localhost:3000',
          address: wallet.address,
          statement: 'Sign a session key to use with Lit Protocol',
          uri,
          version: '1',
          chainId: 1,
          expirationTime: expiration,
          resources,
        })
        const toSign = message.prepareMessage()
        const signature = await wallet.signMessage(toSign)
        return { sig: signature, derivedVia: 'web3.eth.personal.sign', signedMessage: toSign, address: wallet.address }
      },
    })
    expect(Object.keys(sessionSigs)).toEqual(network.urls)
    expect(await runActions(network, sessionSigs)).toEqual([200, 200, 200])
    expect((await verify(sessionSigs, 'litAction://Qm1')).address).toBe(wallet.address)
  })

  it('behavior: a chainId in quotes, as the documentation writes it, is taken by the message and by us', async () => {
    client = await connect(network)
    const authNeededCallback = countingCallback((params) => answer(params, { chainId: '1' as never }))
    const sigs = await client.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], authNeededCallback })
    expect(await runActions(network, sigs)).toEqual([200, 200, 200])
  })

  it('behavior: envelope and payload have the keys of the wire, in its order', async () => {
    const { sigs } = await sign({ chain: 'ethereum', resources: ['litAction://*', 'litPKP://42'] })
    for (const node of network.urls) {
      const sig = sigOf(sigs, node)
      expect(Object.keys(sig)).toEqual(['sig', 'derivedVia', 'signedMessage', 'address', 'algo'])
      expect(sig).toMatchObject({ derivedVia: 'litSessionSignViaNacl', algo: 'ed25519', address: keyIn(sigs) })
      expect(sig.sig).toMatch(/^[0-9a-f]{128}$/)
      const payload = payloadOf(sigs, node)
      expect(JSON.stringify(payload)).toBe(sig.signedMessage)
      expect(Object.keys(payload)).toEqual(['sessionKey', 'resources', 'capabilities', 'issuedAt', 'expiration', 'nodeAddress'])
      expect(payload.nodeAddress).toBe(node)
      expect(payload.resources).toEqual(['litAction://*', 'litPKP://42'])
    }
    const times = network.urls.map((node) => [payloadOf(sigs, node).issuedAt, payloadOf(sigs, node).expiration])
    expect(new Set(times.map(String)).size).toBe(1)
    expect(times.flat().every((time) => new Date(time).toISOString() === time)).toBe(true)
  })

  it('behavior: the AuthSig goes along as the callback returned it', async () => {
    client = await connect(network)
    const authSig = vi.fn(answer)
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'], authNeededCallback: authSig })
    expect(payloadOf(sigs).capabilities).toEqual([await authSig.mock.results[0]?.value])
  })
})

describe('what it is called with', () => {
  it('behavior: is not changed, and can be used again', async () => {
    client = await connect(network)
    const authNeededCallback = countingCallback()
    const resources = Object.freeze(['litAction://*'])
    const params: GetSessionSigsParams = Object.freeze({
      chain: 'ethereum',
      resources,
      expiration: new Date(Date.now() + day),
      authNeededCallback,
    })
    const [one, other] = [await client.getSessionSigs(params), await client.getSessionSigs(params)]
    expect([keyIn(one), authNeededCallback.asked.length]).toEqual([keyIn(other), 1])
  })

  it('behavior: changed while the wallet is asked, changes nothing', async () => {
    client = await connect(network)
    const resources = ['litAction://*']
    const params = {
      resources,
      authNeededCallback: (asked: AuthCallbackParams) => {
        resources.push('litPKP://*')
        return answer(asked)
      },
    }
    expect(payloadOf(await client.getSessionSigs(params)).resources).toEqual(['litAction://*'])
  })

  it('behavior: signatures are for the nodes that answered, and no others', async () => {
    const [first = '', ...others] = network.urls
    await network.stop(first)
    try {
      client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: network.urls, minNodeCount: 2 })
      await client.connect()
    } finally {
      await network.start(first)
    }
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'], authNeededCallback: answer })
    expect(Object.keys(sigs).sort()).toEqual([...others].sort())
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })
})

describe('what the callback is given', () => {
  it('default: the five, in the order of the wire', async () => {
    const before = Date.now()
    const { sigs, asked } = await sign({ chain: 'polygon', resources: ['litAction://*', 'litPKP://42'], switchChain: true })
    expect(asked.length).toBe(1)
    expect(Object.keys(asked[0] ?? {})).toEqual(['chain', 'resources', 'switchChain', 'expiration', 'uri'])
    expect(asked[0]).toMatchObject({
      chain: 'polygon',
      resources: ['litActionCapability://*', 'litPKPCapability://42'],
      switchChain: true,
      uri: `lit:session:${keyIn(sigs)}`,
    })
    const end = Date.parse(asked[0]?.expiration ?? '')
    expect(end).toBeGreaterThanOrEqual(before + day)
    expect(end).toBeLessThanOrEqual(Date.now() + day)
  })

  it('behavior: chain is ethereum where it is left out, and switchChain is there though nobody asked for it', async () => {
    const { asked } = await sign({ resources: ['litAction://*'] })
    expect(Object.keys(asked[0] ?? {})).toEqual(['chain', 'resources', 'switchChain', 'expiration', 'uri'])
    expect(asked[0]).toMatchObject({ chain: 'ethereum', switchChain: undefined })
  })

  it('behavior: an unknown chain is passed on as it is', async () => {
    const { asked } = await sign({ chain: 'my-own-chain', resources: ['litAction://*'] })
    expect(asked[0]?.chain).toBe('my-own-chain')
  })

  it('behavior: a domain that was given', async () => {
    const { asked } = await sign({ domain: 'app.example', resources: ['litAction://*'] })
    expect(asked[0]).toMatchObject({ domain: 'app.example' })
  })

  it('behavior: what it does to its parameters changes nothing', async () => {
    client = await connect(network)
    const authNeededCallback = countingCallback(async (params) => {
      const authSig = await answer(params)
      params.resources.push('litPKPCapability://*')
      Object.assign(params, { uri: 'lit:session:00', expiration: '' })
      return authSig
    })
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'], authNeededCallback })
    expect(payloadOf(sigs).resources).toEqual(['litAction://*'])
    expect(await runActions(network, sigs)).toEqual([200, 200, 200])
  })
})

describe('resources', () => {
  it('default: left out, all five with *', async () => {
    const { sigs, asked } = await sign()
    expect(payloadOf(sigs).resources).toEqual(everything.map((type) => `lit${type}://*`))
    expect(asked[0]?.resources).toEqual(everything.map((type) => `lit${type}Capability://*`))
    for (const type of everything) expect((await verify(sigs, `lit${type}://1`)).address).toBe(alice.address)
  })

  it('behavior: the grant is exactly what was asked for', async () => {
    const { sigs } = await sign({ resources: ['litAction://Qm1', 'litPKP://*'] })
    expect(delegationIn(sigs).resources).toEqual(['litActionCapability://Qm1', 'litPKPCapability://*'])
    await expect(verify(sigs, 'litAction://Qm2')).rejects.toMatchObject({ code: 'resource-not-requested' })
  })

  it.each<[string, readonly string[], string]>([
    ['a capability', ['litActionCapability://*'], 'resource-is-capability'],
    ['none', [], 'resources-empty'],
    ['an unknown type', ['litOther://*'], 'resource-type-unknown'],
    ['another case', ['litaction://*'], 'resource-type-unknown'],
    ['* in a longer id', ['litAction://Qm*'], 'resource-wildcard'],
    ['an empty id', ['litAction://'], 'resource-malformed'],
  ])('error: %s', async (_, resources, code) => {
    const { error, asked } = await refusalOf({ resources })
    expect([error.name, error.code, asked]).toEqual(['SessionError', code, 0])
  })

  it.each([
    ['a text', 'litAction://*'],
    ['an object', { 0: 'litAction://*' }],
  ])('error: %s is no list', async (_, resources) => {
    const { error, asked } = await refusalOf({ resources: resources as never })
    expect([error.name, asked]).toEqual(['TypeError', 0])
  })
})

describe('sessionCapabilities', () => {
  it('default: wider than the resources', async () => {
    const { sigs, asked } = await sign({
      resources: ['litAction://Qm1'],
      sessionCapabilities: ['litActionCapability://*', 'litPKPCapability://1'],
    })
    expect(asked[0]?.resources).toEqual(['litActionCapability://*', 'litPKPCapability://1'])
    expect(payloadOf(sigs).resources).toEqual(['litAction://Qm1'])
    const next = await client.getSessionSigs({ resources: ['litAction://Qm2', 'litPKP://1'], authNeededCallback: answer })
    expect(asked.length).toBe(1)
    expect(payloadOf(next).capabilities).toEqual(payloadOf(sigs).capabilities)
    expect((await verify(next, 'litPKP://1')).address).toBe(alice.address)
  })

  it('behavior: just what the resources need', async () => {
    const { asked } = await sign({ resources: ['litAction://Qm1'], sessionCapabilities: ['litActionCapability://Qm1'] })
    expect(asked[0]?.resources).toEqual(['litActionCapability://Qm1'])
  })

  it.each<[string, readonly string[]]>([
    ['of another type', ['litPKPCapability://*']],
    ['of another id', ['litActionCapability://Qm2']],
    ['none', []],
  ])('error: not enough: %s; nobody is asked', async (_, sessionCapabilities) => {
    const { error, asked } = await refusalOf({ resources: ['litAction://Qm1'], sessionCapabilities })
    expect([error.code, asked]).toEqual(['delegation-scope', 0])
    expect(error.details).toEqual({ missing: ['litAction://Qm1'] })
  })

  it('error: a resource is no capability', async () => {
    const { error, asked } = await refusalOf({ resources: ['litAction://Qm1'], sessionCapabilities: ['litAction://Qm1'] })
    expect([error.code, asked]).toEqual(['resource-malformed', 0])
  })
})

describe('sessionKey', () => {
  it.each<[string, (pair: { publicKey: string; secretKey: string }) => GetSessionSigsParams['sessionKey']]>([
    ['an object', (pair) => pair],
    ['its JSON, as the first SDK took it', (pair) => JSON.stringify(pair)],
    ['a promise, as generateSessionKeyPair() gives it', (pair) => Promise.resolve(pair)],
  ])('default: %s', async (_, form) => {
    const pair = await generateSessionKeyPair()
    const { sigs, asked } = await sign({ resources: ['litAction://*'], sessionKey: form(pair) })
    expect(keyIn(sigs)).toBe(pair.publicKey)
    expect(asked[0]?.uri).toBe(`lit:session:${pair.publicKey}`)
    expect(JSON.stringify(asked)).not.toContain(pair.secretKey.slice(0, 64))
    expect(await runActions(network, sigs)).toEqual([200, 200, 200])
    await client.getSessionSigs({ resources: ['litAction://*'], sessionKey: form(pair), authNeededCallback: answer })
    expect(asked.length).toBe(1)
  })

  it('behavior: the session without one is another', async () => {
    const { sigs } = await sign({ resources: ['litAction://*'], sessionKey: generateSessionKeyPair() })
    const authNeededCallback = countingCallback()
    const own = await client.getSessionSigs({ resources: ['litAction://*'], authNeededCallback })
    expect(keyIn(own)).not.toBe(keyIn(sigs))
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it.each<[string, unknown]>([
    ['a text that is no JSON', 'secret'],
    ['a half', { publicKey: '07'.repeat(32) }],
    ['two halves that do not belong together', { publicKey: '07'.repeat(32), secretKey: '07'.repeat(64) }],
    ['a list', []],
    ['a number', 7],
  ])('error: %s', async (_, sessionKey) => {
    const { error, asked } = await refusalOf({ sessionKey: sessionKey as never })
    expect([error.code, asked]).toEqual(['key-malformed', 0])
    expect(error.message).not.toContain('07070707')
  })

  it('error: a promise that is rejected says so itself', async () => {
    client = await connect(network)
    const sessionKey = Promise.reject(new RangeError('no key today'))
    await expect(client.getSessionSigs({ sessionKey, authNeededCallback: answer })).rejects.toThrow(new RangeError('no key today'))
  })
})

describe('expiration', () => {
  it('default: left out, 24 hours of delegation and 5 minutes of session signature', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T10:00:00.000Z') })
    const { sigs } = await sign({ resources: ['litAction://*'] })
    expect(delegationIn(sigs).expirationTime).toBe('2026-03-02T10:00:00.000Z')
    expect(payloadOf(sigs)).toMatchObject({ issuedAt: '2026-03-01T10:00:00.000Z', expiration: '2026-03-01T10:05:00.000Z' })
  })

  it.each([0, 1])(
    'behavior: it is the end of the delegation, as a text or as a Date (%i), and the session signature lives 5 minutes',
    async (form) => {
      const end = new Date(Date.now() + 7 * day)
      const { sigs, asked } = await sign({ resources: ['litAction://*'], expiration: [end.toISOString(), end][form] })
      expect(asked[0]?.expiration).toBe(end.toISOString())
      expect(delegationIn(sigs).expirationTime).toBe(end.toISOString())
      expect(lifeOf(sigs)).toBe(5 * minute)
    },
  )

  it('behavior: a text with another time zone is passed on as it is', async () => {
    const expiration = `${new Date(Date.now() + day).toISOString().slice(0, -1)}+02:00`
    const { asked } = await sign({ resources: ['litAction://*'], expiration })
    expect(asked[0]?.expiration).toBe(expiration)
  })

  it('behavior: null is left out, as it is for the real client', async () => {
    const { sigs } = await sign({ resources: ['litAction://*'], expiration: null as never })
    expect(lifeOf(sigs)).toBe(5 * minute)
  })

  it('behavior: the session signature does not outlive the delegation', async () => {
    const expiration = new Date(Date.now() + 2 * minute).toISOString()
    const { sigs } = await sign({ resources: ['litAction://*'], expiration })
    expect(payloadOf(sigs).expiration).toBe(expiration)
  })

  it('behavior: nor one that the callback made shorter than it was asked for', async () => {
    client = await connect(network)
    const expirationTime = new Date(Date.now() + minute).toISOString()
    const sigs = await client.getSessionSigs({ authNeededCallback: (params) => answer(params, { expirationTime }) })
    expect(payloadOf(sigs).expiration).toBe(expirationTime)
  })

  it.each<[string, () => unknown]>([
    ['a text in the past', () => new Date(Date.now() - 1000).toISOString()],
    ['a Date in the past', () => new Date(Date.now() - 1000)],
    ['this very instant', () => new Date()],
  ])('error: %s', async (_, expiration) => {
    const { error, asked } = await refusalOf({ expiration: expiration() as string })
    expect([error.code, asked]).toEqual(['expiration-past', 0])
    expect(error.details).toMatchObject({ field: 'expiration' })
  })

  it.each<[string, unknown]>([
    ['words', 'tomorrow'],
    ['an empty text', ''],
    ['a day without a time', '2099-01-01'],
    ['a day that is none', '2099-02-30T00:00:00Z'],
    ['a number', 4_102_444_800_000],
    ['a Date that is none', new Date(Number.NaN)],
  ])('error: %s', async (_, expiration) => {
    const { error, asked } = await refusalOf({ expiration: expiration as string })
    expect([error.name, error.code, asked]).toEqual(['SessionError', 'time-invalid', 0])
    expect(error.details).toMatchObject({ field: 'expiration' })
  })
})

describe('what the callback answers', () => {
  const nothing: [string, () => unknown, string][] = [
    ['undefined', async () => undefined, 'callback-returned-nothing'],
    ['null', async () => null, 'callback-returned-nothing'],
    ['a rejected promise', () => Promise.reject(new Error('no')), 'callback-rejected'],
    ['a person’s "no"', () => Promise.reject(Object.assign(new Error('no'), { code: 4001 })), 'wallet-refused'],
    [
      'a person’s "no", in the words of ethers',
      () => Promise.reject(Object.assign(new Error('no'), { code: 'ACTION_REJECTED' })),
      'wallet-refused',
    ],
    ['a text', async () => 'signed', 'delegation-malformed'],
    [
      'the empty AuthSig of the first SDK',
      async () => ({ sig: '', derivedVia: '', signedMessage: '', address: '' }),
      'delegation-malformed',
    ],
  ]
  it.each(nothing)('error: %s', async (_, respond, code) => {
    const { error } = await refusalOf({ authNeededCallback: respond as never })
    expect([error.name, error.code]).toEqual(['SessionError', code])
  })

  it('error: an error that is thrown before there is a promise', async () => {
    const cause = new RangeError('oops')
    const { error } = await refusalOf({
      authNeededCallback: () => {
        throw cause
      },
    })
    expect([error.code, error.cause]).toEqual(['callback-threw', cause])
  })

  const wrong: [string, Partial<SiweMessage>, string][] = [
    ['for another key', { uri: `lit:session:${'ab'.repeat(32)}` }, 'delegation-key-mismatch'],
    ['for another resource', { resources: ['litPKPCapability://*'] }, 'delegation-scope'],
    ['for nothing', { resources: [] }, 'delegation-scope'],
    [
      'that has ended',
      { expirationTime: new Date(Date.now() - 1).toISOString(), issuedAt: new Date(Date.now() - day).toISOString() },
      'delegation-expired',
    ],
    ['that begins tomorrow', { notBefore: new Date(Date.now() + day / 2).toISOString() }, 'delegation-not-yet-valid'],
  ]
  it.each(wrong)('error: a message %s', async (_, changes, code) => {
    const { error } = await refusalOf({ resources: ['litAction://*'], authNeededCallback: (params) => answer(params, changes) })
    expect(error.code).toBe(code)
  })

  it('behavior: after any of them the next call asks again, and works', async () => {
    const { error } = await refusalOf({ authNeededCallback: () => Promise.reject(new Error('no')) })
    expect(error.code).toBe('callback-rejected')
    const authNeededCallback = countingCallback()
    await client.getSessionSigs({ authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
  })
})
