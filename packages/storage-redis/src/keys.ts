/** Keys are spread over so many slots of a cluster, and all that is asked about one of them is asked of one node. */
export const buckets = 16

/** Where something is kept. */
export interface Place {
  readonly bucket: number
  readonly key: string
}

function bucketOf(name: string): number {
  let sum = 0
  for (let i = 0; i < name.length; i += 1) sum += name.charCodeAt(i)
  return sum % buckets
}

/** In a cluster the braces say where a key lies: those of one bucket lie together. */
export function placeIn(prefix: string, bucket: number, rest: string): Place {
  return { bucket, key: `${prefix}{${bucket}}:${rest}` }
}

/**
 * The name is a part of the key: readable where it is plain, ASCII in any case, another one for another name.
 *
 * @throws URIError for half a surrogate pair, which has no UTF-8 and could not be told from another
 */
export function placeOf(prefix: string, kind: string, name: string): Place {
  return placeIn(prefix, bucketOf(name), `${kind}:${encodeURIComponent(name)}`)
}

/** How long a key is kept that is needed until then, in milliseconds. A time that is left does not depend on the clock of Redis. At least 1, which is the least that Redis takes. */
export function timeLeft(until: number, now: number = Date.now()): number {
  return Math.max(1, Math.ceil(until - now))
}
