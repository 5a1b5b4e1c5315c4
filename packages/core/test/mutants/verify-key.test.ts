/** Keys that sign something else, the delegations that they present, and what a verifier remembers of them. */
import { recover } from 'tiny-secp256k1'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AuthSig } from '../../src/delegation.ts'
import { createDelegationCache, type ProvenDelegation } from '../../src/delegation-cache.ts'
import { SessionError } from '../../src/errors.ts'
import { createRecentMap } from '../../src/least-recent.ts'
import { parseSiweMessage } from '../../src/siwe-reading.ts'
import { createVerifier, type KeyRequest, presentDelegations, type VerifierDefaults } from '../../src/verify.ts'
import { walletOf } from '../../src/wallet-proof.ts'
import { alice, authSigFor, bob, domain } from '../wallet.ts'
import { thrownBy } from './help.ts'

const audience = 'https://node.example'
const resource = 'litAction://Qm1'
const sessionKey = 'ab'.repeat(32)
const now = new Date('2026-03-01T10:00:00.000Z')
const at = (fromNow: number): number => now.getTime() + fromNow
const iso = (fromNow: number): string => new Date(at(fromNow)).toISOString()
const minute = 60_000
const hour = 60 * minute
const request: KeyRequest = { sessionKey, audience, issuedAt: at(0), expiration: at(minute), resource, now }

/** A real curve, counted. */
let recoveries = 0
const curves = {
  secp256k1: (hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1) => {
    recoveries += 1
    return recover(hash, signature, recovery, false)
  },
}
const defaults: VerifierDefaults = { audience, domains: [domain], curves }

const delegate = (changes: Parameters<typeof authSigFor>[1] = {}, account = alice): Promise<AuthSig> =>
  authSigFor(
    { chain: undefined, uri: `lit:session:${sessionKey}`, expiration: iso(hour), resources: ['litActionCapability://*'] },
    { issuedAt: iso(0), ...changes },
    account,
  )
const present = (...authSigs: unknown[]) => presentDelegations(JSON.stringify(authSigs))

let good: AuthSig

beforeAll(async () => {
  good = await delegate()
})
beforeEach(() => {
  recoveries = 0
})

const codeOf = async (run: () => unknown): Promise<unknown> => Reflect.get(Object(await thrownBy(run)), 'code')

describe('delegations that are presented', () => {
  it('error: no text, too long a one, no list, or too long a list', async () => {
    for (const other of [undefined, 7, ['x']])
      expect(await thrownBy(() => presentDelegations(other as unknown as string))).toEqual(new TypeError('The JSON text is needed.'))
    const long = (length: number): string => `[${' '.repeat(length - 3)}1]`
    expect(presentDelegations(long(262_144)).size).toBe(1)
    expect(await thrownBy(() => presentDelegations(long(262_145)))).toEqual({
      code: 'input-too-large',
      what: 'the delegations',
      limit: 262_144,
    })
    for (const text of ['{}', '"x"', 'null', '[]'])
      expect(await thrownBy(() => presentDelegations(text))).toEqual({ code: 'delegation-malformed', reason: expect.stringMatching(/./) })
    const many = (count: number): string => JSON.stringify(Array.from({ length: count }, () => ({})))
    expect(presentDelegations(many(32)).size).toBe(32)
    expect(await thrownBy(() => presentDelegations(many(33)))).toEqual({
      code: 'input-too-large',
      what: 'the number of capabilities',
      limit: 32,
    })
  })

  it('behavior: how much room they take grows with their text, and with what their text does not tell', () => {
    const room = (text: string): number => presentDelegations(text).bytes
    expect(room('[1]')).toBe(8 * 3 + 2 * 2048 + 96)
    expect(room('["x"]')).toBe(8 * 5 + 2 * 2048 + 96)
    expect(room('[null]')).toBe(8 * 6 + 2 * 2048 + 96)
    expect(room('[{}]')).toBe(8 * 4 + 2 * 2048 + 2 * 96)
    expect(room('[[1],{"a":{"b":[]}}]')).toBe(8 * 20 + 3 * 2048 + 96 + 96 + 160 + 160 + 96)
  })

  it('behavior: they show nothing and cannot be changed or made by others', async () => {
    const presented = present(good)
    expect(Object.isFrozen(presented)).toBe(true)
    expect(JSON.parse(JSON.stringify(presented))).toEqual({ size: 1, bytes: presented.bytes })
    const verifier = createVerifier(defaults)
    for (const other of [undefined, null, 'x', {}, { ...presented }, Object.create(presented)])
      expect(await thrownBy(() => verifier.verifyKey(other as typeof presented, request))).toEqual(
        new TypeError('Delegations are what presentDelegations returned.'),
      )
  })
})

