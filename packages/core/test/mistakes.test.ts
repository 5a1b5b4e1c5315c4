/** Mistakes that a client of session signatures must not make, each with a test that fails if ours does. */
import { expect, it } from 'vitest'
import { readAuthSig } from '../src/auth-sig.ts'
import { generateSessionKeyPair } from '../src/keypair.ts'
import type { AuthCallbackParams } from '../src/scope.ts'
import { createSessionClient } from '../src/session.ts'
import { memoryStorage, type SessionStorage, type StoredSessions } from '../src/storage.ts'
import { alice, authSigFor, bob, countingSigner, domain, nodes, refusal } from './wallet.ts'

const [node = ''] = nodes
const minute = 60_000
const recordId = 'session-sigs:lit'
const litAction = { resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }

it('no second prompt within one call, and none in the next', async () => {
  let asked = 0
  const authNeededCallback = async (params: AuthCallbackParams) => {
    asked += 1
    return authSigFor(params)
  }
  const client = createSessionClient({ nodes })
  await client.getSessionSigs({ authNeededCallback })
  expect(asked).toBe(1)
  await client.getSessionSigs({ authNeededCallback })
  expect(asked).toBe(1)
})

it('no single slot for every account: a second account does not overwrite the first', async () => {
  const storage = memoryStorage()
  await createSessionClient({ nodes, storage, domain, signer: countingSigner(alice) }).signIn({ resources: ['litRLI://1'] })
  await createSessionClient({ nodes, storage, domain, signer: countingSigner(alice, 137) }).signIn({ resources: ['litRLI://2'] })
  await createSessionClient({ nodes, storage, domain, signer: countingSigner(bob) }).signIn({ resources: ['litRLI://3'] })
  const sessions = (await storage.get(recordId))?.sessions ?? {}
  expect(Object.keys(sessions)).toEqual([`1:${alice.address}`, `137:${alice.address}`, `1:${bob.address}`])
  expect(new Set(Object.values(sessions).map(({ delegations }) => delegations[0]?.signedMessage)).size).toBe(3)
})

it('a stored signature is not reused beyond its scope', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, domain, signer })
  await client.getSessionSigs({ resources: ['litAction://Qm1'] })
  await client.getSessionSigs({ resources: ['litAction://Qm2'] })
  await client.getSessionSigs({ resources: ['litAction://*'] })
  expect(signer.signed.length).toBe(3)
})

it('a stored signature is not reused for another key, nor refused because one passed by', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, domain, signer })
  await client.getSessionSigs()
  const sessionKey = await generateSessionKeyPair()
  const own = await client.getSessionSigs({ sessionKey })
  expect(own[node]?.address).toBe(sessionKey.publicKey)
  expect(signer.signed.length).toBe(2)
  await client.getSessionSigs()
  expect(signer.signed.length).toBe(2)
})

it('the end is read as the field it is, with and without a statement, and looked at before every use', async () => {
  for (const statement of [undefined, 'A statement', 'Expiration Time: 2099-01-01T00:00:00Z']) {
    let now = Date.now()
    const signer = countingSigner()
    const options = { nodes, domain, signer, now: () => new Date(now), ...(statement === undefined ? {} : { statement }) }
    const client = createSessionClient(options)
    await client.getSessionSigs({ expiration: new Date(now + 10 * minute).toISOString() })
    now += 9 * minute
    await client.getSessionSigs()
    expect(signer.signed.length).toBe(1)
    now += 2 * minute
    await client.getSessionSigs()
    expect(signer.signed.length).toBe(2)
  }
})

it('the answer to a second question is checked as the first was', async () => {
  let answers = 0
  const authNeededCallback = (params: AuthCallbackParams) => {
    answers += 1
    return authSigFor(params, answers === 1 ? {} : { uri: `lit:session:${'ab'.repeat(32)}` })
  }
  const client = createSessionClient({ nodes })
  await client.getSessionSigs({ resources: ['litAction://1'], authNeededCallback })
  await expect(client.getSessionSigs({ resources: ['litAction://2'], authNeededCallback })).rejects.toMatchObject({
    code: 'delegation-key-mismatch',
  })
})

it('parallel calls open one prompt and share its answer', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, domain, signer })
  const all = await Promise.all(Array.from({ length: 25 }, () => client.getSessionSigs()))
  expect(signer.signed.length).toBe(1)
  expect(new Set(all.map((sigs) => sigs[node]?.address)).size).toBe(1)
})

it('parallel calls open one prompt and share its refusal', async () => {
  let asked = 0
  const signer = {
    ...countingSigner(),
    signMessage: () => {
      asked += 1
      return Promise.reject(refusal())
    },
  }
  const client = createSessionClient({ nodes, domain, signer })
  const all = await Promise.allSettled(Array.from({ length: 25 }, () => client.getSessionSigs()))
  expect(all.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'wallet-refused')).toBe(true)
  expect(asked).toBe(1)
})

