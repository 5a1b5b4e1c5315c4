import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import type { AuthSig } from '../src/delegation.ts'
import type { AuthCallbackParams } from '../src/scope.ts'
import type { Signer } from '../src/signer.ts'
import { formatSiweMessage, type SiweMessage } from '../src/siwe.ts'

/** The first two accounts of the standard test mnemonic. */
export const alice = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
export const bob = privateKeyToAccount('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')

export const nodes = ['https://node-1.example:7470', 'https://node-2.example:7471', 'https://node-3.example:7472']
export const domain = 'app.example'

export interface CountingSigner extends Signer {
  /** Every message that was signed. */
  readonly signed: string[]
  /** What a person does who selects another account. */
  switchTo(account: LocalAccount): void
}

/** A wallet that says yes and counts how often it was asked. */
export function countingSigner(account: LocalAccount = alice, chainId = 1): CountingSigner {
  const signed: string[] = []
  let selected = account
  return {
    signed,
    switchTo(other) {
      selected = other
    },
    account: async () => ({ address: selected.address, chainId }),
    async signMessage(message) {
      signed.push(message)
      return selected.signMessage({ message })
    },
  }
}

/** An AuthSig by a wallet, over a message that grants what a callback was asked for, unless told otherwise. */
export async function authSigFor(
  params: AuthCallbackParams,
  changes: Partial<SiweMessage> = {},
  account: LocalAccount = alice,
): Promise<AuthSig> {
  const signedMessage = formatSiweMessage({
    domain,
    address: account.address,
    ...(params.statement === undefined ? {} : { statement: params.statement }),
    uri: params.uri,
    version: '1',
    chainId: 1,
    nonce: 'abcdefgh12345678',
    issuedAt: new Date().toISOString(),
    expirationTime: params.expiration,
    resources: params.resources,
    ...changes,
  })
  return {
    sig: await account.signMessage({ message: signedMessage }),
    derivedVia: 'web3.eth.personal.sign',
    signedMessage,
    address: account.address,
  }
}

/** An EIP-1193 error with code 4001, as wallets reject with. */
export function refusal(): Error {
  return Object.assign(new Error('User rejected the request.'), { code: 4001 })
}