describe('verifying a key', () => {
  const verified = { address: alice.address, chainId: 1, sessionKey, resource, domain, audience, issuedAt: iso(0), revocationAsOf: null }

  it('default: who it is by, until the earlier of the two ends, asked once or again', async () => {
    const [verifier, presented] = [createVerifier(defaults), present(good)]
    for (let i = 0; i < 3; i++) {
      expect(await verifier.verifyKey(presented, request)).toEqual({ ...verified, expiresAt: iso(minute) })
      expect(await verifier.verifyKey(presented, { ...request, expiration: at(2 * hour) })).toEqual({ ...verified, expiresAt: iso(hour) })
      const report = await verifier.inspectKey(presented, request)
      expect(report).toMatchObject({
        ok: true,
        now: iso(0),
        session: { ...verified, expiresAt: iso(minute) },
        messages: [{ nonce: 'abcdefgh12345678' }],
      })
      expect(report.checks.map(({ name }) => name)[0]).toBe('delegation.shape')
      expect(Object.hasOwn(report, 'error')).toBe(false)
    }
    expect(recoveries).toBe(1)
  })

  it('behavior: what was found good is not taken for another key, resource, ability or verifier', async () => {
    const [verifier, presented] = [createVerifier(defaults), present(await delegate({ resources: ['litActionCapability://Qm1'] }))]
    const others = [
      { sessionKey: 'cd'.repeat(32) },
      { resource: 'litAction://Qm2' },
      { resource: 'litPKP://Qm1' },
      { resource: 'lit-litaction://Qm1', ability: 'lit-action-execution' },
    ]
    for (let i = 0; i < 3; i++) await verifier.verifyKey(presented, request)
    const unfit = { ...request, ability: 'lit-action-execution' }
    expect(await thrownBy(() => verifier.verifyKey(presented, unfit))).toBeInstanceOf(TypeError)
    for (const other of others) {
      expect(await codeOf(() => verifier.verifyKey(presented, { ...request, ...other }))).toMatch(/^delegation-|^recap-/)
      await verifier.verifyKey(presented, request)
    }
    const elsewhere = createVerifier({ ...defaults, domains: ['other.example'] })
    expect(await codeOf(() => elsewhere.verifyKey(presented, request))).toBe('domain-mismatch')
  })

  it('behavior: what was found good is good in its time alone, and as far as the clocks may differ', async () => {
    for (const notBefore of [undefined, iso(5)]) {
      const [verifier, presented] = [
        createVerifier({ ...defaults, clockToleranceSeconds: 7 }),
        present(await delegate({ ...(notBefore ? { notBefore } : {}) })),
      ]
      for (let i = 0; i < 3; i++) await verifier.verifyKey(presented, { ...request, now: new Date(at(10)) })
      const verdict = (fromNow: number) => codeOf(() => verifier.verifyKey(presented, { ...request, now: new Date(at(fromNow)) }))
      expect(await verdict(hour)).toBe('delegation-expired')
      expect(await verdict(hour - 1)).toBeUndefined()
      expect(await verdict(notBefore ? 5 : -7000)).toBeUndefined()
      expect(await verdict(notBefore ? 4 : -7001)).toBe('delegation-not-yet-valid')
    }
  })

  it('behavior: revocation is asked about every time, and its answer is the session’s', async () => {
    const questions: unknown[] = []
    let answer: unknown = false
    const isRevoked = (question: unknown) => {
      questions.push(question)
      return answer as boolean
    }
    const [verifier, presented] = [createVerifier({ ...defaults, isRevoked }), present(good)]
    expect((await verifier.verifyKey(presented, request)).revocationAsOf).toBe(iso(0))
    expect((await verifier.verifyKey(presented, { ...request, now: new Date(at(5)) })).revocationAsOf).toBe(iso(5))
    answer = { revoked: false, asOf: new Date(at(-9)) }
    expect((await verifier.verifyKey(presented, request)).revocationAsOf).toBe(iso(-9))
    answer = true
    expect(await thrownBy(() => verifier.verifyKey(presented, request))).toEqual({ code: 'revoked', address: alice.address })
    for (const neither of [
      undefined,
      'no',
      0,
      {},
      { revoked: false },
      { revoked: false, asOf: new Date(Number.NaN) },
      { revoked: 0, asOf: now },
    ]) {
      answer = neither
      expect(await thrownBy(() => verifier.verifyKey(presented, request))).toEqual({ code: 'verifier-unavailable', port: 'isRevoked' })
    }
    expect(questions.length).toBe(11)
    const question = { address: alice.address, chainId: 1, sessionKey, delegatedAt: iso(0), nonce: 'abcdefgh12345678' }
    for (const one of questions) expect(one).toEqual(question)
  })

  it('error: a request that cannot be used, before and after one was good', async () => {
    const [verifier, presented] = [createVerifier(defaults), present(good)]
    const wrong = [
      { sessionKey: '' },
      { sessionKey: sessionKey.toUpperCase() },
      { sessionKey: `${sessionKey}a` },
      { sessionKey: `x${sessionKey}` },
      { sessionKey: `${sessionKey}x` },
      { sessionKey: sessionKey.slice(1) },
      { issuedAt: Number.NaN },
      { expiration: Number.NaN },
      { issuedAt: 8.64e15 + 1 },
      { issuedAt: -8.64e15 - 1 },
      { expiration: 8.64e15 + 1 },
      { expiration: -8.64e15 - 1 },
      { expiration: 'x' },
      { now: new Date(Number.NaN) },
      { now: 7 },
      { resource: 'x' },
    ]
    for (let i = 0; i < 4; i++) {
      for (const changes of wrong)
        expect(
          await thrownBy(() => verifier.verifyKey(presented, { ...request, ...changes } as KeyRequest)),
          JSON.stringify(changes),
        ).toBeInstanceOf(TypeError)
      expect((await verifier.verifyKey(presented, { ...request, issuedAt: -8.64e15, expiration: 8.64e15 })).expiresAt).toBe(iso(hour))
    }
  })

  it('behavior: now, where no time is said, and no time that is none', async () => {
    const soon = (fromNow: number): string => new Date(Date.now() + fromNow).toISOString()
    const [verifier, presented] = [createVerifier(defaults), present(await delegate({ issuedAt: soon(0), expirationTime: soon(hour) }))]
    const { now: _, ...bare } = request
    for (let i = 0; i < 3; i++) expect((await verifier.verifyKey(presented, bare)).address).toBe(alice.address)
    for (const none of [7, null, new Date(Number.NaN)])
      expect(await thrownBy(() => verifier.verifyKey(presented, { ...bare, now: none as Date }))).toBeInstanceOf(TypeError)
  })

  it('behavior: a contract is asked every time, however often it was found good', async () => {
    let asked = 0
    const verifyWallet = () => {
      asked += 1
      return true
    }
    const [verifier, presented] = [createVerifier({ ...defaults, verifyWallet }), present({ ...good, derivedVia: 'EIP1271' })]
    for (let i = 1; i < 5; i++) {
      await verifier.verifyKey(presented, request)
      expect(asked).toBe(i)
    }
  })

  it('behavior: a key of any digits, and where the checks were', async () => {
    const verifier = createVerifier(defaults)
    expect(Object.isFrozen(verifier)).toBe(true)
    expect(await codeOf(() => verifier.verifyKey(present(good), { ...request, sessionKey: '0123456789abcdef'.repeat(4) }))).toBe(
      'delegation-key-mismatch',
    )
    expect((await verifier.inspectKey(present(good), request)).checks[0]?.path).toBe('capabilities[0]')
  })

  it('error: none that grants it; the first failure is told', async () => {
    const verifier = createVerifier(defaults)
    const forged = { ...good, sig: (await delegate({}, bob)).sig }
    expect(await codeOf(() => verifier.verifyKey(present(forged), request))).toBe('wallet-signature-invalid')
    expect(await codeOf(() => verifier.verifyKey(present(7, forged), request))).toBe('delegation-malformed')
    expect((await verifier.verifyKey(present(forged, good), request)).address).toBe(alice.address)
    // Three in vain are enough.
    expect((await verifier.verifyKey(present(forged, forged, good), request)).address).toBe(alice.address)
    expect(await codeOf(() => verifier.verifyKey(present(forged, forged, forged, good), request))).toBe('wallet-signature-invalid')
  })
})

