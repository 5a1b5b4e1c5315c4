import { toHex } from './bytes.ts'
import { type AuthSig, askCallback, sessionKeyUri } from './delegation.ts'
import type { Plan } from './request.ts'
import type { AuthCallbackParams } from './scope.ts'
import type { Account } from './signer.ts'
import type { SiweMessage } from './siwe.ts'
import { formatInstant } from './time.ts'

/** What the app says of itself in a message. */
export interface Site {
  readonly domain?: string | undefined
  readonly statement?: string | undefined
}

/** What a caller said about the chain. */
export interface ChainChoice {
  readonly chain?: string | undefined
  readonly switchChain?: boolean | undefined
}

/** Said to the person by an app that has no statement of its own. */
const defaultStatement = 'Let this device act for me, only as listed here and only until it expires.'

/** 128 bits, as letters and digits. */
function nonce(): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(16)))
}

/** The site given, or else the page's own. */
function domainOf({ domain }: Site): string | undefined {
  return domain ?? globalThis.location?.host
}

/** Whether an account is on the chain that was named to a signer. A name that is not known says nothing. */
export function isOnChain({ chainId }: Plan, account: Account): boolean {
  return chainId === undefined || chainId === account.chainId
}

/**
 * Asks an app's callback for a delegation to the key.
 *
 * @throws SessionError as `askCallback`
 */
export function askForDelegation(
  callback: (params: AuthCallbackParams) => Promise<AuthSig>,
  plan: Plan,
  choice: ChainChoice,
  site: Site,
  publicKey: string,
): Promise<unknown> {
  const { chain, switchChain } = choice
  const { expiration } = plan
  const common = { chain, resources: [...plan.grants], switchChain, expiration, uri: sessionKeyUri(publicKey) }
  const facts = { domain: domainOf(site), statement: site.statement, nonce: nonce() }
  return askCallback(callback, plan.callbackParams?.(common, facts) ?? common)
}

/**
 * The message that a signer is asked to sign, all but the key that it is for. `remark` is a further sentence for the person.
 *
 * @throws TypeError where nobody said what site this is
 */
export function writeMessage(account: Account, plan: Plan, site: Site, now: number, remark: string | undefined): Omit<SiweMessage, 'uri'> {
  const domain = domainOf(site)
  if (!domain) throw new TypeError('domain is needed where there is no page.')
  return {
    domain,
    address: account.address,
    statement: [site.statement ?? defaultStatement, remark, plan.sentence].filter((part) => part !== undefined).join(' '),
    version: '1',
    chainId: account.chainId,
    nonce: nonce(),
    issuedAt: formatInstant(now),
    expirationTime: plan.expiration,
    resources: plan.grants,
  }
}
