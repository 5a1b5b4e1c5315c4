import { startNetwork } from '@session-sigs/app-nodes'
import { Wallet } from 'ethers'

const network = await startNetwork()
const nodeUrls = network.urls
const wallet = Wallet.createRandom()

// begin
import { createSiweMessage, generateAuthSig, LIT_ABILITY, LIT_NETWORK, LitActionResource, LitNodeClient } from '@session-sigs/lit'

const litNodeClient = new LitNodeClient({ litNetwork: LIT_NETWORK.Datil, bootstrapUrls: nodeUrls })
await litNodeClient.connect()

const sessionSigs = await litNodeClient.getSessionSigs({
  chain: 'ethereum',
  expiration: new Date(Date.now() + 10 * 60 * 1000).toISOString(), // of both; left out: 24 hours, and 5 minutes
  resourceAbilityRequests: [{ resource: new LitActionResource('*'), ability: LIT_ABILITY.LitActionExecution }],
  authNeededCallback: async ({ uri, expiration, resourceAbilityRequests }) => {
    const toSign = await createSiweMessage({
      domain: 'localhost:3000',
      uri,
      expiration,
      resources: resourceAbilityRequests,
      walletAddress: wallet.address,
      nonce: await litNodeClient.getLatestBlockhash(),
      litNodeClient,
    })
    return generateAuthSig({ signer: wallet, toSign })
  },
})
// end

for (const url of network.urls) {
  const body = JSON.stringify({ id: network.actions.greet, authSig: sessionSigs[url] })
  const answer = await fetch(`${url}/action`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
}

await litNodeClient.disconnect()
await network.close()
