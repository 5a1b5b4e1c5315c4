/** `litNetwork`: which nodes a name stands for. */
import { inspect } from 'node:util'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LIT_NETWORK, LIT_NETWORKS, LitNodeClient, type LitNodeClientConfig, type SessionSig } from '../src/index.ts'
import { answer as authNeededCallback, runActions } from './app.ts'

const table = structuredClone(LIT_NETWORKS)

let network: Network
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNetwork({ count: 3 })
})
afterAll(() => network.close())
afterEach(async () => {
  Object.assign(LIT_NETWORKS, structuredClone(table))
  for (const client of clients.splice(0)) await client.disconnect()
})

function clientFor(config: LitNodeClientConfig): LitNodeClient {
  const client = new LitNodeClient(config)
  clients.push(client)
  return client
}

/** As an app without types may call it. */
const clientOf = (litNetwork: unknown, more: object = {}): LitNodeClient => clientFor({ litNetwork, ...more } as LitNodeClientConfig)

const sign = (client: LitNodeClient): Promise<Record<string, SessionSig>> =>
  client.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], authNeededCallback })

/** Every node that has a signature takes it. */
async function expectTaken(of: Network, sigs: Record<string, SessionSig>): Promise<void> {
  expect(await runActions(of, sigs)).toEqual(Object.keys(sigs).map(() => 200))
}

/** A network at the ports of Lit's table of local nodes, if nobody else is there. */
async function startLocalNetwork(): Promise<Network | undefined> {
  try {
    return await startNetwork({ count: 10, port: 7470 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    console.error(
      '!!! Not tested: litNetwork "localhost" at its own ports, as something else listens on one of 7470 to 7479. Stop it and try again.',
    )
    return undefined
  }
}

describe('localhost', () => {
  it('default: nodes on this machine at the ports of Lit’s table: three of them, as when one tries it, then all ten', async ({ skip }) => {
    const local = await startLocalNetwork()
    if (!local) return skip('something listens on one of the ports 7470 to 7479')
    const expectAtWork = async (client: LitNodeClient, count: number): Promise<void> => {
      const names = Array.from({ length: count }, (_, i) => `http://localhost:${7470 + i}`)
      expect([...client.connectedNodes].toSorted()).toEqual(names)
      expect(client.failedNodes.size).toBe(10 - count)
      const sigs = await sign(client)
      expect(Object.keys(sigs).toSorted()).toEqual(names)
      await expectTaken(local, sigs)
    }
    try {
      for (const url of local.urls.slice(3)) await local.stop(url)
      const client = clientFor({ litNetwork: 'localhost' })
      await client.connect()
      await expectAtWork(client, 3)
      for (const url of local.urls) await local.start(url)
      await client.connect()
      await expectAtWork(client, 10)
    } finally {
      await local.close()
    }
  })

  it('behavior: the table can be pointed elsewhere', async () => {
    LIT_NETWORKS.localhost = [...network.urls]
    const client = clientFor({ litNetwork: 'localhost' })
    await client.connect()
    expect(client.connectedNodes).toEqual(new Set(network.urls))
  })
})

describe('custom', () => {
  it('default: the nodes are those given', async () => {
    const client = clientFor({ litNetwork: 'custom', bootstrapUrls: network.urls })
    await client.connect()
    await expectTaken(network, await sign(client))
  })

  it('error: none are given', () => {
    expect(() => clientFor({ litNetwork: 'custom' })).toThrow(TypeError)
    expect(() => clientFor({ litNetwork: 'custom' })).toThrow(/bootstrapUrls/)
  })
})

describe('serrano', () => {
  it('default: ten nodes, of which six have to answer', () => {
    const { bootstrapUrls, minNodeCount } = clientFor({ litNetwork: 'serrano' }).config
    expect(bootstrapUrls).toEqual(Array.from({ length: 10 }, (_, i) => `https://serrano.litgateway.com:${7370 + i}`))
    expect(minNodeCount).toBe(6)
  })

  it('behavior: the documentation’s example with the table pointed at nodes of one’s own', async () => {
    LIT_NETWORKS.serrano = [...network.urls]
    const client = clientFor({ litNetwork: 'serrano' })
    await client.connect()
    const sigs = await sign(client)
    expect(Object.keys(sigs).toSorted()).toEqual(network.urls.toSorted())
    await expectTaken(network, sigs)
  })

  it('behavior: bootstrapUrls count more than the table', () => {
    const client = clientFor({ litNetwork: 'serrano', bootstrapUrls: network.urls })
    expect(client.config.bootstrapUrls).toEqual(network.urls)
  })
})

describe('jalapeno and cayenne', () => {
  it('default: their nodes are known, too', () => {
    const [jalapeno, cayenne] = [clientFor({ litNetwork: 'jalapeno' }).config, clientFor({ litNetwork: 'cayenne' }).config]
    expect([jalapeno.bootstrapUrls.length, jalapeno.minNodeCount, cayenne.bootstrapUrls.length, cayenne.minNodeCount]).toEqual([
      10, 6, 3, 2,
    ])
  })
})

const later = ['manzano', 'habanero', 'datil-dev', 'datil-test', 'datil'] as const

describe.each(later)('%s, whose nodes a chain lists', (litNetwork) => {
  it('default: with bootstrapUrls', async () => {
    const client = clientFor({ litNetwork, bootstrapUrls: network.urls })
    await client.connect()
    expect(client.connectedNodes).toEqual(new Set(network.urls))
  })

  it('error: without, it says what to do', () => {
    expect(() => clientFor({ litNetwork })).toThrow(TypeError)
    expect(() => clientFor({ litNetwork })).toThrow(new RegExp(`${litNetwork}.*bootstrapUrls`))
  })
})

describe('the table', () => {
  it('default: it has each of the names, and no other', () => {
    expect(Object.values(LIT_NETWORK).toSorted()).toEqual(Object.keys(LIT_NETWORKS).toSorted())
  })

  it('behavior: it is read when a client is made; a client and the table do not change each other', () => {
    LIT_NETWORKS.serrano = [...network.urls]
    const client = clientFor({ litNetwork: 'serrano' })
    LIT_NETWORKS.serrano.push('http://127.0.0.1:1')
    LIT_NETWORKS.serrano = []
    expect(client.config.bootstrapUrls).toEqual(network.urls)
    expect(() => clientFor({ litNetwork: 'serrano' })).toThrow(TypeError)
  })
})

describe('error: names that nobody knows', () => {
  const unknown = ['', 'serano', 'Serrano', ' serrano', 'mainnet', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']
  const notNames = [undefined, null, 0, true, {}, [], ['serrano'], Symbol('serrano')]

  it.each([...unknown, ...notNames].map((name) => [inspect(name), name]))('%s', (_, litNetwork) => {
    for (const more of [{}, { bootstrapUrls: ['http://127.0.0.1:7470'] }]) {
      expect(() => clientOf(litNetwork, more)).toThrow(TypeError)
      expect(() => clientOf(litNetwork, more)).toThrow(/litNetwork.*serrano.*custom/)
    }
  })

  it('none at all', () => {
    expect(() => clientFor({} as LitNodeClientConfig)).toThrow(/litNetwork/)
    expect(() => new LitNodeClient(undefined as unknown as LitNodeClientConfig)).toThrow(TypeError)
    expect(() => new LitNodeClient(null as unknown as LitNodeClientConfig)).toThrow(TypeError)
    expect(() => new LitNodeClient('serrano' as unknown as LitNodeClientConfig)).toThrow(TypeError)
  })
})
