import { createSessionClient } from '@session-sigs/core'
import { memoryNonces } from '@session-sigs/http/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { Hono } from 'hono'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const api = 'https://api.example'
const options = { origin: api, domains: ['app.example'], nonces: memoryNonces() }
const app = new Hono()
const transport = globalThis.fetch
globalThis.fetch = async (input, init) => app.fetch(new Request(input, init))

// begin server
import { createGuard } from '@session-sigs/http/hono'

const guard = createGuard({ ...options, sessionSigs: { audience: 'https://api.example' } })
// end
app.post('/pkp', guard('litPKP://42'), async (c) => c.json(await c.req.json()))

// begin client
const client = createSessionClient({ nodes: ['https://api.example'], signer, domain: 'app.example' })
const sigs = await client.getSessionSigs({ resources: ['litPKP://42'] })
const body = JSON.stringify({ pkp: 42, authSig: sigs['https://api.example'] })
const inBody = await fetch('https://api.example/pkp', { method: 'POST', headers: { 'content-type': 'application/json' }, body })

// Or in the header, where the body is something else:
const authorization = `SessionSig ${btoa(JSON.stringify(sigs['https://api.example']))}`
const inHeader = await fetch('https://api.example/pkp', { method: 'POST', headers: { authorization }, body: '{}' })
// end

globalThis.fetch = transport
if (!inBody.ok || !inHeader.ok) throw new Error(`The examples were answered ${inBody.status} and ${inHeader.status}`)
