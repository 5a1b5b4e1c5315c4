/**
 * A question that a page prepared and did not live to see answered: loaded only where one was stored.
 */
import { readDelegation } from './auth-sig.ts'
import { personalSign } from './delegation.ts'
import type { Scope } from './scope.ts'
import type { SiweMessage } from './siwe.ts'
import { parseSiweMessage } from './siwe-reading.ts'
import type { StoredQuestion } from './storage.ts'
import { loadStoredKey } from './stored-key.ts'
import { parseInstant } from './time.ts'

/** It is asked again word for word for so long, in milliseconds. */
const life = 3_600_000

/** Whether the stored question is what would be asked now, of the same account and not too long ago. `expiration` is the end that was asked for, if one was. */
export async function isStillAsked(
  pending: StoredQuestion,
  fresh: Omit<SiweMessage, 'uri'>,
  asked: { scope: Scope; expiration: string | undefined; now: number },
): Promise<boolean> {
  try {
    const message = parseSiweMessage(pending.message)
    if (fresh.domain !== message.domain || fresh.statement !== message.statement) return false
    if (asked.expiration !== undefined && fresh.expirationTime !== message.expirationTime) return false
    if (`${fresh.resources}` !== `${message.resources}`) return false
    if (!(parseInstant(message.expirationTime ?? '') <= parseInstant(fresh.expirationTime ?? ''))) return false
    if (!(asked.now - parseInstant(message.issuedAt) < life)) return false
    const { publicKey } = await loadStoredKey(pending.key)
    const account = { address: fresh.address as `0x${string}`, chainId: fresh.chainId }
    // Judged as its answer will be.
    const unsigned = { sig: '0x00', derivedVia: personalSign, signedMessage: pending.message, address: fresh.address }
    readDelegation(unsigned, { publicKey, scope: asked.scope, now: asked.now, account })
    return true
  } catch {
    return false
  }
}
