/** Answers that the client gets: of nodes, of callbacks, of wallets, of chains. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AuthSig, createSessionClient, type Signer } from '@session-sigs/core'
import { createVerifyWallet } from '@session-sigs/viem-signer/verify'
import { greetAll } from '../../packages/lit/src/greetings.ts'
import { writeMessage } from '../grammars/siwe.ts'
import { hostileOf, plainOf } from '../hostile.ts'
import { inputOf } from '../inputs.ts'
import { accepted, attemptLater, outcomeOf, refusedWith } from '../judge.ts'
import { type Fields, isSame, jsonOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { audience, authSig, domain, exactAuthSig, message, now, pair, resource, wallet } from '../samples.ts'
import { spell } from '../spell.ts'

/** A node on this machine that answers what it is told to. */
let reply: Fields = {}
const server = createServer((request, response) => {
  request.resume()
  const { status, type, body } = reply
  const known = typeof status === 'number' && status >= 200 && status <= 599 ? Math.floor(status) : 200
  response.writeHead(known, { 'content-type': String(type ?? 'application/json').replace(/[^\x20-\x7e]/g, '') }).end(String(body ?? ''))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
server.unref()
const node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const names = ['serverPublicKey', 'subnetPublicKey', 'networkPublicKey', 'networkPublicKeySet']
const goodAnswer = { ...Object.fromEntries(names.map((name) => [name, 'x'])), latestBlockhash: `0x${'ab'.repeat(32)}` }

async function readHandshake(input: Json): Promise<Outcome> {
  const given = Object(plainOf(input)) as Fields
  const body = typeof given['body'] === 'string' ? given['body'] : JSON.stringify(given['body'] ?? '')
  reply = { ...given, body }
  const hashes: (string | undefined)[] = []
  const heard = attemptLater(() =>
    greetAll({
      nodes: [node],
      needed: 1,
      timeout: 5000,
      signal: new AbortController().signal,
      onNode: (_, hash) => void hashes.push(hash),
      onFailure: () => undefined,
    }),
  )
  const ours = await heard
  if (ours.error) {
    const { failed } = ours.error.details as { readonly failed?: readonly { readonly reason: string }[] }
    return { code: ours.error.code, reason: (failed?.[0]?.reason ?? '').replace(/[0-9].*/, '') }
  }
  const answer = Object(jsonOf(body)) as Fields
  must(
    names.every((name) => typeof answer[name] === 'string'),
    'handshake: the four keys are there',
    body,
  )
  must(
    hashes.length === 1 && (hashes[0] === undefined || (hashes[0] === answer['latestBlockhash'] && /^0x[0-9a-f]{64}$/.test(hashes[0]))),
    'handshake: a block is 32 bytes of hex',
    body,
  )
  return accepted
}

export const handshakes: Parser = {
  name: 'handshake',
  reads: "a node's answer to Lit's handshake: `greetAll`",
  weight: 0.5,
  seeds: () => [
    { status: 200, body: JSON.stringify(goodAnswer) },
    { status: 500, body: '' },
    { status: 200, body: 'null' },
    { status: 302, body: '' },
  ],
  generate: (random) => ({
    status: random.chance(0.95) ? 200 : random.pick([201, 204, 301, 404, 503]),
    body: spell(inputOf(goodAnswer), random),
  }),
  read: readHandshake,
}

async function readCallback(input: Json): Promise<Outcome> {
  const answer = hostileOf(input)
  const client = createSessionClient({ nodes: [audience], domain, now: () => now })
  const authNeededCallback = async (): Promise<AuthSig> => answer as AuthSig
  const ours = await attemptLater(() => client.getSessionSigs({ resources: [resource], sessionKey: { ...pair }, authNeededCallback }))
  if (ours.error) return outcomeOf(ours)
  const { signedMessage = '' } = Object.values(ours.value)[0] ?? {}
  const { capabilities } = JSON.parse(signedMessage) as { readonly capabilities: readonly Fields[] }
  const text = String(capabilities[0]?.['signedMessage'])
  must(isSame(capabilities[0], JSON.parse(JSON.stringify(answer))), 'callback: its answer goes into the session signature as it is', input)
  must(
    text.includes(`\nURI: lit:session:${pair.publicKey}\n`) && text.includes('\n- litActionCapability://'),
    'callback: for this key and what was asked for',
    text,
  )
  return accepted
}

export const callbacks: Parser = {
  name: 'callback',
  reads: 'what an `authNeededCallback` answers: `getSessionSigs`',
  weight: 1,
  seeds: () => [inputOf(authSig), inputOf(exactAuthSig), { $: 'undefined' }, { $: 'throws' }, { $: 'proxy' }, { $: 'getter' }, 'x'],
  generate: (random) => ({
    ...(inputOf(authSig) as object),
    ...(random.chance(0.3) ? { signedMessage: random.chance(0.5) ? writeMessage(random) : message } : {}),
  }),
  read: readCallback,
}

async function readWallet(input: Json): Promise<Outcome> {
  const said = Object(hostileOf(input)) as Fields
  const signer = { account: async () => said['account'], signMessage: async () => said['signature'] } as unknown as Signer
  const client = createSessionClient({ nodes: [audience], domain, now: () => now, signer })
  const ours = await attemptLater(() => client.getSessionSigs({ resources: [resource] }))
  if (ours.error) return outcomeOf(ours)
  const { capabilities } = JSON.parse(Object.values(ours.value)[0]?.signedMessage ?? '') as { readonly capabilities: readonly AuthSig[] }
  const { sig = '', address = '' } = capabilities[0] ?? {}
  must(/^0x(?:[0-9a-fA-F]{2})+$/.test(sig), 'wallet: a signature is hex', input)
  must(/^0x[0-9a-fA-F]{40}$/.test(address), 'wallet: an account is an address', input)
  return accepted
}

export const wallets: Parser = {
  name: 'wallet',
  reads: 'what a wallet answers: `getSessionSigs` with a signer',
  weight: 0.5,
  seeds: () => [
    { account: { address: wallet.address, chainId: 1 }, signature: authSig.sig },
    { account: { address: wallet.address.toLowerCase(), chainId: 137 }, signature: '0x' },
    { account: null },
  ],
  generate: (random) => ({
    account: { address: random.chance(0.8) ? wallet.address : wallet.address.toUpperCase(), chainId: random.pick([1, 0, -1, 1.5, '0x1']) },
    signature: random.pick([authSig.sig, '0x', '0xzz', 'x']),
  }),
  read: readWallet,
}

const yes = `0x${'1'.padStart(64, '0')}${'1'.padStart(64, '0')}`
const no = `0x${'1'.padStart(64, '0')}${'0'.repeat(64)}`

async function readChain(input: Json): Promise<Outcome> {
  const answer = plainOf(input)
  const verifyWallet = createVerifyWallet([{ chain: { id: 1 }, request: async () => answer }])
  const question = { address: wallet.address, chainId: 1, message: 'x', signature: authSig.sig } as Parameters<typeof verifyWallet>[0]
  let isSigned: unknown
  try {
    isSigned = await verifyWallet(question)
  } catch (error) {
    must(error instanceof Error && !(error instanceof TypeError), 'chain: what is no answer is an error', input)
    return refusedWith('no answer')
  }
  must(isSigned === (answer === yes) && (answer === yes || answer === no), 'chain: yes and no are each one text', input)
  return isSigned ? accepted : refusedWith('no')
}

export const chainAnswers: Parser = {
  name: 'chain',
  reads: "a chain's answer about a contract wallet: `createVerifyWallet`",
  weight: 1,
  seeds: () => [yes, no, '0x', null, { result: yes }],
  generate: (random) => random.pick([yes, no, yes.toUpperCase(), yes.slice(0, 66), `${yes}00`]),
  read: readChain,
}
