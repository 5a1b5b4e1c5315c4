import { checkDelegationTime, type Delegation } from './delegation.ts'
import { isSessionError } from './errors.ts'
import type { Scope } from './scope.ts'
import { parseInstant } from './time.ts'

/** When a delegation ends, in milliseconds; `NaN` where its text does not say. */
export function endOf({ message }: Delegation): number {
  return parseInstant(message.expirationTime ?? '')
}

/** What a reading gives; `undefined` where it is refused, for whatever reason. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isSessionError(error)) return undefined
    throw error
  }
}

export function isGoodNow({ message }: Delegation, now: number): boolean {
  return attempt(() => checkDelegationTime(message, now) ?? true) === true
}

/** Verifiers look at so many capabilities at most (ours at 32), and a caller may bring some of their own. */
const most = 16

/**
 * The fewest of the delegations found that grant the scope together: one where one does, those that last longest first otherwise; `undefined` where they do not.
 */
export function cover(delegations: readonly Delegation[], scope: Scope, now: number): readonly Delegation[] | undefined {
  const open = delegations
    .filter((delegation) => isGoodNow(delegation, now))
    .sort((a, b) => endOf(b) - endOf(a))
    // A delegation whose ReCap cannot be used grants nothing.
    .flatMap((delegation) => {
      const missing = attempt(() => scope.missingFrom(delegation.message))
      return missing ? [{ delegation, missing }] : []
    })
  const whole = open.find(({ missing }) => missing.length === 0)
  if (whole) return [whole.delegation]
  const used: Delegation[] = []
  let left = [...new Set(open.flatMap(({ missing }) => missing))]
  for (const { delegation, missing } of open) {
    const after = left.filter((name) => missing.includes(name))
    if (after.length < left.length) used.push(delegation)
    left = after
  }
  return open.length > 0 && left.length === 0 && used.length <= most ? used : undefined
}
