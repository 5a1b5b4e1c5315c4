import { inspect } from 'node:util'
import { expect, it, vi } from 'vitest'
import { SessionError } from '../src/errors.ts'
import { generateSessionKeyPair, importSessionKey } from '../src/keypair.ts'
import { askRevocation, type RevocationStatement, revokeSessionKey } from '../src/revocation.ts'
import { isRevokedBy, memoryRevocations } from '../src/revocations.ts'
import { createSessionClient } from '../src/session.ts'
import type { SessionClient, SessionClientOptions } from '../src/session-client.ts'
import { observeSession } from '../src/session-view.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { recoverWallet, verifySessionSig } from '../src/verify.ts'
import { verifyRevocation } from '../src/verify-revocation.ts'
import { alice, bob, countingSigner, domain, nodes, refusal } from './wallet.ts'

const now = new Date('2026-03-01T10:00:00.000Z')
const [node = ''] = nodes

/** A client with a way to servers that hear what it says. */
function telling(options: Partial<SessionClientOptions> = {}) {
  const heard: RevocationStatement[] = []
  const sendRevocation = async (statement: RevocationStatement) => void heard.push(statement)
  return { heard, client: createSessionClient({ nodes, signer: countingSigner(), domain, sendRevocation, ...options }) }
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )
}

async function revokedKeys(statements: readonly RevocationStatement[]): Promise<(string | undefined)[]> {
  const verified = await Promise.all(statements.map((statement) => verifyRevocation(JSON.stringify(statement), { domains: [domain] })))
  return verified.map(({ by, sessionKey }) => (by === 'key' ? sessionKey : undefined))
}

function keyOf(client: SessionClient): string {
  const state = client.get()
  return state.status === 'signed-in' ? state.sessionKey : expect.fail('nobody is signed in')
}

it('default: a key’s own word, as the wire spells it, without its secret', async () => {
  const pair = await generateSessionKeyPair()
  const { publicKey, secretKey } = pair
  for (const key of [pair, JSON.stringify(pair), await importSessionKey(pair)]) {
    const statement = await revokeSessionKey(key, { now })
    expect(statement).toStrictEqual({
      sig: expect.stringMatching(/^[0-9a-f]{128}$/),
      derivedVia: 'litSessionSignViaNacl',
      signedMessage: `{"sessionKey":"${publicKey}","revocation":"lit:session:${publicKey}","issuedAt":"2026-03-01T10:00:00.000Z"}`,
      address: publicKey,
      algo: 'ed25519',
    })
    expect(inspect(statement)).not.toContain(secretKey.slice(0, 64))
  }
  await expect(revokeSessionKey({ ...pair, publicKey: 'ab'.repeat(32) })).rejects.toMatchObject({ code: 'key-malformed' })
  await expect(revokeSessionKey(pair, { now: new Date(Number.NaN) })).rejects.toBeInstanceOf(TypeError)
})

it('default: a wallet’s word, asked for once and said in plain words', async () => {
  const signer = countingSigner(alice, 10)
  const statement = await askRevocation(signer, { domain, now })
  const { nonce } = parseSiweMessage(statement.signedMessage)
  expect(statement.signedMessage).toBe(
    [
      'app.example wants you to sign in with your Ethereum account:',
      alice.address,
      '',
      'End every session that this account began at 2026-03-01T10:00:00.000Z or earlier.',
      '',
      'URI: session-sigs:revoke:before:2026-03-01T10:00:00.000Z',
      'Version: 1',
      'Chain ID: 10',
      `Nonce: ${nonce}`,
      'Issued At: 2026-03-01T10:00:00.000Z',
    ].join('\n'),
  )
  expect(await recoverWallet(statement.signedMessage, statement.sig)).toBe(alice.address)
  expect(Object.keys(statement)).toEqual(['sig', 'derivedVia', 'signedMessage', 'address'])
  expect(signer.signed.length).toBe(1)

  const sessionKey = 'ab'.repeat(32)
  const { uri, statement: sentence } = parseSiweMessage((await askRevocation(signer, { domain, sessionKey, now })).signedMessage)
  expect(uri).toBe(`session-sigs:revoke:key:${sessionKey}`)
  expect(sentence).toBe(`End every session of this account that uses the key lit:session:${sessionKey}.`)
})

