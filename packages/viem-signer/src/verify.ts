/**
 * Contract wallets, for servers: an entry of its own, because a web page must carry no viem for its signer.
 */
import { SessionError, type VerifyWallet, type WalletQuestion } from '@session-sigs/core/verify'
import {
  encodeDeployData,
  type Hex,
  hashMessage,
  isErc6492Signature,
  isHex,
  numberToHex,
  parseErc6492Signature,
  universalSignatureValidatorAbi,
  universalSignatureValidatorByteCode,
  zeroAddress,
} from 'viem'

/** What is used of a viem public client, however its chain and transport are typed. */
export interface ChainClient {
  readonly chain?: { readonly id: number } | undefined
  request(args: never, options: never): Promise<unknown>
}

export interface VerifyWalletOptions {
  /** How long the chain may take over one answer, its client's retries included; 5. */
  timeoutSeconds?: number
}

type Method = 'eth_call' | 'eth_getCode'
type Ask = (method: Method, about: unknown, signal: AbortSignal) => Promise<unknown>

/**
 * The request itself, always at the latest block. Not viem's `call` or `verifyMessage`: these may gather calls, follow a contract to a URL of its choice (ERC-3668), or recover
 * an address here when the chain does not answer.
 */
function askerOf(client: ChainClient): Ask {
  const typed = client as { request(args: { method: Method; params: unknown[] }, options: { signal: AbortSignal }): Promise<unknown> }
  return (method, about, signal) => typed.request({ method, params: [about, 'latest'] }, { signal })
}

/** @throws TypeError */
function readClients(clients: ChainClient | readonly ChainClient[]): ReadonlyMap<number, Ask> {
  const chains = new Map<number, Ask>()
  for (const client of [clients].flat()) {
    if (typeof client?.request !== 'function') throw new TypeError('createVerifyWallet needs viem public clients')
    const id = client.chain?.id
    if (typeof id !== 'number') throw new TypeError('Each client needs its chain: createPublicClient({ chain, transport })')
    if (chains.has(id)) throw new TypeError(`There are two clients for chain ${id}`)
    chains.set(id, askerOf(client))
  }
  if (chains.size === 0) throw new TypeError('createVerifyWallet needs at least one client')
  return chains
}

/** @throws TypeError */
function readTimeout(seconds: number): number {
  if (typeof seconds === 'number' && seconds > 0 && seconds <= 600) return seconds
  throw new TypeError('timeoutSeconds is a number of seconds above 0, up to 600')
}

/** Bytes of a signature. Passkeys in an EIP-6492 wrapper take 1 to 5 thousand; chains take 49,152 of everything that is sent with it here (EIP-3860). */
const maxSignatureBytes = 32_768

function isSendable(signature: string): boolean {
  return signature.length <= 2 + 2 * maxSignatureBytes && /^0x(?:[0-9a-f]{2})*$/i.test(signature)
}

/**
 * Runs what follows it as a constructor, and answers two words: the chain's id, and 1 if that constructor left the one byte 01. Whatever a wallet or a factory does in there,
 * revert or burn its gas, ends in an answer, as 1/64 of the gas is kept back (EIP-150). So an error is never a wallet's: it says that the chain was not asked.
 */
const prelude = [
  '602538038060256000', // push size − 37, twice; 37, where the constructor begins; 0, where it goes
  '39', // CODECOPY: one size is left
  '60006000f0', // CREATE: leaves the address, or 0 where it reverted
  '46600052', // word 0 is CHAINID
  '6000602052', // word 1 is 0
  '60016000603f833c', // EXTCODECOPY of one byte to the end of word 1; of no code that is 0
  '60406000f3', // RETURN both
].join('')

/** viem's EIP-6492 validator, about the address of the message: what a wrapper names is only called before that address is asked. */
function callData({ address, message }: WalletQuestion, signature: Hex): Hex {
  const validator = encodeDeployData({
    abi: universalSignatureValidatorAbi,
    bytecode: universalSignatureValidatorByteCode,
    args: [address, hashMessage(message), signature],
  })
  return `0x${prelude}${validator.slice(2)}`
}

/** @throws Error for anything but yes and no by that chain */
function readAnswer(answer: unknown, chainId: number): boolean {
  const chain = numberToHex(chainId, { size: 32 })
  if (answer === `${chain}${'1'.padStart(64, '0')}`) return true
  if (answer === `${chain}${'0'.repeat(64)}`) return false
  throw new Error(`The RPC for chain ${chainId} gave no answer of that chain`)
}

/** What an EIP-6492 wrapper is around; nothing where that is another wrapper, or cannot be read. */
function unwrap(wrapped: Hex): Hex | undefined {
  try {
    const { signature } = parseErc6492Signature(wrapped)
    return isErc6492Signature(signature) ? undefined : signature
  } catch {
    return undefined
  }
}

/**
 * A wrapper can bring about anything before the wallet is asked, such as what the asker would have to pay for in earnest. It is needed only where there is no wallet yet: one that
 * is there is asked as things are.
 */
async function ask(chain: Ask, question: WalletQuestion, signal: AbortSignal): Promise<boolean> {
  const { address, chainId } = question
  let signature: Hex | undefined = question.signature
  if (isErc6492Signature(signature)) {
    const code = await chain('eth_getCode', address, signal)
    if (!isHex(code)) throw new Error(`The RPC for chain ${chainId} gave no code`)
    if (code !== '0x') signature = unwrap(signature)
  }
  return signature !== undefined && readAnswer(await chain('eth_call', { data: callData(question, signature) }, signal), chainId)
}

async function within<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${seconds} s`))
      abort.abort()
    }, seconds * 1000)
  })
  try {
    return await Promise.race([work(abort.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

function unsupported(chainId: number): SessionError {
  const sentences = { 'wallet-unsupported': ({ kind }: { kind: string }) => `Delegations by ${kind} cannot be checked here` }
  return new SessionError('wallet-unsupported', { kind: `contract wallets on chain ${chainId}` }, { sentences })
}

/**
 * The port `verifyWallet` of a verifier: EIP-1271 and EIP-6492, by an `eth_call` at the latest block of the question's chain, through the viem public client for it. Only that
 * chain's own yes is `true`; nothing is remembered. It rejects where the chain could not be asked in time, and with the `SessionError` `wallet-unsupported` for a
 * chain without a client.
 *
 * @param clients one or several, each for the chain that its `chain` says
 * @throws TypeError for clients without a chain, two for the same chain, or none
 */
export function createVerifyWallet(
  clients: ChainClient | readonly ChainClient[],
  { timeoutSeconds = 5 }: VerifyWalletOptions = {},
): VerifyWallet {
  const chains = readClients(clients)
  const seconds = readTimeout(timeoutSeconds)
  return async (question) => {
    const { address, chainId, signature } = question
    const chain = chains.get(chainId)
    if (!chain) throw unsupported(chainId)
    // Nobody has zero's key, and it is what recovery from nonsense gives: the validator of older viem took it for a signer.
    if (address === zeroAddress || !isSendable(signature)) return false
    return within(seconds, (signal) => ask(chain, question, signal))
  }
}
