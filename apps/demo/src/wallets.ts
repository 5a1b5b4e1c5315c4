/** The wallets in the page: those that announce themselves (EIP-6963), or else the one that put itself there. */
import type { PageWindow } from './page.ts'
import { isRecord } from './values.ts'
import type { WalletChoice } from './view.ts'

/** A wallet as pages have it (EIP-1193), as far as it is used here. */
export interface Provider {
  request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>
  on?(event: string, listener: (data: unknown) => void): unknown
  removeListener?(event: string, listener: (data: unknown) => void): unknown
}

/** A choice, and the wallet behind it. */
export interface FoundWallet {
  readonly choice: WalletChoice
  readonly provider: Provider
}

/** More than anybody has, so that a page full of announcements stays a page. */
const most = 32
const longestIcon = 262_144

const plainIcon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="2" y="5" width="20" height="15" rx="3" fill="#667085"/><circle cx="17" cy="13" r="2" fill="#fff"/></svg>',
)}`

function isProvider(value: unknown): value is Provider {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'request') === 'function'
}

/** A text that somebody else wrote, fit for one line. */
function line(value: unknown, length: number): string {
  const text = typeof value === 'string' ? value.replace(/\p{C}+/gu, ' ').trim() : ''
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

/** Data that is in the page already: an address on the web would tell its owner who is here. */
function readIcon(value: unknown): string {
  const isImage = typeof value === 'string' && value.length <= longestIcon && /^data:image\/(?:svg\+xml|png|webp|jpeg|gif)[;,]/.test(value)
  return isImage ? value : plainIcon
}

interface Announced extends FoundWallet {
  readonly uuid: string
}

/** A name as `rdns` is meant to be: it has a dot, as no name of ours has, and no slash. */
const domainName = /^[\w-]+(?:\.[\w-]+)+$/

/** What an announcement says; nothing where it is none. Whoever runs in the page can announce anything. */
function readAnnouncement(
  event: Event,
): Omit<Announced, 'choice'> & { readonly rdns: string; readonly name: string; readonly icon: string } {
  const detail: unknown = Reflect.get(event, 'detail')
  const { info, provider } = isRecord(detail) ? detail : {}
  const { uuid, rdns, name, icon } = isRecord(info) ? info : {}
  const said = { uuid: line(uuid, 64), rdns: line(rdns, 100), name: line(name, 40), icon: readIcon(icon) }
  if (!said.uuid || !said.rdns || !said.name || !isProvider(provider)) throw new TypeError('no announcement')
  return { ...said, provider }
}

/**
 * Finds wallets, and goes on listening for more; `found` hears all of them each time. Returns what ends that.
 * A wallet's id is its `rdns`, which stays the same from page to page; a second one by that name, or one with a name that is none, is told apart by its uuid.
 */
export function discoverWallets(page: PageWindow, found: (wallets: readonly FoundWallet[]) => void): () => void {
  let announced: readonly Announced[] = []

  function inPage(): readonly FoundWallet[] {
    try {
      const provider = page.ethereum
      if (!isProvider(provider)) return []
      return [{ choice: { id: 'in-page', name: 'Browser wallet', icon: plainIcon, isDevelopment: false }, provider }]
    } catch {
      return []
    }
  }

  function hear(event: Event): void {
    try {
      const { uuid, rdns, name: title, icon, provider } = readAnnouncement(event)
      if (announced.length >= most || announced.some((other) => other.uuid === uuid)) return
      const name = domainName.test(rdns) ? rdns : ''
      const id = name && announced.every(({ choice }) => choice.id !== name) ? name : `${name}/${uuid}`
      announced = [...announced, { uuid, provider, choice: { id, name: title, icon, isDevelopment: false } }]
    } catch {
      // Reading it is running a stranger's code; what fails there is no wallet.
      return
    }
    found(announced)
  }

  page.addEventListener('eip6963:announceProvider', hear)
  page.dispatchEvent(new Event('eip6963:requestProvider'))
  if (announced.length === 0) found(inPage())
  return () => page.removeEventListener('eip6963:announceProvider', hear)
}
