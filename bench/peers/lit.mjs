/** Lit's SDK, in two versions, connected to nodes that only greet it. What is stubbed is the network and the local storage of a page; the rest is the published package. */
import { createRequire } from 'node:module'
import { keepToThisMachine, startNodes } from './network.mjs'

const require = createRequire(import.meta.url)
const { startChain } = require('../../compat/lit-sdk/chain.cjs')

/** Both versions keep key and delegation there. */
function createLocalStorage() {
  const texts = new Map()
  const area = {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, String(text)),
    removeItem: (name) => void texts.delete(name),
  }
  Object.defineProperty(globalThis, 'localStorage', { value: area, configurable: true, writable: true })
  return () => texts.clear()
}

/** They warn at every call that has nothing stored yet; writing that is not what is measured. */
function silence() {
  for (const name of ['log', 'warn', 'info', 'debug']) console[name] = () => undefined
}

async function connect7(count) {
  const own = createRequire(require.resolve('lit-sdk-7'))
  const { LitNodeClient } = require('lit-sdk-7')
  const { createSiweMessage, generateAuthSig, LitActionResource } = own('@lit-protocol/auth-helpers')
  const { LitContracts } = own('@lit-protocol/contracts-sdk')
  const { Staking } = await LitContracts.getContractAddresses('custom')
  const rpcUrl = await startChain(new (own('ethers').utils.Interface)(Staking.abi), await startNodes(count))
  const client = new LitNodeClient({ litNetwork: 'custom', rpcUrl, debug: false })
  await client.connect()
  const resourceAbilityRequests = [{ resource: new LitActionResource('*'), ability: 'lit-action-execution' }]

  /** As in the documentation of that version. */
  const authNeededCallback = (signer) => async (params) => {
    const { uri, expiration, resourceAbilityRequests: resources } = params
    const walletAddress = signer.address
    const fields = { domain: 'app.example', nonce: 'abcdefgh12345678', uri, expiration, resources, walletAddress, litNodeClient: client }
    return generateAuthSig({ signer, toSign: await createSiweMessage(fields) })
  }
  return (signer) => client.getSessionSigs({ chain: 'ethereum', resourceAbilityRequests, authNeededCallback: authNeededCallback(signer) })
}

async function connect2(count) {
  const own = createRequire(require.resolve('lit-sdk-2'))
  const { LitNodeClient } = require('lit-sdk-2')
  const { SiweMessage } = own('lit-siwe')
  const bootstrapUrls = await startNodes(count)
  const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls, minNodeCount: count, debug: false })
  await client.connect()

  /** As in the documentation of that version. */
  const authNeededCallback =
    (signer) =>
    async ({ resources, expiration, uri }) => {
      const { address } = signer
      const statement = 'Sign a session key to use with Lit Protocol'
      const fields = { domain: 'app.example', address, statement, uri, version: '1', chainId: '1', nonce: 'abcdefgh12345678' }
      const signedMessage = new SiweMessage({ ...fields, expirationTime: expiration, resources }).prepareMessage()
      const sig = await signer.signMessage(signedMessage)
      return { sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address }
    }
  return (signer) =>
    client.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], authNeededCallback: authNeededCallback(signer) })
}

/** Gives `sign(signer)`, the SDK's `getSessionSigs`; `forget`, after which it knows neither key nor delegation; and its own ethers' wallet. */
export async function connectLit(version, count) {
  silence()
  keepToThisMachine()
  const forget = createLocalStorage()
  const sign = await (version === 7 ? connect7 : connect2)(count)
  return { sign, forget }
}

/** A wallet as the SDK wants one, over an account of viem's: the very wallet that ours is given. */
export function signerOf(account) {
  return { address: account.address, getAddress: async () => account.address, signMessage: (message) => account.signMessage({ message }) }
}

/** What its library has to check a session signature with: its parts and times, and the curve by itself. Nothing of it looks at the delegation's signature or scope. */
export function createLitVerifier() {
  silence()
  const own = createRequire(require.resolve('lit-sdk-7'))
  const { validateSessionSig } = own('@lit-protocol/misc')
  const { nacl } = own('@lit-protocol/nacl')
  const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'))
  return (text) => {
    const sig = JSON.parse(text)
    const message = new TextEncoder().encode(sig.signedMessage)
    return validateSessionSig(sig).isValid && nacl.sign.detached.verify(message, bytes(sig.sig), bytes(sig.address))
  }
}
