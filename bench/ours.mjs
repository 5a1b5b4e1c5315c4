/** Ours, as the README has it: a client with the defaults, in whose memory storage the session is. */
import { createSessionClient, memoryStorage } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

export const request = { resources: ['litAction://*'] }
export const domain = 'app.example'

export const nodesOf = (count) => Array.from({ length: count }, (_, i) => `https://node-${i}.example:7470`)

export const createWallet = () => privateKeyToAccount(generatePrivateKey())

/** A memory storage that shows the key which the client signs with: the bare signatures are to use that very object. */
export function watchedStorage() {
  const storage = memoryStorage()
  const seen = {}
  const watched = {
    ...storage,
    set(id, value) {
      const [session] = Object.values(value.sessions)
      if (session) seen.privateKey = session.key.privateKey
      return storage.set(id, value)
    },
  }
  return { storage: watched, seen }
}

/** A client that is signed in, and what it is asked for. */
export async function createOurs(count, { request: asked = request, ...options } = {}) {
  const { storage, seen } = watchedStorage()
  const wallet = createWallet()
  const client = createSessionClient({ nodes: nodesOf(count), signer: viemSigner(wallet), domain, storage, ...options })
  await client.signIn(asked)
  return { client, request: asked, wallet, privateKey: seen.privateKey }
}
