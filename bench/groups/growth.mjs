/** Cost as the work grows, of both sides. */
import { createSessionClient, formatSiweMessage, generateSessionKeyPair, issueSessionSig, parseSiweMessage } from '@session-sigs/core'
import { createVerifier, verifySessionSig } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { exponentOf } from '../growth.mjs'
import { measure, paceOf, spreadOf } from '../measure.mjs'
import { createOurs, createWallet, domain, nodesOf, request } from '../ours.mjs'
import { sizeRow } from '../rows.mjs'

const [audience] = nodesOf(1)
const options = { audience, domains: [domain] }

/** Verifiers of one text: one that knows its delegations, and none at all. */
async function verifying(text, resource) {
  const verifier = createVerifier(options)
  await verifier.verify(text, { resource })
  return { cached: () => verifier.verify(text, { resource }), cold: () => verifySessionSig(text, { ...options, resource }) }
}

async function nodes(count) {
  const { client, request } = await createOurs(count)
  return { getSessionSigs: () => client.getSessionSigs(request) }
}

/** The last of so many delegations grants what is asked for; those before it something else, so that none is passed over. */
async function capabilities(count) {
  const sessionKey = await generateSessionKeyPair()
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  const list = []
  for (let i = 0; i < count; i += 1) {
    const client = createSessionClient({ nodes: [audience], signer: viemSigner(createWallet()), domain })
    const asked = i === count - 1 ? request : { resources: [`litPKP://${i}`] }
    const sig = (await client.getSessionSigs({ ...asked, sessionKey, expiration }))[audience]
    list.push(...JSON.parse(sig.signedMessage).capabilities)
  }
  const issuedAt = new Date().toISOString()
  const content = { ...request, capabilities: list, issuedAt, expiration, nodeAddress: audience }
  const { cached, cold } = await verifying(JSON.stringify(await issueSessionSig(sessionKey, content)), 'litAction://QmExample')
  const ours = await createOurs(1)
  const asked = { ...ours.request, capabilityAuthSigs: list.slice(1) }
  return { getSessionSigs: () => ours.client.getSessionSigs(asked), 'verify, cached': cached, 'verify, cold': cold }
}

async function resources(count) {
  const names = Array.from({ length: count }, (_, i) => `litAction://QmExample${i}`)
  const { client, request } = await createOurs(1, { request: { resources: names } })
  const text = JSON.stringify((await client.getSessionSigs(request))[audience])
  const { cached, cold } = await verifying(text, names.at(-1))
  return { getSessionSigs: () => client.getSessionSigs(request), 'verify, cached': cached, 'verify, cold': cold }
}

/** Kilobytes of a message, most of them its statement. */
async function message(kilobytes) {
  const statement = 'a'.repeat(Math.max(1, Math.round(kilobytes * 1024) - 300))
  const { client, request } = await createOurs(1, { statement })
  const text = JSON.stringify((await client.getSessionSigs(request))[audience])
  const { signedMessage } = JSON.parse(JSON.parse(text).signedMessage).capabilities[0]
  const fields = parseSiweMessage(signedMessage)
  const { cached, cold } = await verifying(text, 'litAction://QmExample')
  return {
    parse: () => parseSiweMessage(signedMessage),
    format: () => formatSiweMessage(fields),
    getSessionSigs: () => client.getSessionSigs(request),
    'verify, cached': cached,
    'verify, cold': cold,
  }
}

/** `create(size)` gives functions by name; each of them is a curve. */
function part(axis, sizes, create) {
  return async (settings) => {
    const all = new Map()
    for (const size of sizes) all.set(size, await create(size))
    const rows = []
    const series = []
    for (const name of Object.keys(all.get(sizes[0]))) {
      // All sizes by turns, so that none is measured in a slow minute alone.
      const pace = paceOf(settings)
      const times = await measure(Object.fromEntries(sizes.map((size) => [`${size} `, all.get(size)[name]])), {
        ...pace,
        batch: pace.batch / 3,
        warm: pace.warm / 3,
      })
      const points = sizes.map((size) => [size, spreadOf(times[`${size} `]).median])
      series.push({ axis, name, points })
      const what = `Growth of ${name} with ${axis}, ${sizes[0]} to ${sizes.at(-1)}`
      rows.push(sizeRow({ what, unit: 'exponent', ours: exponentOf(points), must: { atMost: 1.15 } }))
    }
    return { rows, series }
  }
}

export const growth = {
  name: 'growth',
  title: 'Cost as the work grows',
  notes: [
    'Exponent of the growth: the slope of a line through the upper half of the points, on logarithmic scales. 1 is linear, and less means that some of the cost is shared.',
  ],
  parts: {
    nodes: part('nodes', [1, 3, 10, 30, 100, 300, 1000], nodes),
    capabilities: part('capabilities', [1, 2, 4, 8, 16, 32], capabilities),
    resources: part('resources', [1, 4, 16, 64, 256, 1000], resources),
    message: part('kilobytes of the message', [0.3, 1, 4, 16, 64], message),
  },
}
