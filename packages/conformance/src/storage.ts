import { createSessionClient, generateSessionKeyPair, type SessionStorage, type Signer, type StoredSessions } from '@session-sigs/core'
import { assert, type TestFunction } from './assert.ts'

export interface StorageSubject {
  /** A storage that holds nothing yet. Called for each test. */
  create(): SessionStorage | Promise<SessionStorage>
  /** The same place opened once more, as after a reload; left out where nothing outlives the object. */
  reopen?(storage: SessionStorage): SessionStorage | Promise<SessionStorage>
}

const id = 'conformance'
const account = { address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', chainId: 1 } as const

/** Never asked to prove itself here: a storage keeps what it is given. */
const signer: Signer = { account: async () => account, signMessage: async () => `0x${'11'.repeat(65)}` }

async function opened(storage: SessionStorage): Promise<SessionStorage> {
  await storage.open?.()
  return storage
}

async function sampleKey(keys: SessionStorage['keys']): Promise<StoredSessions['sessions'][string]['key']> {
  if (keys === 'handle') {
    const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    return {
      type: 'handle',
      publicKey: Array.from(raw, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      privateKey: pair.privateKey,
    }
  }
  return { type: 'seed', seed: (await generateSessionKeyPair()).secretKey.slice(0, 64) }
}

async function sample(keys: SessionStorage['keys'], text: string): Promise<StoredSessions> {
  const delegations = [{ sig: '0x00', derivedVia: 'web3.eth.personal.sign', signedMessage: text, address: account.address }]
  return {
    v: 1,
    current: `1:${account.address}`,
    sessions: { [`1:${account.address}`]: { key: await sampleKey(keys), delegations, createdAt: '2026-01-01T00:00:00.000Z' } },
  }
}

function textOf(record: StoredSessions | undefined): string | undefined {
  return record?.sessions[`1:${account.address}`]?.delegations[0]?.signedMessage
}

/**
 * The contract of the `SessionStorage` port as tests, for any storage: `testStorage(test, { create })`.
 */
export function testStorage(test: TestFunction, subject: StorageSubject): void {
  const create = async (): Promise<SessionStorage> => opened(await subject.create())

  test('storage: what was never set is undefined, and deleting it is no error', async () => {
    const storage = await create()
    assert((await storage.get(id)) === undefined, 'something is there')
    await storage.delete(id)
  })

  test('storage: keys is settled once it is open', async () => {
    const storage = await create()
    assert(['handle', 'seed', 'none'].includes(storage.keys), `keys is ${String(storage.keys)}`)
  })

  test('storage: opening it again, also at the same time, changes nothing', async () => {
    const storage = await subject.create()
    await Promise.all([storage.open?.(), storage.open?.()])
    const { keys } = storage
    if (keys !== 'none') await storage.set(id, await sample(keys, 'kept'))
    await storage.open?.()
    assert(storage.keys === keys, `keys was ${keys} and is ${storage.keys}`)
    if (keys !== 'none') assert(textOf(await storage.get(id)) === 'kept', 'what was set before is gone')
  })

  test('storage: sharedAs is a name, or left out', async () => {
    const { sharedAs } = await create()
    assert(sharedAs === undefined || (typeof sharedAs === 'string' && sharedAs !== ''), `sharedAs is ${JSON.stringify(sharedAs)}`)
  })

  test('storage: the same place opened once more holds the same, both ways', async () => {
    const storage = await create()
    if (!subject.reopen || storage.keys === 'none') return
    const other = await opened(await subject.reopen(storage))
    assert(other.sharedAs === storage.sharedAs, 'one place has two names')
    await storage.set(id, await sample(storage.keys, 'first'))
    assert(textOf(await other.get(id)) === 'first', 'the other does not see it')
    await other.set(id, await sample(storage.keys, 'second'))
    assert(textOf(await storage.get(id)) === 'second', 'it does not see what the other set')
    await other.delete(id)
    assert((await storage.get(id)) === undefined, 'it does not see that the other deleted it')
  })

  test('storage: what was set is what is got, whole', async () => {
    const storage = await create()
    if (storage.keys === 'none') return
    const record = await sample(storage.keys, 'line\nline "quoted" 🥵')
    await storage.set(id, record)
    const got = await storage.get(id)
    assert(textOf(got) === textOf(record), 'the delegations came back different')
    assert(got?.v === 1 && got.current === record.current, 'version or current account came back different')
    assert(got.sessions[record.current ?? '']?.createdAt === '2026-01-01T00:00:00.000Z', 'createdAt came back different')
  })

  test('storage: a key comes back able to sign', async () => {
    const storage = await create()
    if (storage.keys === 'none') return
    await storage.set(id, await sample(storage.keys, 'x'))
    const key = (await storage.get(id))?.sessions[`1:${account.address}`]?.key
    assert(key, 'no key came back')
    if (key.type === 'handle')
      assert((await crypto.subtle.sign('Ed25519', key.privateKey, new Uint8Array(1))).byteLength === 64, 'it does not sign')
    else assert(/^[0-9a-f]{64}$/.test(key.seed), 'the seed came back different')
  })

  test('storage: setting again replaces everything', async () => {
    const storage = await create()
    if (storage.keys === 'none') return
    await storage.set(id, await sample(storage.keys, 'first'))
    await storage.set(id, { v: 1, sessions: {} })
    const got = await storage.get(id)
    assert(got && Object.keys(got.sessions).length === 0 && got.current === undefined, 'something of the first record is left')
  })

  test('storage: records of different ids do not meet', async () => {
    const storage = await create()
    if (storage.keys === 'none') return
    await storage.set(id, await sample(storage.keys, 'mine'))
    await storage.set(`${id}:other`, await sample(storage.keys, 'other'))
    await storage.delete(`${id}:other`)
    assert(textOf(await storage.get(id)) === 'mine', 'deleting one record reached another')
    assert((await storage.get(`${id}:other`)) === undefined, 'the deleted record is still there')
  })

  test('storage: what is done to an object afterwards does not reach the store', async () => {
    const storage = await create()
    if (storage.keys === 'none') return
    const record = await sample(storage.keys, 'kept')
    // Copied when it is called, not when it gets to it.
    const writing = storage.set(id, record)
    record.sessions = {}
    await writing
    const got = await storage.get(id)
    assert(textOf(got) === 'kept', 'the caller’s object is the stored one')
    if (got) got.sessions = {}
    assert(textOf(await storage.get(id)) === 'kept', 'the object given out is the stored one')
  })

  test('storage: of writes at the same time one wins, whole', async () => {
    const storage = await create()
    if (storage.keys === 'none') return
    const { keys } = storage
    const records = await Promise.all(Array.from({ length: 10 }, (_, i) => sample(keys, `writer ${i}`)))
    await Promise.all(records.map((record) => storage.set(id, record)))
    const got = await storage.get(id)
    assert(
      records.some((record) => textOf(record) === textOf(got)),
      'what is stored is nobody’s record',
    )
  })

  test('storage: a session of the client is found again, and the wallet is not', async () => {
    const storage = await create()
    const options = { nodes: ['https://node.example'], domain: 'app.example' }
    const first = createSessionClient({ ...options, signer, storage })
    await first.signIn({ resources: ['litAction://*'] })
    if (storage.keys === 'none') return
    const second = createSessionClient({ ...options, storage: subject.reopen ? await opened(await subject.reopen(storage)) : storage })
    await second.restore()
    assert(second.get().status === 'signed-in', 'the session is gone')
    assert(Object.keys(await second.getSessionSigs({ resources: ['litAction://Qm'] })).length === 1, 'it does not sign')
    await second.signOut()
    const left = await storage.get('session-sigs:lit')
    assert(Object.keys(left?.sessions ?? {}).length === 0, 'signing out left the session behind')
  })
}
