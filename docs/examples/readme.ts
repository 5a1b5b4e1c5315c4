// begin
import { createSessionClient } from '@session-sigs/core'
import { verifySessionSig } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const wallet = privateKeyToAccount(generatePrivateKey()) // in a page: a viem wallet client, or window.ethereum

// In the app: the wallet is asked once, and the session key signs everything after.
const client = createSessionClient({ nodes: ['https://api.example'], signer: viemSigner(wallet), domain: 'app.example' })
const sigs = await client.getSessionSigs({ resources: ['litAction://QmExample'] })

// On the server: alone, with no call to anywhere.
const options = { audience: 'https://api.example', domains: ['app.example'], resource: 'litAction://QmExample' }
const session = await verifySessionSig(sigs['https://api.example'], options)
console.log(`${session.address}, until ${session.expiresAt}`)
// end
