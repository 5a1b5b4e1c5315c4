/** What a session goes through: sign-outs that come at the worst moment, slow wallets, switched accounts, storages that misbehave. */
import { describe, expect, it, vi } from 'vitest'
import { SessionError } from '../src/errors.ts'
import { generateSessionKeyPair } from '../src/keypair.ts'
import type { SessionSigsRequest } from '../src/request.ts'
import type { AuthCallbackParams } from '../src/scope.ts'
import { createSessionClient } from '../src/session.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { verifySessionSig } from '../src/verify.ts'
import { alice, authSigFor, bob, countingSigner, domain, nodes } from './wallet.ts'

const [node = ''] = nodes
const recordId = 'session-sigs:lit'
const minute = 60_000

async function code(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  )
  return error instanceof SessionError ? error.code : String(error)
}

/** A storage whose operations take as long as a test wants. */
function slowStorage(delays: Partial<Record<'get' | 'set' | 'delete', number>>): SessionStorage {
  const inner = memoryStorage()
  const wait = (name: keyof typeof delays) => new Promise((resolve) => setTimeout(resolve, delays[name] ?? 0))
  return {
    keys: 'handle',
    get: (id) => wait('get').then(() => inner.get(id)),
    set: (id, value) => wait('set').then(() => inner.set(id, value)),
    delete: (id) => wait('delete').then(() => inner.delete(id)),
  }
}

/** A wallet that answers only when the test says so. */
function heldSigner() {
  const wallet = countingSigner()
  const held: (() => void)[] = []
  const signMessage = async (...args: Parameters<typeof wallet.signMessage>) => {
    await new Promise<void>((resolve) => held.push(resolve))
    return wallet.signMessage(...args)
  }
  return { ...wallet, signMessage, held }
}

describe('signing out', () => {
  it('while the storage takes the answer: nothing stays, nobody is asked again', async () => {
    const signer = countingSigner()
    const storage = slowStorage({ set: 40 })
    const client = createSessionClient({ nodes, domain, signer, storage })
    const pending = code(client.getSessionSigs())
    await vi.waitFor(() => expect(signer.signed.length).toBe(1))
    await client.signOut()
    expect(await pending).toBe('signed-out')
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(signer.signed.length).toBe(1)
    expect(await storage.get(recordId)).toBeUndefined()
  })

  it('while the storage deletes: signing in after it begins anew, with another key', async () => {
    const client = createSessionClient({ nodes, domain, signer: countingSigner(), storage: slowStorage({ delete: 30 }) })
    const first = await client.signIn({ resources: ['litAction://a'] })
    const out = client.signOut()
    const second = await client.signIn({ resources: ['litAction://b'] })
    await out
    if (first.status !== 'signed-in' || second.status !== 'signed-in') throw new Error('both were to sign in')
    expect(second.sessionKey).not.toBe(first.sessionKey)
    expect(second.capabilities).toEqual(['litActionCapability://b'])
  })

  it('while the wallet does not answer: whoever waits is told, and signing in again asks again', async () => {
    const signer = heldSigner()
    const client = createSessionClient({ nodes, domain, signer })
    const waiting = [code(client.getSessionSigs()), code(client.getSessionSigs())]
    await vi.waitFor(() => expect(signer.held.length).toBe(1))
    await client.signOut()
    expect(await Promise.all(waiting)).toEqual(['signed-out', 'signed-out'])
    const again = client.signIn()
    await vi.waitFor(() => expect(signer.held.length).toBe(2))
    // The first question is answered at last, and comes to nothing; the second counts.
    for (const answer of signer.held) answer()
    expect((await again).status).toBe('signed-in')
  })

  it('right after a call began: the call comes to nothing, and nobody is asked', async () => {
    const signer = countingSigner()
    const client = createSessionClient({ nodes, domain, signer })
    const pending = code(client.getSessionSigs())
    await client.signOut()
    expect([await pending, signer.signed.length, client.get().status]).toEqual(['signed-out', 0, 'signed-out'])
    const storage = memoryStorage()
    await createSessionClient({ nodes, domain, signer, storage }).signIn()
    const restored = createSessionClient({ nodes, domain, signer, storage })
    const call = code(restored.getSessionSigs())
    await restored.signOut()
    expect([await call, signer.signed.length]).toEqual(['signed-out', 1])
  })

  it('elsewhere is not undone by who shares the storage', async () => {
    const storage = memoryStorage()
    const here = createSessionClient({ nodes, domain, storage, signer: countingSigner(alice) })
    await here.signIn({ resources: ['litAction://a'] })
    const there = createSessionClient({ nodes, domain, storage, signer: countingSigner(bob) })
    await there.restore()
    await here.signOut()
    await there.signIn({ resources: ['litAction://b'] })
    expect(Object.keys((await storage.get(recordId))?.sessions ?? {})).toEqual([`1:${bob.address}`])
  })

  it('of a storage that cannot be read still destroys what is there', async () => {
    const deleted: string[] = []
    const storage: SessionStorage = {
      keys: 'seed',
      get: () => {
        throw new Error('corrupt')
      },
      set: () => undefined,
      delete: (id) => void deleted.push(id),
    }
    const client = createSessionClient({ nodes, domain, signer: countingSigner(), storage })
    expect(await code(client.restore())).toBe('storage-failed')
    await client.signOut()
    expect(deleted).toEqual([recordId])
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  })
})

