import type { DelegationMemory } from './delegation-cache.ts'
import { isSessionError, type SessionError } from './errors.ts'
import type { Json } from './json.ts'
import { refusal } from './refusals.ts'
import { type Check, type CheckName, checkNames, startChecks } from './report.ts'
import type { SiweMessage } from './siwe.ts'
import { unfit } from './unfit.ts'
import { isObject } from './values.ts'
import { verifyDelegation } from './verify-delegation.ts'
import type { Asked, IsRevoked, RevocationQuestion, Settings } from './verify-options.ts'

/** What came of the capabilities that a key presents. */
export interface CapabilitiesVerdict {
  readonly checks: readonly Check[]
  /** The messages that wallets signed, one for each capability looked at, where they could be read. */
  readonly messages: readonly (SiweMessage | undefined)[]
  readonly failure: SessionError | undefined
  /** The first message that grants what was asked for. */
  readonly granted: SiweMessage | undefined
  /** Whether it is remembered that its wallet signed it, so that nobody has to be asked again. */
  readonly isProven: boolean
  /** As of when it is known that it was not revoked, in milliseconds; none where nobody was asked. */
  readonly revocationAsOf: number | undefined
}

/** As of when it is known that the session was not revoked. @throws SessionError `revoked`, `verifier-unavailable` */
export async function checkRevocation(question: RevocationQuestion, now: number, isRevoked: IsRevoked): Promise<number> {
  let answer: unknown
  try {
    answer = await isRevoked(question)
  } catch (cause) {
    throw unfit('verifier-unavailable', { port: 'isRevoked' }, { cause })
  }
  const { revoked, asOf } = isObject(answer) ? answer : { revoked: answer, asOf: new Date(now) }
  if (revoked === true) throw refusal('revoked', { address: question.address })
  // A port that answers neither yes nor no is broken, and must not let anything through.
  if (revoked !== false || !(asOf instanceof Date) || Number.isNaN(asOf.getTime()))
    throw unfit('verifier-unavailable', { port: 'isRevoked' })
  return asOf.getTime()
}

function notReached(names: readonly CheckName[], path: string): Check[] {
  return names.map((name) => ({ name, status: 'not-reached', path }))
}

/**
 * So many wallet signatures may be checked in vain, because they are no good or what they sign was revoked. Each takes a recovery or a question to a chain, again for every
 * request, from whoever likes to send them. An honest list has hardly one: of a contract that has changed its owner.
 */
const mostInVain = 3

/**
 * The checks of each capability until one grants what was asked for and is not revoked, or too many were checked in vain; `root` is what they are in, for the paths.
 */
export async function verifyCapabilities(
  capabilities: readonly Json[],
  root: string,
  sessionKey: string,
  asked: Asked,
  settings: Settings,
  memoryOf: (index: number) => DelegationMemory | undefined,
): Promise<CapabilitiesVerdict> {
  const checks: Check[] = []
  const messages: (SiweMessage | undefined)[] = []
  let failure: SessionError | undefined
  let revocation: Check = { name: 'revocation', status: 'not-reached', path: root }
  let granted: SiweMessage | undefined
  let isProven = false
  const { isRevoked } = settings
  let revocationAsOf: number | undefined
  let inVain = 0

  for (const [i, capability] of capabilities.entries()) {
    const path = `${root}[${i}]`
    const { run, message, isKnown } = await verifyDelegation(capability, path, sessionKey, asked, settings, memoryOf(i))
    checks.push(...run.checks)
    messages.push(message)
    const last = startChecks()
    if (!run.failure() && message) {
      const { address, chainId, issuedAt: delegatedAt, nonce } = message
      const question = { address, chainId, sessionKey, delegatedAt, nonce }
      revocationAsOf = isRevoked
        ? await last.wait('revocation', path, () => checkRevocation(question, asked.now, isRevoked))
        : last.check('revocation', path, () => undefined)
      revocation = last.checks[0] ?? revocation
      if (!last.failure()) {
        granted = message
        isProven = isKnown
        break
      }
    }
    const found = run.failure() ?? last.failure()
    failure ??= found
    // Nobody could be asked: that is not the client's fault, and asking about the others would only take longer.
    if (isSessionError(found, 'verifier-unavailable')) {
      failure = found
      break
    }
    if (isSessionError(found, 'wallet-signature-invalid') || isSessionError(found, 'revoked')) inVain += 1
    if (inVain === mostInVain) break
  }
  if (capabilities.length === 0) {
    const names = checkNames.filter((name) => name.startsWith('delegation.'))
    checks.push(...notReached(names, `${root}[0]`))
  }
  return { checks: [...checks, revocation], messages, failure, granted, isProven, revocationAsOf }
}
