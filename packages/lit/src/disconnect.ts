import type { SessionStorage } from '@session-sigs/core'
import { knownNames, recordName, type TextArea } from './area.ts'
import { LitNodeClient } from './client.ts'
import { signOutAll } from './live.ts'
import { pageArea } from './place.ts'

/**
 * Removes everything that is stored for a session, the key included. Given a client, its session; given a storage, what is in it. Given nothing, everything of this site: what is in
 * local storage is gone when this returns, before the promise resolves, and every client of this page and of other tabs is signed out.
 *
 * @throws SessionError `storage-failed`
 */
export async function disconnectWeb3(from?: LitNodeClient | SessionStorage | TextArea): Promise<void> {
  if (from instanceof LitNodeClient) return from.signOut()
  const area = from ? 'getItem' in from && from : pageArea()
  if (area) for (const name of knownNames) area.removeItem(name)
  const hasEnded = await signOutAll(from)
  if (!from || 'getItem' in from || hasEnded) return
  // Nobody here has it open.
  await from.open?.()
  await from.delete(recordName)
}
