/** What programmers may write, what they may not, and how they are told. */
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { memoryStorage } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type GetSessionSigsParams,
  generateSessionKeyPair,
  isSessionError,
  LIT_NETWORK,
  LitNodeClient,
  LitNodeClientNodeJs,
} from '../src/index.ts'
import { answer as authNeededCallback, countingCallback, post } from './app.ts'
import { closeAll, greetWell, serve } from './connect-rig.ts'

const urls = ['http://127.0.0.1:7470', 'http://127.0.0.1:7471', 'http://127.0.0.1:7472']

let network: Network
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNetwork({ count: 3 })
})
afterAll(() => network.close())
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect()
  await closeAll()
})

type Config = ConstructorParameters<typeof LitNodeClient>[0]

/** As an app without types may call it. */
function clientWith(options: object): LitNodeClient {
  const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: urls, ...options } as Config)
  clients.push(client)
  return client
}

function errorOf(options: object): TypeError {
  try {
    clientWith(options)
  } catch (error) {
    return error instanceof TypeError ? error : expect.fail(`another error: ${error}`)
  }
  return expect.fail('it was accepted')
}

async function connected(bootstrapUrls: readonly string[] = network.urls): Promise<LitNodeClient> {
  const client = clientWith({ bootstrapUrls })
  await client.connect()
  return client
}

describe('documented options', () => {
  const of2 = {
    alertWhenUnauthorized: false,
    minNodeCount: 2,
    debug: false,
    bootstrapUrls: urls,
    litNetwork: 'serrano',
    connectTimeout: 10_000,
    defaultAuthCallback: authNeededCallback,
  }
  const of7 = {
    litNetwork: LIT_NETWORK.DatilTest,
    alertWhenUnauthorized: true,
    minNodeCount: 2,
    debug: false,
    connectTimeout: 10_000,
    checkNodeAttestation: false,
    contractContext: { Allowlist: { address: '0x', abi: [] }, resolverAddress: '0x', environment: 0 },
    storageProvider: { provider: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined } },
    defaultAuthCallback: authNeededCallback,
    rpcUrl: 'http://127.0.0.1:8545',
    logFormat: 'json',
    serviceName: 'app',
  }

  it.each([
    ['2.1', of2],
    ['7.4', of7],
  ])('behavior: those of Lit’s client %s are taken, alone and together', (_, options) => {
    for (const [name, value] of Object.entries(options)) expect(clientWith({ [name]: value }).ready, name).toBe(false)
    expect(clientWith(options).ready).toBe(false)
    expect(clientWith(Object.freeze(options)).ready).toBe(false)
  })

  it('behavior: what is left out and what is undefined are the same', () => {
    const names = ['bootstrapUrls', 'minNodeCount', 'connectTimeout', 'debug', 'checkNodeAttestation', 'storageProvider', 'storage']
    const none = Object.fromEntries([...names, 'provider', 'domain', 'statement', 'rpcUrl'].map((name) => [name, undefined]))
    const client = new LitNodeClient({ litNetwork: 'serrano', ...none })
    expect(client.config).toMatchObject({ minNodeCount: 6, connectTimeout: 20_000, debug: false })
    expect(client.config.bootstrapUrls.length).toBe(10)
  })

  it('behavior: an app’s own object is neither changed nor looked at again', async () => {
    const options = { litNetwork: 'custom' as const, bootstrapUrls: [...network.urls], minNodeCount: 2 }
    const client = new LitNodeClient(options)
    clients.push(client)
    expect(options).toEqual({ litNetwork: 'custom', bootstrapUrls: network.urls, minNodeCount: 2 })
    options.bootstrapUrls.length = 0
    options.minNodeCount = 99
    await client.connect()
    expect(client.connectedNodes).toEqual(new Set(network.urls))
  })

  it('behavior: the client for Node is the same', () => expect(LitNodeClientNodeJs).toBe(LitNodeClient))
})

describe('error: names that are no options', () => {
  it.each([
    'foo',
    'litnetwork',
    'minNodecount',
    'minNodesCount',
    'bootstrapURLs',
    'bootstrapUrl',
    'Debug',
    'checkNodeAttestations',
    'timeout',
    'toString',
  ])('%s', (name) => expect(errorOf({ [name]: 1 }).message).toContain(`"${name}"`))

  it('one that would be the prototype', () => {
    expect(() => new LitNodeClient(JSON.parse('{"litNetwork":"serrano","__proto__":{"debug":true}}'))).toThrow(/__proto__/)
  })
})

describe('checkNodeAttestation', () => {
  it.each([true, 1, 'yes', {}])('error: %s, as nobody may believe that it is done', (checkNodeAttestation) => {
    expect(errorOf({ checkNodeAttestation }).message).toMatch(/checkNodeAttestation.*not/)
  })

  it('behavior: false is what is done', () => expect(clientWith({ checkNodeAttestation: false }).ready).toBe(false))
})

