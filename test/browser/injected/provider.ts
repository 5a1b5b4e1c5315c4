/**
 * `window.ethereum`, as a wallet's extension puts it into every page (EIP-1193). The wallet itself is in Node: `wallet.ts`.
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
