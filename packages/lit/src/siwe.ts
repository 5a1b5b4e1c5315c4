/**
 * What callbacks write and have signed: loaded by who uses it.
 */
import { type AuthSig, formatSiweMessage, toChecksumAddress } from '@session-sigs/core'
import { RecapSessionCapabilityObject } from './capability.ts'
import { randomHex } from './hex.ts'
import type { AuthSigParams, SiweMessageParams } from './messages.ts'

const day = 86_400_000
const known = 'walletAddress uri expiration resources nonce domain statement chainId version litNodeClient'.split(' ')

/** As `createSiweMessage` says. */
export async function writeMessage(params: SiweMessageParams): Promise<string> {
  // What would be granted in part must not be passed over: a capacity delegation, for one.
  for (const name of Object.keys(params)) if (!known.includes(name)) throw new TypeError(`"${name}" cannot be given here.`)
  const { walletAddress, domain = globalThis.location?.host ?? 'localhost', chainId = 1, version = '1', nonce = randomHex(16) } = params
  const now = Date.now()
  const { statement, uri = `https://${domain}`, expiration = new Date(now + day).toISOString() } = params
  const granted: { statement?: string | undefined; resources?: string[] } = { statement }
  if (params.resources?.length) {
    const recap = new RecapSessionCapabilityObject()
    for (const { resource, ability, data } of params.resources) recap.addCapabilityForResource(resource, ability, data)
    recap.addToSiweMessage(granted)
  }
  return formatSiweMessage({
    domain,
    address: toChecksumAddress(walletAddress),
    ...(granted.statement === undefined ? {} : { statement: granted.statement }),
    uri,
    version,
    chainId: Number(chainId),
    nonce,
    issuedAt: new Date(now).toISOString(),
    expirationTime: expiration,
    ...(granted.resources ? { resources: granted.resources } : {}),
  })
}

/** As `generateAuthSig` says. */
export async function sign(params: AuthSigParams): Promise<AuthSig> {
  const { signer, toSign } = params
  if (typeof signer?.signMessage !== 'function') throw new TypeError('signer has no signMessage().')
  const address = params.address ?? (await signer.getAddress?.())
  if (address === undefined) throw new TypeError('address is needed where the signer has no getAddress().')
  const checked = toChecksumAddress(address)
  return { sig: await signer.signMessage(toSign), derivedVia: 'web3.eth.personal.sign', signedMessage: toSign, address: checked }
}
