import { createECDH, createPublicKey, verify } from 'node:crypto'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

let network: Network
let [node, other] = ['', '']

beforeAll(async () => {
  network = await startNetwork({ count: 2 })
  ;[node = '', other = ''] = network.urls
})
afterAll(() => network.close())
afterEach(() => vi.useRealTimers())

interface Greeting {
  readonly node: string
  readonly domains: readonly string[]
  readonly time: string
  readonly serverPublicKey: string
  readonly subnetPublicKey: string
  readonly networkPublicKey: string
  readonly networkPublicKeySet: string
  readonly hdRootPubkeys: readonly string[]
  readonly latestBlockhash: string
}

/** As Lit's clients greet. */
const asLit = {
  // A node may have been stopped meanwhile, or have hung up on who sent too much: no connection is used again.
  connection: 'close',

  'content-type': 'application/json',
  accept: 'application/json',
  'x-lit-sdk-version': '7.4.0',
  'x-lit-sdk-type': 'Typescript',
}
const posted = (url: string, body?: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: asLit,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })

async function greet(url: string, path = '/web/handshake'): Promise<Greeting> {
  const response = await posted(url + path, { clientPublicKey: 'test' })
  expect(response.status).toBe(200)
  return response.json() as Promise<Greeting>
}

it('default: at both paths of Lit’s clients, all that they want to hear', async () => {
  const older = await greet(node)
  const newer = await posted(`${node}/web/handshake/`, { clientPublicKey: 'test', challenge: 'ab'.repeat(32), epoch: 1 })
  expect({ ...((await newer.json()) as Greeting), time: '' }).toEqual({ ...older, time: '' })
  expect(older).toMatchObject({ node, domains: ['localhost:3000'] })
  expect(older.time).toMatch(/Z$/)
  for (const name of ['serverPublicKey', 'subnetPublicKey', 'networkPublicKey', 'networkPublicKeySet'] as const)
    expect(older[name]).toMatch(/^[0-9a-f]{64,}$/)
  expect(older.latestBlockhash).toMatch(/^0x[0-9a-f]{64}$/)
})

describe('keys', () => {
  it('behavior: a node has its own, all nodes have the network’s, another network has others', async () => {
    const [mine, its] = [await greet(node), await greet(other)]
    expect(its.serverPublicKey).not.toBe(mine.serverPublicKey)
    const shared = ['subnetPublicKey', 'networkPublicKey', 'networkPublicKeySet', 'hdRootPubkeys'] as const
    for (const name of shared) expect(its[name]).toEqual(mine[name])
    const elsewhere = await startNetwork({ count: 1 })
    const theirs = await greet(elsewhere.urls[0] ?? '')
    await elsewhere.close()
    for (const name of [...shared, 'latestBlockhash', 'serverPublicKey'] as const) expect(theirs[name]).not.toEqual(mine[name])
  })

  it('behavior: they stay while the network runs, through a node’s stop and start', async () => {
    const { time: _, latestBlockhash: __, ...before } = await greet(node)
    await network.stop(node)
    await network.start(node)
    expect(await greet(node)).toMatchObject(before)
  })

  it('behavior: those of the network are points of a curve', async () => {
    const { subnetPublicKey, networkPublicKey, hdRootPubkeys } = await greet(node)
    const [mine, points] = [createECDH('secp256k1'), [subnetPublicKey, networkPublicKey, ...hdRootPubkeys]]
    mine.generateKeys()
    // What is no point of the curve is refused here.
    for (const point of points) expect(mine.computeSecret(point, 'hex')).toHaveLength(32)
    expect(new Set(points).size).toBe(4)
  })

  it('behavior: that of a node has signed what it attests', async () => {
    const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
    const client = createSessionClient({ nodes: [node], signer, domain: 'localhost:3000' })
    const { [node]: authSig } = await client.getSessionSigs({ resources: ['litSigningCondition://*'] })
    const { statement, signature } = (await (await posted(`${node}/attest`, { resourceId: 'x', authSig })).json()) as Record<string, string>
    const x = Buffer.from((await greet(node)).serverPublicKey, 'hex').toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    expect(verify(null, Buffer.from(statement ?? ''), key, Buffer.from(signature ?? '', 'base64url'))).toBe(true)
  })
})

it('behavior: the latest block hash is one for all nodes, and another half a minute later', async () => {
  const start = Date.parse('2026-01-01T00:00:00Z')
  const hashesAt = async (seconds: number): Promise<string[]> => {
    vi.useFakeTimers({ toFake: ['Date'], now: start + seconds * 1000 })
    return Promise.all(network.urls.map(async (url) => (await greet(url)).latestBlockhash))
  }
  const [[first = '', beside], [soon], [later]] = [await hashesAt(0), await hashesAt(29), await hashesAt(30)]
  expect([beside, soon]).toEqual([first, first])
  expect(later).not.toBe(first)
})

it('behavior: who sends nothing hears the same, as do those who send an empty object', async () => {
  for (const body of [undefined, '', '{}', {}]) {
    const response = await posted(`${node}/web/handshake`, body)
    expect([response.status, ((await response.json()) as Greeting).node]).toEqual([200, node])
  }
})

const huge = 'x'.repeat(600 * 1024)
const refused: [string, unknown, number, string][] = [
  ['no JSON', '{', 400, 'bad-request'],
  ['JSON that is no object', '"test"', 400, 'bad-request'],
  ['a list', '[]', 400, 'bad-request'],
  ['no clientPublicKey', { challenge: 'x' }, 400, 'bad-request'],
  ['a clientPublicKey that is no text', { clientPublicKey: 1 }, 400, 'bad-request'],
  ['more than a node reads', { clientPublicKey: huge }, 413, 'input-too-large'],
]

describe.each(['/web/handshake', '/web/handshake/'])('at %s', (path) => {
  it.each(refused)('error: %s', async (_, body, status, code) => {
    const response = await posted(node + path, body)
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
    expect(await response.json()).toMatchObject({ status, code })
  })

  it('error: more than a node reads, without saying so beforehand', async () => {
    const init = { body: new Blob([huge]).stream(), duplex: 'half', headers: { connection: 'close' } } as RequestInit
    expect((await fetch(node + path, { method: 'POST', ...init })).status).toBe(413)
  })
})
