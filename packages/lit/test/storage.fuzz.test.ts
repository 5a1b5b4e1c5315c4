/**
 * Nonsense under the known names: whatever lies there, a call answers, asks at most once, and uses no key but the one that its delegation names. `FUZZ_RUNS` sets how many storages;
 * a failure prints the seed, `FUZZ_SEED`, to run again with.
 */
import { createPublicKey, verify as verifyBytes } from 'node:crypto'
import type { Network } from '@session-sigs/app-nodes'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type AuthCallbackParams,
  type AuthSig,
  type GetSessionSigsParams,
  generateSessionKeyPair,
  type LitNodeClient,
  type LitNodeClientConfig,
  type SessionSig,
} from '../src/index.ts'
import {
  alice,
  answer,
  bob,
  connect,
  countingCallback,
  day,
  domain,
  keyIn,
  PageWallet,
  payloadOf,
  runActions,
  sigOf,
  startNodes,
} from './app.ts'
import { TextStore } from './page.ts'

const runs = Number(process.env['FUZZ_RUNS'] ?? 400)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const timeout = Math.max(120_000, runs * 60)
const names = ['lit-session-key', 'lit-wallet-sig', 'lit-sessions']
const actions = { chain: 'ethereum', resources: ['litAction://*'] }

type Texts = Record<string, string>

let network: Network
/** Storages as they really are: what is changed begins as one of these. In the last there are two accounts. */
const real: Texts[] = []
/** Every signature that one of the wallets made. */
const given = new Set<string>()

beforeAll(async () => {
  network = await startNodes(1)
  const provider = new TextStore()
  const client = await connect(network, { storageProvider: { provider } })
  await client.getSessionSigs({ ...actions, authNeededCallback: remembering })
  real.push(provider.all())
  await client.getSessionSigs({ resources: ['litPKP://*'], authNeededCallback: remembering })
  real.push(provider.all())
  const { 'lit-sessions': _, ...left } = provider.all()
  real.push(left, { 'lit-session-key': JSON.stringify(await generateSessionKeyPair()) })
  // And two accounts side by side.
  const wallet = new PageWallet(bob)
  const both = await connect(network, { storageProvider: { provider }, provider: wallet, domain })
  const sigs = await both.getSessionSigs({ resources: ['litRLI://*'] })
  for (const { sig } of payloadOf(sigs).capabilities) given.add(sig)
  real.push(provider.all())
  for (const one of [client, both]) await one.disconnect()
})
afterAll(() => network.close())

async function remembering(params: AuthCallbackParams): Promise<AuthSig> {
  const authSig = await answer(params)
  given.add(authSig.sig)
  return authSig
}

/** Numbers by chance from 0 up to 1, the same for the same seed (mulberry32). */
function chance(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Dice {
  below(n: number): number
  of<T>(items: readonly T[]): T
}

function dice(from: number): Dice {
  const next = chance(from)
  const below = (n: number): number => Math.floor(next() * n)
  return { below, of: <T>(items: readonly T[]) => items[below(items.length)] as T }
}

const junk: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1e308, '', ' ', '*', '0x', 'lit-session-key', '__proto__', 'constructor', 'toString', [], {}, [[]]],
  ...[
    { type: 'seed' },
    { type: 'lit-session-key' },
    { type: 'seed', seed: '07'.repeat(32) },
    { type: 'handle', publicKey: '', privateKey: {} },
  ],
  ...['07'.repeat(32), '07'.repeat(64), `1:${bob.address}`, `1:${alice.address}`, '\ud800', 'a'.repeat(100_000)],
]
const texts = [
  '',
  'null',
  'undefined',
  'NaN',
  '[]',
  '{}',
  '""',
  '7',
  '{',
  '{"v":1}',
  '{"v":1,"sessions":{}}',
  '{"__proto__":{"v":1}}',
  '[object Object]',
  '\u0000',
]
const deep = (depth: number): string => `${'{"v":1,"sessions":'.repeat(depth)}1${'}'.repeat(depth)}`