describe('what kind of wallet', () => {
  const sign = 'web3.eth.personal.sign'
  const yes = () => true
  it('behavior: an account, or a contract where somebody can be asked', () => {
    const kind = (derivedVia: string, algo?: string | null) =>
      walletOf({ ...good, derivedVia, ...(algo === undefined ? {} : { algo }) }, yes)
    expect([kind(sign), kind(sign, null)]).toEqual(['account', 'account'])
    expect([kind('EIP1271'), kind('EIP1271', null), kind('EIP1271', 'EIP1271'), kind(sign, 'EIP1271')]).toEqual(Array(4).fill('contract'))
  })

  it('error: another kind, by its name, whoever can be asked', async () => {
    const unsupported = (derivedVia: string, algo: string | undefined, verifyWallet?: typeof yes) =>
      thrownBy(() => walletOf({ ...good, derivedVia, ...(algo === undefined ? {} : { algo }) }, verifyWallet))
    for (const port of [yes, undefined]) {
      expect(await unsupported('x', undefined, port)).toEqual({ code: 'wallet-unsupported', kind: 'x' })
      expect(await unsupported('x', 'EIP1271', port)).toEqual({ code: 'wallet-unsupported', kind: 'x with EIP1271' })
      expect(await unsupported(sign, 'y', port)).toEqual({ code: 'wallet-unsupported', kind: `${sign} with y` })
      expect(await unsupported('EIP1271', 'y', port)).toEqual({ code: 'wallet-unsupported', kind: 'EIP1271 with y' })
    }
    expect(await unsupported('EIP1271', undefined)).toEqual({ code: 'wallet-unsupported', kind: 'contract wallets (EIP-1271)' })
  })

  it('behavior: a contract is asked about its own message, and only yes is yes', async () => {
    const contract = { ...good, derivedVia: 'EIP1271' }
    for (const answer of [true, false, 1, 'true', undefined]) {
      const questions: unknown[] = []
      const verifyWallet = (question: unknown) => {
        questions.push(question)
        return answer as boolean
      }
      const verdict = await codeOf(() => createVerifier({ ...defaults, verifyWallet }).verifyKey(present(contract), request))
      expect(verdict).toBe(answer === true ? undefined : 'wallet-signature-invalid')
      expect(questions).toEqual([{ address: alice.address, chainId: 1, message: good.signedMessage, signature: good.sig }])
    }
  })

  it('error: a contract that nobody could be asked about, or of a chain that nobody knows', async () => {
    const failing = (error: Error) => createVerifier({ ...defaults, verifyWallet: () => Promise.reject(error) })
    const contract = present({ ...good, derivedVia: 'EIP1271' })
    const cause = new Error('no chain')
    const report = await failing(cause).inspectKey(contract, request)
    expect(report.error).toMatchObject({ code: 'verifier-unavailable', details: { port: 'verifyWallet' }, cause })
    const unknown = new SessionError('wallet-unsupported', { kind: 'chain 9' })
    expect((await failing(unknown).inspectKey(contract, request)).error).toMatchObject({
      code: 'wallet-unsupported',
      details: { kind: 'chain 9' },
      cause: unknown,
    })
  })
})

