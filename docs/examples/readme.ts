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

import { createSessionFetch } from '@session-sigs/http'
import { createGuard } from '@session-sigs/http/hono'
import { memoryNonces } from '@session-sigs/http/verify'
import { Hono } from 'hono'

const guard = createGuard({ origin: 'https://api.example', domains: ['app.example'], nonces: memoryNonces() })
const app = new Hono()
const transport = globalThis.fetch
globalThis.fetch = async (input, init) => app.fetch(new Request(input, init))

// begin http
// On the server: one line a route.
app.post('/hello', guard('litAction://QmExample'), (c) => c.json({ hello: guard.session(c).address }))

// In the app: a fetch that signs.
const sessionFetch = createSessionFetch(client)
const answer = await sessionFetch('https://api.example/hello', { method: 'POST' })
// end

globalThis.fetch = transport
if (!answer.ok) throw new Error(`The example was answered ${answer.status}`)