it('error: a wallet that refuses, and options that cannot be used', async () => {
  const signer = countingSigner()
  const refusing = { ...signer, signMessage: () => Promise.reject(refusal()) }
  await expect(askRevocation(refusing, { domain })).rejects.toMatchObject({ code: 'wallet-refused' })
  await expect(askRevocation(signer, { domain: 'https://app.example' })).rejects.toMatchObject({ code: 'siwe-invalid' })
  const bad = [
    {},
    { domain, before: now, sessionKey: 'ab'.repeat(32) },
    { domain, sessionKey: 'AB'.repeat(32) },
    { domain, sessionKey: '' },
    { domain, before: new Date(Number.NaN) },
    { domain, before: new Date(8.64e15) },
    { domain, before: '2026-03-01' as unknown as Date },
    { domain, now: new Date(Number.NaN) },
  ]
  for (const options of bad) await expect(askRevocation(signer, options), inspect(options)).rejects.toBeInstanceOf(TypeError)
  expect(signer.signed).toEqual([])
})

it('default: signing out with revocation ends at servers what was signed before', async () => {
  const revocations = memoryRevocations()
  const sendRevocation = async (statement: RevocationStatement) => {
    const revocation = await verifyRevocation(JSON.stringify(statement), { domains: [domain] })
    await revocations.revoke(revocation.subject, revocation)
  }
  const { client } = telling({ sendRevocation })
  const sigs = await client.getSessionSigs({ resources: ['litAction://Qm'] })
  const asked = { audience: node, domains: [domain], resource: 'litAction://Qm', isRevoked: isRevokedBy(revocations) }
  expect(await verifySessionSig(sigs[node], asked)).toMatchObject({ address: alice.address })
  await client.signOut({ revoke: true })
  await expect(verifySessionSig(sigs[node], asked)).rejects.toMatchObject({ code: 'revoked' })
  // The next session has another key.
  const again = await client.getSessionSigs({ resources: ['litAction://Qm'] })
  expect(await verifySessionSig(again[node], asked)).toMatchObject({ address: alice.address })
})

it('behavior: nothing is sent where it is not asked for, or nobody is signed in', async () => {
  const { client, heard } = telling()
  await client.signOut({ revoke: true })
  await client.signIn()
  await client.signOut()
  await client.signIn()
  await client.signOut({ revoke: false })
  await client.signOut({})
  await client.signOut({ revoke: true })
  expect(heard).toEqual([])
})

