import { memoryStorage, SessionError, type SessionStorage } from '@session-sigs/core'
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
  const area = provider ?? pageArea()
  if (!area) return memoryStorage()
  // The app may change what is there by hand, so that it has to be read anew each time, as if others shared it.
  const storage = storages.get(area) ?? webStorage(litArea(area), { sharedAs: provider ? `lit:${randomHex(8)}` : 'localStorage' })
  storages.set(area, storage)
  return storage
}

/** @throws SessionError `storage-failed` */
export async function removeRecord(storage: SessionStorage): Promise<void> {
  try {
    await storage.open?.()
    await storage.delete(recordName)
  } catch (cause) {
    throw new SessionError('storage-failed', { operation: 'delete' }, { cause })
  }
}
