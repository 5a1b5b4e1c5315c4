/**
 * `window.ethereum`, as a wallet's extension puts it into every page (EIP-1193), announced by EIP-6963 as well. The wallet itself is in Node: `wallet.ts`.
 */
/** Whoever listens knows what the event brings. */
type Listener = (data: never) => void

interface WalletCall {
  readonly method: string
  /** `performance.now()` of the page. */
  readonly at: number
  /** Whether it came in the turn of the event loop that the test had marked: see `inOneTurn`. */
  readonly inTurn: boolean
}

export type WalletAnswer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } }

declare global {
  interface Window {
    ethereum: {
      request(args: { method: string; params?: readonly unknown[] }): Promise<unknown>
      on(event: string, listener: Listener): void
      removeListener(event: string, listener: Listener): void
    }
    /** There as long as the marked turn lasts. */
    __turn: symbol | undefined
    /** What the page asked of the wallet, written down as it asked. */
    __walletCalls: WalletCall[]
    __walletEvent(event: string, data: unknown): void
    __walletRequest(method: string, params: readonly unknown[]): Promise<WalletAnswer>
  }
}

const listeners = new Map<string, Set<Listener>>()

function listenersOf(event: string): Set<Listener> {
  const known = listeners.get(event) ?? new Set()
  listeners.set(event, known)
  return known
}

async function request({ method, params = [] }: { method: string; params?: readonly unknown[] }): Promise<unknown> {
  window.__walletCalls.push({ method, at: performance.now(), inTurn: window.__turn !== undefined })
  const answer = await window.__walletRequest(method, params)
  if ('error' in answer) throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  return answer.result
}

window.__walletCalls = []
window.__walletEvent = (event, data) => {
  for (const listener of [...listenersOf(event)]) listener(data as never)
}
window.ethereum = {
  request,
  on: (event, listener) => void listenersOf(event).add(listener),
  removeListener: (event, listener) => void listenersOf(event).delete(listener),
}

const info = {
  uuid: '8a3c1f0e-5d2b-4c7a-9e61-0b4f2d7c9a35',
  name: 'Test wallet',
  icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="2" fill="teal"/></svg>',
  rdns: 'example.test-wallet',
}
const announce = (): void => {
  const detail = Object.freeze({ info: Object.freeze(info), provider: window.ethereum })
  window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
}
window.addEventListener('eip6963:requestProvider', announce)
announce()
