/** A wallet for trying things out in a browser that has none. Its keys lie in the page's storage, for any script of the site to read. */
import type { Hex } from '@session-sigs/core'
import type { LocalAccount } from 'viem/accounts'
import type { PageWindow, Texts } from './page.ts'
import { isRecord, parseJson } from './values.ts'
import type { WalletChoice, WalletQuestion } from './view.ts'
import type { Provider } from './wallets.ts'

/** Its name in the page's storage says what it is. */
const place = 'session-sigs-demo-throw-away-wallet'

export const developmentChoice: WalletChoice = {
  id: 'development',
  name: 'Development wallet',
  icon: `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="2" y="5" width="20" height="15" rx="3" fill="#b54708"/><path d="m9 9-3 3.500L9 16m6-7 3 3.500L15 16" fill="none" stroke="#fff" stroke-width="1.800"/></svg>',
  )}`,
  isDevelopment: true,
}

interface Kept {
  readonly keys: readonly [Hex, Hex]
  readonly selected: 0 | 1
}

interface Selected {
  readonly account: LocalAccount
  readonly kept: Kept
}

export interface DevelopmentWallet extends Required<Provider> {
  /** Selects the other one of the two accounts. */
  switchAccount(): Promise<void>
  /** Hears of what the person does in other tabs, until the returned function is called. */
  listen(): () => void
}

function failure(code: number, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function isKey(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)
}

function readKept(text: string | undefined): Kept | undefined {
  const value = parseJson(text)
  if (!isRecord(value) || !Array.isArray(value['keys']) || value['keys'].length !== 2) return undefined
  const [first, second]: unknown[] = value['keys']
  if (!isKey(first) || !isKey(second)) return undefined
  return { keys: [first, second], selected: value['selected'] === 1 ? 1 : 0 }
}

function textOf(data: unknown): string {
  const text = String(data)
  const bytes = text.match(/^0x(?:[0-9a-fA-F]{2})*$/) ? (text.slice(2).match(/../g) ?? []) : undefined
  return bytes ? new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16))) : text
}

/** An EIP-1193 provider over two keys that are made at random when they are first needed. `ask` puts a question to the person. */
export function createDevelopmentWallet(
  page: PageWindow,
  texts: Texts,
  ask: (question: WalletQuestion) => Promise<boolean>,
): DevelopmentWallet {
  const listeners = new Map<string, ReadonlySet<(data: unknown) => void>>()

  // Read each time, because other tabs have the same wallet; loaded late, because few choose it.
  async function selected(): Promise<Selected> {
    const { generatePrivateKey, privateKeyToAccount } = await import('viem/accounts')
    const use = (kept: Kept): Selected => ({ account: privateKeyToAccount(kept.keys[kept.selected]), kept })
    try {
      const kept = readKept(texts.get(place))
      if (kept) return use(kept)
    } catch {
      // Not every 32 bytes are a key: these count as none.
    }
    const made: Kept = { keys: [generatePrivateKey(), generatePrivateKey()], selected: 0 }
    texts.set(place, JSON.stringify(made))
    return use(made)
  }

  async function accounts(): Promise<readonly string[]> {
    return [(await selected()).account.address]
  }

  async function sign(data: unknown, address: unknown): Promise<Hex> {
    const { account } = await selected()
    if (account.address.toLowerCase() !== String(address).toLowerCase()) {
      throw failure(4100, 'Another account is selected in the development wallet. Switch the account first.')
    }
    const message = textOf(data)
    if (!(await ask({ site: page.location.host, address: account.address, message }))) throw failure(4001, 'The person refused.')
    return account.signMessage({ message })
  }

  async function emitAccounts(): Promise<void> {
    const now = await accounts()
    for (const listener of [...(listeners.get('accountsChanged') ?? [])]) listener(now)
  }

  return {
    async request({ method, params = [] }) {
      if (method === 'eth_requestAccounts' || method === 'eth_accounts') return accounts()
      if (method === 'eth_chainId') return '0x1'
      if (method === 'personal_sign') return sign(params[0], params[1])
      throw failure(4200, `The development wallet does not know ${method}.`)
    },
    on(event, listener) {
      listeners.set(event, new Set([...(listeners.get(event) ?? []), listener]))
    },
    removeListener(event, listener) {
      listeners.set(event, new Set([...(listeners.get(event) ?? [])].filter((other) => other !== listener)))
    },
    async switchAccount() {
      const { kept } = await selected()
      texts.set(place, JSON.stringify({ ...kept, selected: 1 - kept.selected }))
      await emitAccounts()
    },
    listen() {
      const heard = (event: Event): void => {
        // Whoever does not use this wallet must not load it for another tab's sake.
        if (Reflect.get(event, 'key') === place && listeners.get('accountsChanged')?.size) void emitAccounts().catch(() => undefined)
      }
      page.addEventListener('storage', heard)
      return () => page.removeEventListener('storage', heard)
    },
  }
}
