import type { Account, Hex, Signer } from '@session-sigs/core'
import type { Signer as EthersSigner } from 'ethers'

/** What an ethers signer cannot say by itself. */
export interface EthersSignerOptions {
  /** The chain of a wallet that has no provider; 1. */
  chainId?: number
}

/**
 * A `Signer` for `createSessionClient` over an ethers 6 signer: a `Wallet`, or what `BrowserProvider.getSigner()` gives.
 * `signMessage` throws where ethers now signs for another account than it is asked for.
 *
 * @throws TypeError for anything else, without showing it: it may be a private key
 */
export function ethersSigner(signer: EthersSigner, options: EthersSignerOptions = {}): Signer {
  if (typeof signer?.signMessage !== 'function') throw new TypeError('ethersSigner needs a signer of ethers 6, such as a Wallet.')
  return {
    async account() {
      const network = await signer.provider?.getNetwork()
      return { address: (await signer.getAddress()) as Hex, chainId: Number(network?.chainId ?? options.chainId ?? 1) }
    },
    async signMessage(message: string, account: Account) {
      const address = await signer.getAddress()
      if (address.toLowerCase() !== account.address.toLowerCase())
        throw new Error(`ethers signs for ${address}, not for ${account.address}`)
      return (await signer.signMessage(message)) as Hex
    },
  }
}