describe('memories', () => {
  it('behavior: of delegations, by signature and text together, as many as there is room for', () => {
    const message = parseSiweMessage(good.signedMessage)
    const proven: ProvenDelegation = { message, length: good.signedMessage.length }
    const bytes = 4 * good.signedMessage.length + 64 + 1536
    const named = (i: number): AuthSig => ({ ...good, sig: `0x${i}` })
    for (const [room, kept] of [
      [3 * bytes, 3],
      [3 * bytes - 1, 2],
      [bytes, 1],
      [bytes - 1, 0],
    ] as const) {
      const memory = createDelegationCache(room)
      for (let i = 0; i < 3; i++) memory(named(i))?.keep(proven)
      expect([2, 1, 0].filter((i) => memory(named(i))?.known === proven).length, String(room)).toBe(kept)
    }
    const memory = createDelegationCache(bytes)
    memory(good)?.keep(proven)
    expect(memory(good)?.known).toBe(proven)
    expect(memory({ ...good, signedMessage: `${good.signedMessage} ` })?.known).toBeUndefined()
    const bare: ProvenDelegation = { message: parseSiweMessage(good.signedMessage.replace(/\nResources[\s\S]*/, '')), length: 10 }
    const small = createDelegationCache(1576)
    small(good)?.keep(bare)
    expect(small(good)?.known).toBe(bare)
    const smaller = createDelegationCache(1575)
    smaller(good)?.keep(bare)
    expect(smaller(good)?.known).toBeUndefined()
  })

  it('behavior: of anything, the one used least lately goes first, and what is too large is not kept', () => {
    const map = createRecentMap<number>(10)
    const has = (...names: string[]): boolean[] => names.map((name) => map.get(name) !== undefined)
    map.set('a', 1, 4)
    map.set('b', 2, 4)
    expect(map.get('a')).toBe(1)
    map.set('c', 3, 4)
    expect(has('b', 'a', 'c')).toEqual([false, true, true])
    map.set('d', 4, 11)
    expect(has('d', 'c', 'a')).toEqual([false, true, true])
    map.set('a', 5, 6)
    expect(map.get('a')).toBe(5)
    expect(has('c')).toEqual([true])
    map.set('c', 6, 11)
    expect(has('c', 'a')).toEqual([false, true])
    map.set('e', 7, 4)
    expect(has('a', 'e')).toEqual([true, true])
    map.set('f', 8, 10)
    expect(has('a', 'e', 'f')).toEqual([false, false, true])
    expect(map.get('f')).toBe(8)
    expect(map.get('f')).toBe(8)
    map.set('f', 9, 1)
    map.set('g', 9, 9)
    expect(has('f', 'g')).toEqual([true, true])
    map.set('h', 9, 1)
    expect(has('f', 'g', 'h')).toEqual([false, true, true])
  })

  it('behavior: what was put in last is not the one used last, once another was asked for', () => {
    const map = createRecentMap<number>(10)
    map.set('a', 1, 4)
    map.get('a')
    map.set('b', 2, 4)
    map.get('a')
    map.set('c', 3, 4)
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3])
  })

  it('behavior: asking for what is not there keeps nothing', () => {
    const map = createRecentMap<number>(10)
    const set = vi.spyOn(Map.prototype, 'set')
    expect(map.get('a')).toBeUndefined()
    const calls = set.mock.calls.length
    set.mockRestore()
    expect(calls).toBe(0)
  })
})
