import { toHex } from './encode.ts'
import type { Plan } from './request.ts'
import type { Account } from './signer.ts'
import type { SiweMessage } from './siwe.ts'
import { formatInstant } from './time.ts'

/** What the app says of itself in a message. */
export interface Site {
  readonly domain?: string | undefined
  readonly statement?: string | undefined
}

/** Said to the person by an app that has no statement of its own. */
const defaultStatement = 'Let this device act for me, as listed here and until it expires.'

/** 128 bits, as letters and digits. */
export function nonce(): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(16)))
}

/** The site given, or else the page's own. */
export function domainOf({ domain }: Site): string | undefined {
  return domain ?? globalThis.location?.host
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
    expirationTime: plan.expiration(),
    resources: plan.grants,
  }
}
