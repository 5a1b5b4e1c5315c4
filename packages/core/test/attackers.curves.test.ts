/** Curves of other libraries that are plugged into a verifier: what one that is broken, or hostile, can do, and what not. */
import { expect, it } from 'vitest'
import { createSessionClient } from '../src/session.ts'
import { type Curves, createVerifier, prepareSessionKey } from '../src/verify.ts'
import { countingSigner, domain } from './wallet.ts'

const audience = 'https://node.example'
const resource = 'litAction://Qm1'

async function signature() {
  const client = createSessionClient({ nodes: [audience], domain, signer: countingSigner() })
  const { [audience]: sig } = await client.getSessionSigs({ resources: [resource] })
  return sig ?? expect.fail('There is no signature.')
}

/** The same with another session key's signature, and with another wallet's. */
async function forgeries() {
  const [mine, theirs] = [await signature(), await signature()]
  return [
    { ...mine, sig: theirs.sig },
    { ...mine, sig: `${'1'.repeat(63)}0${'0'.repeat(64)}` },
  ]
}

const codeOf = (sig: unknown, curves: Curves): Promise<string> =>
  createVerifier({ audience, domains: [domain], curves })
    .verify(sig, { resource })
    .then(
      () => 'accepted',
      (error: unknown) => String(error instanceof Error && 'code' in error ? error.code : error),
    )

const fail = (): never => {
  throw new Error('no curve today')
}
const spoilt = (...given: readonly unknown[]): never => {
  for (const bytes of given) if (bytes instanceof Uint8Array) bytes.fill(7)
  throw new Error('and nothing left to go on with')
}

/** Answers that the types forbid, and what JavaScript would let through all the same. */
const broken: Readonly<Record<string, Curves>> = {
  throws: { ed25519: fail, secp256k1: fail },
  'answers with nonsense': { ed25519: (() => 'yes') as never, secp256k1: (() => new Uint8Array(65)) as never },
  'answers with 1': { ed25519: (() => 1) as never, secp256k1: (() => 1) as never },
  'promises, and rejects': {
    ed25519: () => Promise.reject(new Error('later no')),
    secp256k1: (() => Promise.reject(new Error('later no'))) as never,
  },
  'promises nonsense': { ed25519: (() => Promise.resolve({})) as never, secp256k1: (() => Promise.resolve(new Uint8Array(65))) as never },
  'overwrites what it was given, and throws': { ed25519: spoilt, secp256k1: spoilt },
}

it.each(Object.entries(broken))('a plugged-in curve that %s lets nothing bad in, and keeps nothing good out', async (_, curves) => {
  expect(await codeOf(await signature(), curves)).toBe('accepted')
  for (const forged of await forgeries()) expect(await codeOf(forged, curves)).toBe('session-signature-invalid')
})

it('a plugged-in curve that says no to all keeps everything out', async () => {
  expect(await codeOf(await signature(), { ed25519: () => false })).toBe('session-signature-invalid')
  expect(await codeOf(await signature(), { secp256k1: () => undefined })).toBe('wallet-signature-invalid')
})

it('a plugged-in curve that says yes to all is believed, but for keys and signatures that are none', async () => {
  const curves = { ed25519: () => true }
  const sig = await signature()
  expect(await codeOf({ ...sig, sig: (await signature()).sig }, curves)).toBe('accepted')
  const [message, order] = [new Uint8Array(3), 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010']
  const small = `01${'00'.repeat(31)}`
  const good = Buffer.from(sig.sig, 'hex')
  const verdicts = [
    [sig.address, good],
    [small, good],
    [sig.address, Buffer.from(small + sig.sig.slice(64), 'hex')],
    [sig.address, Buffer.from(sig.sig.slice(0, 64) + order, 'hex')],
    [sig.address, good.subarray(1)],
  ] as const
  expect(await Promise.all(verdicts.map(([key, bytes]) => prepareSessionKey(key, curves).verify(message, new Uint8Array(bytes))))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})
