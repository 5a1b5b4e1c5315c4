import type { Account, Hex, Signer } from '@session-sigs/core'
import type { EIP1193Provider, LocalAccount, WalletClient } from 'viem'

/** What a local account cannot say by itself. */
export interface ViemSignerOptions {
  /** The chain of a local account; 1. */
  chainId?: number
}

function sameOrThrow(own: Hex, account: Account): void {
  if (own.toLowerCase() !== account.address.toLowerCase()) throw new Error(`viem signs for ${own}`)
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
      const address = client.account?.address ?? (await client.requestAddresses())[0]
      if (!address) throw new Error('The wallet has no account.')
      return { address, chainId: await client.getChainId() }
    },
    async signMessage(message, account) {
      if (client.account) sameOrThrow(client.account.address, account)
      return client.signMessage({ account: client.account ?? account.address, message })
    },
  }
}

function fromProvider({ request }: Pick<EIP1193Provider, 'request'>): Signer {
  return {
    async account() {
      const [address] = await request({ method: 'eth_requestAccounts' })
      if (!address) throw new Error('The wallet has no account.')
      return { address, chainId: Number(await request({ method: 'eth_chainId' })) }
    },
    signMessage(message, account) {
      const hex = Array.from(new TextEncoder().encode(message), (byte) => byte.toString(16).padStart(2, '0')).join('')
      return request({ method: 'personal_sign', params: [`0x${hex}`, account.address] })
    },
  }
}

/**
 * A `Signer` for `createSessionClient` over viem 2: a wallet client, a local account (`privateKeyToAccount`), or an EIP-1193 provider such as `window.ethereum`.
 * `signMessage` throws where viem holds another account than it is asked for.
 */
export function viemSigner(from: WalletClient | LocalAccount | Pick<EIP1193Provider, 'request'>, options: ViemSignerOptions = {}): Signer {
  if ('getChainId' in from) return fromClient(from)
  if ('signMessage' in from) return fromAccount(from, options.chainId ?? 1)
  // Kept on its object: many providers look at `this`.
  return fromProvider({ request: from.request.bind(from) as EIP1193Provider['request'] })
}