it('behavior: nobody stays signed in because servers are out of reach', async () => {
  const storage = memoryStorage()
  let isAsked = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  let arrive = (): void => undefined
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const sendRevocation = () => {
    isAsked()
    return arrived
  }
  const { client } = telling({ storage, sendRevocation })
  await client.signIn()
  const done = client.signOut({ revoke: true })
  expect(client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  await asked
  await vi.waitFor(() => expect(storage.get('session-sigs:lit')).toBeUndefined())
  arrive()
  await done
})

it('behavior: what could not be sent is given back, to be sent later', async () => {
  const cause = new TypeError('Failed to fetch')
  for (const sendRevocation of [() => Promise.reject(cause), () => expect.fail('thrown at once')]) {
    const { client } = telling({ sendRevocation })
    await client.signIn()
    const sessionKey = keyOf(client)
    const error = await failureOf(client.signOut({ revoke: true }))
    if (!(error instanceof SessionError)) expect.fail(String(error))
    expect(error.code).toBe('revocation-failed')
    expect(error.message).toMatch(/^Signed out here; servers were not told/)
    expect(client.get().status).toBe('signed-out')
    const { statement } = error.details as { statement: string }
    expect(await verifyRevocation(statement, { domains: [domain] })).toMatchObject({ by: 'key', sessionKey })
  }
  const { client } = telling({ sendRevocation: () => Promise.reject(cause) })
  await client.signIn()
  expect(await failureOf(client.signOut({ revoke: true }))).toMatchObject({ cause })
})

it('error: without a way to servers, or misspelt, nothing is done at all', async () => {
  const client = createSessionClient({ nodes, signer: countingSigner(), domain })
  await client.signIn()
  await expect(client.signOut({ revoke: true })).rejects.toBeInstanceOf(TypeError)
  await expect(client.signOut({ revok: true } as never)).rejects.toBeInstanceOf(TypeError)
  expect(client.get().status).toBe('signed-in')
  await client.signOut()
  expect(client.get().status).toBe('signed-out')
})

it('behavior: a button may hand over its event', async () => {
  const { client, heard } = telling()
  const button = new EventTarget()
  await client.signIn()
  button.addEventListener('click', client.signOut as (event: Event) => unknown)
  button.dispatchEvent(new Event('click'))
  expect(client.get().status).toBe('signed-out')
  await client.signIn()
  const { actions } = observeSession(client)
  expect(await actions.signOut(new Event('click'))).toBe(true)
  expect(client.get().status).toBe('signed-out')
  expect(heard).toEqual([])
})

it('behavior: the view’s action takes the option, and shows what failed', async () => {
  const { client, heard } = telling()
  await client.signIn()
  const sessionKey = keyOf(client)
  expect(await observeSession(client).actions.signOut({ revoke: true })).toBe(true)
  expect(await revokedKeys(heard)).toEqual([sessionKey])

  const { client: offline } = telling({ sendRevocation: () => Promise.reject(new Error('offline')) })
  await offline.signIn()
  const view = observeSession(offline)
  expect(await view.actions.signOut({ revoke: true })).toBe(false)
  expect(view.get()).toMatchObject({ state: { status: 'signed-out' }, error: { code: 'revocation-failed' } })
})

const storages: Record<string, () => SessionStorage> = {
  handles: memoryStorage,
  seeds: () => ({ ...memoryStorage(), keys: 'seed' }),
  'no keys': () => ({ ...memoryStorage(), keys: 'none' }),
}

for (const [name, make] of Object.entries(storages)) {
  it(`behavior: the session’s key ends, and other accounts’ stay (a storage of ${name})`, async () => {
    const signer = countingSigner(bob)
    const { client, heard } = telling({ storage: make(), signer })
    let accountsChanged = (_: readonly string[]): void => undefined
    client.follow({
      on: (event, listener) => {
        if (event === 'accountsChanged') accountsChanged = listener as typeof accountsChanged
      },
      removeListener: () => undefined,
    })
    const switchTo = async (account: typeof alice) => {
      signer.switchTo(account)
      accountsChanged([account.address])
      await vi.waitFor(() => expect(client.get()).not.toMatchObject({ address: (account === bob ? alice : bob).address }))
    }
    await client.signIn()
    const bobs = keyOf(client)
    await switchTo(alice)
    await client.signIn()
    await client.renew()
    const renewed = keyOf(client)
    expect(client.get()).toMatchObject({ address: alice.address })
    await client.signOut({ revoke: true })
    expect(await revokedKeys(heard)).toEqual([renewed])
    await switchTo(bob)
    await client.signIn()
    expect(keyOf(client)).toBe(bobs)
    expect(signer.signed.length).toBe(3)
  })
}

it('behavior: what the storage kept is revoked, also before anybody has looked there', async () => {
  const storage = memoryStorage()
  const { client: before } = telling({ storage })
  await before.signIn()
  const { client, heard } = telling({ storage })
  await client.signOut({ revoke: true })
  expect(await revokedKeys(heard)).toEqual([keyOf(before)])
  await before.restore()
  expect(before.get().status).toBe('signed-out')
})

it('behavior: a key that another client put in its place meanwhile is revoked as well', async () => {
  const storage = memoryStorage()
  const { client, heard } = telling({ storage })
  const { client: other } = telling({ storage })
  await client.signIn()
  const first = keyOf(client)
  await other.restore()
  await other.renew()
  expect(keyOf(client)).toBe(first)
  const second = keyOf(other)
  await client.signOut({ revoke: true })
  expect((await revokedKeys(heard)).toSorted()).toEqual([first, second].toSorted())
})

it('behavior: keys that callers brought end with their delegations', async () => {
  const { client, heard } = telling()
  const [used, unused] = [await generateSessionKeyPair(), await generateSessionKeyPair()]
  await client.getSessionSigs({ resources: ['litAction://*'], sessionKey: used })
  const refused = { resources: ['litAction://*'] as const, sessionKey: unused, authNeededCallback: () => Promise.reject(refusal()) }
  await expect(client.getSessionSigs(refused)).rejects.toMatchObject({ code: 'wallet-refused' })
  await client.signOut({ revoke: true })
  expect(await revokedKeys(heard)).toEqual([used.publicKey])
  await client.signOut({ revoke: true })
  expect(heard.length).toBe(1)
})

it('behavior: a key whose delegations have ended anyhow is left alone', async () => {
  let time = now.getTime()
  const { client, heard } = telling({ now: () => new Date(time) })
  const expiration = new Date(time + 60_000).toISOString()
  await client.getSessionSigs({ resources: ['litAction://*'], sessionKey: await generateSessionKeyPair(), expiration })
  time += 60_001
  await client.signOut({ revoke: true })
  expect(heard).toEqual([])
})

it('behavior: of several that could not be sent, each is given back', async () => {
  const { client } = telling({ sendRevocation: () => Promise.reject(new Error('offline')) })
  const own = await generateSessionKeyPair()
  await client.getSessionSigs({ resources: ['litAction://*'], sessionKey: own })
  await client.signIn()
  const sessionKey = keyOf(client)
  const error = await failureOf(client.signOut({ revoke: true }))
  if (!(error instanceof SessionError) || !(error.cause instanceof AggregateError)) expect.fail(String(error))
  const statements = error.cause.errors.map(({ details }: SessionError<'revocation-failed'>) => details.statement)
  const revoked = await Promise.all(statements.map((statement) => verifyRevocation(statement, { domains: [domain] })))
  expect(revoked.map((one) => one.sessionKey).toSorted()).toEqual([own.publicKey, sessionKey].toSorted())
  expect(error.details).toEqual({ statement: statements[0] })
})

it('behavior: a storage that does not delete hinders no revocation, and is told of', async () => {
  const broken = (): SessionStorage => {
    const inner = memoryStorage()
    let isBroken = false
    return Object.assign(
      {
        ...inner,
        set: (id: string, value: never) => (isBroken ? Promise.reject(new Error('full')) : inner.set(id, value)),
        delete: () => Promise.reject(new Error('locked')),
      },
      {
        break: () => {
          isBroken = true
        },
      },
    )
  }
  const signOut = async (options: Partial<SessionClientOptions>) => {
    const storage = broken() as SessionStorage & { break(): void }
    const { client, heard } = telling({ storage, ...options })
    await client.signIn()
    storage.break()
    const sessionKey = keyOf(client)
    return { error: await failureOf(client.signOut({ revoke: true })), revoked: await revokedKeys(heard), sessionKey }
  }
  const { error, revoked, sessionKey } = await signOut({})
  expect(error).toMatchObject({ code: 'storage-failed' })
  expect(revoked).toEqual([sessionKey])
  // The statement can be had only now.
  const both = await signOut({ sendRevocation: () => Promise.reject(new Error('offline')) })
  expect(both.error).toMatchObject({ code: 'revocation-failed' })
})
