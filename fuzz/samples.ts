/** One key, one wallet, one moment: good inputs of every kind, the same in every run. */
import { createPrivateKey, sign } from 'node:crypto'
import { type AuthSig, formatSiweMessage, issueSessionSig, type SiweMessage } from '@session-sigs/core'
import { privateKeyToAccount } from 'viem/accounts'
import { encodeRecap, recapStatement } from '../packages/core/src/recap.ts'
import { keyOfPair, pairOfSeed } from '../packages/core/src/seed.ts'

export const now: Date = new Date('2026-03-01T10:00:00.000Z')
/** So many minutes from now, RFC 3339. */
export const minutes = (count: number): string => new Date(now.getTime() + count * 60_000).toISOString()

export const seed: string = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0')).join('')
export const pair: { readonly publicKey: string; readonly secretKey: string } = await pairOfSeed(seed)
export const key: Awaited<ReturnType<typeof keyOfPair>> = await keyOfPair(pair)

/** The first account of the standard test mnemonic. */
export const wallet: ReturnType<typeof privateKeyToAccount> = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)
export const audience = 'https://node.example:7470'
export const domain = 'app.example'
export const resource = 'litAction://Qm1'
export const secondResource = 'lit-litaction://Qm1'
export const ability = 'lit-action-execution'

/** A delegation to the key, good for an hour. */
export const delegation: SiweMessage = {
  domain,
  address: wallet.address,
  uri: `lit:session:${pair.publicKey}`,
  version: '1',
  chainId: 1,
  nonce: 'abcdefgh12345678',
  issuedAt: minutes(0),
  expirationTime: minutes(60),
  resources: ['litActionCapability://*'],
}

export async function signed(signedMessage: string): Promise<AuthSig> {
  const sig = await wallet.signMessage({ message: signedMessage })
  return { sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }
}

const recap = { att: { [secondResource]: { 'Threshold/Execution': [{}] } } }
const statement = `Hello. ${recapStatement(recap)}`

export const message: string = formatSiweMessage(delegation)
export const secondMessage: string = formatSiweMessage({ ...delegation, statement, resources: [encodeRecap(recap)] })
export const authSig: AuthSig = await signed(message)
export const exactAuthSig: AuthSig = await signed(
  formatSiweMessage({ ...delegation, statement: 'One.', resources: ['litActionCapability://Qm1'] }),
)
export const secondAuthSig: AuthSig = await signed(secondMessage)

const restricted = { att: { [secondResource]: { 'Threshold/Execution': [{ uses: 1 }] } } }
/** Signed by the wallet, all of them, and none of them good for what is asked here. */
export const uselessAuthSigs: readonly AuthSig[] = await Promise.all(
  [
    { uri: `lit:session:${'ab'.repeat(32)}` },
    { domain: 'evil.example' },
    { resources: ['litPKPCapability://*', 'litAction://*', 'litActionCapability://Qm2'] },
    { issuedAt: minutes(-20), expirationTime: minutes(-1) },
    { notBefore: minutes(1) },
    { issuedAt: minutes(2) },
    { expirationTime: minutes(31 * 24 * 60) },
    { statement: `Hello. ${recapStatement(restricted)}`, resources: [encodeRecap(restricted)] },
    { statement: 'Hello.', resources: [encodeRecap(recap)] },
  ].map((changes) => signed(formatSiweMessage({ ...delegation, ...changes }))),
)

const content = { issuedAt: minutes(0), expiration: minutes(5), nodeAddress: audience }
export const sessionSig: Awaited<ReturnType<typeof issueSessionSig>> = await issueSessionSig(key, {
  ...content,
  resources: [resource],
  capabilities: [authSig],
})
export const secondSessionSig: typeof sessionSig = await issueSessionSig(key, {
  ...content,
  resourceAbilityRequests: [{ resource: { resource: 'Qm1', resourcePrefix: 'lit-litaction' }, ability }],
  capabilities: [secondAuthSig],
})

const jwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: Buffer.from(seed, 'hex').toString('base64url'),
  x: Buffer.from(pair.publicKey, 'hex').toString('base64url'),
}
const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })

/** A session signature over any text at all, by the key. */
export function resigned(signedMessage: string): typeof sessionSig {
  return { ...sessionSig, sig: sign(null, Buffer.from(signedMessage), privateKey).toString('hex'), signedMessage }
}
