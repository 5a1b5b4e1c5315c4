import type { Hex } from './address.ts'
import { isObject } from './values.ts'

/** An account on a chain, as the wallet names it. */
export interface Account {
  readonly address: Hex
  readonly chainId: number
}

/** What a request says of the chain, as it stands there. */
export interface AskedChain {
  readonly chain?: string | undefined
  readonly switchChain?: boolean | undefined
}

/**
 * **Port: the wallet.**
 *
 * `account(asked)` says which account would sign now, connecting if it must; a wallet that can may go to the chain asked for first. `signMessage(message, account)` asks that very account for an
 * EIP-191 `personal_sign` over the UTF-8 of `message` and answers `0x` hex; it throws if it can only sign for another account. The account is
 * passed back in so that a wallet that was switched in between cannot answer for another one unnoticed.
 *
 * Both reject with what the wallet said. A person's refusal is recognised by EIP-1193 code 4001, wherever it stands in the chain of causes,
 * or by ethers' `ACTION_REJECTED`. `testSigner` of `@session-sigs/conformance` holds an adapter to this.
 */
export interface Signer {
  account(asked?: AskedChain): Promise<Account>
  signMessage(message: string, account: Account): Promise<Hex>
}

/** Whether an error, or what caused it, is a person's "no" (EIP-1193 §Provider Errors, code 4001). */
export function isRefusal(error: unknown): boolean {
  try {
    for (let current: unknown = error, depth = 0; isObject(current) && depth < 8; current = current['cause'], depth++) {
      if (current['code'] === 4001 || current['code'] === 'ACTION_REJECTED') return true
    }
  } catch {
    // An error that cannot be read is no refusal.
  }
  return false
}
