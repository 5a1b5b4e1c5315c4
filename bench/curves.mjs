/** Curves that a verifier can be given, of packages that it does not need: what `curves` of `createVerifier` takes. */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export function sodiumCurve() {
  const { crypto_sign_verify_detached: verify } = require('sodium-native')
  return { ed25519: (publicKey, message, signature) => verify(signature, message, publicKey) }
}

export async function wasmCurve() {
  const { recover } = await import('tiny-secp256k1')
  return { secp256k1: (hash, signature, recovery) => recover(hash, signature, recovery, false) }
}

/** `undefined` where there is no build of it for this machine. */
export function nativeCurve() {
  try {
    // Its own entry falls back to JavaScript, and would be called native all the same.
    require('secp256k1/bindings')
    const { ecdsaRecover } = require('secp256k1')
    return { secp256k1: (hash, signature, recovery) => ecdsaRecover(signature, recovery, hash, false) }
  } catch {
    return undefined
  }
}
