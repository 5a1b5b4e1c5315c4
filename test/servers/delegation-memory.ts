/**
 * A program for `delegation-cache.test.ts`, in a process of its own so that nothing else is measured: how much memory known delegations really take, against what they are
 * taken to be. Says what it found as JSON.
 */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { createSessionClient } from '@session-sigs/core'
import { createVerifier, prepareSessionKey, presentDelegations, type SessionKeyVerifier } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { PresentedDelegations } from '../../packages/core/src/presented.ts'
import { parseSiweMessage } from '../../packages/core/src/siwe-reading.ts'
import { createDelegationStore, type DelegationStore, type KnownDelegations } from '../../packages/http/src/delegations.ts'

const audience = 'https://api.example'
const verifier = createVerifier({ audience, domains: ['app.example'] })
const wallet = viemSigner(privateKeyToAccount(generatePrivateKey()))
const message = new Uint8Array(Buffer.from('a request'))

/** What is in use after a collection, in bytes: what is the collector's, and all pages. */
function inUse(): { collected: number; pages: number } {
  // What waits to be finalised is gone after the second.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { collected: heapUsed + external, pages: rss }
}

const idOf = (text: string): string => `:${createHash('sha256').update(text).digest('base64')}:`

/** A list of AuthSigs as it comes out of a header field, for this process to read as if it had never been seen. */
interface Sample {
  readonly bytes: Buffer
  readonly sessionKey: string
  readonly ability?: string
  /** What it asks for is as long as this. */
  readonly length?: number
  readonly signature: Uint8Array<ArrayBuffer>
}

/** What nobody ever looks at, as the first one grants all: the costliest that fits into a header field. */
const padding = {
  'empty objects': () => Array.from({ length: 3500 }, () => ({})),
  'empty lists': () => Array.from({ length: 3500 }, () => []),
  'small objects': () => Array.from({ length: 1300 }, () => ({ a: 1.5 })),
  'many keys': () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 1.5])),
  'short texts': () => Array.from({ length: 2000 }, (_, i) => `${i}`),
}

type Kind = 'plain' | 'recap' | 'several' | 'long resource' | keyof typeof padding

const resources = ['litPKP://*', 'litAction://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG', 'litEncryptionCondition://1'] as const
const recaps = [
  { resource: { resource: '42', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' },
  { resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' },
] as const

/** A real session of a wallet: what it lent its key, and something that the key signed. */
async function newSample(kind: Kind): Promise<Sample> {
  const client = createSessionClient({ signer: wallet, domain: 'app.example' })
  if (kind === 'recap') await client.signIn({ resourceAbilityRequests: [...recaps] })
  else await client.signIn({ resources: [...resources] })
  // Asked for later, one after the other: each is a delegation of its own.
  if (kind === 'several') for (let i = 0; i < 3; i += 1) await client.require([`litRLI://${i}`])
  const { key, capabilities } = await client.getDelegation()
  const list = kind in padding ? [...capabilities, padding[kind as keyof typeof padding]()] : capabilities
  const signature = new Uint8Array(await key.sign(message))
  return {
    bytes: Buffer.from(JSON.stringify(list)),
    sessionKey: key.publicKey,
    signature,
    ...(kind === 'recap' ? { ability: 'pkp-signing' } : {}),
    // A server that reads it from bodies takes as much.
    ...(kind === 'long resource' ? { length: 100_000 } : {}),
  }
}

/** As a server does it: reads the text, checks a signature by the key, and all that the delegations say. */
async function learn({ bytes, sessionKey, signature, ability, length }: Sample): Promise<{ id: string; known: KnownDelegations }> {
  const text = bytes.toString()
  const known = { presented: presentDelegations(text), key: prepareSessionKey(sessionKey) }
  if (!(await known.key.verify(message, signature))) throw new Error('The key did not sign.')
  // Twice: what is known at the second request is remembered with it.
  for (let i = 0; i < 2; i += 1) if (!(await inspect(known, ability, length)).session) throw new Error('The delegations do not grant it.')
  return { id: idOf(text), known }
}

function inspect({ presented, key }: KnownDelegations, ability?: string, length = 2) {
  const now = new Date()
  const times = { issuedAt: now.getTime(), expiration: now.getTime() + 60_000 }
  // A text of its own each time, as one is that came with a request.
  const id = Buffer.alloc(length, '42').toString('latin1')
  const asked = ability === undefined ? { resource: `litPKP://${id}` } : { resource: 'lit-pkp://42', ability }
  return verifier.inspectKey(presented, { ...asked, sessionKey: key.publicKey, audience, ...times, now })
}

/** Bytes of one entry, as counted and as they are. */
async function measure(kind: Kind, count: number): Promise<{ counted: number; measured: number }> {
  const samples: Sample[] = []
  for (let i = 0; i < count; i += 1) samples.push(await newSample(kind))
  // What the first ones bring with them is code.
  for (const sample of samples.slice(0, 20)) await learn(sample)
  const passes: { counted: number; measured: number }[] = []
  for (let pass = 0; pass < 3; pass += 1) passes.push(await measureOnce(samples))
  const counted = passes[0]?.counted ?? Number.NaN
  // The middle one: what is in use besides, such as the text that was matched last, comes and goes between two looks.
  return { counted, measured: passes.map(({ measured }) => measured).toSorted((a, b) => a - b)[1] ?? Number.NaN }
}

async function measureOnce(samples: readonly Sample[]): Promise<{ counted: number; measured: number }> {
  const store = createDelegationStore(Number.MAX_SAFE_INTEGER)
  const kept: string[] = []
  const before = inUse()
  for (const sample of samples) {
    const { id, known } = await learn(sample)
    store.add(id, known)
    kept.push(id)
  }
  const after = inUse()
  const counted = store.get(kept[0] ?? '')?.presented.bytes ?? Number.NaN
  if (kept.some((id) => !store.get(id))) throw new Error('One is not there.')
  return { counted, measured: (after.collected - before.collected) / samples.length }
}

/** A key's public half, and something that it signed. */
function newKey(): { publicKey: string; signature: Uint8Array<ArrayBuffer> } {
  // Of a seed of its own: Node 20 can lock up where a pair that it has just generated is exported while it collects garbage.
  const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), randomBytes(32)])
  const privateKey = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { publicKey: der.subarray(-32).toString('hex'), signature: new Uint8Array(sign(null, message, privateKey)) }
}

