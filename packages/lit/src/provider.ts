import type { WalletEvents } from '@session-sigs/core'

/** An EIP-1193 provider, as wallets put into pages, and the events that most of them have. */
export interface WalletProvider {
  request(args: { method: string; params?: unknown[] }): Promise<unknown>
  on?: WalletEvents['on']
  removeListener?: WalletEvents['removeListener']
}
