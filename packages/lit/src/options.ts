import type { AuthSig, AuthCallbackParams as CoreParams, SessionKeyPair, SessionStorage, WalletEvents } from '@session-sigs/core'
import type { TextArea } from './area.ts'
import type { RecapSessionCapabilityObject } from './capability.ts'
import { LIT_NETWORKS, type LitNetworkName } from './constants.ts'
import type { LitResourceAbilityRequest } from './resources.ts'

/** An EIP-1193 provider, as wallets put into pages, and the events that most of them have. */
export interface WalletProvider {
  request(args: { method: string; params?: unknown[] }): Promise<unknown>
  on?: WalletEvents['on']
  removeListener?: WalletEvents['removeListener']
}

/** What a callback is asked: as in core, and always with a chain. */
export type AuthCallbackParams = CoreParams & { readonly chain: string }

export type AuthCallback = (params: AuthCallbackParams) => Promise<AuthSig>

/** What Lit's client takes, of either generation, and a little of ours. */
export interface LitNodeClientConfig {
  /** Which nodes: a name of `LIT_NETWORKS`. */
  litNetwork: LitNetworkName
  /** The nodes' URLs, instead of those of the network. */
  bootstrapUrls?: readonly string[] | undefined
  /** How many nodes have to answer; 6 of a network of ten, else 2. */
  minNodeCount?: number | undefined
  /** How long each node may take, in milliseconds; 20,000. */
  connectTimeout?: number | undefined
  /** Says on the console what happens, never a secret. */
  debug?: boolean | undefined
  /** Not done here: whoever needs it is told so, and not left in the belief that it was. */
  checkNodeAttestation?: false | undefined
  /** What stands for local storage, as where there is none. */
  storageProvider?: { readonly provider: TextArea } | undefined
  /** Another place for the session, instead of local storage: `indexedDbStorage()` keeps keys that nobody can read. */
  storage?: SessionStorage | undefined
  /** The wallet to ask where there is no `authNeededCallback`; by default one is looked for in the page. */
  provider?: WalletProvider | undefined
  /** The site that the page's wallet is told of; the page's own host by default. */
  domain?: string | undefined
  /** What the page's wallet shows above what is granted. */
  statement?: string | undefined
  /** Asked where a call has no `authNeededCallback`. */
  defaultAuthCallback?: AuthCallback | undefined
  /** These have no effect here. */
  alertWhenUnauthorized?: unknown
  contractContext?: unknown
  logFormat?: unknown
  nodeProtocol?: unknown
  retryTolerance?: unknown
  rpcUrl?: unknown
  serviceName?: unknown
}

/** What `getSessionSigs` takes, in both forms. All of it may be left out. Instants are RFC 3339. */
export interface GetSessionSigsParams {
  chain?: string | undefined
  /** First form. Left out: every type with `*`. */
  resources?: readonly string[] | undefined
  /** First form: what is granted. Left out: exactly what the resources need. */
  sessionCapabilities?: readonly string[] | undefined
  /** Later form. */
  resourceAbilityRequests?: readonly LitResourceAbilityRequest[] | undefined
  /** Later form: what is granted, for who wants to grant something else than what the requests need. */
  sessionCapabilityObject?: Pick<RecapSessionCapabilityObject, 'encodeAsSiweResource' | 'statement'> | undefined
  /** AuthSigs that go along, before the session's own. */
  capabilityAuthSigs?: readonly AuthSig[] | undefined
  /** One more of them, the last. */
  capacityDelegationAuthSig?: AuthSig | undefined
  /** Asks the page's wallet to go to `chain` first. */
  switchChain?: boolean | undefined
  /** End of the delegation, and in the later form of the session signatures too. Left out: 24 hours, and 5 minutes. */
  expiration?: string | Date | undefined
  /** Asked for the delegation, instead of the page's wallet. */
  authNeededCallback?: AuthCallback | undefined
  /** A key of one's own, which is then not stored. */
  sessionKey?: SessionKeyPair | string | Promise<SessionKeyPair> | undefined
  /** The site that a callback is told. */
  domain?: string | undefined
}

/** Ours, and what Lit's own client takes of either generation. */
const known =
  'litNetwork bootstrapUrls minNodeCount connectTimeout debug checkNodeAttestation storageProvider storage provider domain statement defaultAuthCallback alertWhenUnauthorized contractContext logFormat nodeProtocol retryTolerance rpcUrl serviceName'.split(
    ' ',
  )

/** What a client says of itself: not where it keeps its keys. */
export type CheckedConfig = Omit<LitNodeClientConfig, 'storage' | 'storageProvider' | 'provider'> & {
  readonly bootstrapUrls: readonly string[]
  readonly minNodeCount: number
  readonly connectTimeout: number
  readonly debug: boolean
}

function needs(given: unknown, name: string, method: string): void {
  if (given !== undefined && typeof Object(given)[method] !== 'function') throw new TypeError(`${name} has no ${method}().`)
}

/** @throws TypeError for what cannot be used, or is not done here */
export function readConfig(config: LitNodeClientConfig): CheckedConfig {
  if (!config) throw new TypeError('LitNodeClient needs { litNetwork }.')
  // A misspelt name could keep keys elsewhere than was meant.
  for (const name of Object.keys(config)) if (!known.includes(name)) throw new TypeError(`There is no option "${name}".`)
  const { litNetwork, checkNodeAttestation, debug = false, connectTimeout = 20_000 } = config
  if (typeof litNetwork !== 'string' || !Object.hasOwn(LIT_NETWORKS, litNetwork))
    throw new TypeError(`litNetwork is one of ${Object.keys(LIT_NETWORKS).join(', ')}.`)
  if (checkNodeAttestation) throw new TypeError('checkNodeAttestation is not done here.')
  const urls: unknown = config.bootstrapUrls ?? LIT_NETWORKS[litNetwork]
  const bootstrapUrls = Array.isArray(urls) ? [...new Set(urls)] : []
  if (bootstrapUrls.length === 0 || !bootstrapUrls.every((url) => typeof url === 'string'))
    throw new TypeError(`Give the nodes of "${litNetwork}" as bootstrapUrls.`)
  const { minNodeCount = Math.min(bootstrapUrls.length, bootstrapUrls.length < 10 || litNetwork === 'localhost' ? 2 : 6) } = config
  if (!Number.isSafeInteger(minNodeCount) || minNodeCount < 1 || minNodeCount > bootstrapUrls.length)
    throw new TypeError(`minNodeCount is a number from 1 to ${bootstrapUrls.length}.`)
  if (typeof connectTimeout !== 'number' || !(connectTimeout > 0 && connectTimeout < 2 ** 31))
    throw new TypeError('connectTimeout is in milliseconds.')
  const { storage, storageProvider, provider, ...rest } = config
  needs(storage, 'storage', 'get')
  needs(storageProvider && Object(storageProvider.provider), 'storageProvider.provider', 'removeItem')
  needs(provider, 'provider', 'request')
  return { ...rest, bootstrapUrls, minNodeCount, connectTimeout, debug }
}
