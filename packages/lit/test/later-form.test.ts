/** The later form: `resourceAbilityRequests`, ReCap, and callbacks as Lit's documentation of versions 3 to 7 has them. */
import type { Network } from '@session-sigs/app-nodes'
import { decodeRecap, generateSessionKeyPair, recapStatement, type SessionError } from '@session-sigs/core'
import { SiweMessage } from 'siwe'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type AuthCallbackParams,
  type AuthSig,
  createSiweMessage,
  createSiweMessageWithRecaps,
  type GetSessionSigsParams,
  generateAuthSig,
  LIT_ABILITY,
  LitAbility,
  LitAccessControlConditionResource,
  LitActionResource,
  type LitNodeClient,
  LitPKPResource,
  type LitResource,
  type LitResourceAbilityRequest,
  LitRLIResource,
  newSessionCapabilityObject,
  type RecapSessionCapabilityObject,
} from '../src/index.ts'
import {
  alice,
  answer,
  bob,
  connect,
  countingCallback,
  day,
  delegationIn,
  domain,
  keyIn,
  lifeOf,
  minute,
  payloadOf,
  post,
  runActions,
  signText,
  sigOf,
  startNodes,
  verify,
} from './app.ts'

let network: Network
let client: LitNodeClient

beforeAll(async () => {
  network = await startNodes()
})
afterAll(() => network.close())
afterEach(async () => {
  vi.useRealTimers()
  await client.signOut()
  await client.disconnect()
})

const action: LitResourceAbilityRequest = { resource: new LitActionResource('*'), ability: LitAbility.LitActionExecution }
const pkp: LitResourceAbilityRequest = { resource: new LitPKPResource('2a'), ability: LitAbility.PKPSigning }
const condition = '53b01f820c82e86d7e4cd804b8a6f68682221eeb7df76fd43ee777c8caab5628'

async function sign(params: GetSessionSigsParams = {}) {
  client = await connect(network)
  const authNeededCallback = countingCallback()
  const sigs = await client.getSessionSigs({ resourceAbilityRequests: [action], authNeededCallback, ...params })
  return { sigs, asked: authNeededCallback.asked }
}

async function refusalOf(params: GetSessionSigsParams): Promise<{ error: SessionError; asked: number }> {
  client = await connect(network)
  const authNeededCallback = countingCallback()
  const error: unknown = await client.getSessionSigs({ resourceAbilityRequests: [action], authNeededCallback, ...params }).then(
    () => expect.fail('It was not refused.'),
    (thrown: unknown) => thrown,
  )
  return { error: error as SessionError, asked: authNeededCallback.asked.length }
}

const plain = ({ resource: { resource, resourcePrefix }, ability }: LitResourceAbilityRequest) => ({
  resource: { resource, resourcePrefix },
  ability,
})

