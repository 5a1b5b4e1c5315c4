/** Contract wallets for tests: the smallest ones that behave in one way each, and sessions that contract wallets delegate. */
import {
  formatSiweMessage,
  generateSessionKeyPair,
  type Hex,
  isSessionError,
  issueSessionSig,
  type SessionSig,
  sessionKeyUri,
  toChecksumAddress,
} from '@session-sigs/core'
import {
  concat,
  createPublicClient,
  createTestClient,
  encodeErrorResult,
  hashMessage,
  http,
  type PublicClient,
  pad,
  parseAbi,
  size,
  toHex,
} from 'viem'
import { anvil } from 'viem/chains'

/** What EIP-1271 has for a yes: the function's own selector. */
const magic = '0x1626ba7e'
const word = pad(magic, { dir: 'right' })

/** Code that answers this, or reverts with it. */
function answering(data: Hex, how: 'return' | 'revert' = 'return'): Hex {
  const length = toHex(size(data), { size: 2 })
  return concat(['0x61', length, '0x600e600039', '0x61', length, '0x6000', how === 'return' ? '0xf3' : '0xfd', data])
}

/** Every way of a contract, as code. */
export const contracts = {
  yes: answering(word),
  yesAndMore: answering(concat([word, word])),
  no: answering(pad('0xffffffff', { dir: 'right' })),
  nothing: '0x00',
  zero: answering(pad('0x')),
  one: answering(pad('0x01')),
  magicAlone: answering(magic),
  magicLow: answering(pad(magic)),
  magicAndDirt: answering(concat([magic, `0x${'ff'.repeat(28)}`])),
  revertsSilently: answering('0x', 'revert'),
  revertsWithMagic: answering(word, 'revert'),
  invalid: '0xfe',
  burnsAllGas: '0x5b600056',
  returnsTooMuch: '0x63ffffffff6000f3',
} satisfies Record<string, Hex>

/** Says yes to this text and to no other. */
export function yesTo(message: string): Hex {
  return concat(['0x600435', '0x7f', hashMessage(message), '0x14', '0x7f', word, '0x0260005260206000f3'])
}

/** Says yes once anybody has called it with something else than a question. */
export const door: Hex = concat([
  '0x60003560e01c',
  '0x63',
  magic,
  '0x14',
  '0x601557',
  '0x600160005500',
  '0x5b',
  '0x600054',
  '0x7f',
  word,
  '0x0260005260206000f3',
])

const lookup = parseAbi(['error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData)'])

/** Wants the caller to fetch its answer from a URL (EIP-3668). */
export function answersElsewhere(address: Hex, url: string): Hex {
  return answering(encodeErrorResult({ abi: lookup, args: [address, [url], '0x', magic, '0x'] }), 'revert')
}

export interface State {
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

export async function putState(url: string, state: Readonly<Record<string, State>>): Promise<void> {
  const client = createTestClient({ mode: 'anvil', transport: http(url) })
  for (const [key, { code, storage }] of Object.entries(state)) {
    const address = toChecksumAddress(key)
    await client.setCode({ address, bytecode: code })
    for (const [index, value] of Object.entries(storage)) await client.setStorageAt({ address, index: Number(index), value })
  }
}

/** A client that tells at once when something is wrong, and does not try again. */
export function clientFor(url: string, chain: { id: number } = anvil): PublicClient {
  return createPublicClient({ chain: { ...anvil, ...chain }, transport: http(url, { retryCount: 0 }) })
}

const node = 'https://node-1.example:7470'
const site = 'app.example'
export const asking = { audience: node, domains: [site], resource: 'litAction://QmExample' }

interface Differences {
  chainId?: number
  /** Another address beside the message than in it. */
  envelope?: string
}

/** A session signature for `node`, by a fresh key to which a contract wallet delegates; how the wallet signs is given. */
export async function sessionOf(
  wallet: Hex,
  sign: (message: string) => Promise<Hex> | Hex,
  differences: Differences = {},
): Promise<SessionSig> {
  const address = toChecksumAddress(wallet)
  const { chainId = anvil.id, envelope = address } = differences
  const key = await generateSessionKeyPair()
  const [issuedAt, expiration] = [new Date().toISOString(), new Date(Date.now() + 600_000).toISOString()]
  const signedMessage = formatSiweMessage({
    domain: site,
    address,
    uri: sessionKeyUri(key.publicKey),
    version: '1',
    chainId,
    nonce: 'abcdefgh12345678',
    issuedAt,
    expirationTime: expiration,
    resources: ['litActionCapability://*'],
  })
  const capabilities = [{ sig: await sign(signedMessage), derivedVia: 'EIP1271', signedMessage, address: envelope }]
  return issueSessionSig(key, { resources: [asking.resource], capabilities, issuedAt, expiration, nodeAddress: node })
}

/** What comes of a verification: the code of a refusal. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: unknown) => (isSessionError(error) ? error.code : String(error)),
  )
}
