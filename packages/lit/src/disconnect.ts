import type { SessionStorage } from '@session-sigs/core'
import { removeAtOnce } from '@session-sigs/storage-web'
import { knownNames, litArea, recordName, type TextArea } from './area.ts'
import type { LitNodeClient } from './client.ts'
import { signOutAll } from './live.ts'
import { pageArea, removeRecord, storageFailure } from './place.ts'

/** What a button hands to its handler: as good as nothing. */
interface ButtonEvent {
  readonly type: string
}

function has(given: unknown, name: string): boolean {
  return typeof Object(given)[name] === 'function'
}

/**
 * Removes everything that is stored for a session, the key included. Given a client, its session; given a storage, what is in it. Given nothing, everything of this site: what is in
 * local storage is gone when this returns, before the promise resolves, and every client of this page and of other tabs is signed out.
 *
 * @throws SessionError `storage-failed`
 */
export async function disconnectWeb3(from?: LitNodeClient | SessionStorage | TextArea | ButtonEvent): Promise<void> {
  // Also one of another copy of this package.
  if (has(from, 'signOut')) return (from as LitNodeClient).signOut()
  const [area, storage] = [has(from, 'removeItem') && (from as TextArea), has(from, 'delete') && (from as SessionStorage)]
  const isBare = !area && !storage
  if (isBare && from && typeof Object(from).type !== 'string') throw new TypeError('Give it a client, a storage, or nothing.')
  const page = pageArea()
  const texts = isBare ? page : area
  let clearing: Promise<unknown>[] = []
  const clear = (): void => {
    if (texts) clearing = knownNames.map(async (name) => texts.removeItem(name))
  }
  // What other tabs still see of it must not be taken for true.
  const removing = texts && texts === page ? removeAtOnce(recordName, litArea(texts), clear) : clear()
  const ending = signOutAll(isBare ? undefined : from)
  // Whatever becomes of one, the others are tried.
  const outcomes = await Promise.allSettled([...clearing, ...ending, removing])
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw storageFailure(failed.reason)
  // Where nobody here has it open.
  if (storage && ending.length === 0) await removeRecord(storage)
}
