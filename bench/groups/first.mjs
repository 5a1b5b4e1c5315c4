/** The first `getSessionSigs`: a new client, which makes a key and a message, has the wallet sign, and signs for every node. */
import { createSessionClient } from '@session-sigs/core'
import { ethersSigner } from '@session-sigs/ethers-signer'
import { viemSigner } from '@session-sigs/viem-signer'
import { measure, paceOf } from '../measure.mjs'
import { createWallet, domain, nodesOf, request } from '../ours.mjs'
import { startWallet } from '../peers/wallet.mjs'
import { timeRow } from '../rows.mjs'

const title = (count, wallet = 'viem') => `First getSessionSigs, ${count} ${count === 1 ? 'node' : 'nodes'}, ${wallet}`

function first(signer, count) {
  const nodes = nodesOf(count)
  return () => createSessionClient({ nodes, signer, domain }).getSessionSigs(request)
}

/** The message that the wallet is asked to sign, for the wallet to sign it alone. */
async function messageOf(run) {
  const [sig] = Object.values(await run())
  return JSON.parse(sig.signedMessage).capabilities[0].signedMessage
}

async function wallets(settings) {
  const { Wallet } = await import('ethers')
  const [account, other] = [createWallet(), Wallet.createRandom()]
  const kinds = [
    ['viem', viemSigner(account), (message) => account.signMessage({ message })],
    ['ethers', ethersSigner(other), (message) => other.signMessage(message)],
  ]
  const rows = []
  for (const [name, signer, signMessage] of kinds) {
    const run = first(signer, 1)
    const message = await messageOf(run)
    const times = await measure({ ours: run, wallet: () => signMessage(message) }, paceOf(settings))
    rows.push(timeRow({ what: title(1, name), of: 'the wallet alone', peer: 'wallet', times, kind: 'cost', must: { atMost: 1.3 } }))
  }
  return { rows }
}

/** A wallet in a process of its own, as all are that people have: a node that holds the key, asked over loopback. */
async function rpc(settings) {
  const { ask, stop } = await startWallet()
  try {
    const [address] = await ask('eth_accounts', [])
    const signMessage = (message) => ask('personal_sign', [`0x${Buffer.from(message).toString('hex')}`, address])
    const run = first({ account: async () => ({ address, chainId: 31_337 }), signMessage }, 1)
    const message = await messageOf(run)
    const times = await measure({ ours: run, wallet: () => signMessage(message) }, paceOf(settings))
    return {
      rows: [timeRow({ what: title(1, 'RPC'), of: 'the wallet alone', peer: 'wallet', times, kind: 'cost', must: { atMost: 1.3 } })],
    }
  } finally {
    await stop()
  }
}

/** Ours beside a peer's, at one node and at ten. `start(account, count)` gives what does it once. */
function beside(name, start) {
  return async (settings) => {
    const rows = []
    for (const count of [1, 10]) {
      const account = createWallet()
      const theirs = await start(account, count)
      const times = await measure({ ours: first(viemSigner(account), count), theirs }, paceOf(settings))
      rows.push(timeRow({ what: title(count), of: name, peer: 'theirs', times, must: { atLeast: 1 } }))
    }
    return { rows }
  }
}

const lit = (version) => async (account, count) => {
  const { connectLit, signerOf } = await import('../peers/lit.mjs')
  const { sign, forget } = await connectLit(version, count)
  const signer = signerOf(account)
  return async () => {
    forget()
    await sign(signer)
  }
}

async function didSession(account, count) {
  const { createDidSignIn, payloadFor } = await import('../peers/did.mjs')
  const signIn = await createDidSignIn(account)
  const nodes = nodesOf(count)
  return async () => {
    const did = await signIn()
    await Promise.all(nodes.map((node) => did.createJWS(payloadFor(node))))
  }
}

async function dfinity(_, count) {
  const { createDfinitySignIn } = await import('../peers/dfinity.mjs')
  const signIn = createDfinitySignIn()
  const bytes = nodesOf(count).map((node) => new TextEncoder().encode(JSON.stringify({ ...request, node })))
  return async () => {
    const identity = await signIn()
    await Promise.all(bytes.map((message) => identity.sign(message)))
  }
}

export const firstCall = {
  name: 'first',
  title: 'The first call: key, message, wallet signature',
  notes: [
    'Every call is a new client, with nothing stored. The wallet is an account of viem (or a `Wallet` of ethers) in the same process, which asks nobody; all sides but @dfinity/identity are given that very account. With RPC it is the key of an Ethereum node (anvil) on the same machine, asked by `personal_sign` over HTTP.',
    `"The wallet alone" is \`signMessage\` of that account over the very message. did-session makes an ed25519 key, has the same kind of message signed, and signs a JWS for each node. @dfinity/identity has no wallet and no message: an ed25519 key in JavaScript signs the delegation, which is less work than a wallet's signature.`,
  ],
  parts: {
    wallets,
    rpc,
    lit7: beside('Lit SDK 7.4.0', lit(7)),
    lit2: beside('Lit SDK 2.1.161', lit(2)),
    did: beside('did-session 4.0.0', didSession),
    dfinity: beside('@dfinity/identity 3.4.3', dfinity),
  },
}
