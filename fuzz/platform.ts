/** The same code where the platform lacks what it would rather use. */

import { createPublicKey, verify } from 'node:crypto'

/** What the platform says of a signature alone, with no strictness of ours. @throws for what is no key */
export function isValidForNode(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(publicKey).toString('base64url')
  return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature)
}

/** Runs without cryptography of the platform's own but random bytes: what is left is what pages have that were not loaded securely. */
export async function withoutPlatform<T>(run: () => Promise<T>): Promise<T> {
  const { process } = globalThis
  const given = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
  const builtin = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule')
  const random = globalThis.crypto.getRandomValues.bind(globalThis.crypto)
  try {
    Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues: random }, configurable: true })
    Object.defineProperty(process, 'getBuiltinModule', { value: undefined, configurable: true, writable: true })
    return await run()
  } finally {
    if (given) Object.defineProperty(globalThis, 'crypto', given)
    if (builtin) Object.defineProperty(process, 'getBuiltinModule', builtin)
  }
}
