import type { Hex } from './address.ts'
import type { Delegation } from './delegation.ts'
import { isSessionError } from './errors.ts'
import { unfit } from './unfit.ts'

/** Asked whether a wallet really signed a delegation, by a client that wants to be sure at once. */
export type VerifyDelegation = (question: { address: Hex; chainId: number; message: string; signature: Hex }) => boolean | Promise<boolean>

/**
 * Loaded only by a client that was given somebody to ask. Only `true` lets a delegation through.
 *
 * @throws SessionError `wallet-signature-invalid`, `wallet-unsupported`, `verifier-unavailable`
 */
export async function checkWallet(verifyWallet: VerifyDelegation, { authSig, message: { address, chainId } }: Delegation): Promise<void> {
  let isSigned: unknown
  try {
    // Whether the signature is hex at all is for who is asked to say.
    isSigned = await verifyWallet({ address: address as Hex, chainId, message: authSig.signedMessage, signature: authSig.sig as Hex })
  } catch (cause) {
    // A chain that nobody was given for is no failure of who was asked.
    if (isSessionError(cause, 'wallet-unsupported')) throw cause
    throw unfit('verifier-unavailable', { port: 'verifyWallet' }, { cause })
  }
  if (isSigned !== true) throw unfit('wallet-signature-invalid', { address })
}
