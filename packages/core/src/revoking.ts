/**
 * Tells servers of the sessions that a sign-out ended: loaded by a client that was given a way to.
 */
import { type Sentences, SessionError } from './errors.ts'
import type { StoredKey } from './keypair.ts'
import type { SessionKey } from './native.ts'
import { revokeSessionKey, type SendRevocation } from './revocation.ts'
import { loadStoredKey } from './stored-key.ts'

const sentences: Pick<Sentences<'revocation-failed'>, 'revocation-failed'> = {
  'revocation-failed': () => `Signed out here; servers were not told: see cause. Send details.statement to them later`,
}

/** One error for all that could not be sent; of several, each one's statement is in the errors of the cause. */
function joined(failures: readonly SessionError<'revocation-failed'>[]): SessionError | undefined {
  const [first, ...others] = failures
  if (!first || others.length === 0) return first
  return new SessionError('revocation-failed', first.details, { cause: new AggregateError(failures), sentences })
}

/**
 * `ended` settles when all is destroyed that the client and its storage had; until then the storage may add to the `dead` keys what another tab put there. `own` are keys of the
 * callers that the client had delegations for.
 *
 * Has each key say that it has ended, and sends that: what is known at once without waiting for the storage. That it could not be sent is told before what the storage failed
 * with, because the statement can be had only now, and signing out again tells of the storage again.
 *
 * @throws SessionError `revocation-failed`, and what signing out failed with
 */
export async function tellServers(
  ended: Promise<void>,
  dead: readonly StoredKey[],
  own: readonly SessionKey[] | undefined,
  send: SendRevocation,
  now: () => number,
): Promise<void> {
  const told = new Map<string, Promise<SessionError<'revocation-failed'> | undefined>>()

  async function tell(key: SessionKey): Promise<SessionError<'revocation-failed'> | undefined> {
    const statement = await revokeSessionKey(key, { now: new Date(now()) })
    try {
      await send(statement)
    } catch (cause) {
      return new SessionError('revocation-failed', { statement: JSON.stringify(statement) }, { cause, sentences })
    }
    return undefined
  }

  async function tellAll(keys: readonly (SessionKey | StoredKey)[]): Promise<void> {
    for (const given of keys) {
      // A stored key that cannot be read signs nothing, nor its own end.
      const key = 'sign' in given ? given : await loadStoredKey(given).catch(() => undefined)
      if (!key || told.has(key.publicKey)) continue
      const telling = tell(key)
      // Waited for below, and not before.
      telling.catch(() => undefined)
      told.set(key.publicKey, telling)
    }
  }

  const known = tellAll([...(own ?? []), ...dead])
  await ended.catch(() => undefined)
  await known
  await tellAll(dead)
  const failure = joined((await Promise.all(told.values())).filter((error) => error !== undefined))
  if (failure) throw failure
  await ended
}
