import { createRequire } from 'node:module'
import { recover } from 'tiny-secp256k1'
import type { Curves } from '../src/curves.ts'

/** It comes without types. */
const require = createRequire(import.meta.url)
const { crypto_sign_verify_detached: verify } = require('sodium-native') as {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

/** Curves of other libraries, as a server plugs them in. */
export const sodium: Curves = { ed25519: (publicKey, message, signature) => verify(signature, message, publicKey) }
export const tinySecp: Curves = { secp256k1: (hash, signature, recovery) => recover(hash, signature, recovery, false) }
