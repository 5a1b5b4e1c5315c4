import { createSessionClient, memoryStorage, type SessionClient, type SessionStorage, type Signer } from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { webStorage } from '@session-sigs/storage-web'

const makers: Readonly<Record<string, () => SessionStorage>> = {
  memory: () => memoryStorage(),
  local: () => webStorage('local'),
  indexeddb: () => indexedDbStorage(),
}

/** Gives the client for a storage; the same one each time, so that going back to a storage finds the session that it holds. */
export function createClients(
  signer: Signer,
  now: () => Date,
): (storage: string, nodes: readonly string[], domain: string) => SessionClient {
  const storages = new Map<string, SessionStorage>()
  const clients = new Map<string, SessionClient>()

  function storageOf(id: string): SessionStorage {
    const storage = storages.get(id) ?? (makers[id] ?? memoryStorage)()
    storages.set(id, storage)
    return storage
  }

  return (storage, nodes, domain) => {
    const name = JSON.stringify([storage, nodes, domain])
    const client = clients.get(name) ?? createSessionClient({ nodes, signer, domain, now, storage: storageOf(storage) })
    clients.set(name, client)
    return client
  }
}
