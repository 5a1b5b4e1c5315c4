/** `getSessionSigs` with the delegation at hand: what an app does for every request. */
import { measure, paceOf } from '../measure.mjs'
import { createOurs } from '../ours.mjs'
import { connectLit, signerOf } from '../peers/lit.mjs'
import { timeRow } from '../rows.mjs'

const counts = [1, 3, 10, 30, 100]
const title = (count) => `getSessionSigs, delegation at hand, ${count} ${count === 1 ? 'node' : 'nodes'}`

/** The very bytes, the very key object, and as many in flight. */
async function bare(settings) {
  const rows = []
  for (const count of counts) {
    const { client, request, privateKey } = await createOurs(count)
    const sigs = await client.getSessionSigs(request)
    const messages = Object.values(sigs).map(({ signedMessage }) => new TextEncoder().encode(signedMessage))
    const sides = {
      ours: () => client.getSessionSigs(request),
      bare: () => Promise.all(messages.map((message) => crypto.subtle.sign('Ed25519', privateKey, message))),
    }
    const times = await measure(sides, paceOf(settings))
    const must = [1, 10, 100].includes(count) ? { atMost: 1.25 } : undefined
    rows.push(timeRow({ what: title(count), of: 'bare signatures', peer: 'bare', times, kind: 'cost', must }))
  }
  return { rows }
}

function beside(version) {
  const name = `Lit SDK ${version === 7 ? '7.4.0' : '2.1.161'}`
  return async (settings) => {
    const rows = []
    for (const count of counts) {
      const { sign } = await connectLit(version, count)
      const { client, request, wallet } = await createOurs(count)
      const signer = signerOf(wallet)
      const theirs = await sign(signer)
      if (Object.keys(theirs).length !== count) throw new Error(`${name} signed for ${Object.keys(theirs).length} nodes.`)
      const times = await measure({ ours: () => client.getSessionSigs(request), theirs: () => sign(signer) }, paceOf(settings))
      rows.push(
        timeRow({
          what: title(count),
          of: name,
          peer: 'theirs',
          times,
          must: count % 10 === 0 && count !== 30 ? { atLeast: 100 } : undefined,
        }),
      )
    }
    return { rows }
  }
}

export const sign = {
  name: 'sign',
  title: 'Signing, delegation at hand',
  notes: [
    'Ours is `createSessionClient` with its defaults: a key that cannot be exported, memory storage, the delegation looked for and its times, scope and key checked at every call, and fresh times signed.',
    '"Bare signatures" are `crypto.subtle.sign` with the very key object that ours signs with, over the very bytes that it signed, as many in flight as there are nodes; nothing is checked, and nothing put together.',
    "Lit's SDK is connected to nodes that only greet it, with a local storage that holds its key and delegation. It signs in JavaScript, node by node, and checks the wallet's signature anew at every call, which our client leaves to the verifier.",
  ],
  parts: { bare, lit7: beside(7), lit2: beside(2) },
}