async function use({ publicKey, signature }: ReturnType<typeof newKey>): Promise<SessionKeyVerifier> {
  const key = prepareSessionKey(publicKey)
  if (!(await key.verify(message, signature))) throw new Error('The key did not sign.')
  return key
}

/** What the platform keeps of a key that was used, in pages: it is not the collector's. */
async function measureKeys(pairs: readonly ReturnType<typeof newKey>[]): Promise<number> {
  for (const pair of pairs.slice(0, 500)) await use(pair)
  const before = inUse()
  const keys: SessionKeyVerifier[] = []
  for (const pair of pairs) keys.push(await use(pair))
  const after = inUse()
  return (after.pages - before.pages) / keys.length
}

/** Sessions that take what real ones take: all is read and every key used, but a wallet's signature is random bytes, and what a check of it would remember is put there. */
async function fill(store: DelegationStore, count: number, pairs: readonly ReturnType<typeof newKey>[]): Promise<string[]> {
  const { bytes, sessionKey } = await newSample('plain')
  const [{ sig = '' } = {}] = JSON.parse(bytes.toString())
  const template = bytes.toString()
  const ids: string[] = []
  for (let i = 0; i < count; i += 1) {
    // Keys come again after thousands, made ready anew each time; the text never does.
    const pair = pairs[i % pairs.length] ?? newKey()
    const text = template.replaceAll(sessionKey, pair.publicKey).replace(sig, `0x${randomBytes(65).toString('hex')}`)
    const presented = presentDelegations(text)
    const { capabilities, memoryOf } = PresentedDelegations.contentOf(presented)
    const authSig = capabilities[0] as unknown as Parameters<ReturnType<typeof memoryOf>>[0]
    const place = await memoryOf(0)(authSig)
    place?.keep({ message: parseSiweMessage(authSig.signedMessage), length: authSig.signedMessage.length })
    const id = idOf(text)
    store.add(id, { presented, key: await use(pair) })
    ids.push(id)
  }
  return ids
}

/** So many sessions through a store of that size: what it keeps, and what that takes. */
async function overflow(count: number, maxBytes: number, real: number, pairs: readonly ReturnType<typeof newKey>[]) {
  await fill(createDelegationStore(maxBytes), 500, pairs)
  const samples: Sample[] = []
  for (let i = 0; i < real; i += 1) samples.push(await newSample('plain'))
  const before = inUse()
  const store = createDelegationStore(maxBytes)
  const ids = await fill(store, count - real, pairs)
  const newest: string[] = []
  for (const sample of samples) {
    const { id, known } = await learn(sample)
    store.add(id, known)
    newest.push(id)
  }
  const during = inUse()
  const taken = during.collected - before.collected
  const all = [...ids, ...newest]
  // From the oldest on: a look makes it the one that was used last.
  const isKept = all.map((id) => store.get(id) !== undefined)
  let usable = 0
  for (const [i, id] of newest.entries()) {
    const [known, sample] = [store.get(id), samples[i]]
    if (!known || !sample) continue
    if ((await known.key.verify(message, sample.signature)) && (await inspect(known)).session) usable += 1
  }
  return {
    taken,
    kept: isKept.filter(Boolean).length,
    firstKept: isKept.indexOf(true),
    isUnbroken: !isKept.includes(false, isKept.indexOf(true)),
    usable,
  }
}

const [count, maxBytes, real] = process.argv.slice(2).map(Number)
const pairs = Array.from({ length: 12_000 }, newKey)
const key = await measureKeys(pairs)
const entries: Record<string, Awaited<ReturnType<typeof measure>>> = {}
for (const [kind, many] of [
  ['plain', 200],
  ['recap', 100],
  ['several', 30],
] as const)
  entries[kind] = await measure(kind, many)
for (const kind of ['long resource', ...Object.keys(padding)]) entries[kind] = await measure(kind as Kind, 40)
console.log(JSON.stringify({ key, entries, overflow: await overflow(count ?? 0, maxBytes ?? 0, real ?? 0, pairs) }))
