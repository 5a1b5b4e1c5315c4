import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const texts = new Map<string, string>()
const AsyncStorage = {
  getItem: async (key: string) => texts.get(key) ?? null,
  setItem: async (key: string, text: string) => void texts.set(key, text),
  removeItem: async (key: string) => void texts.delete(key),
}
const options = { nodes: ['https://api.example'], signer: viemSigner(privateKeyToAccount(generatePrivateKey())), domain: 'app.example' }

// begin web
import { webStorage } from '@session-sigs/storage-web'

const client = createSessionClient({ ...options, storage: webStorage('local') })
await client.restore() // signed in as before the reload; never touches the wallet

// 'session': for this tab only. An object with getItem, setItem and removeItem: React Native's AsyncStorage, unstorage, your own
const native = createSessionClient({ ...options, storage: webStorage(AsyncStorage) })
// end

// begin indexeddb
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'

const storage = indexedDbStorage()
const app = createSessionClient({ ...options, storage })
await app.restore() // signed in as before the reload; never touches the wallet
console.log(storage.keys) // what this browser keeps: 'handle', 'seed' or 'none'
// end

for (const each of [client, native, app]) await each.signIn({ resources: ['litAction://*'] })
await native.signOut()
