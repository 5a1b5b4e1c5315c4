import {
  createSessionClient,
  memoryStorage,
  type RevocationStatement,
  type SessionClient,
  type SessionStorage,
  type Signer,
} from '@session-sigs/core'
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
  tell: (nodes: readonly string[], statement: RevocationStatement) => Promise<void>,
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
    const known = clients.get(name)
    if (known) return known
    const sendRevocation = (statement: RevocationStatement): Promise<void> => tell(nodes, statement)
    const client = createSessionClient({ nodes, signer, domain, now, storage: storageOf(storage), sendRevocation })
    clients.set(name, client)
    return client
  }
}