describe('accounts', () => {
  it('back to an account that has a session: it is selected, and nobody is asked', async () => {
    const signer = countingSigner()
    const client = createSessionClient({ nodes, domain, signer })
    await client.signIn({ resources: ['litAction://a'] })
    signer.switchTo(bob)
    await client.signIn({ resources: ['litAction://b'] })
    expect(client.get()).toMatchObject({ address: bob.address })
    signer.switchTo(alice)
    const sigs = await client.getSessionSigs({ resources: ['litAction://a'] })
    expect(client.get()).toMatchObject({ address: alice.address })
    expect(signer.signed.length).toBe(2)
    const options = { audience: node, domains: [domain], resource: 'litAction://a' }
    expect((await verifySessionSig(sigs[node], options)).address).toBe(alice.address)
  })

  it('a session on another chain than the one named is not used silently', async () => {
    const signer = countingSigner(alice, 1)
    const client = createSessionClient({ nodes, domain, signer })
    await client.getSessionSigs({ chain: 'ethereum' })
    expect(await code(client.getSessionSigs({ chain: 'polygon' }))).toBe('chain-mismatch')
    await client.getSessionSigs({ chain: 'polygon', switchChain: true })
    expect(signer.signed.length).toBe(1)
  })
})

describe('a key of one’s own', () => {
  it('acts for one account at a time, and for the chain that was named', async () => {
    const sessionKey = await generateSessionKeyPair()
    const signer = countingSigner()
    const client = createSessionClient({ nodes, domain, signer })
    await client.getSessionSigs({ resources: ['litAction://a'], sessionKey, chain: 'ethereum' })
    expect(await code(client.getSessionSigs({ resources: ['litAction://a'], sessionKey, chain: 'polygon' }))).toBe('chain-mismatch')
    signer.switchTo(bob)
    await client.getSessionSigs({ resources: ['litPKP://1'], sessionKey })
    const both = await client.getSessionSigs({ resources: ['litAction://a', 'litPKP://1'], sessionKey })
    const { capabilities } = JSON.parse(both[node]?.signedMessage ?? '')
    expect(new Set(capabilities.map(({ address }: { address: string }) => address))).toEqual(new Set([bob.address]))
    expect(signer.signed.length).toBe(3)
  })
})

describe('many delegations', () => {
  it('are kept up to a bound, read back, and embedded only where they are needed', async () => {
    const storage = memoryStorage()
    const signer = countingSigner()
    const client = createSessionClient({ nodes, domain, signer, storage })
    for (let i = 0; i < 70; i++) await client.signIn({ resources: [`litAction://${i}`] })
    const again = createSessionClient({ nodes, domain, signer, storage })
    await again.restore()
    expect(again.get().status).toBe('signed-in')
    const sigs = await again.getSessionSigs({ resources: ['litAction://68', 'litAction://69'] })
    expect(JSON.parse(sigs[node]?.signedMessage ?? '').capabilities.length).toBe(2)
    expect(signer.signed.length).toBe(70)
    // More than a verifier looks at: one new delegation, instead of a signature that all refuse.
    const many = Array.from({ length: 40 }, (_, i) => `litAction://${i + 20}` as const)
    const wide = await again.getSessionSigs({ resources: many })
    expect(JSON.parse(wide[node]?.signedMessage ?? '').capabilities.length).toBe(1)
    await verifySessionSig(wide[node], { audience: node, domains: [domain], resource: 'litAction://30' })
  })
})

