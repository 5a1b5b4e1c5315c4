import { type Bytes, fromUtf8, isSame, sha } from './bytes.ts'
import { requestError } from './errors.ts'
import type { Incoming, RequestBody } from './incoming.ts'
import { boundedHeader, type RequestSignature, readDigests } from './signature.ts'
import { digestField } from './signature-base.ts'

/** Whether a `Content-Type` speaks of UTF-8, or of no charset: not of another, and not of two. */
function isUtf8(type: string): boolean {
  const at = type.indexOf(';')
  return !/charset/i.test(type) || (at >= 0 && /^; *charset="?utf-8"? *$/i.test(type.slice(at)))
}

/** Types that nobody reads as anything but JSON or text; of the latter kind is a body of `fetch` that is given no type. */
const ofJson = /^ *(?:[\w.+-]+\/(?:[\w.+-]+\+)?json|text\/plain) *(?:;|$)/i

/**
 * What parses a body after this goes by fields that nobody signed. A body that those make something else of is not read here at all, because a sender could write one that names
 * one resource to the guard and another to the handler: as a form, in UTF-7, compressed.
 */
export function bodyOf(bytes: Bytes, { header }: Pick<Incoming, 'header'>): RequestBody {
  const invalid = (reason: string): never => {
    throw requestError('json-invalid', { offset: 0, reason })
  }
  const type = header('content-type') ?? ''
  const text = (): string => {
    if (!isUtf8(type) || !/^(?:identity)?$/i.test(header('content-encoding') ?? '')) invalid('it is not sent as plain UTF-8')
    return fromUtf8(bytes) ?? invalid('it is not UTF-8')
  }
  const json = (): unknown => {
    if (type !== '' && !ofJson.test(type)) invalid('Content-Type is not application/json')
    const content = text()
    try {
      return JSON.parse(content)
    } catch {
      return invalid('the body is not JSON')
    }
  }
  return { bytes, text, json }
}

/**
 * A body, or one that the signature speaks of, against what it says of it.
 *
 * @throws SessionError `signature-incomplete`, `body-mismatch`, `signature-malformed`, `input-too-large`
 */
export async function checkBody(bytes: Bytes, { covered }: RequestSignature, incoming: Incoming): Promise<void> {
  if (!covered.includes(digestField)) throw requestError('signature-incomplete', { missing: [digestField] })
  const digests = readDigests(boundedHeader(incoming, digestField) ?? '')
  const known = (
    [
      ['sha-256', 256],
      ['sha-512', 512],
    ] as const
  ).filter(([name]) => digests.has(name))
  if (known.length === 0) throw requestError('body-mismatch', { reason: 'Content-Digest has neither sha-256 nor sha-512' })
  for (const [name, bits] of known) {
    if (!isSame(await sha(bits, bytes), digests.get(name) ?? new Uint8Array()))
      throw requestError('body-mismatch', { reason: `its ${name} differs` })
  }
}
