import { beforeEach, expect, it, vi } from 'vitest'
import { createSessionClient } from '../src/session.ts'
import { createVerifier, verifySessionSig } from '../src/verify.ts'
import { countingSigner, domain, nodes } from './wallet.ts'

/** The real recovery, counted. */
const recoveries = vi.hoisted(() => ({ count: 0 }))
vi.mock('../src/wallet-signature.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../src/wallet-signature.ts')>()
  const recoverWallet: typeof original.recoverWallet = (...args) => {
    recoveries.count += 1
    return original.recoverWallet(...args)
  }
  return { ...original, recoverWallet }
})

const [audience = ''] = nodes
const options = { audience, domains: [domain] }

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
