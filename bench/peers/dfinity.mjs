/** @dfinity/identity: an identity (which has no wallet, and no message that a person reads) delegates to a session key, by ed25519 both. */
import { DelegationChain, DelegationIdentity, Ed25519KeyIdentity } from '@dfinity/identity'

export function createDfinitySignIn() {
  const root = Ed25519KeyIdentity.generate()
  return async () => {
    const session = Ed25519KeyIdentity.generate()
    const chain = await DelegationChain.create(root, session.getPublicKey(), new Date(Date.now() + 86_400_000))
    return DelegationIdentity.fromDelegation(session, chain)
  }
}
