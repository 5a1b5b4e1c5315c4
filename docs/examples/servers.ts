import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const api = 'https://api.example'
const transport = globalThis.fetch
globalThis.fetch = async (input, init) => server.fetch(new Request(input, init))

// begin web
import { createRequestVerifier, memoryNonces, memoryRevocations } from '@session-sigs/http/verify'

const verifier = createRequestVerifier({
  origin: 'https://api.example',
  domains: ['app.example'],
  nonces: memoryNonces(), // for one process
  revocations: memoryRevocations(),
})

const server = {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/session/revoke') return verifier.revoke(request)
    try {
      // What a client named is put together in a function: then it is the client's mistake (400) where it makes no resource.
      const session = await verifier.verify(request, { resource: () => `litPKP://${pathname.slice('/pkp/'.length)}` })
      return Response.json({ used: session.resource, by: session.address })
    } catch (error) {
      return verifier.respond(error) // throws what is no refusal
    }
  },
}
export default server
// end

const client = createSessionClient({ signer, domain: 'app.example' })

// begin ask
import { createSessionFetch } from '@session-sigs/http'

const asking = createSessionFetch(client, { request: { resources: ['litPKP://42'] } }) // asks the wallet for what the session lacks
const first = await asking(`${api}/pkp/42`)
const second = await asking(`${api}/pkp/43`, { session: { resources: ['litPKP://43'] } }) // this one for something else
// end

const statuses = [first.status, second.status, (await asking(`${api}/pkp/44`)).status, (await asking(`${api}/pkp/a*`)).status]
globalThis.fetch = transport
if (statuses.join() !== '200,200,403,400') throw new Error(`The examples were answered ${statuses}`)
