/** What Lit's own client left in local storage is taken up, and what ours leaves there, theirs can read. */
import type { Network } from '@session-sigs/app-nodes'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type AuthCallbackParams,
  type AuthSig,
  createSiweMessage,
  type GetSessionSigsParams,
  generateAuthSig,
  generateSessionKeyPair,
  LIT_ABILITY,
  LitActionResource,
  type LitNodeClient,
  LitPKPResource,
  type SessionKeyPair,
} from '../src/index.ts'
import {
  alice,
  answer,
  connect,
  countingCallback,
  day,
  keyIn,
  minute,
  PageWallet,
  payloadOf,
  runActions,
  signText,
  startNodes,
  verify,
} from './app.ts'
import { givePage, TextStore } from './page.ts'

let network: Network
let client: LitNodeClient | undefined

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
afterEach(async () => {
  vi.useRealTimers()
  await client?.disconnect()
  vi.unstubAllGlobals()
})

const action = { resource: new LitActionResource('*'), ability: LIT_ABILITY.LitActionExecution }
const pkp = { resource: new LitPKPResource('*'), ability: LIT_ABILITY.PKPSigning }
const first: GetSessionSigsParams = { chain: 'ethereum', resources: ['litAction://*'] }
const later: GetSessionSigsParams = { chain: 'ethereum', resourceAbilityRequests: [action] }

const uriOf = ({ publicKey }: SessionKeyPair): string => `lit:session:${publicKey}`
const inADay = (): string => new Date(Date.now() + day).toISOString()

/** What an app with 2.1.161 has its wallet sign: the wide capabilities that that version asks for. */
function signedFor2(pair: SessionKeyPair, changes: Parameters<typeof answer>[1] = {}): Promise<AuthSig> {
  return answer({ chain: 'ethereum', resources: ['litActionCapability://*'], uri: uriOf(pair), expiration: inADay() }, changes)
}

/** What an app with 7.4.0 has its wallet sign. */
async function signedFor7(pair: SessionKeyPair, changes: Partial<Parameters<typeof createSiweMessage>[0]> = {}): Promise<AuthSig> {
  const toSign = await createSiweMessage({
    uri: uriOf(pair),
    expiration: inADay(),
    resources: [action],
    walletAddress: alice.address,
    nonce: `0x${'5b'.repeat(32)}`,
    domain: 'localhost',
    statement: 'This is a test statement.  You can put anything you want here.',
    ...changes,
  })
  return generateAuthSig({ signer: alice, toSign })
}

interface Found {
  readonly store: TextStore
  readonly key: string
  readonly asked: readonly AuthCallbackParams[]
  readonly sigs: Awaited<ReturnType<LitNodeClient['getSessionSigs']>>
}

/** The first call of an app that has changed its import, in a page where this lies. */
async function visit(left: Record<string, string>, params: GetSessionSigsParams): Promise<Found> {
  const store = givePage(new TextStore(left))
  client = await connect(network)
  const authNeededCallback = countingCallback()
  const sigs = await client.getSessionSigs({ ...params, authNeededCallback })
  return { store, key: keyIn(sigs), asked: authNeededCallback.asked, sigs }
}

describe('a pair alone, as 2.1.161 leaves it', () => {
  it.each([
    ['first', first],
    ['later', later],
  ])('default: the wallet is asked for that very key, in the %s form', async (_, params) => {
    const pair = await generateSessionKeyPair()
    const { store, key, asked, sigs } = await visit({ 'lit-session-key': JSON.stringify(pair) }, params)
    expect(asked.map(({ uri }) => uri)).toEqual([uriOf(pair)])
    expect(key).toBe(pair.publicKey)
    expect(JSON.parse(store.getItem('lit-session-key') ?? '')).toEqual(pair)
    expect(await runActions(network, sigs)).toEqual([200])
  })

  it('behavior: with the page’s wallet, too', async () => {
    const pair = await generateSessionKeyPair()
    givePage(new TextStore({ 'lit-session-key': JSON.stringify(pair) }))
    const provider = new PageWallet()
    client = await connect(network, { provider, domain: 'localhost:3000' })
    expect(keyIn(await client.getSessionSigs(first))).toBe(pair.publicKey)
    expect(provider.signed).toEqual([expect.stringContaining(`URI: ${uriOf(pair)}`)])
  })

  it('behavior: it stays for the next try where the wallet says no', async () => {
    const pair = await generateSessionKeyPair()
    const store = givePage(new TextStore({ 'lit-session-key': JSON.stringify(pair) }))
    client = await connect(network)
    const refuse = (): Promise<AuthSig> => Promise.reject(Object.assign(new Error('no'), { code: 4001 }))
    await expect(client.getSessionSigs({ ...first, authNeededCallback: refuse })).rejects.toMatchObject({ code: 'wallet-refused' })
    expect(store.all()).toEqual({ 'lit-session-key': JSON.stringify(pair) })
    expect(keyIn(await client.getSessionSigs({ ...first, authNeededCallback: answer }))).toBe(pair.publicKey)
  })

  it('behavior: after a sign-out the next session has another key', async () => {
    const pair = await generateSessionKeyPair()
    const { store } = await visit({ 'lit-session-key': JSON.stringify(pair) }, first)
    await client?.signOut()
    expect(store.all()).toEqual({})
    const next = await client?.getSessionSigs({ ...first, authNeededCallback: answer })
    expect(next && keyIn(next)).not.toBe(pair.publicKey)
  })
})

