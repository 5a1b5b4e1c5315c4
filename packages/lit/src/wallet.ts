/**
 * The wallet of a page: loaded where one is asked.
 */
import { type AskedChain, type Hex, type SessionClient, SessionError, type Signer } from '@session-sigs/core'
import { toHex } from './hex.ts'
import type { WalletProvider } from './options.ts'
import { failure } from './wallet-errors.ts'

/** How long a wallet that a page is still being given is waited for, and one that is asked in silence, in milliseconds. */
const patience = 300

/** Whatever a wallet throws, and whenever: it is never a mistake of whoever wrote the page. */
async function ask(wallet: WalletProvider, method: string, ...params: unknown[]): Promise<unknown> {
  try {
    return await wallet.request(params.length > 0 ? { method, params } : { method })
  } catch (cause) {
    throw cause instanceof TypeError ? new Error(cause.message, { cause }) : cause
  }
}

function isProvider(value: unknown): value is WalletProvider {
  return typeof Object(value).request === 'function'
}

/** The wallets that answer now (EIP-6963): each announces itself before this returns. */
function announced(): WalletProvider[] {
  const found: WalletProvider[] = []
  const hear = ({ detail }: CustomEventInit): void => {
    if (isProvider(detail?.provider)) found.push(detail.provider)
  }
  globalThis.addEventListener('eip6963:announceProvider', hear as EventListener)
  globalThis.dispatchEvent(new Event('eip6963:requestProvider'))
  globalThis.removeEventListener('eip6963:announceProvider', hear as EventListener)
  return found
}

function present(): WalletProvider[] {
  if (typeof globalThis.dispatchEvent !== 'function') return []
  const { ethereum } = globalThis as { ethereum?: unknown }
  const found = announced()
  return found.length > 0 ? found : isProvider(ethereum) ? [ethereum] : []
}

/** The accounts that a wallet has connected with this site, without asking the person. One that is locked says nothing. */
async function accountsOf(wallet: WalletProvider): Promise<readonly unknown[]> {
  const said = await ask(wallet, 'eth_accounts').catch(() => undefined)
  return Array.isArray(said) ? said : []
}

/** What is not there soon is not waited for. */
function soon<T>(value: Promise<T>): Promise<T | undefined> {
  return Promise.race([value, new Promise<undefined>((resolve) => setTimeout(resolve, patience))])
}

/** Where there are several, the one that the person has connected with this site, else the first. */
async function preferred(found: readonly WalletProvider[]): Promise<WalletProvider | undefined> {
  if (found.length < 2) return found[0]
  const accounts = await Promise.all(found.map((wallet) => soon(accountsOf(wallet))))
  return found.find((_, i) => accounts[i]?.length) ?? found[0]
}

/** @throws SessionError `wallet-missing` */
async function findWallet(): Promise<WalletProvider> {
  if (typeof globalThis.dispatchEvent !== 'function') throw failure('wallet-missing', { reason: 'this is no page' })
  const end = Date.now() + patience
  let found = present()
  while (found.length === 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, patience / 10))
    found = present()
  }
  const wallet = await preferred(found)
  if (!wallet) throw failure('wallet-missing', { reason: 'no wallet announced itself (EIP-6963), and window.ethereum is not there' })
  return wallet
}

async function goTo(wallet: WalletProvider, chain: string, expected: number | undefined): Promise<void> {
  if (expected === undefined) throw new TypeError(`switchChain needs a chain that is known; "${chain}" is not.`)
  const here = async (): Promise<number> => Number(await ask(wallet, 'eth_chainId'))
  if ((await here()) === expected) return
  const to = { chainId: `0x${expected.toString(16)}` }
  const cause: unknown = await ask(wallet, 'wallet_switchEthereumChain', to).catch((error: unknown) => error)
  if (Object(cause).code === 4001) throw cause
  const actual = await here()
  if (actual !== expected) throw new SessionError('chain-mismatch', { chain, expected, actual }, { cause })
}

/** The page's wallet as a signer. */
export interface PageSigner extends Signer {
  /** Looks whether it is there already, and asks it nothing. */
  meet(): Promise<void>
  /** Has the client go with the wallet's account from now on, and take notice of what that is now. */
  follow(): Promise<void>
  /** No longer. */
  leave(): void
}

/**
 * The wallet of the page: the one given, else one that announces itself, else `window.ethereum`. It is looked for when it is needed, and followed once it is there. The account is
 * said to be on the chain asked for, which only `switchChain` makes the wallet go to: so Lit apps have it, whose messages name the chain that the app is about.
 */
export function pageSigner(given: WalletProvider | undefined, client: () => Pick<SessionClient, 'follow'> | undefined): PageSigner {
  let met: WalletProvider | undefined
  let finding: Promise<WalletProvider> | undefined
  let unfollow: (() => void) | undefined

  function leave(): void {
    unfollow?.()
    unfollow = undefined
  }

  async function follow(): Promise<void> {
    const follower = client()
    if (!met || !follower) return
    const wallet = met
    let tell: ((accounts: unknown) => Promise<void>) | undefined
    leave()
    unfollow = follower.follow({
      on(event: string, listener: (value: unknown) => Promise<void>) {
        if (event === 'accountsChanged') tell = listener
        wallet.on?.(event as never, listener as never)
      },
      removeListener: (event: never, listener: never) => wallet.removeListener?.(event, listener),
    })
    // Told also where it comes late: a wallet that has to wake up first.
    await soon(accountsOf(wallet).then((accounts) => (accounts.length > 0 ? tell?.(accounts) : undefined)))
  }

  async function findAndFollow(): Promise<WalletProvider> {
    met = given ?? (await findWallet())
    // One that cannot be followed can be asked all the same.
    await follow().catch(() => undefined)
    return met
  }

  function find(): Promise<WalletProvider> {
    finding ??= findAndFollow().catch((error: unknown) => {
      finding = undefined
      throw error
    })
    return finding
  }

  return {
    follow: () => follow().catch(() => undefined),
    leave,
    async meet() {
      if (met && !unfollow) await follow().catch(() => undefined)
      else if (given || present().length > 0) await find()
    },
    async account({ chain, switchChain }: AskedChain = {}) {
      if (/^(?:solana|cosmos|kyve|evmosCosmos|cheqd|juno)/.test(chain ?? '')) throw new TypeError(`A wallet of Ethereum has no "${chain}".`)
      const wallet = await find()
      const accounts = await ask(wallet, 'eth_requestAccounts')
      const chainId = chain === undefined ? undefined : (await import('@session-sigs/core/chains')).chainIdOf(chain)
      if (switchChain && chain !== undefined) await goTo(wallet, chain, chainId)
      const [address = '0x'] = Array.isArray(accounts) ? accounts : []
      return { address, chainId: chainId ?? Number(await ask(wallet, 'eth_chainId')) }
    },
    async signMessage(message, { address }) {
      const text = `0x${toHex(new TextEncoder().encode(message))}`
      return (await ask(await find(), 'personal_sign', text, address)) as Hex
    },
  }
}
