/** Lower-case hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** So many random bytes, as hex: also what a message's nonce may be. */
export function randomHex(length: number): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(length)))
}
