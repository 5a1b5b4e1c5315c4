/**
 * A name as a part of a key: readable where it is plain, ASCII in any case, two of them for two names, and without braces, which would tell a cluster where the key lies.
 *
 * @throws URIError for half a surrogate pair, which has no UTF-8 and could not be told from another
 */
export function keyPart(name: string): string {
  return encodeURIComponent(name)
}

/** How long a key is kept that is needed until then, in milliseconds. A time that is left does not depend on the clock of Redis. At least 1, which is the least that Redis takes. */
export function timeLeft(until: number, now: number = Date.now()): number {
  return Math.max(1, Math.ceil(until - now))
}
