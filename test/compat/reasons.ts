/** Why their client and ours may differ: nothing else may. */
import { encodeRecap, recapStatement } from '@session-sigs/core'
import type { Difference, Scenario } from './differences.ts'

/** The number of the mistake of theirs that a difference comes from, or in what ours is stricter. */
type Reason = number | 'grants no more than was asked for' | 'shows the secret key to nobody'

type Test = (difference: Difference, scenario: Scenario) => boolean

const isMissing = (value: unknown): boolean => value === undefined
const isAfter = (later: unknown, sooner = '', minutes: number): boolean =>
  Date.parse(String(later)) - Date.parse(sooner) === minutes * 60_000

const reasons: readonly (readonly [Reason, Test])[] = [
  // It asks again, though what was signed before is good; and so it need not keep that.
  [1, ({ path, ours }) => /^calls [1-9] asked 0$/.test(path) && isMissing(ours)],
  [1, ({ path, theirs }) => path === 'kept lit-wallet-sig' && isMissing(theirs)],
  // What it gives its callbacks grants nothing. Whoever writes just that is asked a second time, in vain.
  [1, ({ path, theirs }) => /^calls \d asked 0 resources 0$/.test(path) && theirs === encodeRecap({ att: {}, prf: [] })],
  [1, ({ path, theirs }) => /^calls \d asked 0 statement$/.test(path) && theirs === recapStatement({ att: {} })],
  // Ours has a place for the sessions of all accounts. Theirs has one for whatever was signed last, also for a key that an app brought and keeps itself.
  [2, ({ path, theirs }) => path === 'kept lit-sessions' && isMissing(theirs)],
  [2, ({ path, ours }, { calls }) => path === 'kept lit-wallet-sig' && isMissing(ours) && calls.every(({ sessionKey }) => sessionKey)],
  [7, ({ path, ours }) => path === 'keptAfterwards lit-session-key' && isMissing(ours)],
  [
    9,
    ({ path, theirs, ours }, { options: { now } }) =>
      /^calls \d sigs \S+ payload expiration$/.test(path) && isAfter(theirs, now, 24 * 60) && isAfter(ours, now, 5),
  ],
  [
    'grants no more than was asked for',
    ({ path, theirs, ours }) =>
      /^calls \d (?:asked 0 resources \d|sigs \S+ delegations 0 signedMessage)$/.test(path) &&
      theirs === String(ours).replace(/(Capability:\/\/)\w+/g, '$1*'),
  ],
  ['shows the secret key to nobody', ({ path, ours }) => /^calls \d asked 0 sessionKey secretKey$/.test(path) && isMissing(ours)],
]

/** The reasons for all that differs, each once; what has none is named itself. */
export function reasonsFor(found: readonly Difference[], scenario: Scenario): readonly (Reason | string)[] {
  const reasonFor = (difference: Difference): Reason | string => {
    const [reason] = reasons.find(([, isIt]) => isIt(difference, scenario)) ?? []
    return reason ?? `${difference.path}: ${JSON.stringify(difference.theirs)}, and not ${JSON.stringify(difference.ours)}`
  }
  return [...new Set(found.map(reasonFor))].sort()
}
