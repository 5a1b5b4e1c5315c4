import { isSessionError, memoryStorage, SessionError, type SessionStorage } from '@session-sigs/core'
import { webStorage } from '@session-sigs/storage-web'
import { litArea, recordName, type TextArea } from './area.ts'
import { randomHex } from './hex.ts'

/** Local storage, where the page has one and may use it. */
export function pageArea(): TextArea | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}

/** One for all clients of this page with the same area, so that they keep out of each other's way. As good as a field of the area: it comes and goes with it. */
const storages: WeakMap<object, SessionStorage> = /* @__PURE__ */ new WeakMap()

/** The storage over an area of the app's own, or else over local storage; memory where there is none. */
export function storageOf(provider: TextArea | undefined): SessionStorage {
  const page = pageArea()
  const area = provider ?? page
  if (!area) return memoryStorage()
  // The app may change what is there by hand, so that it has to be read anew each time, as if others shared it.
  const storage = storages.get(area) ?? webStorage(litArea(area), { sharedAs: area === page ? 'localStorage' : `lit:${randomHex(8)}` })
  storages.set(area, storage)
  return storage
}

/** What a storage failed with that was to remove something, in the project's words. */
export function storageFailure(cause: unknown): unknown {
  return isSessionError(cause) ? cause : new SessionError('storage-failed', { operation: 'delete' }, { cause })
}

/** Removes what is left where nobody is signed in: others may look there, and an empty record tells them nothing. @throws SessionError `storage-failed` */
export async function removeRecord(storage: SessionStorage, onlyEmpty = false): Promise<void> {
  try {
    await storage.open?.()
    if (!onlyEmpty || Object.keys((await storage.get(recordName))?.sessions ?? {}).length === 0) await storage.delete(recordName)
  } catch (cause) {
    throw storageFailure(cause)
  }
}