describe('parallel calls that differ', () => {
  it('a caller with a callback does not share the mistake of one without', async () => {
    const client = createSessionClient({ nodes, domain })
    const [without, given] = await Promise.allSettled([client.getSessionSigs(), client.getSessionSigs({ authNeededCallback: authSigFor })])
    expect(without.status === 'rejected' && without.reason).toBeInstanceOf(TypeError)
    expect(given.status).toBe('fulfilled')
  })

  it('a caller on the right chain does not share the mistake of one on another', async () => {
    const client = createSessionClient({ nodes, domain, signer: countingSigner() })
    const [wrong, right] = await Promise.allSettled([
      client.getSessionSigs({ chain: 'polygon' }),
      client.getSessionSigs({ chain: 'ethereum' }),
    ])
    expect(wrong).toMatchObject({ status: 'rejected', reason: { code: 'chain-mismatch' } })
    expect(right.status).toBe('fulfilled')
  })
})

describe('a person who takes six minutes', () => {
  it('gets session signatures of five minutes from then', async () => {
    let time = Date.parse('2026-03-01T10:00:00.000Z')
    const wallet = countingSigner()
    const signer = {
      ...wallet,
      signMessage: (...args: Parameters<typeof wallet.signMessage>) => {
        time += 6 * minute
        return wallet.signMessage(...args)
      },
    }
    const client = createSessionClient({ nodes, domain, signer, now: () => new Date(time) })
    const sigs = await client.getSessionSigs({ resources: ['litAction://a'] })
    const { issuedAt, expiration } = JSON.parse(sigs[node]?.signedMessage ?? '')
    expect([issuedAt, expiration]).toEqual(['2026-03-01T10:06:00.000Z', '2026-03-01T10:11:00.000Z'])
    const sessionSigExpiration = new Date(time + 2 * minute).toISOString()
    expect(await code(client.getSessionSigs({ resources: ['litAction://b'], sessionSigExpiration }))).toBe('expiration-past')
  })
})

it('a delegation that ends while it is being answered is asked for once, not in a loop', async () => {
  let time = Date.now()
  const signer = countingSigner()
  const verifyWallet = () => {
    time += 2 * minute
    return true
  }
  const client = createSessionClient({ nodes, domain, signer, verifyWallet, now: () => new Date(time) })
  const expiration = new Date(time + minute).toISOString()
  expect(await code(client.getSessionSigs({ expiration }))).toBe('delegation-lifetime')
  expect(signer.signed.length).toBe(1)
})

