/** What the tests need within a page: `window.lit`. The wallet is the injected one, unless a test arranges something else. */
import {
  checkAndSignAuthMessage,
  disconnectWeb3,
  generateSessionKeyPair,
  LitNodeClient,
  type LitNodeClientConfig,
  type SessionSig,
} from '@session-sigs/lit'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { type Outcome, outcome } from '../../../../test/browser/pages/outcome.ts'

type Request = Window['ethereum']['request']

/** `test` is the one of the browser's profile. `stranger` is another, which the person has not connected with this site, and does not want to. `silent` never answers. */
type WalletName = 'test' | 'stranger' | 'silent'

/** Where a page finds its wallets: those that announce themselves (EIP-6963), and the one in `window.ethereum`. */
export interface Wallets {
  readonly announced?: readonly WalletName[]
  readonly inWindow?: WalletName
}

const profile = window.ethereum
const plain = profile.request

/** The injected wallet writes down what it is asked, but knows one chain alone. Here the test says what becomes of a question for another. */
const request: Request = async (args) => {
  if (args.method !== 'wallet_switchEthereumChain') return plain(args)
  await plain(args).catch(() => undefined)
  const [wanted] = args.params as [{ chainId: string }]
  const code = await window.__switchChain(Number(wanted.chainId))
  if (code !== 0) throw Object.assign(new Error('The chain was not switched.'), { code })
  return null
}
profile.request = request

const strangerCalls: string[] = []
const stranger: Window['ethereum'] = {
  ...profile,
  async request({ method }) {
    strangerCalls.push(method)
    if (method === 'eth_accounts') return []
    throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
  },
}
const silent: Window['ethereum'] = { ...profile, request: () => new Promise(() => undefined) }
const wallets: Readonly<Record<WalletName, Window['ethereum']>> = { test: profile, stranger, silent }

function announce(name: WalletName): void {
  const info = { uuid: `arranged-${name}`, name, icon: 'data:,', rdns: `example.${name}` }
  window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider: wallets[name] } }))
}

/** The wallets that announce themselves now; at first the injected one does by itself. */
let announced: readonly WalletName[] | undefined

window.addEventListener('eip6963:announceProvider', (event) => {
  const isArranged = (event as CustomEvent<{ info: { uuid: string } }>).detail.info.uuid.startsWith('arranged-')
  // Heard before anybody whom the page has listen later.
  if (announced && !isArranged) event.stopImmediatePropagation()
})
window.addEventListener('eip6963:requestProvider', () => {
  for (const name of announced ?? []) announce(name)
})

/** These wallets, and no others, from now on. Those that announce themselves do so at once, and whenever they are asked to. */
function setWallets({ announced: names = [], inWindow }: Wallets): void {
  announced = names
  if (inWindow) window.ethereum = wallets[inWindow]
  else Reflect.deleteProperty(window, 'ethereum')
  for (const name of names) announce(name)
}

/** The tab's client, as `window.litClient`: a new one, as after the page was loaded. It keeps its session in local storage, or where nobody can read the key. */
async function start(config: LitNodeClientConfig, isInIndexedDb: boolean): Promise<void> {
  window.litClient = new LitNodeClient(isInIndexedDb ? { ...config, storage: indexedDbStorage() } : config)
  await window.litClient.connect()
}

type Params = Parameters<LitNodeClient['getSessionSigs']>[0]

/** So many calls at the same time. */
function getSessionSigs(params: Params, count: number): Promise<Outcome<Record<string, SessionSig>>[]> {
  return Promise.all(Array.from({ length: count }, () => outcome(window.litClient.getSessionSigs(params))))
}

/** All names and values. */
function readArea(area: Storage): Record<string, string> {
  return { ...area }
}

const lit = {
  LitNodeClient,
  checkAndSignAuthMessage,
  disconnectWeb3,
  generateSessionKeyPair,
  outcome,
  setWallets,
  strangerCalls,
  start,
  getSessionSigs,
  readArea,
}

declare global {
  interface Window {
    lit: typeof lit
    litClient: LitNodeClient
    /** What becomes of a question for another chain: 0, or the code of an error. */
    __switchChain(chainId: number): Promise<number>
  }
}

window.lit = lit