describe('the wire', () => {
  it('default: envelope and payload have the keys of the wire, in its order', async () => {
    const { sigs } = await sign({ resourceAbilityRequests: [action, pkp] })
    expect(Object.keys(sigs)).toEqual(network.urls)
    for (const node of network.urls) {
      const sig = sigOf(sigs, node)
      expect(Object.keys(sig)).toEqual(['sig', 'derivedVia', 'signedMessage', 'address', 'algo'])
      const payload = payloadOf(sigs, node)
      expect(JSON.stringify(payload)).toBe(sig.signedMessage)
      expect(Object.keys(payload)).toEqual([
        'sessionKey',
        'resourceAbilityRequests',
        'capabilities',
        'issuedAt',
        'expiration',
        'nodeAddress',
      ])
      expect(JSON.stringify(payload.resourceAbilityRequests)).toBe(JSON.stringify([plain(action), plain(pkp)]))
    }
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: the order of what the app writes, and what it writes besides, do not matter', async () => {
    const request = { data: undefined, ability: action.ability, resource: { resourcePrefix: 'lit-litaction', resource: '*', more: 1 } }
    const { sigs } = await sign({ resourceAbilityRequests: [request] })
    expect(JSON.stringify(payloadOf(sigs).resourceAbilityRequests)).toBe(JSON.stringify([plain(action)]))
  })

  it('behavior: the message carries one ReCap of exactly what was asked for, and says so', async () => {
    const { sigs } = await sign({ resourceAbilityRequests: [action, pkp] })
    const { resources = [], statement } = delegationIn(sigs)
    expect(resources.length).toBe(1)
    const recap = decodeRecap(resources[0] ?? '')
    expect(recap).toEqual({
      att: { 'lit-litaction://*': { 'Threshold/Execution': [{}] }, [`lit-pkp://${'2a'.padStart(64, '0')}`]: { 'Threshold/Signing': [{}] } },
      prf: [],
    })
    expect(statement?.endsWith(recapStatement(recap))).toBe(true)
  })

  const uses: [string, LitResource, string, string][] = [
    ['a PKP', new LitPKPResource('*'), LIT_ABILITY.PKPSigning, 'lit-pkp://1'],
    ['a rate limit', new LitRLIResource('*'), LIT_ABILITY.RateLimitIncreaseAuth, 'lit-ratelimitincrease://1'],
    ['an action', new LitActionResource('Qm1'), LIT_ABILITY.LitActionExecution, 'lit-litaction://Qm1'],
    [
      'decryption',
      new LitAccessControlConditionResource(condition),
      LIT_ABILITY.AccessControlConditionDecryption,
      `lit-accesscontrolcondition://${condition}`,
    ],
    [
      'signing',
      new LitAccessControlConditionResource('*'),
      LIT_ABILITY.AccessControlConditionSigning,
      `lit-accesscontrolcondition://${condition}`,
    ],
  ]
  it.each(uses)('behavior: a verifier lets it be used for %s', async (_, resource, ability, used) => {
    const { sigs } = await sign({ resourceAbilityRequests: [{ resource, ability }] })
    expect(await verify(sigs, used, ability)).toMatchObject({ address: alice.address, sessionKey: keyIn(sigs) })
  })

  it('behavior: and for nothing else', async () => {
    const { sigs } = await sign({ resourceAbilityRequests: [pkp] })
    await expect(verify(sigs, 'lit-litaction://Qm1', LIT_ABILITY.LitActionExecution)).rejects.toMatchObject({
      code: 'resource-not-requested',
    })
    expect(await runActions(network, sigs)).toEqual([403, 403])
  })
})

describe('what the callback is given', () => {
  it('default: what the wire lists, in its order', async () => {
    const { sigs, asked } = await sign({
      chain: 'polygon',
      switchChain: true,
      domain,
      resourceAbilityRequests: [action],
    })
    expect(Object.keys(asked[0] ?? {})).toEqual([
      'chain',
      'statement',
      'resources',
      'switchChain',
      'expiration',
      'uri',
      'sessionKey',
      'nonce',
      'domain',
      'resourceAbilityRequests',
    ])
    expect(asked[0]).toMatchObject({
      chain: 'polygon',
      switchChain: true,
      uri: `lit:session:${keyIn(sigs)}`,
      domain,
      resourceAbilityRequests: [plain(action)],
    })
    const [urn = ''] = asked[0]?.resources ?? []
    expect([asked[0]?.resources.length, asked[0]?.statement]).toEqual([1, recapStatement(decodeRecap(urn))])
  })

  it('behavior: chain is ethereum where it is left out, and switchChain is not there', async () => {
    const { asked } = await sign()
    expect(asked[0]?.chain).toBe('ethereum')
    expect(Object.keys(asked[0] ?? {})).not.toContain('switchChain')
  })

  it('behavior: the public half of the session key alone', async () => {
    const pair = await generateSessionKeyPair()
    const { asked } = await sign({ sessionKey: pair })
    expect(asked[0]?.sessionKey).toEqual({ publicKey: pair.publicKey })
    expect(JSON.stringify(asked)).not.toContain(pair.secretKey.slice(0, 64))
  })

  it('behavior: the nonce is the latest block that the nodes name', async () => {
    const { asked } = await sign()
    const { body } = await post(`${network.urls[0]}/web/handshake`, { clientPublicKey: 'test' })
    expect(body['latestBlockhash']).toMatch(/^0x[0-9a-f]{64}$/)
    expect(asked[0]?.nonce).toMatch(/^0x[0-9a-f]{64}$/)
    expect(asked[0]?.nonce).toBe(await client.getLatestBlockhash())
  })

  it('behavior: what it does to its parameters changes nothing', async () => {
    client = await connect(network)
    const authNeededCallback = async (params: AuthCallbackParams): Promise<AuthSig> => {
      const authSig = await answer(params)
      params.resourceAbilityRequests?.splice(0)
      params.resources.splice(0)
      return authSig
    }
    const sigs = await client.getSessionSigs({ resourceAbilityRequests: [action], authNeededCallback })
    expect(payloadOf(sigs).resourceAbilityRequests).toEqual([plain(action)])
  })
})

