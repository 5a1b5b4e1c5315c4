/** What the model uses of a page. Tests bring their own. */
export interface PageWindow {
  readonly location: { readonly host: string; readonly origin: string }
  /** Reading it throws where storage is disabled. */
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem'>
  /** Where wallets used to put themselves. */
  readonly ethereum?: unknown
  addEventListener(type: string, run: (event: Event) => void): void
  removeEventListener(type: string, run: (event: Event) => void): void
  dispatchEvent(event: Event): boolean
}

/** Texts by name. */
export interface Texts {
  get(name: string): string | undefined
  set(name: string, text: string): void
}

/** The page's `localStorage`; what it does not take is kept for as long as the page is there. */
export function textsOf(page: PageWindow): Texts {
  const here = new Map<string, string>()
  return {
    get(name) {
      try {
        return here.get(name) ?? page.localStorage.getItem(name) ?? undefined
      } catch {
        return undefined
      }
    },
    set(name, text) {
      here.delete(name)
      try {
        page.localStorage.setItem(name, text)
      } catch {
        here.set(name, text)
      }
    },
  }
}
