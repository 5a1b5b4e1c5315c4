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
parseResource(resource) // made of what a client sent, so it is looked at first
const session = await verifier.verify(request.authSig, { resource })
console.log(`${session.address} may use ${session.resource} until ${session.expiresAt}`)
// end

const secondForm = (
  await createSessionClient({ nodes: [nodeUrl], signer, domain: 'app.example' }).getSessionSigs({
    resourceAbilityRequests: [{ resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }],
  })
)[nodeUrl]

// begin second
await verifier.verify(secondForm, { resource: 'lit-litaction://QmExample', ability: 'lit-action-execution' })
// end

// begin inspect
const report = await verifier.inspect(request.authSig, { resource: 'litPKP://43' })
for (const check of report.checks) {
  if (check.status === 'failed') console.log(`${check.name} at ${check.path}: ${check.hint}`)
}
// end
