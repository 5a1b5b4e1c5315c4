import { isSessionError, SessionError, type SessionStorage } from '@session-sigs/core'
import { announceRemoval } from '@session-sigs/storage-web'
import { knownNames, numberIn, recordName, type TextArea } from './area.ts'
import { LitNodeClient } from './client.ts'
import { firstFailure, signOutAll } from './live.ts'
import { pageArea, removeRecord } from './place.ts'

function has(given: unknown, name: string): boolean {
  return typeof Object(given)[name] === 'function'
}

/**
 * Removes everything that is stored for a session, the key included. Given a client, its session; given a storage, what is in it. Given nothing, everything of this site: what is in
 * local storage is gone when this returns, before the promise resolves, and every client of this page and of other tabs is signed out.
 *
 * @throws SessionError `storage-failed`
 */
export async function disconnectWeb3(from?: LitNodeClient | SessionStorage | TextArea): Promise<void> {
  if (from instanceof LitNodeClient) return from.signOut()
  const [area, storage] = [has(from, 'removeItem') && (from as TextArea), has(from, 'delete') && (from as SessionStorage)]
  // Also where a button hands its event to this.
  const isBare = !area && !storage
  const texts = isBare ? pageArea() : area
  const announcing = texts === pageArea() ? announceRemoval(recordName, numberIn(texts)) : undefined
  const clearing = firstFailure(texts ? knownNames.map((name) => () => texts.removeItem(name)) : [])
  const { hasEnded, failure } = await signOutAll(isBare ? undefined : from)
  await announcing
  const failed = (await clearing) ?? failure
  if (failed) throw isSessionError(failed.cause) ? failed.cause : new SessionError('storage-failed', { operation: 'delete' }, failed)
  // Where nobody here has it open.
  if (storage && !hasEnded) await removeRecord(storage)
}
