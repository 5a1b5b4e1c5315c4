// begin
import { createSessionClient } from '@session-sigs/core'
import { createSessionFetch, readProblem, revocationSender } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const api = process.env['API'] ?? 'http://localhost:3000'
const wallet = privateKeyToAccount(generatePrivateKey()) // in a page: window.ethereum

const client = createSessionClient({
  signer: viemSigner(wallet),
  domain: 'localhost:5173', // in a page left out: it is the page's own
  sendRevocation: revocationSender(`${api}/session/revoke`),
})
const sessionFetch = createSessionFetch(client) // takes and gives what fetch does

await client.signIn({ resources: ['litAction://QmHello', 'litPKP://42'] }) // the wallet is asked, this once

const hello = await sessionFetch(`${api}/hello`)
console.log(hello.status, await hello.json()) // 200 { hello: '0x…' }

const body = JSON.stringify({ pkp: 42 })
const used = await sessionFetch(`${api}/pkp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
console.log(used.status, await used.json()) // 200 { used: 'litPKP://42', sent: { pkp: 42 } }

const refused = await sessionFetch(`${api}/pkp/43`)
const problem = await readProblem(refused)
console.log(refused.status, problem?.code, problem?.missing) // 403 delegation-scope [ 'litPKP://43' ]

await client.signOut({ revoke: true }) // here, and at the server: copies of the key are of no use any more
// end

export const seen = { api, hello: hello.status, used: used.status, refused: refused.status, missing: problem?.missing }