it('parallel calls for different things ask one after the other', async () => {
  let open = 0
  let most = 0
  const wallet = countingSigner()
  const signer = {
    ...wallet,
    signMessage: async (message: string, account: Parameters<typeof wallet.signMessage>[1]) => {
      most = Math.max(most, ++open)
      const signature = await wallet.signMessage(message, account)
      open -= 1
      return signature
    },
  }
  const client = createSessionClient({ nodes, domain, signer })
  await Promise.all([1, 2, 3].map((id) => client.getSessionSigs({ resources: [`litAction://${id}`] })))
  expect([most, wallet.signed.length]).toEqual([1, 3])
})

it('signing out leaves no key behind', async () => {
  const storage = memoryStorage()
  const client = createSessionClient({ nodes, domain, storage, signer: countingSigner() })
  await client.getSessionSigs()
  expect(await storage.get(recordId)).toBeDefined()
  await client.signOut()
  expect(await storage.get(recordId)).toBeUndefined()
})

const good = async (): Promise<StoredSessions> => {
  const storage = memoryStorage()
  await createSessionClient({ nodes, domain, storage, signer: countingSigner() }).signIn()
  return (await storage.get(recordId)) ?? expect.fail('nothing was stored')
}

/** Ways in which what comes back from a storage is not what was put there. */
const corruptions: [string, (record: StoredSessions) => unknown][] = [
  ['a text', () => '{"v":1'],
  ['null', () => null],
  ['a list', () => []],
  ['an older version', (record) => ({ ...record, v: 0 })],
  ['no sessions', () => ({ v: 1 })],
  ['a current account that has no session', (record) => ({ ...record, current: `1:${bob.address}` })],
  [
    'a key without delegations',
    (record) => ({ ...record, sessions: { [record.current ?? '']: { ...Object.values(record.sessions)[0], delegations: [] } } }),
  ],
  [
    'delegations without a key',
    (record) => ({ ...record, sessions: { [record.current ?? '']: { ...Object.values(record.sessions)[0], key: undefined } } }),
  ],
  [
    'another key',
    (record) => ({
      ...record,
      sessions: { [record.current ?? '']: { ...Object.values(record.sessions)[0], key: { type: 'seed', seed: '07'.repeat(32) } } },
    }),
  ],
  [
    'a seed that is none',
    (record) => ({
      ...record,
      sessions: { [record.current ?? '']: { ...Object.values(record.sessions)[0], key: { type: 'seed', seed: '7' } } },
    }),
  ],
  [
    'a handle that is none',
    (record) => ({
      ...record,
      sessions: {
        [record.current ?? '']: {
          ...Object.values(record.sessions)[0],
          key: { type: 'handle', publicKey: '07'.repeat(32), privateKey: {} },
        },
      },
    }),
  ],
  [
    'another account’s delegation',
    (record) => ({ v: 1, current: `1:${bob.address}`, sessions: { [`1:${bob.address}`]: Object.values(record.sessions)[0] } }),
  ],
  [
    'a delegation that is no message',
    (record) => ({
      ...record,
      sessions: {
        [record.current ?? '']: {
          ...Object.values(record.sessions)[0],
          delegations: [{ sig: '0x00', derivedVia: '', signedMessage: 'x', address: '' }],
        },
      },
    }),
  ],
]

for (const [name, corrupt] of corruptions) {
  it(`a corrupt stored entry is a clean sign-out, not an error for ever: ${name}`, async () => {
    const value = corrupt(await good())
    const storage: SessionStorage = { ...memoryStorage(), get: () => value as StoredSessions }
    const signer = countingSigner()
    const client = createSessionClient({ nodes, domain, storage, signer })
    await client.restore()
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
    await client.getSessionSigs()
    expect(client.get().status).toBe('signed-in')
    // Where only the name of the current one is wrong, the account's session itself is still there, and is not asked for again.
    expect(signer.signed.length).toBe(name.startsWith('a current account') ? 0 : 1)
  })
}

it('session signatures of the second form live five minutes too, whatever the delegation does', async () => {
  const now = new Date('2026-03-01T10:00:00.000Z')
  const client = createSessionClient({ nodes, domain, signer: countingSigner(), now: () => now })
  for (const expiration of [undefined, '2026-03-08T10:00:00.000Z']) {
    const sigs = await client.getSessionSigs({ resourceAbilityRequests: [litAction], ...(expiration === undefined ? {} : { expiration }) })
    expect(JSON.parse(sigs[node]?.signedMessage ?? '').expiration).toBe('2026-03-01T10:05:00.000Z')
  }
})

it('no secret is stored unasked: the default is memory, and there it is a key that cannot be exported', async () => {
  const record = await good()
  const [session] = Object.values(record.sessions)
  expect(session?.key.type).toBe('handle')
  if (session?.key.type === 'handle') await expect(crypto.subtle.exportKey('pkcs8', session.key.privateKey)).rejects.toThrow()
})

it('an answer that cannot even be looked at is one that is not good, and no mistake of the programmer', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const answers = [proxy, Object.defineProperty({}, 'sig', { enumerable: true, get: () => Reflect.get(proxy, 'sig') })]
  for (const answer of answers) {
    const read = (): unknown => readAuthSig(answer)
    expect(read).toThrow(expect.objectContaining({ name: 'SessionError', code: 'delegation-malformed' }))
  }
})
