/**
 * The wallet of a page: loaded where one is asked.
 */
import type { AskedChain, Hex, Signer } from '@session-sigs/core'
import { toHex } from './hex.ts'
import type { WalletProvider } from './provider.ts'
import { failure } from './wallet-errors.ts'

/** How long a wallet that a page is still being given is waited for, in milliseconds. */
const patience = 300

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
  const { ethereum } = globalThis as { ethereum?: unknown }
  const found = announced()
  return found.length > 0 ? found : isProvider(ethereum) ? [ethereum] : []
}

/** Where there are several, the one that the person has connected with this site, else the first. */
async function preferred(found: readonly WalletProvider[]): Promise<WalletProvider | undefined> {
  if (found.length < 2) return found[0]
  const accounts = await Promise.all(found.map((wallet) => wallet.request({ method: 'eth_accounts' }).catch(() => [])))
  return found.find((_, i) => Array.isArray(accounts[i]) && accounts[i].length > 0) ?? found[0]
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

async function goTo(wallet: WalletProvider, chain: string, chainId: number | undefined): Promise<void> {
  if (chainId === undefined) throw new TypeError(`switchChain needs a chain that is known; "${chain}" is not.`)
  const isThere = async (): Promise<boolean> => Number(await wallet.request({ method: 'eth_chainId' })) === chainId
  if (await isThere()) return
  await wallet.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: `0x${chainId.toString(16)}` }] })
  if (!(await isThere())) throw new Error(`The wallet did not switch to ${chain} (${chainId}).`)
}

/**
 * The wallet of the page: the one given, else one that announces itself, else `window.ethereum`. It is looked for when it is needed. The account is said to be on the chain asked
 * for, which only `switchChain` makes the wallet go to: so Lit apps have it, whose messages name the chain that the app is about. `onFound` is told of the wallet, once.
 */
export function pageSigner(given: WalletProvider | undefined, onFound: (wallet: WalletProvider) => void = () => undefined): Signer {
  let wallet: Promise<WalletProvider> | undefined
  const find = (): Promise<WalletProvider> => {
    wallet ??= (given ? Promise.resolve(given) : findWallet()).then(
      (found) => {
        onFound(found)
        return found
      },
      (error: unknown) => {
        wallet = undefined
        throw error
      },
    )
    return wallet
  }
  return {
    async account({ chain, switchChain }: AskedChain = {}) {
      const wallet = await find()
      const accounts = (await wallet.request({ method: 'eth_requestAccounts' })) as readonly Hex[]
      const chainId = chain === undefined ? undefined : (await import('@session-sigs/core/chains')).chainIdOf(chain)
      if (switchChain && chain !== undefined) await goTo(wallet, chain, chainId)
      return { address: accounts[0] ?? '0x', chainId: chainId ?? Number(await wallet.request({ method: 'eth_chainId' })) }
    },
    async signMessage(message, { address }) {
      return (await (
        await find()
      ).request({ method: 'personal_sign', params: [`0x${toHex(new TextEncoder().encode(message))}`, address] })) as Hex
    },
  }
}
