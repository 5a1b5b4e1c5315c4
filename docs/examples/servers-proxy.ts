import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createSessionClient } from '@session-sigs/core'
import { createSessionFetch } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import express from 'express'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

// begin
import { createGuard } from '@session-sigs/http/express'
import { memoryNonces, memoryRevocations } from '@session-sigs/http/verify'

const guard = createGuard({
  origin: ['https://api.example/v1', 'https://api.example.org/v1'], // the proxy takes /v1 away
  domains: ['app.example', 'localhost:5173'],
  nonces: memoryNonces({ refuseOlderThanStore: true }),
  revocations: memoryRevocations(),
})
// end

const app = express()
app.get('/pkp', guard('litPKP://42'), (request, response) => void response.json({ audience: guard.session(request).audience }))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

/** What a proxy does that takes /v1 away. */
const proxy: typeof fetch = (input) => {
  const { url, headers } = new Request(input)
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(url).pathname.slice('/v1'.length)}`, { headers })
}
const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const client = createSessionClient({ signer, domain: 'app.example' })
const answer = await createSessionFetch(client, { request: { resources: ['litPKP://42'] }, fetch: proxy })('https://api.example/v1/pkp')
const text = await answer.text()
server.close()
server.closeAllConnections()
// A store that has just begun says so, and only to what is signed for this server.
if (answer.status !== 503 || !text.includes('signature-too-old')) throw new Error(`The example was answered ${answer.status}: ${text}`)