describe('a pair and its AuthSig, as 7.4.0 leaves them', () => {
  it('default: nobody is asked where it covers what is asked for', async () => {
    const pair = await generateSessionKeyPair()
    const authSig = await signedFor7(pair)
    const left = { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(authSig) }
    const { store, key, asked, sigs } = await visit(left, later)
    expect([asked.length, key]).toEqual([0, pair.publicKey])
    expect(payloadOf(sigs).capabilities).toEqual([authSig])
    expect(await runActions(network, sigs)).toEqual([200])
    expect((await verify(sigs, 'lit-litaction://Qm1', LIT_ABILITY.LitActionExecution)).address).toBe(alice.address)
    expect(store.all()).toMatchObject(left)
  })

  it('behavior: nor for the first form, where an app kept that', async () => {
    const pair = await generateSessionKeyPair()
    const authSig = await signedFor2(pair)
    const { asked, sigs } = await visit({ 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(authSig) }, first)
    expect(asked.length).toBe(0)
    expect(await runActions(network, sigs)).toEqual([200])
  })

  it('behavior: an address in lower case, and an algo that is null', async () => {
    const pair = await generateSessionKeyPair()
    const authSig = { ...(await signedFor7(pair)), algo: null, address: alice.address.toLowerCase() }
    const { asked, sigs } = await visit({ 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(authSig) }, later)
    expect(asked.length).toBe(0)
    expect(await runActions(network, sigs)).toEqual([200])
  })

  it('behavior: asked once, for the same key, where it does not cover it; then both are there', async () => {
    const pair = await generateSessionKeyPair()
    const authSig = await signedFor7(pair)
    const left = { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(authSig) }
    const { key, asked, store } = await visit(left, { resourceAbilityRequests: [pkp] })
    expect(asked.map(({ uri }) => uri)).toEqual([uriOf(pair)])
    expect(key).toBe(pair.publicKey)
    const both = await client?.getSessionSigs({ resourceAbilityRequests: [pkp, action] })
    expect(both && payloadOf(both).capabilities).toContainEqual(authSig)
    expect(JSON.parse(store.getItem('lit-wallet-sig') ?? '').signedMessage).toContain(uriOf(pair))
  })

  it('behavior: a session that 7.4.0 wrote over ours is the one that counts', async () => {
    const store = givePage()
    client = await connect(network)
    await client.getSessionSigs({ ...later, authNeededCallback: answer })
    const pair = await generateSessionKeyPair()
    const authSig = await signedFor7(pair)
    store.setItem('lit-session-key', JSON.stringify(pair))
    store.setItem('lit-wallet-sig', JSON.stringify(authSig))
    const authNeededCallback = countingCallback()
    expect(keyIn(await client.getSessionSigs({ ...later, authNeededCallback }))).toBe(pair.publicKey)
    expect(authNeededCallback.asked.length).toBe(0)
  })
})

