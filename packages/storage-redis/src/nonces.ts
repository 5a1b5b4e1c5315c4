import type { NonceAnswer, NonceStore } from '@session-sigs/core/verify'
import type { Run } from './connection.ts'
import { buckets, placeIn, placeOf, timeLeft } from './keys.ts'

/** How long it is kept since when a bucket's nonces are remembered, where nobody comes, in milliseconds: 30 days. Where it is gone, memory begins anew. */
const quiet = 30 * 86_400_000

const take = "return redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1])"

/**
 * Takes the nonce of KEYS[2], if one is given, and says whether memory began just now, for how long it has gone back, and whether the nonce was taken by this.
 *
 * Memory begins where nothing says since when it is, and where another server said so: one that was started again, also from its file, or one that took over, may lack what was
 * written last. So it does where the clock was put back.
 */
const takeAndTell = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local since, by = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%w*)$')
local isNew = by ~= server or tonumber(since) > now
if isNew then
  since = string.format('%.0f', now)
  redis.call('SET', KEYS[1], since .. ' ' .. server, 'PX', ARGV[1])
elseif redis.call('PTTL', KEYS[1]) < ARGV[1] / 2 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
local isTaken = KEYS[2] and redis.call('SET', KEYS[2], 1, 'NX', 'PX', ARGV[2])
return { isNew and 1 or 0, now - since, isTaken and 1 or 0 }`

export interface NonceSettings {
  readonly prefix: string
  /** How much later than the store's memory a signature must have been made, in milliseconds; left out, that is not asked. */
  readonly tolerance?: number
}

/** How long nonces are kept beyond their time, in milliseconds: another process's clock may be slower than that of the one that took it. */
const clocksApart = 60_000

export function createNonces(run: Run, { prefix, tolerance }: NonceSettings): NonceStore {
  const sinceKey = (bucket: number): string => placeIn(prefix, bucket, 'since').key

  async function consumeAny(name: string, until: number): Promise<NonceAnswer> {
    const { bucket, key } = placeOf(prefix, 'nonce', name)
    const answer = await run(take, bucket, [key], timeLeft(until + clocksApart))
    if (answer === 'OK') return 'fresh'
    if (answer === null) return 'used'
    throw new Error('Redis answered something else than was asked.')
  }

  /** Where memory began in one bucket, it begins in all: one that is used later must not begin only then, and refuse once more. */
  function beginEverywhere(): void {
    for (let bucket = 0; bucket < buckets; bucket += 1) run(takeAndTell, bucket, [sinceKey(bucket)], quiet, 0).catch(() => undefined)
  }

  async function consumeKnown(name: string, createdAt: number, until: number, margin: number): Promise<NonceAnswer> {
    const { bucket, key } = placeOf(prefix, 'nonce', name)
    const answer = await run(takeAndTell, bucket, [sinceKey(bucket), key], quiet, timeLeft(until + clocksApart))
    const [isNew, age, isTaken] = Array.isArray(answer) ? answer.map(Number) : []
    if (age === undefined || Number.isNaN(age)) throw new Error('Redis answered something else than was asked.')
    if (isNew === 1) beginEverywhere()
    if (isTaken !== 1) return 'used'
    // Only how long ago is taken from Redis: its clock need not agree with ours. Ours is read after the answer, so that a slow one makes this stricter, not laxer.
    return createdAt > Date.now() - age + margin ? 'fresh' : 'too-old'
  }

  return Object.freeze<NonceStore>({
    async consume(name, { createdAt, until }) {
      if (![createdAt, until].every(Number.isFinite)) throw new TypeError('createdAt and until are milliseconds since 1970.')
      const answer = await (tolerance === undefined ? consumeAny(name, until) : consumeKnown(name, createdAt, until, tolerance))
      // It may have been used, and forgotten in its time, before this came to Redis.
      return answer === 'fresh' && Date.now() > until ? 'too-old' : answer
    },
  })
}
