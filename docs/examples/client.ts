import { Wallet } from 'ethers'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const account = privateKeyToAccount(generatePrivateKey())
const showTheSignInButtonAgain = (): void => undefined
const render = (text: string): void => void text

// begin signer
import { createSessionClient } from '@session-sigs/core'
import { ethersSigner } from '@session-sigs/ethers-signer'
import { viemSigner } from '@session-sigs/viem-signer'

const nodes = ['https://node-1.example:7470', 'https://node-2.example:7470']

// viem: a wallet client, a local account, or window.ethereum itself
const client = createSessionClient({ nodes, signer: viemSigner(account), domain: 'app.example' })

// ethers: a Wallet, or what BrowserProvider.getSigner() gives
const other = createSessionClient({ nodes, signer: ethersSigner(Wallet.createRandom()), domain: 'app.example' })
// end

// begin sign
const sigs = await client.getSessionSigs({ resources: ['litAction://*', 'litPKP://42'] })
for (const [node, sig] of Object.entries(sigs)) {
  render(`POST ${node} ${JSON.stringify({ authSig: sig })}`)
}
// end

// begin lifetimes
const hour = 60 * 60 * 1000
await client.getSessionSigs({
  resources: ['litRLI://7'],
  expiration: new Date(Date.now() + 8 * hour).toISOString(), // of the delegation; 24 hours by default
  sessionSigExpiration: new Date(Date.now() + hour).toISOString(), // of the session signature; 5 minutes by default
})
// end

// begin widen
await client.getSessionSigs({ resources: ['litPKP://42'], sessionCapabilities: ['litPKPCapability://*'] })
// end

// begin recap
await client.getSessionSigs({
  resourceAbilityRequests: [{ resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }],
})
// end

// begin callback
import type { AuthSig } from '@session-sigs/core'
import { SiweMessage } from 'siwe'

const wallet = Wallet.createRandom()
await createSessionClient({ nodes }).getSessionSigs({
  chain: 'ethereum',
  resources: ['litAction://*'],
  authNeededCallback: async ({ resources, expiration, uri }): Promise<AuthSig> => {
    const message = new SiweMessage({
      domain: 'localhost:3000',
      address: wallet.address,
      statement: 'Sign a session key to use with Lit Protocol',
      uri,
      version: '1',
      chainId: 1,
      expirationTime: expiration,
      resources,
    })
    const signedMessage = message.prepareMessage()
    const sig = await wallet.signMessage(signedMessage)
    return { sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }
  },
})
// end

// begin key
import { generateSessionKeyPair } from '@session-sigs/core'

const sessionKey = await generateSessionKeyPair() // {publicKey, secretKey}, hex: store it however you like
await client.getSessionSigs({ resources: ['litAction://*'], sessionKey })
// end

// begin delegation
const { key, capabilities } = await client.getDelegation({ resources: ['litPKP://42'] })
const signature = await key.sign(new TextEncoder().encode('acme/1 https://api.example 2026-01-01T00:00:00Z'))
render(JSON.stringify({ by: key.publicKey, signature: [...signature], capabilities }))
// end

// begin state
const end = client.subscribe((state) => {
  if (state.status === 'signed-in') render(`${state.address} until ${state.expiresAt}`)
  else render(`signed out: ${state.reason}`)
})
await client.restore() // what the storage kept; never touches the wallet
await client.signOut() // destroys key and delegations, here, in the storage and in other tabs
end()
// end

// begin vocabulary
import { defineVocabulary } from '@session-sigs/core'

const vocabulary = defineVocabulary({ prefix: 'acme', types: ['Invoice', 'Report'] })
const acme = createSessionClient({ nodes, signer: viemSigner(account), domain: 'acme.example', vocabulary })
await acme.getSessionSigs({ resources: ['acmeInvoice://2026-001'] }) // granted by acmeInvoiceCapability://2026-001
// end

// begin errors
import { isSessionError } from '@session-sigs/core'

try {
  await client.getSessionSigs({ resources: ['litAction://*'] })
} catch (error) {
  if (isSessionError(error, 'wallet-refused')) showTheSignInButtonAgain()
  else throw error
}
// end

await other.signIn()
