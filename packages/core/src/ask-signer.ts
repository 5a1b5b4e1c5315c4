import { toChecksumAddress } from './address.ts'
import { type AuthSig, personalSign } from './delegation.ts'
import { SessionError } from './errors.ts'
import { type Account, type AskedChain, isRefusal, type Signer } from './signer.ts'

/** What a signer's failure means: a person's "no", or something else. */
async function asking<T>(during: 'account' | 'signMessage', ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw isRefusal(cause)
      ? new SessionError('wallet-refused', { by: 'signer' }, { cause })
      : new SessionError('wallet-failed', { during }, { cause })
  }
}

/**
 * Asks a signer for its account. Wallets name addresses in any case; a message needs the checksum.
 *
 * @throws SessionError `wallet-refused`, `wallet-failed`
 */
export function askAccount(signer: Signer, { chain, switchChain }: AskedChain = {}): Promise<Account> {
  return asking('account', async () => {
    const { address, chainId } = await signer.account({ chain, switchChain })
    if (!Number.isSafeInteger(chainId)) throw new TypeError('chainId is no whole number.')
    return { address: toChecksumAddress(address), chainId }
  })
}

/**
 * Has a signer sign an EIP-4361 text. It is called before this returns, because phones open a wallet only in the turn of the event loop in which the person tapped.
 *
 * @throws SessionError `wallet-refused`, `wallet-failed`
 */
export async function askSigner(signer: Signer, account: Account, signedMessage: string): Promise<AuthSig> {
  const sig = await asking('signMessage', () => signer.signMessage(signedMessage, account))
  return { sig, derivedVia: personalSign, signedMessage, address: account.address }
}
