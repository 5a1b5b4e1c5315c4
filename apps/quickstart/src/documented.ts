import type { AuthSig, SessionSig } from '@session-sigs/core'
import { createSessionClient, type SessionStorage } from '@session-sigs/core'
import type { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'

export interface Documented {
  readonly sessionSigs: Record<string, SessionSig>
  /** The message that the wallet signed. */
  readonly message: string
  /** How often the wallet was asked. */
  readonly asked: number
}

/**
 * The flow that Lit's documentation shows: an ethers wallet, a message built with the `siwe` package inside `authNeededCallback`, one call to `getSessionSigs`.
 */
export async function documentedFlow(wallet: Wallet, nodes: readonly string[], storage: SessionStorage): Promise<Documented> {
  let [message, asked] = ['', 0]
  const client = createSessionClient({ nodes, storage })
  const sessionSigs = await client.getSessionSigs({
    chain: 'ethereum',
    resources: ['litAction://*'],
    authNeededCallback: async ({ resources, expiration, uri }): Promise<AuthSig> => {
      asked += 1
      message = new SiweMessage({
        domain: 'localhost:3000',
        address: wallet.address,
        statement: 'Sign a session key to use with Lit Protocol',
        uri,
        version: '1',
        chainId: 1,
        expirationTime: expiration,
        resources,
      }).prepareMessage()
      const sig = await wallet.signMessage(message)
      return { sig, derivedVia: 'web3.eth.personal.sign', signedMessage: message, address: wallet.address }
    },
  })
  return { sessionSigs, message, asked }
}
