/** Hex, base64url and UTF-8, strict both ways: one spelling each, and `undefined` for anything else. */
import type { Bytes } from './encode.ts'

export type { Bytes } from './encode.ts'
export { toHex, toUtf8 } from './encode.ts'

/** What each character up to `f` stands for in lower-case hex; 16 for none. */
const nibbles: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 103 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return value < 0 ? 16 : value
})
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Bytes of lower-case hex without `0x`; `undefined` for odd length, upper case or any other character. */
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = nibbles[text.charCodeAt(2 * i)] ?? 16
    const low = nibbles[text.charCodeAt(2 * i + 1)] ?? 16
    if ((high | low) > 15) return undefined
    bytes[i] = high * 16 + low
  }
  return bytes
}

/** Whether `text` is `0x` and whole bytes of hex in either case, at least one. */
export function isHexData(text: string): boolean {
  return text.length > 2 && text.length % 2 === 0 && /^0x[0-9a-fA-F]*$/.test(text)
}

/** Base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let j = 0; j < Math.min(4, left + 1); j++) text += alphabet.charAt((group >> (18 - 6 * j)) & 63)
  }
  return text
}

/** Bytes of unpadded base64url; `undefined` for padding, another alphabet, or trailing bits that are not zero (two spellings of one value). */
export function fromBase64url(text: string): Bytes | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let buffer = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const value = alphabet.indexOf(text.charAt(i))
    if (value < 0) return undefined
    buffer = ((buffer << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (buffer >> bits) & 255
    }
  }
  return (buffer & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Whether every surrogate has its partner; otherwise UTF-8 would silently replace it, and two texts would have the same bytes. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** Text of UTF-8 bytes, a byte order mark kept as what it is; `undefined` where the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function concat(...parts: readonly ArrayLike<number>[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
