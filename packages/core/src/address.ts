import { toHex, toUtf8 } from './encode.ts'
import { SessionError } from './errors.ts'
import { keccak256Block } from './keccak.ts'

/** `0x` and hex digits. */
export type Hex = `0x${string}`

/** The spellings that were worked out lately: the same few addresses are met over and over, and hashing one costs more than reading the message around it. */
const known: Map<string, Hex> = /* @__PURE__ */ new Map()

/** The EIP-55 spelling of 40 hex digits in any case, without `0x`. */
function checksum(digits: string): Hex {
  const lower = digits.toLowerCase()
  const found = known.get(lower)
  if (found) return found
  const hash = toHex(keccak256Block(toUtf8(lower)))
  let text: Hex = '0x'
  for (let i = 0; i < lower.length; i++) text += hash.charAt(i) > '7' ? lower.charAt(i).toUpperCase() : lower.charAt(i)
  if (known.size >= 64) known.clear()
  // A name of its own: the one that came may be a piece of a long text, and would keep all of it.
  known.set(text.slice(2).toLowerCase(), text)
  return text
}

const shape = /^0x[0-9a-fA-F]{40}$/

/** Whether `text` is an address in exactly its EIP-55 spelling. */
export function isChecksumAddress(text: string): text is Hex {
  return shape.test(text) && checksum(text.slice(2)) === text
}

/** Whether two spellings, of either case, name the same address. */
export function isSameAddress(a: string, b: string): boolean {
  return shape.test(a) && a.toLowerCase() === b.toLowerCase()
}

/**
 * The EIP-55 spelling of an address given in one case, or already in that spelling.
 *
 * @throws SessionError `address-invalid` for anything else, a wrong checksum included
 */
export function toChecksumAddress(text: string): Hex {
  const digits = shape.test(text) ? text.slice(2) : ''
  const spelled = checksum(digits)
  if (digits && [digits.toLowerCase(), digits.toUpperCase(), spelled.slice(2)].includes(digits)) return spelled
  throw new SessionError('address-invalid', { reason: digits ? 'its checksum is wrong' : 'it is not 0x and 40 hex digits' })
}
