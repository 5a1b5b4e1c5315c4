/** What a page has that Node has not: local storage. */
import { vi } from 'vitest'
import type { TextArea } from '../src/index.ts'

/** A `Storage` as pages have it: texts by name. It can be made to run out of room, or to fail. */
export class TextStore implements TextArea {
  /** Called before each write and removal; throws where that is to fail. */
  before: (operation: 'setItem' | 'removeItem', name: string, text: string) => void = () => undefined
  /** How many characters it has room for, names included. */
  capacity: number = Number.POSITIVE_INFINITY
  readonly #texts = new Map<string, string>()

  constructor(texts: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(texts)) this.#texts.set(name, text)
  }

  get [Symbol.toStringTag](): string {
    return 'Storage'
  }

  getItem(name: string): string | null {
    return this.#texts.get(name) ?? null
  }

  setItem(name: string, text: string): void {
    const value = String(text)
    this.before('setItem', name, value)
    const others = [...this.#texts].reduce((sum, [other, kept]) => (other === name ? sum : sum + other.length + kept.length), 0)
    if (others + name.length + value.length > this.capacity) throw quotaExceeded()
    this.#texts.set(name, value)
  }

  removeItem(name: string): void {
    this.before('removeItem', name, '')
    this.#texts.delete(name)
  }

  /** Everything that is there. */
  all(): Record<string, string> {
    return Object.fromEntries(this.#texts)
  }

  /** Everything that is there, in one text: what a thief would search. */
  dump(): string {
    return [...this.#texts].flat().join('\n')
  }
}

export function quotaExceeded(): Error {
  return new DOMException('The quota has been exceeded.', 'QuotaExceededError')
}

export function notAllowed(): Error {
  return new DOMException('The operation is insecure.', 'SecurityError')
}

/** Makes a storage the page's `localStorage`, until `vi.unstubAllGlobals()`. */
export function givePage(store: TextStore = new TextStore()): TextStore {
  vi.stubGlobal('localStorage', store)
  return store
}