describe('an AuthSig that is no good', () => {
  const bad: [string, (pair: SessionKeyPair) => Promise<unknown>][] = [
    [
      'that has ended',
      (pair) =>
        signedFor2(pair, {
          issuedAt: new Date(Date.now() - day).toISOString(),
          expirationTime: new Date(Date.now() - minute).toISOString(),
        }),
    ],
    ['that has no end', async (pair) => signText((await signedFor2(pair)).signedMessage.replace(/\nExpiration Time: .*/, ''))],
    ['that begins tomorrow', (pair) => signedFor2(pair, { notBefore: new Date(Date.now() + day / 2).toISOString() })],
    ['for another key', async () => signedFor2(await generateSessionKeyPair())],
    ['for a site', (pair) => signedFor2(pair, { uri: 'https://localhost:3000/' })],
    ['of another kind of wallet', async (pair) => ({ ...(await signedFor2(pair)), derivedVia: 'EIP1271' })],
    [
      'of the network’s own',
      async (pair) => ({ ...(await signedFor7(pair)), sig: '{"ProofOfPossession":"00"}', derivedVia: 'lit.bls', algo: 'LIT_BLS' }),
    ],
    ['by another account than it says', async (pair) => ({ ...(await signedFor2(pair)), address: `0x${'07'.repeat(20)}` })],
    ['whose signature is no signature', async (pair) => ({ ...(await signedFor2(pair)), sig: 'signed' })],
    ['that is empty', async () => ({ sig: '', derivedVia: '', signedMessage: '', address: '' })],
    ['that is no message', async (pair) => ({ ...(await signedFor2(pair)), signedMessage: 'I am.' })],
    ['that grants something else', (pair) => signedFor2(pair, { resources: ['litPKPCapability://*'] })],
    ['that is null', async () => null],
    ['that is a text', async () => 'AuthSig'],
  ]
  it.each(bad)('behavior: %s: the wallet is asked', async (name, make) => {
    const pair = await generateSessionKeyPair()
    const left = { 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': JSON.stringify(await make(pair)) }
    const { key, asked, sigs } = await visit(left, first)
    expect(asked.length).toBe(1)
    // For the same key, unless the AuthSig is a session for it that cannot be used.
    expect(key === pair.publicKey).toBe(!/tomorrow|another account/.test(name))
    expect(await runActions(network, sigs)).toEqual([200])
  })

  it.each([
    ['no JSON', '{'],
    ['empty', ''],
    ['a word', 'undefined'],
  ])('behavior: a text that is %s', async (_, text) => {
    const pair = await generateSessionKeyPair()
    const { asked, key } = await visit({ 'lit-session-key': JSON.stringify(pair), 'lit-wallet-sig': text }, first)
    expect([asked.length, key]).toEqual([1, pair.publicKey])
  })
})

describe('a pair that is no good', () => {
  const bad: [string, (pair: SessionKeyPair) => string][] = [
    ['no JSON', () => '{'],
    ['empty', () => ''],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['the public half alone', ({ publicKey }) => JSON.stringify({ publicKey })],
    ['a seed alone', ({ publicKey, secretKey }) => JSON.stringify({ publicKey, secretKey: secretKey.slice(0, 64) })],
    [
      'in capitals',
      ({ publicKey, secretKey }) => JSON.stringify({ publicKey: publicKey.toUpperCase(), secretKey: secretKey.toUpperCase() }),
    ],
    ['of two keys', ({ secretKey }) => JSON.stringify({ publicKey: '07'.repeat(32), secretKey })],
  ]
  it.each(bad)('behavior: %s: the wallet is asked for a new key', async (_, make) => {
    const pair = await generateSessionKeyPair()
    const left = { 'lit-session-key': make(pair), 'lit-wallet-sig': JSON.stringify(await signedFor2(pair)) }
    const { asked, key, store, sigs } = await visit(left, first)
    expect(asked.length).toBe(1)
    expect(key).not.toBe(pair.publicKey)
    expect(JSON.parse(store.getItem('lit-session-key') ?? '').publicKey).toBe(key)
    expect(await runActions(network, sigs)).toEqual([200])
  })
})

describe('back to Lit’s own client', () => {
  it.each([
    ['first', first],
    ['later', later],
  ])('default: it finds a pair and an AuthSig of its own formats, in the %s form', async (_, params) => {
    const { store, sigs } = await visit({}, params)
    const pair = JSON.parse(store.getItem('lit-session-key') ?? '')
    const authSig = JSON.parse(store.getItem('lit-wallet-sig') ?? '')
    // What it looks at: both halves are texts; the signature is for the key's URI, and the message's own.
    expect([typeof pair.publicKey, typeof pair.secretKey, pair.secretKey.length]).toEqual(['string', 'string', 128])
    expect(Object.keys(authSig)).toEqual(['sig', 'derivedVia', 'signedMessage', 'address'])
    expect(authSig).toEqual(payloadOf(sigs).capabilities[0])
    expect(authSig.signedMessage).toContain(`\nURI: lit:session:${pair.publicKey}\n`)
  })

  it('behavior: and what it finds, ours finds again without the rest', async () => {
    const { store, key } = await visit({}, later)
    await client?.disconnect()
    const { 'lit-sessions': _, ...left } = store.all()
    const again = await visit(left, later)
    expect([again.asked.length, again.key]).toEqual([0, key])
  })
})
