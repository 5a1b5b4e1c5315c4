import { createRequire } from 'node:module'
import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

// They are here for the tests of core alone.
const require = createRequire(new URL('../../packages/core/package.json', import.meta.url))
const sodium = require('sodium-native') as {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}
const secp256k1 = require('tiny-secp256k1') as {
  recover(hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1, compressed: boolean): Uint8Array | null
}
const nodeUrl = 'https://node-1.example:7470'
const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const sigs = await createSessionClient({ nodes: [nodeUrl], signer, domain: 'app.example' }).getSessionSigs({ resources: ['litPKP://*'] })
const request = { authSig: JSON.stringify(sigs[nodeUrl]) }

// begin curves
import { createVerifier } from '@session-sigs/core/verify'

const verifier = createVerifier({
  audience: nodeUrl,
  domains: ['app.example'],
  curves: {
    // of sodium-native
    ed25519: (publicKey, message, signature) => sodium.crypto_sign_verify_detached(signature, message, publicKey),
    // of tiny-secp256k1
    secp256k1: (hash, signature, recovery) => secp256k1.recover(hash, signature, recovery, false),
  },
})
const session = await verifier.verify(request.authSig, { resource: 'litPKP://42' })
console.log(`${session.address}, as without them, and sooner`)
// end
