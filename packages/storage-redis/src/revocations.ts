import type { RevocationStore } from '@session-sigs/core/verify'
import type { Run } from './connection.ts'
import { placeOf, timeLeft } from './keys.ts'

/** The later instant stands, and the longer time. */
const revokeLater = `
local before = tonumber(redis.call('GET', KEYS[1]) or '')
local left = redis.call('PTTL', KEYS[1])
local value = ARGV[1]
if before and before > tonumber(value) then value = string.format('%.17g', before) end
redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', math.max(left, tonumber(ARGV[2]))))`

const read = "return redis.call('GET', KEYS[1])"

/** What is no instant must not look like "not revoked". */
function instantOf(text: unknown): number | undefined {
  if (text === null) return undefined
  const instant = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN
  if (Number.isNaN(instant)) throw new Error('What Redis has as a revocation is none.')
  return instant
}

export function createRevocations(run: Run, prefix: string): RevocationStore {
  return Object.freeze<RevocationStore>({
    async revoke(subject, { before, until }) {
      if (![before, until].every(Number.isFinite)) throw new TypeError('before and until are milliseconds since 1970.')
      const { bucket, key } = placeOf(prefix, 'revoked', subject)
      await run(revokeLater, bucket, [key], before, timeLeft(until))
    },
    async find(subjects) {
      // What is revoked after this moment may be missing in the answer.
      const asOf = Date.now()
      // One question each, as their keys lie apart in a cluster; the client sends them together.
      const places = subjects.map((subject) => placeOf(prefix, 'revoked', subject))
      const texts = await Promise.all(places.map(({ bucket, key }) => run(read, bucket, [key])))
      return { before: texts.map(instantOf), asOf }
    },
  })
}