describe('expiration', () => {
  it('default: left out, 24 hours of delegation and 5 minutes of session signature', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T10:00:00.000Z') })
    const { sigs } = await sign()
    expect(delegationIn(sigs).expirationTime).toBe('2026-03-02T10:00:00.000Z')
    expect(payloadOf(sigs)).toMatchObject({ issuedAt: '2026-03-01T10:00:00.000Z', expiration: '2026-03-01T10:05:00.000Z' })
  })

  it.each([0, 1])('behavior: said, as a text or as a Date (%i), it is the end of both', async (form) => {
    const end = new Date(Date.now() + 7 * day)
    const { sigs, asked } = await sign({ expiration: [end.toISOString(), end][form] })
    expect([asked[0]?.expiration, delegationIn(sigs).expirationTime, payloadOf(sigs).expiration]).toEqual(Array(3).fill(end.toISOString()))
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: the session signature does not outlive a delegation that is there already', async () => {
    const soon = new Date(Date.now() + 2 * minute).toISOString()
    const { asked } = await sign({ expiration: soon })
    const sigs = await client.getSessionSigs({ resourceAbilityRequests: [action], expiration: new Date(Date.now() + day).toISOString() })
    expect([asked.length, payloadOf(sigs).expiration]).toEqual([1, soon])
  })

  it('behavior: nor one that the callback made shorter than it was asked for', async () => {
    client = await connect(network)
    const expirationTime = new Date(Date.now() + minute).toISOString()
    const sigs = await client.getSessionSigs({
      resourceAbilityRequests: [action],
      expiration: new Date(Date.now() + day).toISOString(),
      authNeededCallback: (params) => answer(params, { expirationTime }),
    })
    expect(payloadOf(sigs).expiration).toBe(expirationTime)
  })

  it('behavior: null is left out, as it is for the real client', async () => {
    const { sigs } = await sign({ expiration: null as never })
    expect(lifeOf(sigs)).toBe(5 * minute)
  })

  it('error: over 30 days; nobody is asked, and the option is called as the app calls it', async () => {
    const { error, asked } = await refusalOf({ expiration: new Date(Date.now() + 31 * day) })
    expect([error.code, asked]).toEqual(['lifetime-too-long', 0])
    expect(error.details).toEqual({ field: 'expiration', maxSeconds: 30 * 86_400 })
  })

  it.each<[string, unknown, string]>([
    ['in the past', new Date(Date.now() - 1000), 'expiration-past'],
    ['words', 'tomorrow', 'time-invalid'],
    ['a Date that is none', new Date(Number.NaN), 'time-invalid'],
  ])('error: %s', async (_, expiration, code) => {
    const { error, asked } = await refusalOf({ expiration: expiration as Date })
    expect([error.code, asked]).toEqual([code, 0])
    expect(error.details).toMatchObject({ field: 'expiration' })
  })
})

