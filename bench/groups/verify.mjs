/** Verifying with the delegation known already: what a server does for every request but the first. */
import { createPublicKey, verify } from 'node:crypto'
import { createVerifier } from '@session-sigs/core/verify'
import { sodiumCurve } from '../curves.mjs'
import { measure, paceOf } from '../measure.mjs'
import { createOurs, domain, nodesOf } from '../ours.mjs'
import { cores, startOpenssl, startPinned } from '../pinned.mjs'
import { timeRow } from '../rows.mjs'

const resource = 'litAction://QmExample'
const inFlight = 16

export async function createSample() {
  const { client, request } = await createOurs(1)
  const [audience] = nodesOf(1)
  const sig = (await client.getSessionSigs(request))[audience]
  const x = Buffer.from(sig.address, 'hex').toString('base64url')
  return {
    text: JSON.stringify(sig),
    options: { audience, domains: [domain] },
    key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    message: Buffer.from(sig.signedMessage),
    signature: Buffer.from(sig.sig, 'hex'),
  }
}

function bareOf({ key, message, signature }) {
  return () =>
    new Promise((resolve, reject) => {
      verify(null, message, key, signature, (error, isValid) => (error || !isValid ? reject(error) : resolve()))
    })
}

const many = (run) => () => Promise.all(Array.from({ length: inFlight }, run))

async function bare(settings) {
  const sample = await createSample()
  const verifier = createVerifier(sample.options)
  const ours = () => verifier.verify(sample.text, { resource })
  const rows = []
  for (const [count, of] of [
    [1, (run) => run],
    [inFlight, many],
  ]) {
    const times = await measure({ ours: of(ours), bare: of(bareOf(sample)) }, paceOf(settings))
    const what = `verify, delegation cached, ${count === 1 ? 'one at a time' : `${count} in flight`}`
    rows.push(timeRow({ what, of: 'bare crypto.verify', peer: 'bare', times, must: { atLeast: 0.85 }, per: count }))
  }
  return { rows }
}

async function peers(settings) {
  const sample = await createSample()
  const verifier = createVerifier(sample.options)
  const { createDidSignIn, createDidVerifier, payloadFor } = await import('../peers/did.mjs')
  const { createLitVerifier } = await import('../peers/lit.mjs')
  const { createWallet } = await import('../ours.mjs')
  const did = await (await createDidSignIn(createWallet()))()
  const jws = await did.createJWS(payloadFor(sample.options.audience))
  const { key } = createDidVerifier()
  const lit = createLitVerifier()
  if (!lit(sample.text)) throw new Error("Lit's library refused the sample.")
  const sides = { ours: () => verifier.verify(sample.text, { resource }), did: () => key(jws), lit: () => lit(sample.text) }
  const times = await measure(sides, paceOf(settings))
  const what = 'verify, delegation cached, one at a time'
  return {
    rows: [
      timeRow({ what, of: 'dids 5.0.3', peer: 'did', times, must: { atLeast: 1 } }),
      timeRow({ what, of: "Lit SDK 7.4.0's library", peer: 'lit', times, must: { atLeast: 1 } }),
    ],
  }
}

/** The same process on two cores and on one, by turns. */
async function twoCores(settings) {
  if (cores < 2) return { rows: [] }
  const [two, one] = [await startPinned('0,1', 'plain'), await startPinned('0', 'plain')]
  const times = await measure({ ours: () => two.run(), one: () => one.run() }, { ...paceOf(settings), warm: 1 })
  for (const process of [two, one]) process.stop()
  const what = `verify, delegation cached, ${inFlight} in flight, on two cores`
  return { rows: [timeRow({ what, of: 'ours on one core', peer: 'one', times, must: { atLeast: 1.8 }, per: two.calls })] }
}

/** One core for all three: libsodium plugged into ours, and OpenSSL's own measure of itself, which is the limit of the platform's library. */
async function limit(settings) {
  const openssl = startOpenssl()
  if (!openssl || cores < 1) return { rows: [] }
  const [plain, sodium] = [await startPinned('0', 'plain'), await startPinned('0', 'sodium')]
  const times = { plain: [], sodium: [], openssl: [] }
  const { rounds } = paceOf(settings)
  for (const process of [plain, sodium]) await process.run()
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, process] of Object.entries({ plain, sodium })) times[name].push(await process.each())
    times.openssl.push(await openssl())
  }
  for (const process of [plain, sodium]) process.stop()
  const of = 'openssl speed ed25519, one core'
  return {
    rows: [
      timeRow({ what: 'verify, delegation cached, on one core', of, peer: 'openssl', ours: 'plain', times }),
      timeRow({
        what: 'verify, delegation cached, with sodium-native',
        of,
        peer: 'openssl',
        ours: 'sodium',
        times,
        must: { atLeast: 1.6 },
      }),
    ],
  }
}

/** What a pinned process runs: `verify` over and over, so many in flight. Gives milliseconds for each. */
export async function createRunner(kind) {
  const sample = await createSample()
  const verifier = createVerifier({ ...sample.options, ...(kind === 'sodium' ? { curves: sodiumCurve() } : {}) })
  const run = many(() => verifier.verify(sample.text, { resource }))
  return async (calls) => {
    const start = performance.now()
    for (let i = 0; i < calls; i += inFlight) await run()
    return (performance.now() - start) / calls
  }
}

export const verifyCached = {
  name: 'verify',
  title: 'Verifying, delegation known',
  notes: [
    'Ours is `createVerifier().verify(text)`: every check of [the list](verify.md#see-every-check), from JSON text. "Bare" is the asynchronous `crypto.verify` of `node:crypto`, which ours uses, over the same bytes with a key object that is kept, as many in flight.',
    "dids is `verifyJWS` of what the session key signed; it is not given the delegation, as it remembers none. Lit's library has `validateSessionSig`, which looks at times, and the curve; judging the delegation is what its nodes are for.",
    'On one core and on two: processes that may run on those processors only (`taskset`). `openssl speed ed25519` measures itself, synchronously and over a short message; ours verifies asynchronously, or with the function of `sodium-native` plugged in as `curves.ed25519`.',
  ],
  parts: { bare, peers, twoCores, limit },
}
