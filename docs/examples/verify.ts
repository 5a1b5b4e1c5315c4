import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const nodeUrl = 'https://node-1.example:7470'
const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const sigs = await createSessionClient({ nodes: [nodeUrl], signer, domain: 'app.example' }).getSessionSigs({ resources: ['litPKP://*'] })
const request = { authSig: JSON.stringify(sigs[nodeUrl]), tokenId: '42' }
const revoked = new Set<string>()

// begin verifier
import { parseResource } from '@session-sigs/core'
import { createVerifier } from '@session-sigs/core/verify'

const verifier = createVerifier({
  audience: nodeUrl, // this server, as clients name it, byte for byte
  domains: ['app.example'], // sites whose delegations count
  isRevoked: ({ sessionKey }) => revoked.has(sessionKey),
})

const resource = `litPKP://${request.tokenId}`
parseResource(resource) // it was made from what a client sent: a SessionError here is the client's mistake
const session = await verifier.verify(request.authSig, { resource })
console.log(`${session.address} may use ${session.resource} until ${session.expiresAt}`)
// end

// begin inspect
const report = await verifier.inspect(request.authSig, { resource: 'litPKP://43' })
for (const check of report.checks) {
  if (check.status === 'failed') console.log(`${check.name} at ${check.path}: ${check.hint}`)
}
// end
