/** What stays in memory: for each delegation that a verifier remembers, for each session that a client keeps, and at most. */
import { createSessionClient } from '@session-sigs/core'
import { createVerifier } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { createWallet, domain, nodesOf, request } from '../ours.mjs'
import { sizeRow } from '../rows.mjs'

const [audience] = nodesOf(1)
const resource = 'litAction://QmExample'

/** After all that is waiting to be given back was. */
async function inUse() {
  for (let i = 0; i < 3; i += 1) {
    await new Promise(setImmediate)
    globalThis.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function newClient(options = {}) {
  return createSessionClient({ nodes: [audience], signer: viemSigner(createWallet()), domain, ...options })
}

async function textOf(client) {
  return JSON.stringify((await client.getSessionSigs(request))[audience])
}

/** A new delegation, seen twice: from the second time on, all of it is remembered. */
async function showTwice(verifier, options) {
  const text = await textOf(newClient(options))
  for (let i = 0; i < 2; i += 1) await verifier.verify(text, { resource })
}

async function perDelegation({ quick }) {
  const count = quick ? 50 : 1000
  const verifier = createVerifier({ audience, domains: [domain] })
  // What is made once, such as compiled code, is there before it is looked.
  for (let i = 0; i < 20; i += 1) await showTwice(verifier)
  const before = await inUse()
  for (let i = 0; i < count; i += 1) await showTwice(verifier)
  const each = ((await inUse()) - before) / count
  return {
    rows: [sizeRow({ what: 'Memory for each delegation that a verifier remembers', unit: 'bytes', ours: each })],
  }
}

async function perSession({ quick }) {
  const count = quick ? 50 : 1000
  for (let i = 0; i < 20; i += 1) await newClient().getSessionSigs(request)
  const before = await inUse()
  const clients = []
  for (let i = 0; i < count; i += 1) {
    const client = newClient()
    await client.getSessionSigs(request)
    clients.push(client)
  }
  const each = ((await inUse()) - before) / clients.length
  return {
    rows: [
      sizeRow({
        what: 'Memory for each client with a session, wallet and storage with it',
        unit: 'bytes',
        ours: each,
      }),
    ],
  }
}

/** More delegations, keys and sessions than a verifier has room for: what it takes then is its bound. */
async function atMost({ quick }) {
  const count = quick ? 60 : 6000
  const statement = 'a'.repeat(5_000)
  const verifier = createVerifier({ audience, domains: [domain] })
  const before = await inUse()
  for (let i = 0; i < count; i += 1) await showTwice(verifier, { statement })
  const all = (await inUse()) - before
  await showTwice(verifier)
  const must = { atMost: 80_000_000 }
  return { rows: [sizeRow({ what: 'Memory of all that a verifier remembers, at most', unit: 'bytes', ours: all, must })] }
}

export const memory = {
  name: 'memory',
  title: 'Memory',
  execArgv: ['--expose-gc'],
  notes: [
    `Heap and external memory after a collection, divided by how many there are; what OpenSSL keeps for a key comes on top, and is reckoned with. A verifier drops what it has not seen for longest once it holds 64 MB, as it reckons; "at most" is what it takes after 6,000 delegations of 5 kB, more than it has room for. What a client's row counts is everything: client, wallet, storage, key and delegation.`,
  ],
  parts: { perDelegation, perSession, atMost },
}
