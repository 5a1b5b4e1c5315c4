import { isSameAddress } from './address.ts'
import { isHexData } from './bytes.ts'
import { type AuthSig, personalSign } from './delegation.ts'
import { isSessionError } from './errors.ts'
import { refusal } from './refusals.ts'
import type { SiweMessage } from './siwe.ts'
import { unfit } from './unfit.ts'
import type { Settings } from './verify-options.ts'
import { recoverAddress, type VerifyWallet, type WalletQuestion } from './wallet-signature.ts'

/** An account that signs for itself, or a contract that only its chain can speak for. */
export type Wallet = 'account' | 'contract'

/**
 * An ordinary account's `personal_sign`, or a contract wallet's where somebody can be asked about it; nothing else is understood.
 *
 * @throws SessionError `wallet-unsupported`
 */
export function walletOf({ derivedVia, algo }: AuthSig, verifyWallet: VerifyWallet | undefined): Wallet {
  if (derivedVia === personalSign && (algo === undefined || algo === null)) return 'account'
  if ((derivedVia === 'EIP1271' || derivedVia === personalSign) && (algo ?? 'EIP1271') === 'EIP1271') {
    if (verifyWallet) return 'contract'
    throw refusal('wallet-unsupported', { kind: 'contract wallets (EIP-1271)' })
  }
  throw refusal('wallet-unsupported', { kind: `${derivedVia}${algo ? ` with ${algo}` : ''}` })
}

async function askContract(question: WalletQuestion, verifyWallet: VerifyWallet | undefined): Promise<boolean> {
  try {
    return (await verifyWallet?.(question)) === true
  } catch (cause) {
    // A chain that the port does not know is no failure of it.
    if (isSessionError(cause, 'wallet-unsupported')) throw refusal('wallet-unsupported', cause.details, { cause })
    throw unfit('verifier-unavailable', { port: 'verifyWallet' }, { cause })
  }
}

/**
 * Whether the address in the message signed it.
 *
 * @throws SessionError `wallet-unsupported`, `verifier-unavailable`
 */
export async function isSignedByWallet(
  { signedMessage, sig }: AuthSig,
  { address, chainId }: SiweMessage,
  wallet: Wallet,
  { verifyWallet, curves }: Pick<Settings, 'verifyWallet' | 'curves'>,
): Promise<boolean> {
  if (wallet === 'account') return isSameAddress((await recoverAddress(signedMessage, sig, curves.secp256k1)) ?? '', address)
  const asked = { address: address as WalletQuestion['address'], chainId, message: signedMessage }
  return isHexData(sig) && askContract({ ...asked, signature: sig as WalletQuestion['signature'] }, verifyWallet)
}
