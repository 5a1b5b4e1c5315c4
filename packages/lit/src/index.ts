import type { AuthSig, SessionSig } from '@session-sigs/core'
import type { AuthMessageParams } from './auth-message.ts'
import { disconnectWeb3 } from './disconnect.ts'
import type { AuthSigParams, SiweMessageParams } from './messages.ts'

export type { AuthSig, SessionKeyPair, SessionSig } from '@session-sigs/core'
export { generateSessionKeyPair, isSessionError, SessionError } from '@session-sigs/core'
export type { TextArea } from './area.ts'
export { newSessionCapabilityObject, RecapSessionCapabilityObject } from './capability.ts'
export { LitNodeClient, LitNodeClient as LitNodeClientNodeJs } from './client.ts'
export type {
  LitAbilityName,
  LitAbilityName as LIT_ABILITY_VALUES,
  LitNetworkName,
  LitNetworkName as LIT_NETWORK_VALUES,
} from './constants.ts'
export {
  LIT_ABILITY,
  LIT_NETWORK,
  LIT_NETWORKS,
  LIT_RESOURCE_PREFIX,
  LIT_RESOURCES,
  LitAbility,
  LitNetwork,
  LitResourcePrefix,
  LOCAL_STORAGE_KEYS,
} from './constants.ts'
export type { AuthSigParams, MessageSigner, SiweMessageParams } from './messages.ts'
export type {
  AuthCallback,
  AuthCallbackParams,
  GetSessionSigsParams,
  GetSessionSigsParams as GetSessionSigsProps,
  LitNodeClientConfig,
  WalletProvider,
} from './options.ts'
export type { LitResource, LitResourceAbilityRequest } from './resources.ts'
export { LitAccessControlConditionResource, LitActionResource, LitPKPResource, LitRLIResource } from './resources.ts'

/** What `getSessionSigs` gives: node URL → session signature. */
export type SessionSigsMap = Record<string, SessionSig>
export type SessionSigs = SessionSigsMap

export { type AuthMessageParams, createSiweMessage as createSiweMessageWithRecaps, disconnectWeb3 }

/**
 * The text of a message for a wallet to sign, with a ReCap of what is granted: what an `authNeededCallback` of the later form returns the signature of.
 *
 * @throws SessionError `siwe-invalid`, `address-invalid`, `ability-unknown`, `resource-…`, `recap-invalid`
 */
export async function createSiweMessage(params: SiweMessageParams): Promise<string> {
  return (await import('./siwe.ts')).writeMessage(params)
}

/**
 * Has a wallet sign a message, and puts that into the form of an AuthSig.
 *
 * @throws SessionError `address-invalid`; TypeError without an address; whatever the signer throws
 */
export async function generateAuthSig(params: AuthSigParams): Promise<AuthSig> {
  return (await import('./siwe.ts')).sign(params)
}

/**
 * An AuthSig of the page's wallet for itself: what was signed before where it says what is asked for now, else the wallet is asked. Not a session; for one use `getSessionSigs`.
 *
 * @throws SessionError `wallet-missing`, `wallet-refused`, `wallet-failed`, `siwe-invalid`
 */
export async function checkAndSignAuthMessage(params: AuthMessageParams): Promise<AuthSig> {
  return (await import('./auth-message.ts')).authMessage(params)
}

/** The two by the names under which Lit's browser package has them, too. */
export const ethConnect: {
  readonly disconnectWeb3: typeof disconnectWeb3
  readonly checkAndSignEVMAuthMessage: typeof checkAndSignAuthMessage
} = { disconnectWeb3, checkAndSignEVMAuthMessage: checkAndSignAuthMessage }
