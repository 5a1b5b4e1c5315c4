/** Delegations: the times of a message to the millisecond, and the envelope that it comes in. */
import { describe, expect, it } from 'vitest'
import { checkDelegationAccount, checkDelegationKey, readAuthSig, readDelegation } from '../../src/auth-sig.ts'
import { type AuthSig, checkDelegationTime, type Delegation } from '../../src/delegation.ts'
import type { Scope } from '../../src/scope.ts'
import type { SiweMessage } from '../../src/siwe.ts'
import { alice, authSigFor, bob } from '../wallet.ts'
import { refusedBy, thrownBy } from './help.ts'

const now = Date.parse('2026-03-01T10:00:00.000Z')
const iso = (fromNow: number): string => new Date(now + fromNow).toISOString()
const minute = 60_000

const times = (issuedAt: number, expiration: number | undefined, notBefore?: number): SiweMessage =>
  ({
    issuedAt: iso(issuedAt),
    ...(expiration === undefined ? {} : { expirationTime: iso(expiration) }),
    ...(notBefore === undefined ? {} : { notBefore: iso(notBefore) }),
  }) as unknown as SiweMessage

describe('the time of a message', () => {
  const reason = expect.stringMatching(/./)

  it('behavior: good up to the very limits', () => {
    const good = [times(0, 1), times(minute, minute + 1), times(-minute, 1), times(0, 1, 0), times(-5, 1, -9), times(0, 1, -9)]
    for (const message of good) expect(() => checkDelegationTime(message, now)).not.toThrow()
    expect(() => checkDelegationTime(times(0, 7000), now, { maxSeconds: 7 })).not.toThrow()
    expect(() => checkDelegationTime(times(7000, 9000), now, { toleranceSeconds: 7 })).not.toThrow()
    expect(() => checkDelegationTime(times(0, 1), now, { toleranceSeconds: 0 })).not.toThrow()
  })

  it('error: without an end, or ended before it began', async () => {
    for (const message of [
      times(0, undefined),
      times(1, 1),
      times(2, 1),
      times(0, 1, 1),
      times(0, 1, 2),
      times(5, 1, -9),
      times(1, 1, -9),
      times(5, 1, 0),
    ])
      expect(await thrownBy(() => checkDelegationTime(message, now))).toEqual({ code: 'delegation-lifetime', reason })
    expect((await refusedBy(() => checkDelegationTime(times(0, undefined), now))).message).not.toBe(
      (await refusedBy(() => checkDelegationTime(times(2, 1), now))).message,
    )
  })

  it('error: a millisecond longer than it may be', async () => {
    expect(await thrownBy(() => checkDelegationTime(times(0, 7001), now, { maxSeconds: 7 }))).toEqual({
      code: 'delegation-lifetime',
      reason: expect.stringContaining('7 seconds'),
    })
  })

  it('error: ended now, or begins in a millisecond', async () => {
    expect(await thrownBy(() => checkDelegationTime(times(-9, 0), now))).toEqual({
      code: 'delegation-expired',
      expiration: iso(0),
      now: iso(0),
    })
    const early = { code: 'delegation-not-yet-valid', now: iso(0) }
    expect(await thrownBy(() => checkDelegationTime(times(minute + 1, 2 * minute), now))).toEqual({ ...early, from: iso(minute + 1) })
    expect(await thrownBy(() => checkDelegationTime(times(0, minute, 1), now))).toEqual({ ...early, from: iso(1) })
    expect(await thrownBy(() => checkDelegationTime(times(7001, minute), now, { toleranceSeconds: 7 }))).toEqual({
      ...early,
      from: iso(7001),
    })
  })

  it('error: a time that is none, each of the three', async () => {
    for (const field of ['issuedAt', 'expirationTime', 'notBefore'])
      expect(await thrownBy(() => checkDelegationTime({ ...times(0, 1, 0), [field]: 'soon' }, now))).toMatchObject({
        code: expect.stringMatching(/^delegation-/),
      })
  })
})

