/** What signing needs of bytes and texts, apart from what reads them: a page that only signs loads no more. */

const digits = '0123456789abcdef'
/** Both digits of every byte. */
const pairs: readonly string[] = /* @__PURE__ */ Array.from(
  { length: 256 },
  (_, byte) => digits.charAt(byte >> 4) + digits.charAt(byte & 15),
)
/** Bytes that own an ordinary buffer, which is what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Lower-case hex without `0x`. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += pairs[byte]
  return text
}

/** Made when first needed; it has no state. */
let encoder: TextEncoder | undefined

export function toUtf8(text: string): Bytes {
  encoder ??= new TextEncoder()
  return encoder.encode(text)
}
