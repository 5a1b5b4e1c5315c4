import { recover } from 'tiny-secp256k1'
import { beforeEach, expect, it } from 'vitest'
import { createSessionClient } from '../src/session.ts'
import { createVerifier, verifySessionSig } from '../src/verify.ts'
import { countingSigner, domain, nodes } from './wallet.ts'

/** A real curve, plugged in and counted. */
const recoveries = { count: 0 }
const curves = {
  secp256k1: (hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1) => {
    recoveries.count += 1
    return recover(hash, signature, recovery, false)
  },
}

const [audience = ''] = nodes
const options = { audience, domains: [domain], curves }

beforeEach(() => {
  recoveries.count = 0
})

it('a repeated delegation costs one ed25519 check: its wallet signature is recovered once', async () => {
  const client = createSessionClient({ nodes, domain, signer: countingSigner() })
  const verifier = createVerifier(options)
  for (let i = 0; i < 5; i++) {
    const sigs = await client.getSessionSigs({ resources: [`litAction://${i}`], sessionCapabilities: ['litActionCapability://*'] })
    await verifier.verify(sigs[audience], { resource: `litAction://${i}` })
  }
  expect(recoveries.count).toBe(1)
})

it('another delegation is another recovery, and without a verifier’s memory each time is', async () => {
  const verifier = createVerifier(options)
  for (let i = 0; i < 3; i++) {
    const sigs = await createSessionClient({ nodes, domain, signer: countingSigner() }).getSessionSigs({ resources: ['litAction://1'] })
    await verifier.verify(sigs[audience], { resource: 'litAction://1' })
    await verifySessionSig(sigs[audience], { ...options, resource: 'litAction://1' })
  }
  expect(recoveries.count).toBe(6)
})

it('what is refused before it costs no recovery', async () => {
  const sigs = await createSessionClient({ nodes, domain, signer: countingSigner() }).getSessionSigs({ resources: ['litAction://1'] })
  const verifier = createVerifier({ ...options, domains: ['other.example'] })
  expect((await verifier.inspect(sigs[audience], { resource: 'litAction://1' })).ok).toBe(false)
  expect(recoveries.count).toBe(0)
})
