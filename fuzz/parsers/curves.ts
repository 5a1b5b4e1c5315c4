/** Signatures themselves: ed25519 by the platform and in JavaScript, secp256k1 by us and by viem. */
import { recoverMessageAddress } from 'viem'
import { fromHex, toUtf8 } from '../../packages/core/src/bytes.ts'
import { prepareSessionKey } from '../../packages/core/src/verify.ts'
import { recoverWallet } from '../../packages/core/src/wallet-signature.ts'
import { accepted, refusedWith } from '../judge.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { isValidForNode, withoutPlatform } from '../platform.ts'
import type { Random } from '../random.ts'
import { authSig, message, pair, sessionSig } from '../samples.ts'

const order = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010'
const prime = 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
/** Encodings of points that readers disagree about: of small order, beyond the prime, with a sign that says nothing. */
const points = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(30)}7f`,
  `ec${'ff'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  prime,
  `ee${'ff'.repeat(30)}7f`,
  'ff'.repeat(32),
  pair.publicKey,
]

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

async function readEd25519(input: Json): Promise<Outcome> {
  const { publicKey, message: signed, sig } = Object(input) as Readonly<Record<string, Json>>
  const [bytes, signature] = [toUtf8(text(signed)), fromHex(text(sig)) ?? new Uint8Array()]
  const check = (): Promise<boolean> => prepareSessionKey(text(publicKey)).verify(bytes, signature)
  const isValid = await check()
  must((await withoutPlatform(check)) === isValid, 'ed25519: the platform and JavaScript say the same', input)
  if (!isValid) return refusedWith(signature.length === 64 ? 'not signed' : 'no signature')
  must(isValidForNode(Buffer.from(text(publicKey), 'hex'), bytes, signature), 'ed25519: the platform alone accepts it, too', input)
  must(
    !points.slice(0, -1).includes(text(publicKey)) && !points.includes(text(sig).slice(0, 64)),
    'ed25519: no point of small order',
    input,
  )
  return accepted
}

const goodSignature = { publicKey: pair.publicKey, message: sessionSig.signedMessage, sig: sessionSig.sig }

/** S and S with the order of the group added: both fulfil the equation. */
function withOrder(sig: string): string {
  const little = (hex: string): bigint => BigInt(`0x${hex.match(/../g)?.toReversed().join('') ?? '0'}`)
  const sum = (little(sig.slice(64)) + little(order)).toString(16).padStart(64, '0')
  return sig.slice(0, 64) + (sum.match(/../g)?.toReversed().join('') ?? '')
}

export const ed25519: Parser = {
  name: 'ed25519',
  reads: 'session keys’ signatures: `prepareSessionKey`, platform and JavaScript',
  weight: 1,
  seeds: () => [
    goodSignature,
    { ...goodSignature, sig: withOrder(goodSignature.sig) },
    ...points.map((point) => ({ publicKey: point, message: 'x', sig: point + '00'.repeat(32) })),
  ],
  generate: (random: Random) => ({
    publicKey: random.pick(points),
    message: random.pick(['', 'x', message]),
    sig: random.pick([...points, goodSignature.sig.slice(0, 64)]) + random.pick([...points, order, goodSignature.sig.slice(64)]),
  }),
  read: readEd25519,
}

async function readWallet(input: Json): Promise<Outcome> {
  const { message: signed, sig } = Object(input) as Readonly<Record<string, Json>>
  const ours = await recoverWallet(text(signed), text(sig))
  const theirs = await recoverMessageAddress({ message: text(signed), signature: text(sig) as `0x${string}` }).catch(() => undefined)
  if (ours !== undefined) {
    must(ours === theirs, 'wallet-signature: viem recovers the same', input)
    must(/^0x[0-9a-f]{128}(?:00|01|1b|1c)$/i.test(text(sig)), 'wallet-signature: one spelling of v', input)
    must(
      BigInt(`0x${text(sig).slice(66, 130)}`) <= 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n,
      'wallet-signature: low s alone',
      input,
    )
    return accepted
  }
  return refusedWith(theirs === undefined ? 'by both' : 'by us')
}

/** The other s, which fulfils the equation as well, and the other parity. */
function withHighS(sig: string): string {
  const group = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = (group - BigInt(`0x${sig.slice(66, 130)}`)).toString(16).padStart(64, '0')
  return sig.slice(0, 66) + s + (sig.endsWith('1b') ? '1c' : '1b')
}

export const walletSignatures: Parser = {
  name: 'wallet-signature',
  reads: 'wallets’ signatures: `recoverWallet`',
  weight: 0.5,
  seeds: () => [
    { message, sig: authSig.sig },
    { message: '', sig: authSig.sig },
    { message, sig: withHighS(authSig.sig) },
    { message, sig: `0x${'00'.repeat(65)}` },
    { message, sig: `${authSig.sig.slice(0, -2)}02` },
  ],
  generate: (random) => ({
    message: random.pick(['', 'é', message]),
    sig: authSig.sig.slice(0, -2) + random.pick(['00', '01', '1b', '1c', '1C', '02', '1d', 'ff', '']),
  }),
  read: readWallet,
}
