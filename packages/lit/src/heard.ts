/**
 * What another page's sign-out means here: loaded where one is heard of.
 */
import { type AuthSig, parseSiweMessage, type SessionClient } from '@session-sigs/core'

/** A text that does not say when it was signed was signed before. */
function isOlder({ signedMessage }: AuthSig, at: number): boolean {
  return !(Date.parse(parseSiweMessage(signedMessage).issuedAt) > at)
}

/** Whether there is a session, and nothing in it that was signed since. */
export async function isFromBefore(client: Pick<SessionClient, 'getDelegation'>, at: number): Promise<boolean> {
  const kept = await client.getDelegation().catch(() => undefined)
  return kept?.capabilities.every((authSig) => isOlder(authSig, at)) ?? false
}
