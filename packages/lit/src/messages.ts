import type { LitResourceAbilityRequest } from './resources.ts'

/** What a message is made of; all but the account may be left out. */
export interface SiweMessageParams {
  walletAddress: string
  /** What the message is for: in a callback, the session key's name. The site itself by default. */
  uri?: string | undefined
  /** End of what is granted; 24 hours from now. */
  expiration?: string | undefined
  /** What is granted, as one ReCap and its sentence. */
  resources?: readonly LitResourceAbilityRequest[] | undefined
  /** At least 8 letters and digits; random by default. */
  nonce?: string | undefined
  domain?: string | undefined
  statement?: string | undefined
  chainId?: number | undefined
  version?: '1' | undefined
  /** Not needed here; taken so that callbacks need not change. */
  litNodeClient?: unknown
}

/** An ethers wallet or signer, or whatever else signs texts and says whose signature that is. */
export interface MessageSigner {
  signMessage(message: string): Promise<string>
  getAddress?(): Promise<string>
}

export interface AuthSigParams {
  signer: MessageSigner
  toSign: string
  /** Whose signature it is, where the signer does not say. */
  address?: string | undefined
}