describe('requests that cannot be met', () => {
  const of = (prefix: string, id: string, ability: string): LitResourceAbilityRequest => ({
    resource: { resource: id, resourcePrefix: prefix },
    ability,
  })
  it.each<[string, unknown, string]>([
    ['none', [], 'resources-empty'],
    ['an unknown prefix', [of('lit-other', '*', 'pkp-signing')], 'resource-type-unknown'],
    ['an unknown ability', [of('lit-pkp', '*', 'pkp-eating')], 'ability-unknown'],
    ['an ability of something else', [of('lit-pkp', '*', 'lit-action-execution')], 'ability-unknown'],
    ['* in a longer id', [of('lit-pkp', '1*', 'pkp-signing')], 'resource-wildcard'],
    ['an empty id', [of('lit-pkp', '', 'pkp-signing')], 'resource-malformed'],
  ])('error: %s', async (_, resourceAbilityRequests, code) => {
    const { error, asked } = await refusalOf({ resourceAbilityRequests: resourceAbilityRequests as LitResourceAbilityRequest[] })
    expect([error.name, error.code, asked]).toEqual(['SessionError', code, 0])
  })

  it.each<[string, GetSessionSigsParams]>([
    ['both forms at once', { resources: ['litAction://*'] }],
    ['capabilities of the first form', { sessionCapabilities: ['litActionCapability://*'] }],
    ['no list', { resourceAbilityRequests: action as never }],
    ['a restriction, which nobody would keep to', { resourceAbilityRequests: [{ ...action, data: { uses: '1' } }] }],
    ['an element that is none', { resourceAbilityRequests: [null as never] }],
  ])('error: %s is a mistake of the call', async (_, params) => {
    const { error, asked } = await refusalOf(params)
    expect([error.name, asked]).toEqual(['TypeError', 0])
  })
})

