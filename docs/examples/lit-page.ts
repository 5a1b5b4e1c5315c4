import { startNetwork } from '@session-sigs/app-nodes'
import { LIT_NETWORKS } from '@session-sigs/lit'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const network = await startNetwork()
LIT_NETWORKS.localhost = [...network.urls]
const render = (text: string): void => console.log(text)

/** What a wallet puts into a page, over an account that says yes. */
const account = privateKeyToAccount(generatePrivateKey())
let asked = 0
const wallet = {
  async request({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> {
    if (method === 'eth_requestAccounts') return [account.address]
    if (method === 'eth_chainId') return '0x1'
    if (method !== 'personal_sign') throw Object.assign(new Error(`There is no ${method}.`), { code: 4200 })
    asked += 1
    return account.signMessage({ message: { raw: params[0] as `0x${string}` } })
  },
}

// begin
import { LitNodeClient } from '@session-sigs/lit'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'

const storage = indexedDbStorage()
const litNodeClient = new LitNodeClient({
  litNetwork: 'localhost',
  provider: wallet, // the wallet that the person chose; left out, one is looked for in the page
  storage, // keys that nobody can export; left out, local storage
  domain: 'localhost:3000', // the site; in a page left out
})
await litNodeClient.connect()
const sessionSigs = await litNodeClient.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] })
// end

// begin errors
import { isSessionError } from '@session-sigs/lit'

try {
  await litNodeClient.connect()
} catch (error) {
  if (!isSessionError(error, 'nodes-unreachable')) throw error
  for (const { node, reason } of error.details.failed) render(`${node}: ${reason}`)
}
// end

if (asked !== 1 || Object.keys(sessionSigs).length !== 3) throw new Error('The wallet was asked more than once, or a node left out.')

// begin disconnect
import { disconnectWeb3 } from '@session-sigs/lit'

await disconnectWeb3() // local storage, and every client of this page and of other tabs
await disconnectWeb3(storage) // a storage of your own, or the `provider` of `storageProvider`, also where no client has used it yet
// end

await litNodeClient.disconnect()
await network.close()
