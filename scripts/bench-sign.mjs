/**
 * What `getSessionSigs` costs for ten nodes with the delegation at hand, beside ten bare signatures by the same API (WebCrypto), the same key object and the same
 * concurrency (ten in flight), in the same run and alternating. Prints the medians' ratio, and fails above the budget.
 */
import { createSessionClient, memoryStorage } from '../packages/core/dist/index.js'

const budget = 2
const rounds = 41
const batch = 20

const nodes = Array.from({ length: 10 }, (_, i) => `https://node-${i}.example:7470`)
const storage = memoryStorage()
/** The wallet's signature is not looked at here: what is measured comes after it. */
const signer = {
  account: async () => ({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', chainId: 1 }),
  signMessage: async () => `0x${'11'.repeat(65)}`,
}
// The storage is handed the key that the client signs with; the bare signatures use that very object.
let privateKey
const watched = {
  ...storage,
  set(id, value) {
    privateKey = Object.values(value.sessions)[0].key.privateKey
    return storage.set(id, value)
  },
}
const client = createSessionClient({ nodes, signer, storage: watched, domain: 'app.example' })
const request = { resources: ['litAction://*'] }
const sigs = await client.getSessionSigs(request)
const message = new TextEncoder().encode(sigs[nodes[0]].signedMessage)

const ours = () => client.getSessionSigs(request)
const bare = () => Promise.all(nodes.map(() => crypto.subtle.sign('Ed25519', privateKey, message)))

async function time(run) {
  const start = performance.now()
  for (let i = 0; i < batch; i++) await run()
  return (performance.now() - start) / batch
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
for (const run of [ours, bare, ours, bare]) await time(run)
const [a, b] = [[], []]
for (let round = 0; round < rounds; round++) {
  a.push(await time(ours))
  b.push(await time(bare))
}
const ratio = median(a.map((value, i) => value / b[i]))
console.log(`getSessionSigs, 10 nodes, delegation at hand   ${median(a).toFixed(3)} ms`)
console.log(`10 bare WebCrypto signatures, same key object  ${median(b).toFixed(3)} ms`)
console.log(`ratio ${ratio.toFixed(2)} (median of ${rounds} alternating rounds; budget ${budget})`)
process.exitCode = ratio <= budget ? 0 : 1