/** Puts junk at, or takes away, one place within a value. */
function changeWithin(value: unknown, { below, of }: Dice): unknown {
  if (typeof value !== 'object' || value === null || below(4) === 0) return of(junk)
  const entries = Object.entries(value)
  if (entries.length === 0) return of(junk)
  const [name, inner] = of(entries)
  const copy: Record<string, unknown> = { ...value }
  const roll = below(8)
  if (roll === 0) delete copy[name]
  else if (roll === 1) Object.defineProperty(copy, String(of(junk)), { value: inner, enumerable: true, configurable: true, writable: true })
  else copy[name] = changeWithin(inner, { below, of })
  return Array.isArray(value) ? Object.values(copy) : copy
}

function changeText(text: string, { below, of }: Dice): string {
  const [at, to] = [below(text.length + 1), below(text.length + 1)]
  switch (below(7)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(at + 1)
    case 2:
      return text.slice(0, at) + String.fromCharCode(below(0x180)) + text.slice(at + 1)
    case 3:
      return text.slice(0, at) + text.slice(to)
    case 4:
      return text.slice(0, at) + text.slice(Math.min(at, to), Math.max(at, to)) + text.slice(at)
    case 5:
      return of([...texts, deep(50)])
    default:
      return text.replace(/[0-9a-f]{8}/g, (hex) => (below(20) === 0 ? '00000000' : hex))
  }
}

function changeOne(store: Texts, from: readonly Texts[], chosen: Dice): Texts {
  const { below, of } = chosen
  const name = of(names)
  const text = store[name] ?? ''
  switch (below(6)) {
    case 0:
      return { ...store, [name]: store[of(names)] ?? '' }
    case 1:
      return Object.fromEntries(Object.entries(store).filter(([other]) => other !== name))
    case 2:
      return { ...store, [name]: of(from)[name] ?? '' }
    case 3:
      return { ...store, [name]: changeText(text, chosen) }
    default:
      try {
        return { ...store, [name]: JSON.stringify(changeWithin(JSON.parse(text), chosen)) ?? '' }
      } catch {
        return { ...store, [name]: changeText(text, chosen) }
      }
  }
}

function change(from: readonly Texts[], chosen: Dice): Texts {
  let store = chosen.of(from)
  for (let left = 1 + chosen.below(3); left > 0; left--) store = changeOne(store, from, chosen)
  return store
}

/** That the signature is by the key that its delegation names, and that a wallet gave that delegation, or it lay there: whether a wallet's signature is good is for servers to say. */
function expectSound(sigs: Record<string, SessionSig>, found: Texts = {}): void {
  const { sig, signedMessage, address } = sigOf(sigs)
  const { sessionKey, capabilities } = payloadOf(sigs)
  expect(sessionKey).toBe(address)
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(address, 'hex').toString('base64url') }, format: 'jwk' })
  expect(verifyBytes(null, Buffer.from(signedMessage), key, Buffer.from(sig, 'hex'))).toBe(true)
  expect(capabilities.length).toBeGreaterThan(0)
  for (const capability of capabilities) {
    expect(capability.signedMessage).toContain(`URI: lit:session:${address}\n`)
    expect(given.has(capability.sig) || JSON.stringify(found).includes(capability.sig)).toBe(true)
  }
}

/** Who is asked: a callback, which cannot be asked for another account than the one that is signed in, or a wallet. */
interface Asked {
  readonly texts: readonly Texts[]
  readonly config: Partial<LitNodeClientConfig> & { readonly provider?: PageWallet }
  readonly params: GetSessionSigsParams
  count(): number
}

function askCallback(): Asked {
  const authNeededCallback = countingCallback(remembering)
  return { texts: real.slice(0, -1), config: {}, params: { ...actions, authNeededCallback }, count: () => authNeededCallback.asked.length }
}

function askWallet(): Asked {
  const provider = new PageWallet(alice)
  return { texts: real, config: { provider, domain }, params: actions, count: () => provider.signed.length }
}

