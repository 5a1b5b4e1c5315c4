import { toHex } from 'viem'
import { startAnvil } from '../../test/servers/anvil.ts'

const chain = await startAnvil({ chainId: 1 })
const nodeUrl = 'https://node-1.example:7470'
const nodes = [nodeUrl]
const rpcUrl = chain.url
const smartAccount = {
  address: toHex(0xc0de, { size: 20 }),
  signMessage: async ({ message }: { message: string }) => toHex(message),
}
// The least that a contract wallet can be: it says yes to everything.
const code = `0x7f1626ba7e${'00'.repeat(28)}60005260206000f3`
const setCode = { jsonrpc: '2.0', id: 1, method: 'anvil_setCode', params: [smartAccount.address, code] }
await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(setCode) })

// begin app
import { createSessionClient, formatSiweMessage, toChecksumAddress } from '@session-sigs/core'

const client = createSessionClient({ nodes })
const sigs = await client.getSessionSigs({
  resources: ['litAction://QmExample'],
  authNeededCallback: async ({ expiration, resources, uri }) => {
    const signedMessage = formatSiweMessage({
      domain: 'app.example',
      address: toChecksumAddress(smartAccount.address),
      statement: 'Sign in to app.example.',
      uri, // the session key
      version: '1',
      chainId: 1, // the chain that the wallet lives on
      nonce: crypto.randomUUID().replaceAll('-', ''),
      issuedAt: new Date().toISOString(),
      expirationTime: expiration,
      resources,
    })
    const sig = await smartAccount.signMessage({ message: signedMessage })
    return { sig, derivedVia: 'EIP1271', signedMessage, address: smartAccount.address }
  },
})
// end
const request = { authSig: sigs[nodeUrl] }

// begin server
import { createVerifier } from '@session-sigs/core/verify'
import { createVerifyWallet } from '@session-sigs/viem-signer/verify'
import { createPublicClient, http } from 'viem'
import { base, mainnet } from 'viem/chains'

const verifyWallet = createVerifyWallet([
  createPublicClient({ chain: mainnet, transport: http(rpcUrl) }),
  createPublicClient({ chain: base, transport: http('https://base.example') }),
])
const verifier = createVerifier({ audience: nodeUrl, domains: ['app.example'], verifyWallet })
const session = await verifier.verify(request.authSig, { resource: 'litAction://QmExample' })
console.log(`${session.address} on chain ${session.chainId}`)
// end

await chain.stop()
