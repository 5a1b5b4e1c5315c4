import type { Account, Hex, Signer } from '@session-sigs/core'
import type { EIP1193Provider, LocalAccount, WalletClient } from 'viem'

/** What a local account cannot say by itself. */
export interface ViemSignerOptions {
  /** The chain of a local account; 1. */
  chainId?: number
}

/** What a wallet without accounts names; the client says that it is no address. */
const none: Hex = '0x'

function sameOrThrow(own: Hex, account: Account): void {
  if (own.toLowerCase() !== account.address.toLowerCase()) throw new Error(`only ${own}`)
}

function fromAccount(local: LocalAccount, chainId: number): Signer {
  return {
    account: async () => ({ address: local.address, chainId }),
    async signMessage(message, account) {
      sameOrThrow(local.address, account)
      return local.signMessage({ message })
    },
  }
}

function fromClient(client: WalletClient): Signer {
  return {
    async account() {
      const [address = none] = client.account ? [client.account.address] : await client.requestAddresses()
      return { address, chainId: await client.getChainId() }
    },
    async signMessage(message, account) {
      if (client.account) sameOrThrow(client.account.address, account)
      return client.signMessage({ account: client.account ?? account.address, message })
    },
  }
}

function fromProvider(provider: EIP1193Provider): Signer {
  return {
    async account() {
      const [address = none] = await provider.request({ method: 'eth_requestAccounts' })
      return { address, chainId: Number(await provider.request({ method: 'eth_chainId' })) }
    },
    signMessage(message, account) {
      const hex = Array.from(new TextEncoder().encode(message), (byte) => byte.toString(16).padStart(2, '0')).join('')
      return provider.request({ method: 'personal_sign', params: [`0x${hex}`, account.address] })
    },
  }
}

/** Anything with an EIP-1193 `request`, however its arguments are typed. */
export interface Requesting {
  request(args: never): Promise<unknown>
}

/**
 * A `Signer` for `createSessionClient` over viem 2: a wallet client, a local account (`privateKeyToAccount`), or an EIP-1193 provider such as `window.ethereum`.
 * `signMessage` throws where viem holds another account than it is asked for.
 *
 * @throws TypeError for anything else, without showing it: it may be a private key
 */
export function viemSigner(from: WalletClient | LocalAccount | Requesting, { chainId = 1 }: ViemSignerOptions = {}): Signer {
  const given: object = Object(from)
  if ('getChainId' in given) return fromClient(given as WalletClient)
  if ('signMessage' in given) return fromAccount(given as LocalAccount, chainId)
  if ('request' in given) return fromProvider(given as EIP1193Provider)
  throw new TypeError('viemSigner needs a wallet')
}