describe('an AuthSig', () => {
  const good: AuthSig = { sig: '0x00', derivedVia: 'web3.eth.personal.sign', signedMessage: 'text', address: '0x1' }
  const reasonOf = async (value: unknown): Promise<string> => {
    const { code, details } = await refusedBy(() => readAuthSig(value))
    expect(code).toBe('delegation-malformed')
    return String(Reflect.get(details, 'reason'))
  }

  it('behavior: its fields in the order they came in, without an algo that is undefined', () => {
    const turned = { address: '0x1', algo: null, signedMessage: 'text', derivedVia: 'x', sig: '0x00' }
    expect(Object.entries(readAuthSig(turned))).toEqual(Object.entries(turned))
    expect(Object.keys(readAuthSig({ ...good, algo: undefined }))).toEqual(Object.keys(good))
    expect(readAuthSig({ ...good, algo: 'EIP1271' }).algo).toBe('EIP1271')
    expect(readAuthSig(good)).not.toBe(good)
  })

  it('error: no object, a field too many, too few or of another type', async () => {
    for (const value of [undefined, null, 7, 'text', []]) expect(await reasonOf(value)).toMatch(/object/)
    expect(await reasonOf({ ...good, extra: 'x' })).toMatch(/other fields/)
    for (const field of Object.keys(good)) {
      expect(await reasonOf({ ...good, [field]: '' })).toBe(`${field} is missing`)
      for (const other of [undefined, null, 7]) expect(await reasonOf({ ...good, [field]: other })).toBe(`${field} is not a string`)
      const { [field as 'sig']: _, ...rest } = good
      expect(await reasonOf(rest)).toBe(`${field} is missing`)
    }
    for (const algo of [7, false, {}]) expect(await reasonOf({ ...good, algo })).toBe('algo is not a string')
  })

  it('error: one that cannot be read', async () => {
    const trap = {
      ...good,
      get sig(): string {
        throw new Error('no')
      },
    }
    expect(await reasonOf(trap)).toMatch(/read/)
  })
})

describe('an answer', () => {
  const publicKey = 'ab'.repeat(32)
  const scope = { missingFrom: () => [] } as unknown as Scope
  const expected = { publicKey, scope, now }
  const answer = (changes: Partial<SiweMessage> = {}): Promise<AuthSig> =>
    authSigFor(
      { chain: undefined, uri: `lit:session:${publicKey}`, expiration: iso(minute), resources: [] },
      { issuedAt: iso(0), ...changes },
    )

  it('error: for another key, both of them named', async () => {
    const uri = `lit:session:${'cd'.repeat(32)}`
    const details = { expected: `lit:session:${publicKey}`, actual: uri }
    expect(await thrownBy(() => checkDelegationKey({ uri } as SiweMessage, publicKey))).toEqual({
      code: 'delegation-key-mismatch',
      ...details,
    })
    const authSig = await answer({ uri })
    expect(await thrownBy(() => readDelegation(authSig, expected))).toEqual({ code: 'delegation-key-mismatch', ...details })
  })

  it('error: by another account or on another chain, both of them named', async () => {
    const authSig = await answer()
    const { message } = readDelegation(authSig, expected)
    const delegation = (address: string): Delegation => ({ authSig: { ...authSig, address }, message })
    for (const good of [alice.address, alice.address.toLowerCase()]) expect(() => checkDelegationAccount(delegation(good))).not.toThrow()
    const account = (address: string, chainId: number) => ({ address: address as `0x${string}`, chainId })
    expect(() => checkDelegationAccount({ authSig, message }, account(alice.address, 1))).not.toThrow()
    const mismatch = { code: 'account-mismatch', expected: alice.address }
    expect(await thrownBy(() => checkDelegationAccount(delegation(bob.address)))).toEqual({ ...mismatch, actual: bob.address })
    const actual = `${alice.address} on chain 1`
    for (const [other, chainId] of [
      [bob.address, 1],
      [alice.address, 5],
    ] as const)
      expect(await thrownBy(() => checkDelegationAccount({ authSig, message }, account(other, chainId)))).toEqual({
        code: 'account-mismatch',
        expected: `${other} on chain ${chainId}`,
        actual,
      })
  })

  it('error: a personal signature that is no hex; a contract’s may be anything', async () => {
    const authSig = { ...(await answer()), sig: '0xzz' }
    expect(await thrownBy(() => readDelegation(authSig, expected))).toEqual({
      code: 'delegation-malformed',
      reason: expect.stringMatching(/./),
    })
    expect(readDelegation({ ...authSig, derivedVia: 'EIP1271' }, expected).authSig.sig).toBe('0xzz')
  })

  it('error: less than was asked for, by name', async () => {
    const authSig = await answer()
    const lacking = { missingFrom: () => ['one', 'two'] } as unknown as Scope
    expect(await thrownBy(() => readDelegation(authSig, { ...expected, scope: lacking }))).toEqual({
      code: 'delegation-scope',
      missing: ['one', 'two'],
    })
  })
})
