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

/** How long a write is announced, and waited for by others, in milliseconds: what one tab writes reaches the others much sooner. */
const announced = 500

/** Says by a lock's name what was done to the record of that name; resolves when all tabs can see it. */
function announce(id: string, number: number): Promise<void> {
  return new Promise((resolve) => {
    const hold = (): Promise<void> => {
      resolve()
      return new Promise((release) => setTimeout(release, announced))
    }
    navigator.locks.request(`${id}#${number}`, { mode: 'shared' }, hold).catch(() => resolve())
  })
}

/** The latest number that was written, and the latest that is gone, as far as that is announced. */
async function latest(id: string): Promise<{ written: number; gone: number }> {
  const { held = [] } = await navigator.locks.query()
  const start = `${id}#`
  const numbers = held.flatMap(({ name = '' }) => (name.startsWith(start) ? [Number(name.slice(start.length)) || 0] : []))
  return { written: Math.max(0, ...numbers), gone: -Math.min(0, ...numbers) }
}

function numberIn(place: WebArea, id: string): number {
  try {
    return Number(place.getItem(`${id}#`)) || 0
  } catch {
    return 0
  }
}

/** Waits for what other tabs have written to arrive here; no longer than it is announced. */
async function until(hasCome: () => boolean): Promise<void> {
  const end = performance.now() + announced
  while (!hasCome() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1))
}

/**
 * For who removes a record from local storage by hand, and at once: `remove` is called before this returns, and once more where another tab had written what had not arrived here yet.
 * Resolves when no tab takes for true any more what it may still see there.
 */
export async function removeAtOnce(id: string, place: WebArea, remove: () => unknown): Promise<void> {
  const before = numberIn(place, id)
  remove()
  if (!globalThis.navigator?.locks) return
  if (before > 0) await announce(id, -before)
  const { written, gone } = await latest(id)
  if (written <= Math.max(before, gone)) return
  await announce(id, -written)
  await until(() => numberIn(place, id) >= written)
  if (numberIn(place, id) === written) remove()
}

/** Puts writes and reads of all tabs into one order. */
interface Order {
  write(id: string, change: () => unknown): Promise<void>
  /** Resolves when what was written before can be read. */
  settled(id: string): Promise<void>
}

/**
 * What one tab writes into `localStorage` reaches other tabs' processes late, and a tab that has just been told of a change could still read what was there before. Web Locks are
 * the same for all of them at once: each write is numbered, and its number is for a while the name of a lock. Where the area keeps no number, because nothing is there any more, that
 * is the number that was there before, with a minus.
 */
function createOrder(place: WebArea): Order | undefined {
  if (!globalThis.navigator?.locks) return undefined
  return {
    async write(id, change) {
      const { written, gone } = await latest(id).catch(() => ({ written: 0, gone: 0 }))
      const before = Math.max(numberIn(place, id), written, gone)
      change()
      try {
        place.setItem(`${id}#`, String(before + 1))
      } catch {
        // No room for the number: then others see the change when they see it.
        return
      }
      await announce(id, numberIn(place, id) > before ? before + 1 : -before)
    },
    async settled(id) {
      const { written, gone } = await latest(id)
      await until(() => {
        const number = numberIn(place, id)
        return written > gone ? number >= written : number === 0 || number > gone
      })
    },
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
  let order: Order | undefined

  async function write(id: string, change: (area: WebArea) => unknown): Promise<void> {
    const area = place
    if (area) await (order ? order.write(id, () => change(area)) : change(area))
  }

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
        order = sharedAs === 'localStorage' ? createOrder(found) : undefined
      } catch {
        // Disabled, or not there at all: `keys` says so.
      }
    },
    async get(id) {
      // A page that may not use locks has no order among tabs.
      await order?.settled(id).catch(() => undefined)
      return read(await place?.getItem(id)) as StoredSessions | undefined
    },
    async set(id, value) {
      const text = JSON.stringify(value)
      await write(id, (area) => area.setItem(id, text))
    },
    delete: (id) => write(id, (area) => area.removeItem(id)),
  })
}