describe('further AuthSigs', () => {
  /** Bob lets Alice use his rate limit: a capacity delegation, as Lit's network takes it. */
  async function capacity(): Promise<AuthSig> {
    const recap = newSessionCapabilityObject()
    recap.addCapabilityForResource(new LitRLIResource('7'), LIT_ABILITY.RateLimitIncreaseAuth, {
      nft_id: ['7'],
      delegate_to: [alice.address.slice(2)],
      uses: '1',
    })
    const message = new SiweMessage({
      domain,
      address: bob.address,
      uri: 'lit:capability:delegation',
      version: '1',
      chainId: 1,
      expirationTime: new Date(Date.now() + day).toISOString(),
    })
    return signText(recap.addToSiweMessage(message).prepareMessage(), bob)
  }

  it('default: capabilityAuthSigs first, then the capacity delegation, the session’s own last', async () => {
    const [one, two] = [await capacity(), await capacity()]
    const { sigs } = await sign({ capabilityAuthSigs: [one], capacityDelegationAuthSig: two })
    const { capabilities } = payloadOf(sigs)
    expect(capabilities.slice(0, 2)).toEqual([one, two])
    expect(capabilities.length).toBe(3)
    expect(delegationIn(sigs).uri).toBe(`lit:session:${keyIn(sigs)}`)
    expect(await runActions(network, sigs)).toEqual([200, 200])
    expect((await verify(sigs, 'lit-litaction://Qm1', LIT_ABILITY.LitActionExecution)).address).toBe(alice.address)
  })

  it('behavior: they go along with the call that has them, and are not stored', async () => {
    const { asked } = await sign({ capacityDelegationAuthSig: await capacity() })
    const sigs = await client.getSessionSigs({ resourceAbilityRequests: [action] })
    expect([asked.length, payloadOf(sigs).capabilities.length]).toEqual([1, 1])
  })

  it('behavior: in the first form, too', async () => {
    client = await connect(network)
    const one = await capacity()
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'], capabilityAuthSigs: [one], authNeededCallback: answer })
    expect(payloadOf(sigs).capabilities[0]).toEqual(one)
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: one that the network signed goes along as it is', async () => {
    const { signedMessage, address } = await capacity()
    const sig = JSON.stringify({ ProofOfPossession: '00'.repeat(48) })
    const bls: AuthSig = { sig, derivedVia: 'lit.bls', signedMessage, address, algo: 'LIT_BLS' }
    const { sigs } = await sign({ capabilityAuthSigs: [bls] })
    expect(JSON.stringify(payloadOf(sigs).capabilities[0])).toBe(JSON.stringify(bls))
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: they grant nothing by themselves', async () => {
    client = await connect(network)
    const authNeededCallback = countingCallback()
    const rli = { resource: new LitRLIResource('7'), ability: LIT_ABILITY.RateLimitIncreaseAuth }
    await client.getSessionSigs({ resourceAbilityRequests: [rli], capabilityAuthSigs: [await capacity()], authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it.each<[string, unknown]>([
    ['a text', 'AuthSig'],
    ['nothing', null],
    ['half of one', { sig: '0x00' }],
  ])('error: %s; nobody is asked', async (_, authSig) => {
    const { error, asked } = await refusalOf({ capabilityAuthSigs: [authSig as AuthSig] })
    expect([error.name, error.code, asked]).toEqual(['SessionError', 'delegation-malformed', 0])
  })
})

describe('sessionCapabilityObject', () => {
  const wide = (): RecapSessionCapabilityObject => {
    const recap = newSessionCapabilityObject()
    recap.addAllCapabilitiesForResource(new LitActionResource('*'))
    recap.addCapabilityForResource(new LitPKPResource('*'), LIT_ABILITY.PKPSigning)
    return recap
  }
  const one: LitResourceAbilityRequest = { resource: new LitActionResource('Qm1'), ability: LIT_ABILITY.LitActionExecution }

  it('default: it is what is granted, and later calls within it ask nobody', async () => {
    const sessionCapabilityObject = wide()
    const { sigs, asked } = await sign({ resourceAbilityRequests: [one], sessionCapabilityObject })
    expect(asked[0]).toMatchObject({
      statement: sessionCapabilityObject.statement,
      resources: [sessionCapabilityObject.encodeAsSiweResource()],
      resourceAbilityRequests: [plain(one)],
    })
    expect(payloadOf(sigs).resourceAbilityRequests).toEqual([plain(one)])
    const next = await client.getSessionSigs({ resourceAbilityRequests: [action, pkp] })
    expect(asked.length).toBe(1)
    expect((await verify(next, `lit-pkp://${'2a'.padStart(64, '0')}`, LIT_ABILITY.PKPSigning)).address).toBe(alice.address)
    expect(await runActions(network, next)).toEqual([200, 200])
  })

  it('error: less than the requests need', async () => {
    const narrow = newSessionCapabilityObject()
    narrow.addCapabilityForResource(new LitActionResource('Qm2'), LIT_ABILITY.LitActionExecution)
    const { error } = await refusalOf({ resourceAbilityRequests: [one], sessionCapabilityObject: narrow })
    expect(error.code).toBe('delegation-scope')
  })

  it('error: without a callback nobody could be told; that is a mistake of the call', async () => {
    client = await connect(network)
    const params = { resourceAbilityRequests: [one], sessionCapabilityObject: wide() }
    await expect(client.getSessionSigs(params)).rejects.toThrow(TypeError)
    await expect(client.getSessionSigs(params)).rejects.toThrow(/authNeededCallback/)
  })
})

/** Callbacks in the words of Lit's own documentation, of one version or another. */
const callbacks: [string, () => (params: AuthCallbackParams) => Promise<AuthSig>][] = [
  [
    'createSiweMessage and generateAuthSig',
    () =>
      async ({ uri, expiration, resourceAbilityRequests }) => {
        const toSign = await createSiweMessage({
          uri,
          expiration,
          resources: resourceAbilityRequests,
          walletAddress: alice.address,
          nonce: await client.getLatestBlockhash(),
          litNodeClient: client,
        })
        return generateAuthSig({ signer: alice, toSign })
      },
  ],
  [
    'createSiweMessageWithRecaps, an address in lower case and a nonce of the call',
    () =>
      async ({ uri, expiration, resourceAbilityRequests, nonce, domain }) => {
        const toSign = await createSiweMessageWithRecaps({
          uri,
          expiration,
          resources: resourceAbilityRequests,
          walletAddress: alice.address.toLowerCase(),
          nonce,
          domain,
          statement: 'Sign in to the example.',
          chainId: 137,
          litNodeClient: client,
        })
        return generateAuthSig({ signer: alice, toSign, address: alice.address.toLowerCase() })
      },
  ],
  [
    'newSessionCapabilityObject, added to a message of the siwe package',
    () =>
      async ({ uri, expiration, resourceAbilityRequests = [], nonce }) => {
        let message = new SiweMessage({
          domain,
          address: alice.address,
          statement: 'This is a statement of the app.',
          uri,
          version: '1',
          chainId: 1,
          expirationTime: expiration,
          ...(nonce === undefined ? {} : { nonce }),
        })
        const recap = newSessionCapabilityObject()
        for (const { resource, ability } of resourceAbilityRequests) recap.addCapabilityForResource(resource, ability)
        message = recap.addToSiweMessage(message)
        return signText(message.prepareMessage())
      },
  ],
  [
    'one capability object for each request, one after the other',
    () =>
      async ({ uri, expiration, resourceAbilityRequests = [] }) => {
        let message = new SiweMessage({ domain, address: alice.address, uri, version: '1', chainId: 1, expirationTime: expiration })
        for (const { resource, ability } of resourceAbilityRequests) {
          const recap = await client.generateSessionCapabilityObjectWithWildcards([resource])
          recap.addCapabilityForResource(resource, ability)
          if (!recap.verifyCapabilitiesForResource(resource, ability)) throw new Error('It was not added.')
          message = recap.addToSiweMessage(message)
        }
        return signText(message.prepareMessage())
      },
  ],
  [
    'statement and resources as they were given',
    () =>
      async ({ chain, uri, expiration, statement, resources, nonce }) => {
        expect(chain).toBe('ethereum')
        const message = new SiweMessage({
          domain,
          address: alice.address,
          ...(statement === undefined ? {} : { statement }),
          uri,
          version: '1',
          chainId: 1,
          expirationTime: expiration,
          resources,
          ...(nonce === undefined ? {} : { nonce }),
        })
        return signText(message.prepareMessage())
      },
  ],
]

describe.each(callbacks)('a callback with %s', (_, make) => {
  it.each<[string, LitResourceAbilityRequest[]]>([
    ['one request', [action]],
    [
      'several',
      [pkp, action, { resource: new LitAccessControlConditionResource(condition), ability: LIT_ABILITY.AccessControlConditionDecryption }],
    ],
    ['one twice', [action, action]],
  ])('default: nodes and verifier accept it: %s', async (_, resourceAbilityRequests) => {
    client = await connect(network)
    const authNeededCallback = countingCallback(make())
    const params = { chain: 'ethereum', resourceAbilityRequests, domain, authNeededCallback }
    const sigs = await client.getSessionSigs(params)
    await client.getSessionSigs(params)
    expect(authNeededCallback.asked.length).toBe(1)
    expect(await runActions(network, sigs)).toEqual([200, 200])
    for (const { resource, ability } of resourceAbilityRequests) {
      const used = `${resource.resourcePrefix}://${resource.resource === '*' ? 'Qm1' : resource.resource}`
      expect((await verify(sigs, used, ability)).address).toBe(alice.address)
    }
  })
})