describe('minNodeCount', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 4, '2', null, true, [2], {}])('error: %s of three nodes', (minNodeCount) => {
    expect(errorOf({ minNodeCount }).message).toMatch(/minNodeCount.*1.*3/)
  })

  it.each([1, 2, 3])('behavior: %s of three nodes', (minNodeCount) =>
    expect(clientWith({ minNodeCount }).config.minNodeCount).toBe(minNodeCount),
  )

  it('default: two, where there are so many; six of ten', () => {
    const counts = [1, 2, 3, 9, 10, 12].map((count) => {
      const bootstrapUrls = Array.from({ length: count }, (_, i) => `http://127.0.0.1:${7470 + i}`)
      return clientWith({ bootstrapUrls }).config.minNodeCount
    })
    expect(counts).toEqual([1, 2, 2, 2, 6, 6])
  })

  it('error: more than are left without those named twice', () => {
    errorOf({ bootstrapUrls: [...urls.slice(0, 1), ...urls.slice(0, 1)], minNodeCount: 2 })
  })
})

describe('connectTimeout', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5000', 'soon', null, true, [5000], {}, 5000n])(
    'error: %s',
    (connectTimeout) => {
      expect(errorOf({ connectTimeout }).message).toContain('connectTimeout')
    },
  )

  it.each([1, 0.5, 20_000, 2 ** 31 - 1])('behavior: %s', (connectTimeout) => {
    expect(clientWith({ connectTimeout }).config.connectTimeout).toBe(connectTimeout)
  })
})

describe('bootstrapUrls', () => {
  it.each([
    ['a text', 'http://127.0.0.1:7470'],
    ['an empty text', ''],
    ['a number', 5],
    ['an object', { 0: 'http://127.0.0.1:7470', length: 1 }],
    ['true', true],
    ['nothing', []],
    ['a list of a number', [5]],
    ['a list of a list', [urls]],
    ['a list with null', [...urls, null]],
    ['a list of URL objects', urls.map((url) => new URL(url))],
  ])('error: %s', (_, bootstrapUrls) => expect(errorOf({ bootstrapUrls }).message).toContain('bootstrapUrls'))

  it('behavior: one named twice is greeted once, and has one signature', async () => {
    const node = await serve(greetWell)
    const client = await connected([node.url, network.urls[0] ?? '', node.url])
    expect(client.config.bootstrapUrls).toEqual([node.url, network.urls[0]])
    expect(node.asked.length).toBe(1)
    expect(Object.keys(await client.getSessionSigs({ authNeededCallback })).length).toBe(2)
  })

  it('behavior: a signature is for the name that was given, byte for byte', async () => {
    const { url, asked } = await serve(greetWell)
    const names = [url, `${url}/`, `${url}/node/1`, `${url}/node/2/`, url.replace('127.0.0.1', 'localhost')]
    const client = await connected(names)
    expect(asked.map(({ path }) => path).toSorted()).toEqual(
      ['/web/handshake', '/web/handshake', '/web/handshake', '/node/1/web/handshake', '/node/2/web/handshake'].toSorted(),
    )
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'], authNeededCallback })
    expect(Object.keys(sigs).toSorted()).toEqual(names.toSorted())
    for (const name of names) expect(JSON.parse(sigs[name]?.signedMessage ?? '').nodeAddress).toBe(name)
  })

  it('behavior: a node takes the signature for its own name, and none for another spelling', async () => {
    const [url = ''] = network.urls
    const sigs = await (await connected([url, `${url}/`])).getSessionSigs({ resources: ['litAction://*'], authNeededCallback })
    const statuses = await Promise.all(
      [url, `${url}/`].map(async (name) => {
        return (await post(`${url}/action`, { id: network.actions.greet, authSig: sigs[name] })).status
      }),
    )
    expect(statuses).toEqual([200, 401])
  })
})

describe('storageProvider, storage and provider', () => {
  const area = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }

  it.each([
    ['the storage itself, without "provider"', area],
    ['a text', 'localStorage'],
    ['an object without a provider', {}],
    ['a provider that is no storage', { provider: {} }],
    ['a provider that cannot remove', { provider: { ...area, removeItem: undefined } }],
  ])('error: storageProvider is %s, so that keys would be kept elsewhere or nowhere', (_, storageProvider) => {
    expect(errorOf({ storageProvider }).message).toContain('storageProvider')
  })

  it.each([
    ['a text', 'indexeddb'],
    ['an object that is no storage', {}],
    ['an area', area],
  ])('error: storage is %s', (_, storage) => {
    expect(errorOf({ storage }).message).toContain('storage')
  })

  it.each([
    ['a text', 'metamask'],
    ['an object that cannot be asked', {}],
  ])('error: provider is %s', (_, provider) => {
    expect(errorOf({ provider }).message).toContain('provider')
  })

  it('behavior: a storage of this project', async () => {
    const storage = memoryStorage()
    const client = clientWith({ bootstrapUrls: network.urls, storage })
    await client.connect()
    await client.getSessionSigs({ authNeededCallback })
    const again = clientWith({ bootstrapUrls: network.urls, storage })
    await again.connect()
    expect(Object.keys(await again.getSessionSigs({ authNeededCallback: () => expect.fail('asked again') })).length).toBe(3)
  })
})

