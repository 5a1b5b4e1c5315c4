import { isObject } from './json.ts'
import type { PickSession } from './vault.ts'

/** What an EIP-1193 provider has for who wants to hear of its events. */
export interface WalletEvents {
  on(event: string, listener: (value: never) => void): unknown
  removeListener(event: string, listener: (value: never) => void): unknown
}

/** Codes below are those of a lost connection (EIP-1193 §disconnect, CloseEvent); from here on they are a wallet's own, and a person's doing. */
const byPerson = 5_000

function addressOf(id: string | undefined): string | undefined {
  return id?.slice(id.indexOf(':') + 1).toLowerCase()
}

/**
 * Follows a wallet: the account's session is selected where there is one, and none is where there is none. A session outlives the wallet's connection, so losing that changes
 * nothing, unless the person ended it. Another chain selects the account's session there, if it has one.
 */
export function followWallet(wallet: WalletEvents, select: (pick: PickSession) => void): () => void {
  let chainId: number | undefined

  function choose(address: string | undefined): void {
    select((ids, current) => {
      const own = ids.filter((id) => addressOf(id) === address)
      const there = own.find((id) => Number.parseInt(id, 10) === chainId)
      return there ?? (addressOf(current) === address ? current : own[0])
    })
  }

  const listeners: Readonly<Record<string, (value: unknown) => void>> = {
    accountsChanged: (accounts) =>
      choose(Array.isArray(accounts) && typeof accounts[0] === 'string' ? accounts[0].toLowerCase() : undefined),
    chainChanged: (chain) => {
      chainId = Number(chain)
      select((ids, current) => ids.find((id) => addressOf(id) === addressOf(current) && Number.parseInt(id, 10) === chainId) ?? current)
    },
    disconnect: (error) => {
      if (isObject(error) && Number(error['code']) >= byPerson) choose(undefined)
    },
  }
  for (const [event, listener] of Object.entries(listeners)) wallet.on(event, listener)
  return () => {
    for (const [event, listener] of Object.entries(listeners)) wallet.removeListener(event, listener)
  }
}
