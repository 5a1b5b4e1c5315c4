import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const api = 'https://api.example'
const transport = globalThis.fetch
globalThis.fetch = async (input, init) => server.fetch(new Request(input, init))

// begin web
import { parseResource } from '@session-sigs/core'
import { createRequestVerifier, memoryNonces, memoryRevocations } from '@session-sigs/http/verify'

const verifier = createRequestVerifier({
  origin: 'https://api.example',
  domains: ['app.example'],
  nonces: memoryNonces(), // one process only: see below
  revocations: memoryRevocations(),
})

const server = {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/session/revoke') return verifier.revoke(request)
    try {
      const resource = `litPKP://${pathname.slice('/pkp/'.length)}`
      parseResource(resource) // made of what a client sent, so it is looked at first
      const session = await verifier.verify(request, { resource })
      return Response.json({ used: session.resource, by: session.address })
    } catch (error) {
      return verifier.respond(error) // throws what is no refusal: that is a mistake of yours
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

// begin proxy
import { createGuard } from '@session-sigs/http/express'

const guard = createGuard({
  origin: ['https://api.example/v1', 'https://api.example.org/v1'], // the proxy takes /v1 away
  domains: ['app.example', 'localhost:5173'],
  nonces: memoryNonces({ refuseOlderThanStore: true }),
  revocations: memoryRevocations(),
})
// end

const statuses = [first.status, second.status, (await asking(`${api}/pkp/44`)).status, (await asking(`${api}/pkp/a*`)).status]
globalThis.fetch = transport
if (statuses.join() !== '200,200,403,400' || !guard.revoke) throw new Error(`The examples were answered ${statuses}`)
