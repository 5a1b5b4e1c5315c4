/** Where the time goes: what the processor's profile of ours says, by stage, as parts of a hundred of the whole. What waits for the platform's threads counts as theirs. */
import { Session } from 'node:inspector/promises'
import { createSessionClient } from '@session-sigs/core'
import { createVerifier, verifySessionSig } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { createOurs, createWallet, domain, nodesOf, request } from '../ours.mjs'
import { createSample } from './verify.mjs'

const resource = 'litAction://QmExample'

/** By the frame that is nearest to where the time was spent: its function, or the file that it is in. The first that fits. */
const stages = [
  ['ed25519, by the platform', /^\(idle\)|^(?:run|dispatch|SignJob|SecretKeyGenerateJob|structuredClone) $|^\S* node:internal\/crypto/],
  ['secp256k1, in JavaScript', /@noble\/curves\/.*(?:weierstrass|modular|curve)|^(?:softwareRecover|recoverAddress) /],
  ["the wallet's own work", /\/viem\/|\/ethers\//],
  ['Keccak-256', /@noble\/hashes|^keccak\S* |^(?:personalHash|addressOfPoint|toChecksumAddress|isChecksumAddress) /],
  ['reading JSON', /^(?:parseJson|readPlain|readStrictly|isWithin|parsePayload|readSessionSig|readWithinBounds) /],
  ["reading the wallet's message", /^(?:parseSiweMessage|readPieces|isUri|checkField) /],
  ["the delegation's checks", /^(?:verifyDelegation|verifyCapabilities|checkGrant|checkDomain|readGrants|checkSignature|walletOf) /],
  ['what is known of it, found and judged again', /^(?:recall|conclude|isInTime|learn|fill|keyFrom|get|add) /],
  [
    'times, key and signature, before the curve',
    /^(?:verifyEnvelope|checkSigned|isStrict\S*|isBelow|fromHex|toUtf8|checkTime|parseInstant|formatInstant|readyKey) /,
  ],
  ['texts, bytes and results for the nodes', /^(?:issueSessionSigs|sign|toHex|encodeUtf8String|encode) /],
  [
    'the request read and planned',
    /^(?:errandFor|planRequest|resourceScope|capabilityFor|checkNames|checkNodes|readOptions|readDefaults|readRequest|refuseUnknown) /,
  ],
  ['the delegation looked for and judged', /^(?:ensure|found|findGrant|cover|missing|missingFrom|isGranted|endOf|isGoodNow|sync|current) /],
  ['garbage collection', /^\(garbage collector\)/],
]

const frameOf = ({ functionName, url }) => `${functionName} ${url.replace(/^file:\/\//, '')}`

/** Which stage each node of the profile belongs to: its own, or that of who called it. */
function stageOf(node, parents) {
  for (let at = node; at; at = parents.get(at.id)) {
    const found = stages.find(([, pattern]) => pattern.test(frameOf(at.callFrame)))
    if (found) return found[0]
  }
  return 'the rest'
}

function sharesOf({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])))
  const names = new Map(nodes.map((node) => [node.id, stageOf(byId.get(node.id), parents)]))
  const sums = new Map()
  for (const [i, id] of samples.entries()) sums.set(names.get(id), (sums.get(names.get(id)) ?? 0) + timeDeltas[i])
  const total = [...sums.values()].reduce((sum, value) => sum + value, 0)
  return [...sums].map(([name, time]) => [name, Math.round((1000 * time) / total) / 10]).toSorted(([, a], [, b]) => b - a)
}

async function profile(run, { quick }) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  for (let i = 0; i < 500; i += 1) await run()
  await session.post('Profiler.start')
  const end = performance.now() + (quick ? 500 : 4000)
  while (performance.now() < end) await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return sharesOf(profile)
}

const runs = {
  async 'getSessionSigs for 10 nodes, delegation at hand'() {
    const { client, request } = await createOurs(10)
    return () => client.getSessionSigs(request)
  },
  async 'The first getSessionSigs, 1 node'() {
    const [nodes, signer] = [nodesOf(1), viemSigner(createWallet())]
    return () => createSessionClient({ nodes, signer, domain }).getSessionSigs(request)
  },
  async 'verify, delegation cached'() {
    const { text, options } = await createSample()
    const verifier = createVerifier(options)
    return () => verifier.verify(text, { resource })
  },
  async 'verify, cold delegation'() {
    const { text, options } = await createSample()
    return () => verifySessionSig(text, { ...options, resource })
  },
}

const part = (what) => async (settings) => ({ rows: [], stages: [{ what, shares: await profile(await runs[what](), settings) }] })

export const whereTimeGoes = {
  name: 'profile',
  title: 'Where the time goes',
  parts: Object.fromEntries(Object.keys(runs).map((what) => [what, part(what)])),
}
