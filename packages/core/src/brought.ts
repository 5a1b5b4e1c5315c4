/**
 * Sessions of keys that callers bring with them: never stored, and loaded by who has such a key.
 */
import { isGoodNow } from './coverage.ts'
import type { Delegation } from './delegation.ts'
import { importSessionKey, type SessionKeyPair } from './keypair.ts'
import type { SessionKey } from './native.ts'
import type { Account } from './signer.ts'
import { type LiveSession, sessionId } from './storage.ts'

export interface BroughtSessions {
  /** @throws SessionError `key-malformed` */
  read(pair: SessionKeyPair | string): Promise<SessionKey>
  sessionOf(key: SessionKey): Pick<LiveSession, 'account' | 'delegations'> | undefined
  keep(delegation: Delegation, key: SessionKey): void
  /** Those that have something good left. */
  keys(): readonly SessionKey[]
}

export function createBroughtSessions(now: () => number): BroughtSessions {
  const sessions = new Map<string, Pick<LiveSession, 'account' | 'key' | 'delegations'>>()
  const isGood = (item: Delegation): boolean => isGoodNow(item, now())

  /** A key that another account delegates to begins anew: one request must not act for two. Keys that have nothing good left are forgotten. */
  function keep(delegation: Delegation, key: SessionKey): void {
    const { address, chainId } = delegation.message
    const account: Account = { address: address as Account['address'], chainId }
    const earlier = sessions.get(key.publicKey)
    const others = earlier && sessionId(earlier.account) === sessionId(account) ? earlier.delegations.filter(isGood) : []
    for (const [name, { delegations }] of sessions) if (!delegations.some(isGood)) sessions.delete(name)
    sessions.set(key.publicKey, { account, key, delegations: [...others, delegation] })
  }

  const keys = (): readonly SessionKey[] =>
    [...sessions.values()].filter(({ delegations }) => delegations.some(isGood)).map(({ key }) => key)

  return { read: importSessionKey, sessionOf: (key) => sessions.get(key.publicKey), keep, keys }
}
