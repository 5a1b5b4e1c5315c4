import { startNetwork } from '@session-sigs/app-nodes'
import { LIT_NETWORKS, type SessionSig } from '@session-sigs/lit'

const network = await startNetwork()
LIT_NETWORKS.serrano = [...network.urls]
const YOUR_PRIVATE_KEY = Wallet.createRandom().privateKey

async function runs(sigs: Record<string, SessionSig>, id = network.actions.greet): Promise<void> {
  for (const url of network.urls) {
    const body = JSON.stringify({ id, authSig: sigs[url] })
    const answer = await fetch(`${url}/action`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  }
}

// begin documented
import { type AuthCallbackParams, LitNodeClient } from '@session-sigs/lit'
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'

const wallet = new Wallet(YOUR_PRIVATE_KEY)

const litNodeClient = new LitNodeClient({
  litNetwork: 'serrano',
  debug: true,
})
await litNodeClient.connect()

// Asked once. Without it, the wallet of the page is asked.
const authNeededCallback = async ({ resources, expiration, uri }: AuthCallbackParams) => {
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
  const toSign = message.prepareMessage()
  const signature = await wallet.signMessage(toSign)
  return { sig: signature, derivedVia: 'web3.eth.personal.sign', signedMessage: toSign, address: wallet.address }
}

const sessionSigs = await litNodeClient.getSessionSigs({
  chain: 'ethereum',
  resources: ['litAction://*'],
  authNeededCallback,
})
// end

await runs(sessionSigs)
const signMessage = wallet.signMessage.bind(wallet)
wallet.signMessage = async () => {
  throw new Error('The wallet was asked twice.')
}
await runs(await litNodeClient.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], authNeededCallback }))
wallet.signMessage = signMessage

// begin key
import { generateSessionKeyPair } from '@session-sigs/lit'

const sessionKey = await generateSessionKeyPair() // { publicKey, secretKey }, hex: store it however you like
await litNodeClient.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], sessionKey, authNeededCallback })
// end

// begin resources
import { LIT_RESOURCES } from '@session-sigs/lit'

const resources = [`${LIT_RESOURCES.PKP}42`, `${LIT_RESOURCES.Action}*`] // litPKP://42, litAction://*
await litNodeClient.getSessionSigs({ chain: 'ethereum', resources, authNeededCallback })
// end

await litNodeClient.disconnect()
await network.close()
