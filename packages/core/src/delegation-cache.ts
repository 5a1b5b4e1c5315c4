import { fromUtf8, toUtf8 } from './bytes.ts'
import type { AuthSig } from './delegation.ts'
import { createRecentMap } from './least-recent.ts'
import type { Recap } from './recap.ts'
import type { SiweMessage } from './siwe.ts'

/** What never changes about a delegation whose wallet signature was found good: what its text says. */
export interface ProvenDelegation {
  readonly message: SiweMessage
  /** Of its text. */
  readonly length: number
  recap?: Recap
}

/** The place of one envelope in a memory: what is known of it, and where to put what was found out. */
interface DelegationPlace {
  readonly known: ProvenDelegation | undefined
  keep(proven: ProvenDelegation): void
}

/** Where a verifier looks for what it knows of the signature of an ordinary account over a text. No place: nothing is remembered. */
export type DelegationMemory = (authSig: AuthSig) => DelegationPlace | undefined

/**
 * Proven delegations, the least recently used dropped first once they take more than about `maxBytes`. Refusals are never kept. A hit proves that this very signature is one of
 * the account in this very text, over this very text, and nothing else: whatever else stands in an envelope is looked at every time.
 */
export function createDelegationCache(maxBytes: number): DelegationMemory {
  const entries = createRecentMap<{ readonly signedMessage: string; readonly proven: ProvenDelegation }>(maxBytes)

  return ({ sig, signedMessage }) => {
    const entry = entries.get(sig)
    return {
      known: entry?.signedMessage === signedMessage ? entry.proven : undefined,
      keep(proven) {
        // The text stands in the fields once more; objects, keys and list entries have a size of their own.
        const bytes = 4 * proven.length + 64 * (proven.message.resources?.length ?? 0) + 1536
        // A text of its own: the one that came may be a piece of a much longer one, and would keep all of it.
        entries.set(fromUtf8(toUtf8(sig)) ?? sig, { signedMessage, proven }, bytes)
      },
    }
  }
}
