/** did-session and dids: a CACAO (the same EIP-4361 text) delegates to an ed25519 key of did:key, which signs JWS. */
import { EthereumNodeAuth, getAccountId, getEIP191Verifier } from '@didtools/pkh-ethereum'
import { DIDSession } from 'did-session'
import { DID } from 'dids'
import KeyResolver from 'key-did-resolver'

/** An EIP-1193 provider of an account of viem's: the very wallet that ours is given. */
function providerOf(account) {
  const answers = {
    eth_chainId: () => '0x1',
    eth_accounts: () => [account.address],
    personal_sign: ([raw]) => account.signMessage({ message: { raw } }),
  }
  return { request: async ({ method, params }) => answers[method](params) }
}

/** Gives what makes a session anew: key, message, wallet signature. */
export async function createDidSignIn(account) {
  const provider = providerOf(account)
  const method = await EthereumNodeAuth.getAuthMethod(provider, await getAccountId(provider, account.address), 'app.example')
  return async () => (await DIDSession.authorize(method, { resources: ['litAction://*'] })).did
}

export const payloadFor = (node) => ({ resources: ['litAction://*'], nodeAddress: node })

/** A server's side: whether the key signed it; `capability` is what lets it, which is then looked at, too. */
export function createDidVerifier() {
  const server = new DID({ resolver: KeyResolver.getResolver() })
  const verifiers = getEIP191Verifier()
  return {
    key: (jws) => server.verifyJWS(jws),
    whole: (jws, did) => server.verifyJWS(jws, { issuer: did.parent, capability: did.capability, verifiers }),
  }
}
