import { endOf } from './coverage.ts'
import { keyName, type LiveSession, type ReadRecord, type StoredSession, sessionId, sessionIn } from './storage.ts'
import { formatInstant } from './time.ts'

/** Why nobody is signed in. `evicted`: the storage lost it. `corrupt`: what the storage had could not be used. `account-changed`: the wallet is on an account without a session. */
export type SignedOutReason = 'never' | 'signed-out' | 'expired' | 'evicted' | 'corrupt' | 'account-changed' | 'revoked'

/** How the session key is kept, from the weakest: as a seed that script can read; nowhere but in this page; as a key that the platform gives to nobody. */
export type Protection = 'extractable' | 'memory' | 'non-extractable'

/** Signed out, and why; or signed in: who delegated what to which key until when. */
export type SessionState =
  | { readonly status: 'signed-out'; readonly reason: SignedOutReason }
  | {
      readonly status: 'signed-in'
      readonly address: string
      readonly chainId: number
      /** The session public key, 64 hex digits. */
      readonly sessionKey: string
      /** When the last of the delegations ends, RFC 3339. */
      readonly expiresAt: string
      /** The warning ahead of time: it is time to renew. */
      readonly endsSoon: boolean
      /** What the wallet granted: the resources of the delegations' messages. */
      readonly capabilities: readonly string[]
      readonly protection: Protection
    }

/** When the last of a session's delegations ends, in milliseconds. */
export function endOfSession({ delegations }: LiveSession): number {
  return Math.max(...delegations.map(endOf))
}

/** What a session looks like from outside. Two descriptions of the same are equal as JSON. */
export function describe(session: LiveSession, protection: Protection, now: number, warning: number): SessionState {
  const end = endOfSession(session)
  if (!(end > now)) return { status: 'signed-out', reason: 'expired' }
  const { address, chainId } = session.account
  return {
    status: 'signed-in',
    address,
    chainId,
    sessionKey: session.key.publicKey,
    expiresAt: formatInstant(end),
    endsSoon: !(end > now + warning),
    capabilities: session.delegations.flatMap((item) => (endOf(item) > now ? (item.message.resources ?? []) : [])),
    protection,
  }
}

/** Why nobody is signed in by a record that has no session for us; `before` is what was said so far. `hasEnded` knows the keys that were destroyed. */
export function reasonFor(
  { record, isCorrupt, isMissing }: ReadRecord,
  current: LiveSession | undefined,
  before: SignedOutReason,
  hasEnded: (stored: StoredSession | undefined) => boolean,
): SignedOutReason {
  const kept = sessionIn(record, record.current)
  if (isCorrupt || (kept && !hasEnded(kept))) return 'corrupt'
  if (!current) return isMissing || before !== 'never' ? before : 'signed-out'
  if (hasEnded(current.stored)) return 'signed-out'
  const mine = sessionIn(record, sessionId(current.account))
  if (mine && keyName(mine.key) === keyName(current.stored.key)) return 'account-changed'
  return isMissing ? 'evicted' : 'signed-out'
}
