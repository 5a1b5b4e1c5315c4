import { checkDelegationTime, type Delegation, missingFrom, type Wanted } from './delegation.ts'
import { isSessionError } from './errors.ts'
import type { Vocabulary } from './resource.ts'
import { parseInstant } from './time.ts'

/** When a delegation ends, in milliseconds; `NaN` where its text does not say. */
export function endOf({ message }: Delegation): number {
  return parseInstant(message.expirationTime ?? '')
}

/** Whether a check lets something through, where the reason does not matter. */
function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (isSessionError(error)) return false
    throw error
  }
}

export function isGoodNow({ message }: Delegation, now: number): boolean {
  return passes(() => checkDelegationTime(message, now))
}

/** The parts of a request, each of which one delegation must grant. */
function partsOf(wanted: Wanted): Wanted[] {
  if ('resources' in wanted) return wanted.resources.map((resource) => ({ resources: [resource] }))
  return wanted.resourceAbilityRequests.map((request) => ({ resourceAbilityRequests: [request] }))
}

/** A delegation whose ReCap cannot be used grants nothing. */
function isGrantedBy({ message }: Delegation, part: Wanted, vocabulary: Vocabulary): boolean {
  let missing: readonly string[] = []
  const isReadable = passes(() => {
    missing = missingFrom(message, part, vocabulary)
  })
  return isReadable && missing.length === 0
}

/**
 * The fewest of the delegations found that grant the request together: one where one does, those that last longest first otherwise; `undefined` where they do not.
 */
export function cover(
  delegations: readonly Delegation[],
  wanted: Wanted,
  vocabulary: Vocabulary,
  now: number,
): readonly Delegation[] | undefined {
  const good = delegations.filter((delegation) => isGoodNow(delegation, now)).sort((a, b) => endOf(b) - endOf(a))
  let left = partsOf(wanted)
  const whole = good.find((delegation) => left.every((part) => isGrantedBy(delegation, part, vocabulary)))
  if (whole) return [whole]
  const used: Delegation[] = []
  for (const delegation of good) {
    const after = left.filter((part) => !isGrantedBy(delegation, part, vocabulary))
    if (after.length < left.length) used.push(delegation)
    left = after
  }
  return left.length === 0 ? used : undefined
}
