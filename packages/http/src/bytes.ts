/** Bytes as a body or a signature has them. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Standard base64 (RFC 4648 §4), as structured fields have it. */
function toBase64(bytes: Uint8Array): string {
  let text = ''
  // In parts, as a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}

/** A byte sequence as an item of a structured field (RFC 9651 §4.1.8). */
export function byteSequence(bytes: Uint8Array): string {
  return `:${toBase64(bytes)}:`
}

const encoder = /* @__PURE__ */ new TextEncoder()

export function toUtf8(text: string): Bytes {
  return encoder.encode(text)
}

/** Bytes of base64 that is known to be such. */
export function fromBase64(text: string): Bytes {
  const characters = atob(text)
  const bytes = new Uint8Array(characters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i)
  return bytes
}

/** The platform's hash, or one in JavaScript on pages that were not loaded securely. */
export async function sha(bits: 256 | 512, bytes: Bytes): Promise<Bytes> {
  if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, bytes))
  const { sha256, sha512 } = await import('@noble/hashes/sha2.js')
  return new Uint8Array(bits === 256 ? sha256(bytes) : sha512(bytes))
}

/** Text of UTF-8 bytes; `undefined` where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** Bytes of base64url, padded or not; none where the text is not such. */
export function fromBase64url(text: string): Bytes {
  try {
    return fromBase64(text.replace(/-/g, '+').replace(/_/g, '/'))
  } catch {
    return new Uint8Array()
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
