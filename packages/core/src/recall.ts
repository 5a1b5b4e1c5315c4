import type { Curves } from './curves.ts'
import { createDelegationCache, type DelegationMemory } from './delegation-cache.ts'
import { type ReadyKey, readyKey } from './ed25519.ts'
import { type Grant, grantOf, isGoodAt, isWorthKeeping } from './grant.ts'
import { createRecentMap, type RecentMap } from './least-recent.ts'
import { type Filled, fill, type Pattern, patternOf, sessionKeyIn } from './pattern.ts'
import { refusal } from './refusals.ts'
import type { SiweMessage } from './siwe.ts'
import { sessionOf, type VerifiedSession } from './verified-session.ts'
import { checkRevocation } from './verify-capabilities.ts'
import { checkTime, type ReadEnvelope } from './verify-envelope.ts'
import type { Asked, Settings, VerifyRequest } from './verify-options.ts'

/** A session signature that passed every check, for one resource: what it says besides its times, and the key that signs it. */
interface KnownSession {
  readonly grant: Grant
  readonly pattern: Pattern
  readonly audience: string
  readonly key: ReadyKey
}

/** What a verifier remembers, each part within its bound. Nothing that was refused, and nothing that a chain was asked about but the session key. */
export interface VerifierMemory {
  readonly delegations: DelegationMemory
  readonly keys: RecentMap<ReadyKey>
  /** None where nobody would look them up. */
  readonly sessions: RecentMap<KnownSession> | undefined
}

const megabyte = 1024 * 1024
/** What the platform takes for a key that is ready, with its place: in bytes. */
const keyBytes = 3072
/** Longer ones are read every time. */
const longestText = 16_384

/** Of 64 MB in all. */
export function createMemory(): VerifierMemory {
  return {
    delegations: createDelegationCache(24 * megabyte),
    keys: createRecentMap(16 * megabyte),
    sessions: createRecentMap(24 * megabyte),
  }
}

/** The session key ready to verify with, as it is remembered or else made. */
export function keyFrom(memory: VerifierMemory | undefined, publicKey: string, curves: Curves): ReadyKey {
  return memory?.keys.get(publicKey) ?? readyKey(publicKey, curves.ed25519)
}

const nameOf = (sessionKey: string, { resource, ability = '' }: Pick<Asked, 'resource'> & { readonly ability?: string | undefined }) =>
  `${sessionKey} ${ability} ${resource}`

/**
 * Keeps what passed every check: the key, and where the text is one that may come again with other times, all that was found out about it. Only of one capability, by a
 * wallet whose signature was known to be good already: what is asked of a chain, is asked again.
 */
export function learn(
  memory: VerifierMemory,
  key: ReadyKey,
  sig: unknown,
  { envelope, payload }: ReadEnvelope,
  asked: Asked,
  proven: SiweMessage | undefined,
): void {
  if (!memory.keys.get(key.publicKey)) memory.keys.set(key.publicKey, key, keyBytes)
  if (!memory.sessions || !proven || !envelope || payload?.capabilities.length !== 1) return
  if (typeof sig !== 'string' || sig.length > longestText || !isWorthKeeping(asked.resource)) return
  const pattern = patternOf(sig, envelope, payload)
  if (!pattern) return
  const known: KnownSession = { grant: grantOf(key.publicKey, asked, proven), pattern, audience: payload.nodeAddress, key }
  // The text, what was signed in it, the wallet's message and its fields.
  memory.sessions.set(nameOf(key.publicKey, asked), known, 6 * pattern.length + 2048 + keyBytes)
}

function isInTime(filled: Filled, now: number, settings: Settings): boolean {
  try {
    checkTime(filled, filled.instants, { now }, settings)
    return true
  } catch {
    return false
  }
}

/** What is left to be done once the key has been asked: whether it is revoked. */
function conclude(
  isSigned: boolean,
  { grant, audience }: KnownSession,
  { issuedAt, instants: [, expiration] }: Filled,
  now: number,
  { isRevoked }: Settings,
): VerifiedSession | Promise<VerifiedSession> {
  const { sessionKey, message, end } = grant
  if (!isSigned) throw refusal('session-signature-invalid', { key: sessionKey })
  const signed = { sessionKey, audience, issuedAt, expiration }
  if (!isRevoked) return sessionOf(signed, grant, message, end, undefined)
  const { address, chainId, issuedAt: delegatedAt, nonce } = message
  const asking = checkRevocation({ address, chainId, sessionKey, delegatedAt, nonce }, now, isRevoked)
  return asking.then((asOf) => sessionOf(signed, grant, message, end, asOf))
}

/**
 * A session signature that differs from one that passed every check in nothing but its times and the key's signature, for the same resource: what is left to be checked are
 * these, the delegation's times and its revocation. `undefined` where it is another, or is not good at this time: then every check is run, and says what is wrong.
 *
 * @throws SessionError as those checks
 */
export function recall(
  text: string,
  request: VerifyRequest,
  settings: Settings,
  memory: VerifierMemory,
): VerifiedSession | Promise<VerifiedSession> | undefined {
  const { resource, ability, now } = request
  const known = memory.sessions?.get(nameOf(sessionKeyIn(text), { resource, ability }))
  if (!known || known.grant.resource !== resource || known.grant.ability !== ability) return undefined
  const filled = fill(known.pattern, text)
  const time = now instanceof Date ? now.getTime() : now === undefined ? Date.now() : Number.NaN
  if (!filled || !isGoodAt(known.grant, time, settings) || !isInTime(filled, time, settings)) return undefined
  const answer = known.key.check(filled.payload, filled.signature)
  if (typeof answer === 'boolean') return conclude(answer, known, filled, time, settings)
  return answer.then((isSigned) => conclude(isSigned, known, filled, time, settings))
}
