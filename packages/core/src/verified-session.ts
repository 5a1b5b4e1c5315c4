import type { SiweMessage } from './siwe.ts'
import { formatInstant } from './time.ts'
import type { Asked } from './verify-options.ts'

/** Who a request is by, proven: this key may use this resource for this wallet, here and now. */
export interface VerifiedSession {
  /** The wallet, in its EIP-55 spelling. */
  readonly address: string
  readonly chainId: number
  /** The session public key, 64 hex digits. */
  readonly sessionKey: string
  readonly resource: string
  readonly ability?: string
  /** The site that the wallet signed for. */
  readonly domain: string
  /** The node address that was signed. */
  readonly audience: string
  readonly issuedAt: string
  /** RFC 3339: the earlier of the session signature's end and the delegation's. */
  readonly expiresAt: string
  /** RFC 3339: as of when it is known that the session was not revoked. `null` where nobody was asked. */
  readonly revocationAsOf: string | null
}

/** What the session key itself signed, as far as it concerns a verifier of delegations. Instants are milliseconds since 1970. */
export interface SignedByKey {
  readonly sessionKey: string
  readonly audience: string
  readonly issuedAt: number
  readonly expiration: number
}

/** Proven: what the wallet's message and the key's own signature say together. `end` is the delegation's, in milliseconds. */
export function sessionOf(
  signed: Omit<SignedByKey, 'issuedAt'> & { readonly issuedAt: string | number },
  asked: Pick<Asked, 'resource' | 'ability'>,
  granted: SiweMessage,
  end: number,
  asOf: number | undefined,
): VerifiedSession {
  const { address, chainId, domain } = granted
  const { sessionKey, expiration, audience } = signed
  const issuedAt = typeof signed.issuedAt === 'string' ? signed.issuedAt : formatInstant(signed.issuedAt)
  const expiresAt = formatInstant(Math.min(expiration, end))
  const revocationAsOf = asOf === undefined ? null : formatInstant(asOf)
  const { resource, ability } = asked
  // Written out twice: it is made for every request, and spreading what may be missing takes longer than all the rest of it.
  return Object.freeze<VerifiedSession>(
    ability === undefined
      ? { address, chainId, sessionKey, resource, domain, audience, issuedAt, expiresAt, revocationAsOf }
      : { address, chainId, sessionKey, resource, ability, domain, audience, issuedAt, expiresAt, revocationAsOf },
  )
}
