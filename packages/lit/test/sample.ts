/** Samples that Lit's own clients made: their inputs, and how to make the same with ours. */
import type { Network } from '@session-sigs/app-nodes'
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'
import { vi } from 'vitest'
import {
  type AuthCallbackParams,
  type AuthSig,
  type GetSessionSigsParams,
  LitNodeClient,
  type LitResourceAbilityRequest,
  type SessionKeyPair,
  type SessionSig,
} from '../src/index.ts'

export interface Inputs {
  readonly now: string
  readonly walletPrivateKey: string
  readonly walletAddress: string
  readonly sessionKey: SessionKeyPair
  readonly nonce: string
  readonly chain: string
  readonly chainId: number
  readonly domain: string
  readonly statement: string | null
  readonly expiration: string | null
  /** What the callback wrote instead of the end it was given. */
  readonly siweExpiration: string | null
  readonly notBefore: string | null
  readonly requestId?: string | null
  readonly nodes: readonly string[]
  readonly resources?: readonly string[]
  /** What the callback was asked to grant; the first form's client widens what it is not told. */
  readonly capabilitiesAsked?: readonly string[]
  readonly resourceAbilityRequests?: readonly LitResourceAbilityRequest[]
  /** What the capability object granted. */
  readonly sessionCapabilityAttenuations?: Readonly<Record<string, Record<string, Record<string, never>[]>>>
  readonly authNeededCallback?: string
}

export interface Sample {
  readonly name: string
  readonly inputs: Inputs
  readonly sessionSigs: Readonly<Record<string, SessionSig>>
}

/** A client of nodes whose names lead nowhere: their handshakes go to a node of ours. */
export async function connectTo(nodes: readonly string[], network: Network): Promise<LitNodeClient> {
  const real = globalThis.fetch
  const [ours = ''] = network.urls
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const node = nodes.find((name) => url.startsWith(`${name}/`))
    return node === undefined ? Promise.reject(new TypeError(`Nobody is at ${url}.`)) : real(ours + url.slice(node.length), init)
  })
  const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: nodes, minNodeCount: nodes.length })
  await client.connect()
  vi.unstubAllGlobals()
  return client
}

/** The wallet's signature over a text, as the sample's callback returned it. */
export async function signed(inputs: Inputs, signedMessage: string): Promise<AuthSig> {
  const wallet = new Wallet(inputs.walletPrivateKey)
  return { sig: await wallet.signMessage(signedMessage), derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }
}

/** A message of the `siwe` package, of what the callback was given and what the sample says besides. */
export function siweMessage(inputs: Inputs, { uri, expiration, statement, resources }: Partial<AuthCallbackParams>): SiweMessage {
  const text = inputs.statement ?? statement
  return new SiweMessage({
    domain: inputs.domain,
    address: inputs.walletAddress,
    ...(text === undefined ? {} : { statement: text }),
    ...(uri === undefined ? {} : { uri }),
    version: '1',
    chainId: inputs.chainId,
    nonce: inputs.nonce,
    issuedAt: inputs.now,
    expirationTime: inputs.siweExpiration ?? expiration ?? '',
    ...(inputs.notBefore ? { notBefore: inputs.notBefore } : {}),
    ...(inputs.requestId ? { requestId: inputs.requestId } : {}),
    ...(resources ? { resources } : {}),
  })
}

/** What all samples call `getSessionSigs` with. */
export function commonParams({ chain, sessionKey, expiration }: Inputs): GetSessionSigsParams {
  return { chain, sessionKey, ...(expiration === null ? {} : { expiration }) }
}
