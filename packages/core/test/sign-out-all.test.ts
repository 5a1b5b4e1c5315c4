/** Signing out of every account at once. */
import { expect, it } from 'vitest'
import { createSessionClient } from '../src/session.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { alice, bob, countingSigner, domain, nodes } from './wallet.ts'

const recordId = 'session-sigs:lit'

/** A client with sessions of two accounts, the second of them in use. */
async function clientOfTwo(storage: SessionStorage) {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, domain, signer, storage })
  await client.signIn({ resources: ['litAction://a'] })
  signer.switchTo(bob)
  await client.signIn({ resources: ['litAction://b'] })
  expect(Object.keys((await storage.get(recordId))?.sessions ?? {}).length).toBe(2)
  return { client, signer }
}

it('default: only the session in use ends', async () => {
  const storage = memoryStorage()
  const { client } = await clientOfTwo(storage)
  await client.signOut()
  expect(Object.keys((await storage.get(recordId))?.sessions ?? {})).toEqual([`1:${alice.address}`])
})

it('all: nothing is left, and no key is used again, by other clients neither', async () => {
  const storage = memoryStorage()
  const { client, signer } = await clientOfTwo(storage)
  const other = createSessionClient({ nodes, domain, signer, storage })
  const before = Object.values((await storage.get(recordId))?.sessions ?? {}).map(({ key }) =>
    key.type === 'seed' ? key.seed : key.publicKey,
  )
  await other.restore()
  await client.signOut({ all: true })
  expect(await storage.get(recordId)).toBeUndefined()
  await other.restore()
  expect(other.get().status).toBe('signed-out')
  for (const account of [alice, bob]) {
    signer.switchTo(account)
    await other.signIn({ resources: [`litAction://${account.address}`] })
    const state = other.get()
    expect(state.status === 'signed-in' && before.includes(state.sessionKey)).toBe(false)
  }
  expect(signer.signed.length).toBe(4)
})

it('all, where the storage keeps nothing: what is in memory ends as well', async () => {
  const { lasts: _, ...memory } = memoryStorage()
  const refusing: SessionStorage = { ...memory, set: () => Promise.reject(new Error('full')) }
  const signer = countingSigner()
  const client = createSessionClient({ nodes, domain, signer, storage: refusing })
  await client.signIn()
  signer.switchTo(bob)
  await client.signIn({ chain: 'ethereum' })
  await client.signOut({ all: true })
  signer.switchTo(alice)
  await client.signIn()
  expect(signer.signed.length).toBeGreaterThan(1)
  expect(client.get().status).toBe('signed-in')
})

it('error: what is no option', async () => {
  const { client } = await clientOfTwo(memoryStorage())
  await expect(client.signOut({ everybody: true } as never)).rejects.toThrow(TypeError)
})
