/** The wallet of a browser profile: one for all its tabs, and in the test's hands. */
import type { BrowserContext, Page } from 'playwright-core'
import type { Hex, LocalAccount } from 'viem'
import { alice } from '../../packages/core/test/wallet.ts'
import type { WalletAnswer } from './injected/provider.ts'
import { bundleScript } from './pages.ts'

interface WalletRequest {
  /** The tab that asked. */
  readonly tab: Page
  readonly method: string
  readonly params: readonly unknown[]
  /** `performance.now()` of Node. */
  readonly at: number
}

/** What becomes of a `personal_sign`: signed at once, refused at once (4001), kept until `release`, never answered, or one of the first two after some time. */
type Answer = 'sign' | 'refuse' | 'hold' | 'never' | Promise<'sign' | 'refuse'>

interface SignRequest extends WalletRequest {
  readonly message: string
}

export interface TestWallet {
  /** Every request, of all tabs, in the order in which they arrived. */
  readonly requests: readonly WalletRequest[]
  /** Those of them that ask for a signature. */
  readonly signRequests: readonly SignRequest[]
  /** How the next `personal_sign` is answered; `sign` until something else is said. */
  answer: Answer | ((request: SignRequest) => Answer)
  /** When `personal_sign` has been asked for that many times in all. */
  whenAsked(count: number): Promise<void>
  /** Answers what is held, and says how many that were. */
  release(answer?: 'sign' | 'refuse'): number
  /** `accountsChanged` in all tabs. */
  switchAccount(account: LocalAccount): Promise<void>
  /** `chainChanged` in all tabs. */
  switchChain(chainId: number): Promise<void>
  /** The site loses the account until it asks again: `accountsChanged` without one, then `disconnect`, in all tabs. */
  disconnect(): Promise<void>
}

export interface WalletOptions {
  account?: LocalAccount
  chainId?: number
}

interface Waiting {
  readonly count: number
  readonly resolve: () => void
}

function failure(code: number, message: string): WalletAnswer {
  return { error: { code, message } }
}

const refusal = failure(4001, 'User rejected the request.')

function textOf(data: string): string {
  return data.startsWith('0x') ? Buffer.from(data.slice(2), 'hex').toString() : data
}

/** Puts the wallet into every tab that the profile opens from now on. */
export async function installWallet(context: BrowserContext, options: WalletOptions = {}): Promise<TestWallet> {
  let { account = alice, chainId = 1 } = options
  let isConnected = false
  let waiting: Waiting[] = []
  let held: ((answer: 'sign' | 'refuse') => void)[] = []
  const requests: WalletRequest[] = []
  const signRequests: SignRequest[] = []
  const accounts = () => (isConnected ? [account.address] : [])
  const chain = () => `0x${chainId.toString(16)}`

  function settle(request: SignRequest): Promise<'sign' | 'refuse'> {
    const answer = typeof wallet.answer === 'function' ? wallet.answer(request) : wallet.answer
    if (answer !== 'hold' && answer !== 'never') return Promise.resolve(answer)
    return new Promise((resolve) => {
      if (answer === 'hold') held.push(resolve)
    })
  }

  async function sign(request: WalletRequest): Promise<WalletAnswer> {
    const [data, address] = request.params.map(String)
    // The account that is asked, and no other that is selected by the time it answers.
    const signing = account
    const asked = { ...request, message: textOf(data ?? '') }
    signRequests.push(asked)
    for (const { count, resolve } of waiting) if (count <= signRequests.length) resolve()
    waiting = waiting.filter(({ count }) => count > signRequests.length)
    if (!isConnected || address?.toLowerCase() !== signing.address.toLowerCase()) return failure(4100, 'The account is not authorised.')
    if ((await settle(asked)) === 'refuse') return refusal
    return { result: await signing.signMessage({ message: data?.startsWith('0x') ? { raw: data as Hex } : asked.message }) }
  }

  async function answer(request: WalletRequest): Promise<WalletAnswer> {
    requests.push(request)
    if (request.method === 'personal_sign') return sign(request)
    if (request.method === 'eth_requestAccounts') isConnected = true
    if (/^eth_(?:requestAccounts|accounts)$/.test(request.method)) return { result: accounts() }
    if (request.method === 'eth_chainId') return { result: chain() }
    return failure(4200, `The wallet does not know ${request.method}.`)
  }

  async function emit(event: string, data: unknown): Promise<void> {
    const tell = (tab: Page) => tab.evaluate(([name, value]) => window.__walletEvent?.(name, value), [event, data] as const)
    // A tab that is just being closed hears nothing.
    await Promise.all(context.pages().map((tab) => tell(tab).catch(() => undefined)))
  }

  const wallet: TestWallet = {
    requests,
    signRequests,
    answer: 'sign',
    whenAsked: (count) =>
      new Promise((resolve) => {
        if (count <= signRequests.length) resolve()
        else waiting.push({ count, resolve })
      }),
    release(how = 'sign') {
      const released = held
      held = []
      for (const resolve of released) resolve(how)
      return released.length
    },
    async switchAccount(other) {
      account = other
      if (isConnected) await emit('accountsChanged', accounts())
    },
    async switchChain(other) {
      chainId = other
      await emit('chainChanged', chain())
    },
    async disconnect() {
      isConnected = false
      await emit('accountsChanged', [])
      await emit('disconnect', { code: 4900, message: 'The wallet is disconnected.' })
    },
  }

  await context.exposeBinding('__walletRequest', ({ page: tab }, method: string, params: readonly unknown[]) =>
    answer({ tab, method, params, at: performance.now() }),
  )
  await context.addInitScript({ content: await bundleScript('provider') })
  return wallet
}