describe('getSessionSigs()', () => {
  const wrong = async (calling: Promise<unknown>): Promise<TypeError> => {
    const error = await calling.then(
      () => expect.fail('it was accepted'),
      (reason: unknown) => reason,
    )
    return error instanceof TypeError ? error : expect.fail(`another error: ${error}`)
  }
  const params: GetSessionSigsParams = { chain: 'ethereum', resources: ['litAction://*'], authNeededCallback }

  it.each([
    'foo',
    'resource',
    'Resources',
    'resourceAbilityRequest',
    'sessionCapability',
    'authCallback',
    'expirationTime',
    'switchchain',
    'nodes',
    'sessionSigExpiration',
    'toString',
  ])('error: "%s" is no name', async (name) => {
    const client = await connected()
    const callback = countingCallback()
    const asking = { ...params, authNeededCallback: callback, [name]: ['litAction://*'] }
    expect((await wrong(client.getSessionSigs(asking))).message).toContain(`"${name}"`)
    expect(callback.asked).toEqual([])
  })

  it.each([null, 'litAction://*', 5, ['litAction://*']])('error: %s instead of an object', async (nonsense) => {
    const client = await connected()
    await wrong(client.getSessionSigs(nonsense as GetSessionSigsParams))
  })

  it('error: before connect(), and the sentence says what to call', async () => {
    const client = clientWith({ bootstrapUrls: network.urls })
    expect((await wrong(client.getSessionSigs(params))).message).toContain('connect()')
  })

  it('error: after disconnect()', async () => {
    const client = await connected()
    await client.getSessionSigs(params)
    await client.disconnect()
    expect((await wrong(client.getSessionSigs(params))).message).toContain('connect()')
  })

  it('error: disconnect() while the key is still on its way', async () => {
    const client = await connected()
    let give = (): void => expect.fail('not waited for')
    const pair = await generateSessionKeyPair()
    const sessionKey = new Promise<typeof pair>((resolve) => {
      give = () => resolve(pair)
    })
    const calling = wrong(client.getSessionSigs({ ...params, sessionKey }))
    await client.disconnect()
    give()
    expect((await calling).message).toContain('connect()')
  })

  it('error: a sessionCapabilityObject without a callback that could make use of it', async () => {
    const client = await connected()
    const sessionCapabilityObject = { statement: '', encodeAsSiweResource: () => '' }
    expect((await wrong(client.getSessionSigs({ sessionCapabilityObject }))).message).toContain('authNeededCallback')
  })

  it.each([
    ['nonsense', 'soon'],
    ['nothing', ''],
    ['a date that is none', new Date(Number.NaN)],
    ['a number', 5],
    ['a day without a time', '2999-01-01'],
    ['the past', '2020-01-01T00:00:00Z'],
  ])('error: expiration is %s', async (_, expiration) => {
    const client = await connected()
    const error = await client.getSessionSigs({ ...params, expiration: expiration as string }).catch((reason: unknown) => reason)
    expect(isSessionError(error, 'time-invalid') || isSessionError(error, 'expiration-past') || error instanceof TypeError).toBe(true)
    expect((error as Error).message).toContain('expiration')
  })

  it('behavior: expiration may be a Date', async () => {
    const client = await connected()
    const end = new Date(Date.now() + 7_200_000)
    const sigs = await client.getSessionSigs({ ...params, expiration: end })
    const { capabilities } = JSON.parse(Object.values(sigs)[0]?.signedMessage ?? '')
    expect(capabilities[0].signedMessage).toContain(`Expiration Time: ${end.toISOString()}`)
  })

  it('behavior: what is left out and what is undefined are the same', async () => {
    const client = await connected()
    const names = ['resources', 'sessionCapabilities', 'resourceAbilityRequests', 'sessionCapabilityObject', 'capabilityAuthSigs', 'domain']
    const others = ['capacityDelegationAuthSig', 'switchChain', 'expiration', 'sessionKey', 'chain']
    const none = Object.fromEntries([...names, ...others].map((name) => [name, undefined]))
    const sigs = await client.getSessionSigs({ ...none, authNeededCallback })
    const { resources } = JSON.parse(Object.values(sigs)[0]?.signedMessage ?? '')
    expect(resources).toEqual(['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action'].map((type) => `lit${type}://*`))
  })
})
