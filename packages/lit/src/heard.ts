/**
 * What another page's sign-out means here: loaded where one is heard of.
 */
import { type AuthSig, parseSiweMessage, type SessionClient } from '@session-sigs/core'

/** A text that does not say when it was signed was signed before. */
function isOlder({ signedMessage }: AuthSig, at: number): boolean {
  return !(Date.parse(parseSiweMessage(signedMessage).issuedAt) > at)
}

/**
 * Whether what is kept is from before: a key is as old as the first that was delegated to it. Where nobody is in use, a storage of the app's own may still have others; local storage
 * was cleared by who signed out.
 */
export async function isFromBefore(client: Pick<SessionClient, 'getDelegation'>, at: number, hasOwnStorage: boolean): Promise<boolean> {
  const kept = await client.getDelegation().catch(() => undefined)
  return kept ? kept.capabilities.some((authSig) => isOlder(authSig, at)) : hasOwnStorage
}
