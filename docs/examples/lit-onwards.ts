import { startNetwork } from '@session-sigs/app-nodes'
import { memoryStorage } from '@session-sigs/core'
import { LitNodeClient } from '@session-sigs/lit'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const network = await startNetwork()
const nodes = network.urls
const nodeUrl = nodes[0] ?? ''

/** What a wallet puts into a page, over an account that says yes. */
const account = privateKeyToAccount(generatePrivateKey())
let asked = 0
const wallet = {
  async request({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> {
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [account.address]
    if (method === 'eth_chainId') return '0x1'
    if (method !== 'personal_sign' || !Array.isArray(params)) throw Object.assign(new Error(`There is no ${method}.`), { code: 4200 })
    asked += 1
    return account.signMessage({ message: { raw: params[0] } })
  },
}

const storage = memoryStorage()
const litNodeClient = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: nodes, provider: wallet, storage, domain: 'localhost:3000' })
await litNodeClient.connect()
await litNodeClient.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] })

// begin client
import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'

const client = createSessionClient({ nodes, signer: viemSigner(wallet), storage, domain: 'localhost:3000' })
const sigs = await client.getSessionSigs({ resources: ['litAction://*'] }) // nobody is asked: it is the same session
// end

// begin verify
import { verifySessionSig } from '@session-sigs/core/verify'

const options = { audience: nodeUrl, domains: ['localhost:3000'], resource: 'litAction://QmExample' }
const session = await verifySessionSig(sigs[nodeUrl], options)
console.log(`${session.address}, until ${session.expiresAt}`)
// end

if (asked !== 1 || session.address !== account.address) throw new Error(`Asked ${asked} times, for ${session.address}.`)
await litNodeClient.disconnect()
await network.close()
