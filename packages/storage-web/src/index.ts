import type { SessionStorage, StoredSessions } from '@session-sigs/core'

/** Keeps texts by key, at once or later: a `Storage`, React Native's AsyncStorage, `unstorage`. */
export interface WebArea {
  getItem(key: string): unknown
  setItem(key: string, text: string): unknown
  removeItem(key: string): unknown
}

export interface WebStorageOptions {
  /** For an area of one's own that other pages or workers of this origin use as well: the place's name, the same for all of them. */
  sharedAs?: string
}

/** Only a `Storage` is compared: the global may throw when it is touched, and makes some servers warn. */
function isLocalStorage(area: unknown): boolean {
  try {
    return Object.prototype.toString.call(area) === '[object Storage]' && area === globalThis.localStorage
  } catch {
    return false
  }
}

/** What is no record is given out as it is: core reads strictly, and says that it is corrupt. Objects are copied, as an area may keep the one it gave. */
function read(value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  try {
    return JSON.parse(typeof value === 'string' ? value : JSON.stringify(value))
  } catch {
    return value
  }
}

/**
 * A `SessionStorage` for `createSessionClient` over `localStorage` (`'local'`), `sessionStorage` (`'session'`) or an area of one's own. Keys are kept as seeds,
 * so whatever can read the area can sign. `keys` is `'none'` until `open()` could read the place: on a server, or where storage is disabled, nothing is kept.
 *
 * @throws TypeError for what is no area, and for options that cannot be used
 */
export function webStorage(area: 'local' | 'session' | WebArea, options: WebStorageOptions = {}): SessionStorage {
  const isNamed = area === 'local' || area === 'session'
  const methods = ['getItem', 'setItem', 'removeItem']
  if (!isNamed && !methods.every((name) => typeof Object(area)[name] === 'function')) {
    throw new TypeError("webStorage needs 'local', 'session', or an object with getItem, setItem and removeItem.")
  }
  for (const name of Object.keys(options)) if (name !== 'sharedAs') throw new TypeError(`There is no option "${name}".`)
  const given = options.sharedAs
  if (given !== undefined && (isNamed || typeof given !== 'string' || given === '')) {
    throw new TypeError("sharedAs is a name for an area of one's own.")
  }
  const sharedAs = given ?? (area === 'local' || isLocalStorage(area) ? 'localStorage' : undefined)

  /** The area, once it could be read. */
  let place: WebArea | undefined

  return Object.freeze<SessionStorage>({
    get keys() {
      return place ? 'seed' : 'none'
    },
    ...(sharedAs === undefined ? {} : { sharedAs }),
    async open() {
      try {
        const found: WebArea = isNamed ? globalThis[`${area}Storage`] : area
        // Reading, not writing: sessions in a full storage must still be found.
        await found.getItem('session-sigs')
        place = found
      } catch {
        // Disabled, or not there at all: `keys` says so.
      }
    },
    get: async (id) => read(await place?.getItem(id)) as StoredSessions | undefined,
    set: async (id, value) => void (await place?.setItem(id, JSON.stringify(value))),
    delete: async (id) => void (await place?.removeItem(id)),
  })
}
