/**
 * AuthSigs of a page's wallet for itself: loaded by who asks for one.
 */
import { type Account, type AuthSig, formatSiweMessage, parseSiweMessage, type SiweMessage, toChecksumAddress } from '@session-sigs/core'
import { LOCAL_STORAGE_KEYS } from './constants.ts'
import { randomHex } from './hex.ts'
import { pageArea } from './place.ts'
import type { WalletProvider } from './provider.ts'
import { pageSigner } from './wallet.ts'
import { failure, walletError } from './wallet-errors.ts'

export interface AuthMessageParams {
  chain: string
  resources?: readonly string[] | undefined
  switchChain?: boolean | undefined
  /** RFC 3339; a week from now. */
  expiration?: string | undefined
  /** What the message is for; the site by default. */
  uri?: string | undefined
  nonce?: string | undefined
  /** What the message says above its resources. */
  statement?: string | undefined
  /** The wallet to ask; by default one is looked for in the page. */
  provider?: WalletProvider | undefined
}

const week = 7 * 86_400_000
const name = LOCAL_STORAGE_KEYS.AUTH_SIGNATURE

type Wanted = Omit<SiweMessage, 'nonce' | 'issuedAt' | 'expirationTime'>

/** What makes a message say the same. */
function gist({ domain, address, statement, uri, chainId, resources = [] }: Wanted): string {
  return JSON.stringify([domain, address, statement, uri, chainId, resources])
}

/** What was signed before, if it says just what is asked for now, by the same account, and is good for a while. */
function kept(wanted: Wanted): AuthSig | undefined {
  try {
    const authSig: AuthSig = JSON.parse(pageArea()?.getItem(name) ?? '')
    const message = parseSiweMessage(authSig.signedMessage)
    const isWhole = /^0x[0-9a-fA-F]{130}$/.test(authSig.sig) && typeof authSig.address === 'string'
    return isWhole && gist(message) === gist(wanted) && Date.parse(message.expirationTime ?? '') > Date.now() ? authSig : undefined
  } catch {
    return undefined
  }
}

async function keepOrAsk(params: AuthMessageParams): Promise<AuthSig> {
  const { chain, switchChain, resources = [], statement, nonce = randomHex(16), provider } = params
  const { host: domain, origin } = globalThis.location
  const signer = pageSigner(provider, () => undefined)
  const account = await signer.account({ chain, switchChain }).then(
    ({ address, chainId }): Account => ({ address: toChecksumAddress(address), chainId }),
    (cause: unknown) => Promise.reject(walletError('account', cause)),
  )
  const wanted: Wanted = {
    domain,
    ...account,
    uri: params.uri ?? origin,
    version: '1',
    ...(statement === undefined ? {} : { statement }),
    ...(resources.length > 0 ? { resources: [...resources] } : {}),
  }
  const before = kept(wanted)
  if (before) return before
  const now = Date.now()
  const expirationTime = params.expiration ?? new Date(now + week).toISOString()
  const signedMessage = formatSiweMessage({ ...wanted, nonce, issuedAt: new Date(now).toISOString(), expirationTime })
  const sig = await signer.signMessage(signedMessage, account).catch((cause: unknown) => Promise.reject(walletError('signMessage', cause)))
  const authSig: AuthSig = { sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address: account.address }
  try {
    pageArea()?.setItem(name, JSON.stringify(authSig))
  } catch {
    // A full storage is no reason to lose what a person has signed.
  }
  return authSig
}

/** The question that is open, where pages have no locks. As good as a field of the page's. */
const open: WeakMap<object, Promise<unknown>> = /* @__PURE__ */ new WeakMap()

/** One after another: who comes later finds what the one before was given. */
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  if (locks) return locks.request(name, run)
  const mine = (open.get(globalThis.location) ?? Promise.resolve()).then(run, run)
  open.set(globalThis.location, mine)
  return mine
}

/** As `checkAndSignAuthMessage` says. */
export async function authMessage(params: AuthMessageParams): Promise<AuthSig> {
  if (!globalThis.location) throw failure('wallet-missing', { reason: 'this is no page' })
  return inTurn(() => keepOrAsk(params))
}