describe('everything with "*" is asked for only by leaving resources out', () => {
  const requests: Record<string, unknown>[] = [
    { resources: null },
    { resources: '' },
    { resourceAbilityRequests: null },
    { resourceAbilityRequests: '' },
    { resource: ['litAction://a'] },
    { resourceAbilityRequest: [] },
    { sessionCapabilities: null, resources: ['litAction://a'] },
    { resourceAbilityRequests: [undefined] },
    { resourceAbilityRequests: [{ resource: { resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }] },
    { resourceAbilityRequests: [{ resource: { resource: 5, resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }] },
    { capabilityAuthSigs: null },
    { nodes: [{}] },
  ]
  for (const request of requests) {
    it(JSON.stringify(request), async () => {
      const signer = countingSigner()
      const client = createSessionClient({ nodes, domain, signer })
      await expect(client.getSessionSigs(request as SessionSigsRequest)).rejects.toThrow(TypeError)
      expect(signer.signed).toEqual([])
    })
  }
})

it('a request that is no object is not one for everything', async () => {
  const signer = countingSigner()
  const client = createSessionClient({ nodes, domain, signer })
  for (const request of [[], '', 5, true, null]) await expect(client.getSessionSigs(request as never)).rejects.toThrow(TypeError)
  expect(signer.signed).toEqual([])
})

it('a misspelt option of the client is a TypeError', () => {
  expect(() => createSessionClient({ nodes, verifyWalet: () => false } as never)).toThrow(/verifyWalet/)
  expect(() => createSessionClient({ nodes, signer: alice } as never)).toThrow(/viemSigner/)
})

describe('a storage', () => {
  it('with one broken session keeps the others', async () => {
    const storage = memoryStorage()
    await createSessionClient({ nodes, domain, storage, signer: countingSigner(alice) }).signIn({ resources: ['litAction://a'] })
    await createSessionClient({ nodes, domain, storage, signer: countingSigner(bob) }).signIn({ resources: ['litAction://b'] })
    const record = (await storage.get(recordId)) ?? expect.fail('nothing stored')
    const broken = structuredClone(record)
    Object.assign(broken.sessions[`1:${bob.address}`] ?? {}, { delegations: 'gone' })
    await storage.set(recordId, broken)
    const signer = countingSigner(alice)
    const client = createSessionClient({ nodes, domain, storage, signer })
    await client.restore()
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
    await client.signIn({ resources: ['litAction://a'] })
    expect(signer.signed).toEqual([])
    expect(client.get()).toMatchObject({ address: alice.address })
  })

  it('that changes what it is given does not reach the client', async () => {
    const inner = memoryStorage()
    const storage: SessionStorage = {
      ...inner,
      set: (_, value) => {
        for (const session of Object.values(value.sessions)) session.delegations.length = 0
      },
    }
    const client = createSessionClient({ nodes, domain, storage, signer: countingSigner() })
    await client.getSessionSigs({ resources: ['litAction://a'] })
    await client.getSessionSigs({ resources: ['litAction://a'] })
    expect(client.get().status).toBe('signed-in')
  })

  it('that keeps no keys is given none', async () => {
    const set = vi.fn()
    const storage: SessionStorage = { ...memoryStorage(), keys: 'none', set }
    const client = createSessionClient({ nodes, domain, storage, signer: countingSigner() })
    await client.getSessionSigs()
    await client.signOut()
    expect(set).not.toHaveBeenCalled()
  })
})

describe('issueSessionSig', () => {
  const content = async () => {
    const key = await generateSessionKeyPair()
    const params: AuthCallbackParams = {
      chain: undefined,
      uri: `lit:session:${key.publicKey}`,
      expiration: new Date(Date.now() + minute).toISOString(),
      resources: ['litActionCapability://*'],
    }
    const times = { issuedAt: new Date().toISOString(), expiration: new Date(Date.now() + minute).toISOString() }
    return { key, content: { resources: ['litAction://a'], capabilities: [await authSigFor(params)], ...times, nodeAddress: node } }
  }

  it('takes a pair, its JSON text, or a key', async () => {
    const { key, content: given } = await content()
    const [pair, text] = [await issueSessionSig(key, given), await issueSessionSig(JSON.stringify(key), given)]
    expect(pair).toEqual(text)
    await verifySessionSig(pair, { audience: node, domains: [domain], resource: 'litAction://a' })
  })

  it('never tells the key it was given, whatever is wrong with it', async () => {
    const { key, content: given } = await content()
    for (const wrong of [key.secretKey, `${JSON.stringify(key)} x`, [key.secretKey], { sign: key.secretKey }]) {
      const error: unknown = await issueSessionSig(wrong as never, given).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(Error)
      expect(`${String(error)} ${error instanceof Error ? `${error.stack} ${String(error.cause)}` : ''}`).not.toContain(
        key.secretKey.slice(0, 64),
      )
    }
  })

  it('refuses a shape that is none, instead of signing it', async () => {
    const { key, content: given } = await content()
    const wrong: Record<string, unknown>[] = [
      { nodeAddress: undefined },
      { nodeAddress: 5 },
      { resources: 'abc' },
      { resources: [1, null] },
      { resources: undefined },
      { resourceAbilityRequests: [] },
      { resources: undefined, resourceAbilityRequests: [{ ability: 'x' }] },
    ]
    for (const changes of wrong) await expect(issueSessionSig(key, { ...given, ...changes } as never)).rejects.toThrow(TypeError)
    expect(await code(issueSessionSig(key, { ...given, resources: [] }))).toBe('resources-empty')
    expect(await code(issueSessionSig(key, { ...given, capabilities: [] }))).toBe('delegation-malformed')
    expect(await code(issueSessionSig(key, { ...given, issuedAt: 'now' }))).toBe('time-invalid')
  })
})
