/** Verifying a delegation that was never seen: all of it, the wallet's signature and its text. */
import { verifySessionSig } from '@session-sigs/core/verify'
import { SiweMessage } from 'siwe'
import { verifyMessage } from 'viem'
import { parseSiweMessage, validateSiweMessage } from 'viem/siwe'
import { nativeCurve, wasmCurve } from '../curves.mjs'
import { measure, paceOf } from '../measure.mjs'
import { createWallet, domain } from '../ours.mjs'
import { timeRow } from '../rows.mjs'
import { createSample } from './verify.mjs'

const resource = 'litAction://QmExample'
const siweName = 'siwe 3.0.0, the message alone'

/** The wallet's message and signature out of ours: what the others are to look at. */
function delegationOf(text) {
  const { signedMessage, sig, address } = JSON.parse(JSON.parse(text).signedMessage).capabilities[0]
  return { signedMessage, sig, address }
}

async function pure(settings) {
  const { text, options } = await createSample()
  const { signedMessage, sig, address } = delegationOf(text)
  const sides = {
    ours: () => verifySessionSig(text, { ...options, resource }),
    siwe: () => new SiweMessage(signedMessage).verify({ signature: sig, domain }),
    viem: async () => {
      const message = parseSiweMessage(signedMessage)
      if (!validateSiweMessage({ message, domain, address })) throw new Error('viem refused the message.')
      if (!(await verifyMessage({ address, message: signedMessage, signature: sig }))) throw new Error('viem refused the signature.')
    },
  }
  const times = await measure(sides, paceOf(settings))
  const what = 'verify, cold delegation, JavaScript alone'
  return {
    rows: [
      timeRow({ what, of: siweName, peer: 'siwe', times, must: { atLeast: 1.5 } }),
      timeRow({ what, of: 'viem 2.57.20, the message alone', peer: 'viem', times }),
    ],
  }
}

async function did(settings) {
  const { text, options } = await createSample()
  const { createDidSignIn, createDidVerifier, payloadFor } = await import('../peers/did.mjs')
  const signedIn = await (await createDidSignIn(createWallet()))()
  const jws = await signedIn.createJWS(payloadFor(options.audience))
  const { whole } = createDidVerifier()
  const sides = { ours: () => verifySessionSig(text, { ...options, resource }), theirs: () => whole(jws, signedIn) }
  const times = await measure(sides, paceOf(settings))
  return {
    rows: [timeRow({ what: 'verify, cold delegation, JavaScript alone', of: 'dids 5.0.3', peer: 'theirs', times, must: { atLeast: 1 } })],
  }
}

/** With a curve plugged in, which every side could be; none of the others can. */
async function plugged(settings) {
  const { text, options } = await createSample()
  const { signedMessage, sig } = delegationOf(text)
  const kinds = [
    ['tiny-secp256k1 (WebAssembly)', await wasmCurve(), undefined],
    ['secp256k1 (native)', nativeCurve(), { atLeast: 6 }],
  ]
  const rows = []
  for (const [name, curves, must] of kinds) {
    if (!curves) continue
    const sides = {
      ours: () => verifySessionSig(text, { ...options, resource, curves }),
      siwe: () => new SiweMessage(signedMessage).verify({ signature: sig, domain }),
    }
    const times = await measure(sides, paceOf(settings))
    rows.push(timeRow({ what: `verify, cold delegation, with ${name}`, of: siweName, peer: 'siwe', times, must }))
  }
  return { rows }
}

export const verifyCold = {
  name: 'cold',
  title: 'Verifying, delegation never seen',
  notes: [
    "Ours is `verifySessionSig(text)`, which remembers nothing: the session key's signature, the payload, the message, its scope and times, and the wallet's signature. siwe parses that delegation's message and verifies the wallet's signature (by ethers 6); viem parses, validates and verifies it. Neither looks at a session key. dids verifies the JWS and its CACAO.",
    'With a curve plugged in: `curves.secp256k1`, by WebAssembly or native code that a server installs itself; siwe as before, as it can be given none.',
  ],
  parts: { pure, plugged, did },
}
