import type { Delegation } from './delegation.ts'
import { unfit } from './unfit.ts'

/** Asked whether a wallet really signed a delegation, by a client that wants to be sure at once. */
export type VerifyDelegation = (question: {
  address: string
  chainId: number
  message: string
  signature: string
}) => boolean | Promise<boolean>

/**
 * Loaded only by a client that was given somebody to ask. Only `true` lets a delegation through.
 *
 * @throws SessionError `wallet-signature-invalid`, `verifier-unavailable`
 */
export async function checkWallet(verifyWallet: VerifyDelegation, { authSig, message: { address, chainId } }: Delegation): Promise<void> {
  let isSigned: unknown
  try {
    isSigned = await verifyWallet({ address, chainId, message: authSig.signedMessage, signature: authSig.sig })
  } catch (cause) {
    throw unfit('verifier-unavailable', { port: 'verifyWallet' }, { cause })
  }
  if (isSigned !== true) throw unfit('wallet-signature-invalid', { address })
}
