import { parseInstant } from './time.ts'
import { isObject } from './values.ts'

/** The clock, as far as it is known to be right. */
export interface Clock {
  /** Milliseconds since 1970, by the best known time of a server. */
  now(): number
  /** How far this clock was found to be ahead of a server's, in milliseconds. */
  ahead(): number
  /** Takes a server's time, in milliseconds; whether that changes what is signed from now on. */
  learn(serverTime: number): boolean
}

/** A clock that is further off is not a clock that is off: nothing is learnt, and the person has to set it. A day, in milliseconds. */
const most = 86_400_000
/** What the way to a server and back may take, in milliseconds. */
const least = 1_000

/** @throws TypeError, when it is read, for a clock that gives no valid `Date` */
export function createClock(read: () => Date): Clock {
  let ahead = 0

  function own(): number {
    const time = read().getTime()
    if (Number.isNaN(time)) throw new TypeError('now() gave no valid Date.')
    return time
  }

  function learn(serverTime: number): boolean {
    const found = own() - serverTime
    // Written so that a time that is none teaches nothing.
    if (!(Math.abs(found) <= most && Math.abs(found - ahead) >= least)) return false
    ahead = found
    return true
  }

  return { now: () => own() - ahead, ahead: () => ahead, learn }
}

/** What a verifier's refusal says: a `SessionError`, or the JSON of one that a server sent. Anything may be given. */
export function readRefusal(refusal: unknown): { code: string; time: number } {
  if (!isObject(refusal)) return { code: '', time: Number.NaN }
  const { code, details, now, time } = refusal
  const text = [isObject(details) ? details['now'] : undefined, now, time].find((part) => typeof part === 'string')
  return { code: typeof code === 'string' ? code : '', time: parseInstant(typeof text === 'string' ? text : '') }
}
