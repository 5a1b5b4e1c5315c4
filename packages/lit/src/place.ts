import { memoryStorage, type SessionStorage } from '@session-sigs/core'
import { webStorage } from '@session-sigs/storage-web'
import { litArea, type TextArea } from './area.ts'

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
  const storage = storages.get(area) ?? webStorage(litArea(area), provider ? {} : { sharedAs: 'localStorage' })
  storages.set(area, storage)
  return storage
}
