const transport = globalThis.fetch
globalThis.fetch = async (input, init) => app.fetch(new Request(input, init))

// begin
import { createSessionClient } from '@session-sigs/core'
import { createSessionFetch, revocationSender } from '@session-sigs/http'
import { createGuard } from '@session-sigs/http/hono' // or /express, or /fastify
import { memoryNonces, memoryRevocations } from '@session-sigs/http/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { Hono } from 'hono'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const api = 'https://api.example'

// The server: one guard, and for each route what a session must be lent for it.
const guard = createGuard({ origin: api, domains: ['app.example'], nonces: memoryNonces(), revocations: memoryRevocations() })
const app = new Hono()
app.post('/hello', guard('litAction://QmHello'), (c) => c.json({ hello: guard.session(c).address }))
app.post('/session/revoke', guard.revoke)

// The app: a fetch that signs each request, to be used once.
const signer = viemSigner(privateKeyToAccount(generatePrivateKey())) // in a page: viemSigner(window.ethereum)
const sendRevocation = revocationSender(`${api}/session/revoke`)
const client = createSessionClient({ signer, domain: 'app.example', sendRevocation })
const sessionFetch = createSessionFetch(client, { request: { resources: ['litAction://QmHello'] } })

const answer = await sessionFetch(`${api}/hello`, { method: 'POST' }) // the wallet is asked, this once
console.log(await answer.json())
await client.signOut({ revoke: true })
// end

globalThis.fetch = transport
if (!answer.ok) throw new Error(`The example was answered ${answer.status}`)
