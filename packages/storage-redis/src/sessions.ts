import { parseSiweMessage, type SessionStorage, type StoredSessions } from '@session-sigs/core'
import type { Run } from './connection.ts'
import { placeOf, timeLeft } from './keys.ts'

const get = "return redis.call('GET', KEYS[1])"
const set = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"
const remove = "return redis.call('DEL', KEYS[1])"

/** How long a record is kept at least, in milliseconds: also one whose sessions have ended is there for the next `get`. */
const least = 60_000

/** When a message ends, in milliseconds; `undefined` where it does not say so. */
function endOf(text: string): number | undefined {
  try {
    const end = Date.parse(parseSiweMessage(text).expirationTime ?? '')
    return Number.isNaN(end) ? undefined : end
  } catch {
    return undefined
  }
}

/** When the last of a record's messages ends; `otherwise` where one does not say so, or there is none. */
function endOfAll({ sessions, pending }: StoredSessions, otherwise: number): number {
  const texts = Object.values(sessions).flatMap(({ delegations }) => delegations.map(({ signedMessage }) => signedMessage))
  if (pending) texts.push(pending.message)
  return texts.length === 0 ? otherwise : Math.max(...texts.map((text) => endOf(text) ?? otherwise))
}

/** What is no JSON is given out as it is: core reads strictly, and says that it is corrupt. */
function read(text: unknown): unknown {
  if (typeof text !== 'string') return text ?? undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `otherwise` is how long a record is kept that does not say when it ends, in milliseconds. */
export function createSessions(run: Run, prefix: string, otherwise: number): SessionStorage {
  const ask = (id: string, script: string, ...args: (string | number)[]): Promise<unknown> => {
    const { bucket, key } = placeOf(prefix, 'session', id)
    return run(script, bucket, [key], ...args)
  }
  return Object.freeze<SessionStorage>({
    keys: 'seed',
    get: async (id) => read(await ask(id, get)) as StoredSessions | undefined,
    async set(id, value) {
      const now = Date.now()
      const until = Math.max(endOfAll(value, now + otherwise), now + least)
      await ask(id, set, JSON.stringify(value), timeLeft(until, now))
    },
    async delete(id) {
      await ask(id, remove)
    },
  })
}
