/** The rules once more, as few and as plain as they can be said: what is accepted has to be good by these as well. */
import { isDeepStrictEqual } from 'node:util'
import type { AuthSig } from '@session-sigs/core'

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A wallet's signature has two spellings of its last byte, and hex has two cases. */
function plainSig(sig: unknown): string {
  const text = String(sig).toLowerCase()
  return text.replace(/1b$/, '00').replace(/1c$/, '01')
}

/** Whether it is one of these AuthSigs, however it is spelled. */
export function isAuthSigOf(value: unknown, goods: readonly AuthSig[]): boolean {
  if (!isFields(value)) return false
  const { sig, derivedVia, signedMessage, address, algo, ...more } = value
  if (Object.keys(more).length > 0 || (algo !== undefined && algo !== null)) return false
  return goods.some(
    (good) =>
      signedMessage === good.signedMessage &&
      derivedVia === good.derivedVia &&
      typeof sig === 'string' &&
      plainSig(sig) === plainSig(good.sig) &&
      (address === good.address || address === good.address.toLowerCase()),
  )
}

/** The value of a JSON text, if it is one. */
export function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How many keys stand in a JSON text, each as often as it does. */
export function keysIn(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"([ \t\n\r]*:)?/gs)].filter((match) => match[1] !== undefined).length
}

/** How many keys a value has, at any depth. */
export function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce((sum: number, item) => sum + keysOf(item), own)
}

export const isSame = isDeepStrictEqual
