/** A seed that an app had before it used this: the next session is for it. And what a signer is told of the chain. */
import { expect, it } from 'vitest'
import { chainIdOf } from '../src/chains.ts'
import { generateSessionKeyPair, type StoredKey } from '../src/keypair.ts'
import { createSessionClient } from '../src/session.ts'
import type { SessionClientOptions } from '../src/session-client.ts'
import type { AskedChain } from '../src/signer.ts'
import { memoryStorage, type SessionStorage, type StoredSessions } from '../src/storage.ts'
import { alice, bob, countingSigner, domain, nodes } from './wallet.ts'

const recordId = 'session-sigs:lit'

/** A place that outlives the page and keeps seeds, with one in it. */
async function placeWith(nextKey: unknown): Promise<SessionStorage> {
  const { lasts: _, ...memory } = memoryStorage()
  const place: SessionStorage = { ...memory, keys: 'seed' }
  await place.set(recordId, { v: 1, sessions: {}, nextKey: nextKey as StoredKey })
  return place
}

function clientOver(storage: SessionStorage, options: Partial<SessionClientOptions> = {}) {
  const signer = countingSigner()
  return { signer, client: createSessionClient({ nodes, domain, signer, storage, ...options }) }
}

async function keyOf(client: ReturnType<typeof createSessionClient>): Promise<string> {
  const sigs = await client.getSessionSigs({ resources: ['litAction://a'] })
  return Object.values(sigs)[0]?.address ?? ''
}

async function seedAndKey(): Promise<{ seed: string; publicKey: string }> {
  const { publicKey, secretKey } = await generateSessionKeyPair()
  return { seed: secretKey.slice(0, 64), publicKey }
}

it('default: the wallet is asked for that very key, and the record says so', async () => {
  const { seed, publicKey } = await seedAndKey()
  const storage = await placeWith({ type: 'seed', seed })
  const { client, signer } = clientOver(storage)
  expect(await keyOf(client)).toBe(publicKey)
  expect(signer.signed.length).toBe(1)
  const record: StoredSessions | undefined = await storage.get(recordId)
  expect(record?.nextKey).toBeUndefined()
  expect(record?.sessions[`1:${alice.address}`]?.key).toEqual({ type: 'seed', seed })
})

it('behavior: it is for one session; another account has a key of its own', async () => {
  const { seed, publicKey } = await seedAndKey()
  const storage = await placeWith({ type: 'seed', seed })
  expect(await keyOf(clientOver(storage).client)).toBe(publicKey)
  const others = createSessionClient({ nodes, domain, signer: countingSigner(bob), storage })
  await others.signIn({ resources: ['litPKP://1'] })
  const record: StoredSessions | undefined = await storage.get(recordId)
  const keys = Object.values(record?.sessions ?? {}).map(({ key }) => (key.type === 'seed' ? key.seed : key.publicKey))
  expect(new Set(keys).size).toBe(2)
})

it('behavior: a refusal leaves it where it is', async () => {
  const { seed, publicKey } = await seedAndKey()
  const storage = await placeWith({ type: 'seed', seed })
  const { client } = clientOver(storage, {
    signer: { ...countingSigner(), signMessage: () => Promise.reject(Object.assign(new Error('no'), { code: 4001 })) },
  })
  await expect(client.getSessionSigs()).rejects.toMatchObject({ code: 'wallet-refused' })
  expect(await keyOf(clientOver(storage).client)).toBe(publicKey)
})

it('behavior: signing out destroys it, for clients that know it already as well', async () => {
  const { seed, publicKey } = await seedAndKey()
  const storage = await placeWith({ type: 'seed', seed })
  const [first, second] = [clientOver(storage).client, clientOver(storage).client]
  await Promise.all([first.restore(), second.restore()])
  await first.signOut()
  expect(await storage.get(recordId)).toBeUndefined()
  // What a storage says later of a destroyed key is not believed.
  await storage.set(recordId, { v: 1, sessions: {}, nextKey: { type: 'seed', seed } })
  expect(await keyOf(second)).not.toBe(publicKey)
})

it('behavior: where seeds are not good enough it is not used', async () => {
  const { seed, publicKey } = await seedAndKey()
  for (const minimumProtection of ['memory', 'non-extractable'] as const) {
    const { client } = clientOver(await placeWith({ type: 'seed', seed }), { minimumProtection })
    expect(await keyOf(client)).not.toBe(publicKey)
  }
})

it('behavior: what is no seed is no reason to fail', async () => {
  const { publicKey } = await generateSessionKeyPair()
  const strange = [null, 5, 'seed', [], {}, { type: 'seed' }, { type: 'seed', seed: 'x' }, { type: 'seed', seed: publicKey.toUpperCase() }]
  for (const nextKey of [...strange, { type: 'handle', publicKey, privateKey: {} }]) {
    const { client, signer } = clientOver(await placeWith(nextKey))
    await expect(client.getSessionSigs()).resolves.toBeDefined()
    expect(signer.signed.length).toBe(1)
  }
})

it('a signer is told what was said of the chain, and may go there', async () => {
  const heard: (AskedChain | undefined)[] = []
  const signer = countingSigner()
  const switching = {
    ...signer,
    async account(asked?: AskedChain) {
      heard.push(asked)
      return { address: alice.address, chainId: asked?.switchChain && asked.chain ? (chainIdOf(asked.chain) ?? 1) : 1 }
    },
  }
  const client = createSessionClient({ nodes, domain, signer: switching })
  await client.signIn({ chain: 'polygon', switchChain: true })
  expect(heard).toEqual([{ chain: 'polygon', switchChain: true }])
  expect(client.get()).toMatchObject({ status: 'signed-in', chainId: 137 })
})

it('chains have one id each, by the names of Lit’s client', () => {
  expect([chainIdOf('ethereum'), chainIdOf('polygon'), chainIdOf('yellowstone'), chainIdOf('0gMainnet')]).toEqual([1, 137, 175188, 16661])
  for (const name of ['', 'Ethereum', 'toString', '__proto__']) expect(chainIdOf(name)).toBeUndefined()
})
