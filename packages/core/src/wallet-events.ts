/**
 * What a wallet's events mean: loaded by who follows them.
 */
import { isObject } from './values.ts'
import type { PickSession } from './vault.ts'

/** What an EIP-1193 provider has for who wants to hear of its events, however its arguments are typed. */
export interface WalletEvents {
  on(event: never, listener: never): unknown
  removeListener(event: never, listener: never): unknown
}

/** Codes below are those of a lost connection (EIP-1193 §disconnect, CloseEvent); from here on they are a wallet's own, and a person's doing. */
const byPerson = 5_000

function addressOf(id: string | undefined): string | undefined {
  return id?.slice(id.indexOf(':') + 1).toLowerCase()
}

/**
 * What an event, by its name, makes of the session in use. The account's session is picked where there is one, and none where there is none. Another chain picks the account's
 * session there, if it has one. A session outlives the wallet's connection, so losing that changes nothing, unless the person ended it.
 */
export function readEvents(select: (pick: PickSession) => Promise<void>): (event: string, value: unknown) => Promise<void> {
  let chainId: number | undefined
  const isThere = (id: string): boolean => Number.parseInt(id, 10) === chainId

  const pickAccount =
    (address: unknown): PickSession =>
    (ids, current) => {
      const wanted = typeof address === 'string' ? address.toLowerCase() : ''
      const own = ids.filter((id) => addressOf(id) === wanted)
      return own.find(isThere) ?? (addressOf(current) === wanted ? current : own[0])
    }

  function pick(event: string, value: unknown): PickSession {
    if (event === 'accountsChanged') return pickAccount(Array.isArray(value) ? value[0] : undefined)
    if (event === 'disconnect')
      return isObject(value) && Number(value['code']) >= byPerson ? pickAccount(undefined) : (_, current) => current
    chainId = Number(value)
    return (ids, current) => ids.find((id) => addressOf(id) === addressOf(current) && isThere(id)) ?? current
  }

  return (event, value) => select(pick(event, value))
}