async function tryOne(from: number): Promise<number> {
  const { texts, config, params, count } = from % 2 === 0 ? askCallback() : askWallet()
  const found = change(texts, dice(from))
  const provider = new TextStore(found)
  const client = await connect(network, { ...config, storageProvider: { provider } })
  const expectGood = async (asked: LitNodeClient): Promise<Record<string, SessionSig>> => {
    const sigs = await asked.getSessionSigs(params)
    for (const sig of config.provider?.signatures ?? []) given.add(sig)
    expectSound(sigs, found)
    expect(count()).toBeLessThanOrEqual(1)
    return sigs
  }
  try {
    await expectGood(client)
    const sigs = await expectGood(client)
    if (count() > 0 && from % 50 < 2) expect(await runActions(network, sigs)).toEqual([200])
    // What was written in place of the nonsense is found by the next visit.
    const next = await connect(network, { ...config, storageProvider: { provider: new TextStore(provider.all()) } })
    expect(keyIn(await expectGood(next))).toBe(keyIn(sigs))
    await next.disconnect()
    await client.signOut()
    for (const name of names) expect(provider.getItem(name)).toBeNull()
    return count()
  } catch (error) {
    throw new Error(`FUZZ_SEED=${from}: ${JSON.stringify(found).slice(0, 2000)}`, { cause: error })
  } finally {
    await client.disconnect()
  }
}

it(
  `default: ${runs} storages, from seed ${seed}`,
  async () => {
    const asked = { yes: 0, no: 0 }
    for (let i = 0; i < runs; i++) asked[(await tryOne(seed + i)) > 0 ? 'yes' : 'no']++
    // Both happen, or the changes are no good.
    expect(asked.yes).toBeGreaterThan(runs / 20)
    expect(asked.no).toBeGreaterThan(runs / 20)
  },
  timeout,
)

it(
  `behavior: the same under the hands of a client that is at work, from seed ${seed}`,
  async () => {
    for (let i = 0; i < runs / 4; i++) {
      const from = seed + i
      const { texts, config, params, count } = from % 2 === 0 ? askCallback() : askWallet()
      const provider = new TextStore()
      const client = await connect(network, { ...config, storageProvider: { provider } })
      const chosen = dice(from)
      try {
        for (let call = 0; call < 5; call++) {
          const before = count()
          const sigs = await client.getSessionSigs(params)
          for (const sig of config.provider?.signatures ?? []) given.add(sig)
          expectSound(sigs, provider.all())
          expect(count()).toBeLessThanOrEqual(before + 1)
          const found = change(chosen.below(3) === 0 ? texts : [provider.all()], chosen)
          for (const name of names) provider.removeItem(name)
          for (const [name, text] of Object.entries(found)) provider.setItem(name, text)
        }
        await client.signOut()
        for (const name of names) expect(provider.getItem(name)).toBeNull()
      } catch (error) {
        throw new Error(`FUZZ_SEED=${from}`, { cause: error })
      } finally {
        await client.disconnect()
      }
    }
  },
  timeout,
)

it('behavior: a record so deep that no reader gets to its end is nonsense like any other', async () => {
  for (const name of names) {
    for (const depth of [1000, 10_000, 100_000]) {
      const provider = new TextStore({ ...real[0], [name]: deep(depth) })
      const client = await connect(network, { storageProvider: { provider } })
      const authNeededCallback = countingCallback(remembering)
      expectSound(await client.getSessionSigs({ ...actions, authNeededCallback }))
      expect(authNeededCallback.asked.length).toBeLessThanOrEqual(1)
      await client.disconnect()
    }
  }
})

it('behavior: a session that somebody made up is not used: the key has to be its delegation’s', async () => {
  const pair = await generateSessionKeyPair()
  const forged = await answer({
    chain: 'ethereum',
    resources: ['litActionCapability://*'],
    uri: `lit:session:${pair.publicKey}`,
    expiration: new Date(Date.now() + day).toISOString(),
  })
  const other = await generateSessionKeyPair()
  const provider = new TextStore({ 'lit-session-key': JSON.stringify(other), 'lit-wallet-sig': JSON.stringify(forged) })
  const client = await connect(network, { storageProvider: { provider } })
  const authNeededCallback = countingCallback(remembering)
  const sigs = await client.getSessionSigs({ ...actions, authNeededCallback })
  expect([authNeededCallback.asked.length, sigOf(sigs).address]).toEqual([1, other.publicKey])
  await client.disconnect()
})
