/**
 * AuthSigs of a page's wallet for itself: loaded by who asks for one.
 */
import {
  type Account,
  type AuthSig,
  decodeRecap,
  formatSiweMessage,
  parseSiweMessage,
  recapStatement,
  SessionError,
  type SiweMessage,
  toChecksumAddress,
} from '@session-sigs/core'
import { LOCAL_STORAGE_KEYS } from './constants.ts'
import { randomHex } from './hex.ts'
import { channelName } from './live.ts'
import type { WalletProvider } from './options.ts'
import { pageArea } from './place.ts'
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
const derivedVia = 'web3.eth.personal.sign'

type Wanted = Omit<SiweMessage, 'nonce' | 'issuedAt' | 'expirationTime'>

/** What makes a message say the same. */
function gist({ domain, address, statement, uri, chainId, resources = [] }: Wanted): string {
  return JSON.stringify([domain, address, statement, uri, chainId, resources])
}

/** What was signed before, if it says just what is asked for now, by the same account, and is good for a while: not longer than asked, and with the nonce that was given. */
function kept(wanted: Wanted, { nonce, expiration }: AuthMessageParams): AuthSig | undefined {
  try {
    const { sig, signedMessage }: AuthSig = JSON.parse(pageArea()?.getItem(name) ?? '')
    const message = parseSiweMessage(signedMessage)
    const end = Date.parse(message.expirationTime ?? '')
    const isAsked = gist(message) === gist(wanted) && (nonce ?? message.nonce) === message.nonce
    const isGood = end > Date.now() && !(end > Date.parse(expiration ?? ''))
    return isAsked && isGood && /^0x[0-9a-fA-F]{130}$/.test(sig) ? { sig, derivedVia, signedMessage, address: wanted.address } : undefined
  } catch {
    return undefined
  }
}

/** What a message says that grants by a ReCap: that is its last resource. */
function sentenceOf(resources: readonly string[]): string | undefined {
  const last = resources.at(-1) ?? ''
  return last.startsWith('urn:recap:') ? recapStatement(decodeRecap(last)) : undefined
}

/** Whether somebody signed out meanwhile, in this page or another. */
async function unlessSignedOut<T>(run: () => Promise<T>): Promise<T> {
  const channel = globalThis.BroadcastChannel && new BroadcastChannel(channelName)
  let isOut = false
  channel?.addEventListener('message', () => {
    isOut = true
  })
  try {
    const value = await run()
    // What was said meanwhile comes in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (isOut) throw new SessionError('signed-out', { during: 'signIn' })
    return value
  } finally {
    channel?.close()
  }
}

async function keepOrAsk(params: AuthMessageParams): Promise<AuthSig> {
  const { chain, switchChain, resources = [], nonce = randomHex(16), provider } = params
  const statement = params.statement ?? sentenceOf(resources)
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
  const before = kept(wanted, params)
  if (before) return before
  const now = Date.now()
  const expirationTime = params.expiration ?? new Date(now + week).toISOString()
  const signedMessage = formatSiweMessage({ ...wanted, nonce, issuedAt: new Date(now).toISOString(), expirationTime })
  const sign = (): Promise<string> => signer.signMessage(signedMessage, account)
  const sig = await unlessSignedOut(sign).catch((cause: unknown) => Promise.reject(walletError('signMessage', cause)))
  const authSig: AuthSig = { sig, derivedVia, signedMessage, address: account.address }
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
