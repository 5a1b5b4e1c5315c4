import { type Bytes, fromHex, toUtf8 } from './bytes.ts'
import type { SessionSig } from './issue.ts'
import type { SessionPayload } from './session-sig.ts'
import { parseInstant } from './time.ts'

/**
 * What is the same in the JSON texts of a session's signatures for one resource and one server: everything but the signature itself and the two times that are signed. Another
 * text that differs in nothing else says, where it is read, the same but for these three, as long as they are what they should be: hex digits, and date-times. Neither can
 * end the string that they stand in.
 */
export interface Pattern {
  readonly length: number
  /** The text before the signature, between the three, and after the last. */
  readonly parts: readonly [start: string, toIssuedAt: string, toExpiration: string, end: string]
  /** Where the times begin in the text. */
  readonly issuedAt: number
  readonly expiration: number
  /** What was signed, and where the times begin in it. */
  readonly payload: Bytes
  readonly issuedAtByte: number
  readonly expirationByte: number
}

const start = '{"sig":"'
const afterSig = start.length + 128
/** Of a date-time as clients write it: milliseconds and `Z`. */
const timeLength = 24
const between = '","expiration":"'
/** As JSON in JSON. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)
const afterEnvelope = '","algo":"ed25519"}'

/** The session key that a text names, where it is written as usual. */
export function sessionKeyIn(text: string): string {
  return text.slice(-64 - afterEnvelope.length, -afterEnvelope.length)
}

/** The pattern of a text that was read and found good; `undefined` where it is not written as clients write it. */
export function patternOf(text: string, envelope: SessionSig, payload: SessionPayload): Pattern | undefined {
  const { sig, derivedVia, signedMessage, address, algo } = envelope
  const { issuedAt, expiration, nodeAddress } = payload
  // Written again, so that it is a text of its own and no piece of a longer one.
  const known = JSON.stringify({ sig, derivedVia, signedMessage, address, algo })
  const tail = `","nodeAddress":${JSON.stringify(nodeAddress)}}`
  const times = `,"issuedAt":"${issuedAt}${between}${expiration}${tail}`
  if (known !== text || !signedMessage.endsWith(times)) return undefined
  if (issuedAt.length !== timeLength || expiration.length !== timeLength) return undefined
  const expirationAt = text.length - afterEnvelope.length - `","address":"${address}`.length - escaped(tail).length - timeLength
  const issuedAtAt = expirationAt - escaped(between).length - timeLength
  const bytes = toUtf8(signedMessage)
  const expirationByte = bytes.length - toUtf8(tail).length - timeLength
  return {
    length: text.length,
    parts: [
      start,
      known.slice(afterSig, issuedAtAt),
      known.slice(issuedAtAt + timeLength, expirationAt),
      known.slice(expirationAt + timeLength),
    ],
    issuedAt: issuedAtAt,
    expiration: expirationAt,
    payload: bytes,
    issuedAtByte: expirationByte - between.length - timeLength,
    expirationByte,
  }
}

/** What a text says that is of a pattern. */
export interface Filled {
  readonly signature: Bytes
  /** What was signed. */
  readonly payload: Bytes
  readonly issuedAt: string
  readonly expiration: string
  /** The two in milliseconds. */
  readonly instants: readonly [issuedAt: number, expiration: number]
}

function write(bytes: Bytes, at: number, text: string): void {
  for (let i = 0; i < timeLength; i++) bytes[at + i] = text.charCodeAt(i)
}

/** `undefined` where the text is not of the pattern. */
export function fill(pattern: Pattern, text: string): Filled | undefined {
  const { parts, length, issuedAt: at, expiration: next, payload } = pattern
  if (text.length !== length || text.slice(0, start.length) !== parts[0] || text.slice(afterSig, at) !== parts[1]) return undefined
  if (text.slice(at + timeLength, next) !== parts[2] || text.slice(next + timeLength) !== parts[3]) return undefined
  const [issuedAt, expiration] = [text.slice(at, at + timeLength), text.slice(next, next + timeLength)]
  const instants = [parseInstant(issuedAt), parseInstant(expiration)] as const
  const signature = fromHex(text.slice(start.length, afterSig))
  if (!signature || Number.isNaN(instants[0] + instants[1])) return undefined
  const bytes = payload.slice()
  write(bytes, pattern.issuedAtByte, issuedAt)
  write(bytes, pattern.expirationByte, expiration)
  return { signature, payload: bytes, issuedAt, expiration, instants }
}
