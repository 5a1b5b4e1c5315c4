import type { SessionStorage } from '@session-sigs/core'
import type { NonceStore, RevocationStore } from '@session-sigs/core/verify'
import { createRun, type RedisConnection } from './connection.ts'
import { createNonces } from './nonces.ts'
import { createRevocations } from './revocations.ts'
import { createSessions } from './sessions.ts'

export type { RedisConnection } from './connection.ts'

export interface RedisStoresOptions {
  /** What every key begins with; `session-sigs:`. */
  prefix?: string
  /** By when Redis has to have answered; 1. */
  timeoutSeconds?: number
  /** How long a session is kept whose message does not say when it ends; 30 days. */
  sessionSeconds?: number
  /** Answers `too-old` to signatures that may have been used before Redis lost its memory, or a part of it. Also for a while after the very first start. */
  refuseOlderThanStore?: boolean
  /** How far the clocks of those who sign may be ahead, as the verifier has it; 60. Needed for `refuseOlderThanStore` only. */
  clockToleranceSeconds?: number
}

/** What many processes can share. Everything rejects within `timeoutSeconds` where Redis does not answer. */
export interface RedisStores {
  readonly storage: SessionStorage
  readonly nonces: NonceStore
  readonly revocations: RevocationStore
}

const day = 86_400
const names = ['prefix', 'timeoutSeconds', 'sessionSeconds', 'refuseOlderThanStore', 'clockToleranceSeconds']

function milliseconds(name: string, value: unknown, otherwise: number, [least, most]: readonly [number, number]): number {
  const given = value === undefined ? otherwise : value
  if (typeof given === 'number' && given >= least && given <= most) return given * 1000
  throw new TypeError(`${name} is a number of seconds from ${least} to ${most}.`)
}

function checkOptions(options: RedisStoresOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('The options are an object.')
  for (const name of Object.keys(options)) if (!names.includes(name)) throw new TypeError(`There is no option "${name}".`)
  const { prefix, refuseOlderThanStore } = options
  // In a cluster "{}" would take the meaning from the braces that keep a bucket's keys together.
  if (prefix !== undefined && (typeof prefix !== 'string' || prefix.includes('{}'))) throw new TypeError('prefix is a text, without "{}".')
  if (refuseOlderThanStore !== undefined && typeof refuseOlderThanStore !== 'boolean') {
    throw new TypeError('refuseOlderThanStore is true or false.')
  }
}

/**
 * Sessions, nonces and revocations in Redis, over one client or cluster, which you make, connect and close. From then on its 'error' events end no process; listen to them yourself to
 * know of them.
 *
 * @throws TypeError for what is no client, and for options that cannot be used
 */
export function redisStores(client: RedisConnection, options: RedisStoresOptions = {}): RedisStores {
  checkOptions(options)
  const { prefix = 'session-sigs:', refuseOlderThanStore = false } = options
  const timeout = milliseconds('timeoutSeconds', options.timeoutSeconds, 1, [0.001, 60])
  const session = milliseconds('sessionSeconds', options.sessionSeconds, 30 * day, [1, 36_525 * day])
  const tolerance = milliseconds('clockToleranceSeconds', options.clockToleranceSeconds, 60, [0, day])
  const run = createRun(client, timeout)
  return Object.freeze<RedisStores>({
    storage: createSessions(run, prefix, session),
    nonces: createNonces(run, refuseOlderThanStore ? { prefix, tolerance } : { prefix }),
    revocations: createRevocations(run, prefix),
  })
}
