/** Statements that sessions have ended: their bounds, and what is told of one that is none. */
import { beforeAll, expect, it } from 'vitest'
import { SessionError } from '../../src/errors.ts'
import { generateSessionKeyPair, importSessionKey } from '../../src/keypair.ts'
import { askRevocation, type RevocationStatement, revokeSessionKey } from '../../src/revocation.ts'
import { type VerifyRevocationOptions, verifyRevocation } from '../../src/verify-revocation.ts'
import { sodium, tinySecp } from '../plugged.ts'
import { alice, bob, countingSigner, domain } from '../wallet.ts'
import { refusedBy, thrownBy } from './help.ts'

const now = new Date('2026-03-01T10:00:00.000Z')
const iso = (fromNow: number): string => new Date(now.getTime() + fromNow).toISOString()
const minute = 60_000
const options: VerifyRevocationOptions = { domains: [domain], now }
const reason = expect.stringMatching(/./)

let byKey: RevocationStatement
let byWallet: RevocationStatement

beforeAll(async () => {
  const key = await importSessionKey(await generateSessionKeyPair())
  byKey = await revokeSessionKey(key, { now })
  byWallet = await askRevocation(countingSigner(), { domain, now })
})

const thrown = (statement: unknown, changes: Partial<VerifyRevocationOptions> = {}) =>
  thrownBy(() => verifyRevocation(statement, { ...options, ...changes }))

it('error: too long a text, or a part of one; one of just that length is read', async () => {
  const padded = (length: number): string => JSON.stringify(byKey).padEnd(length)
  expect((await verifyRevocation(padded(65_536), options)).by).toBe('key')
  expect(await thrown(padded(65_537))).toEqual({ code: 'input-too-large', what: 'the text', limit: 65_536 })
  expect(await thrown({ ...byKey, sig: 'a'.repeat(65_537) })).toEqual({ code: 'input-too-large', what: 'sig', limit: 65_536 })
  expect(await thrown({ ...byKey, sig: 'a'.repeat(65_536) })).toEqual({ code: 'revocation-malformed', reason })
})

it('error: what cannot be read is no statement, with what was wrong with it', async () => {
  for (const statement of [
    undefined,
    null,
    7,
    '{',
    'null',
    '[]',
    [],
    {},
    { ...byKey, sig: 'x' },
    { ...byWallet, extra: 1 },
    { ...byWallet, signedMessage: 'x' },
    { ...byWallet, address: bob.address },
  ]) {
    const error = await refusedBy(() => verifyRevocation(statement, options))
    expect({ code: error.code, details: error.details }).toEqual({ code: 'revocation-malformed', details: { reason } })
    expect(error.message).toMatch(/^Not a revocation: .*[^.]\. Send what/)
  }
  const { cause } = await refusedBy(() => verifyRevocation('{', options))
  expect(cause).toBeInstanceOf(SessionError)
  expect(cause).toMatchObject({ code: 'json-invalid' })
})

it('error: of the future, to the millisecond, in words of its own', async () => {
  const key = await importSessionKey(await generateSessionKeyPair())
  const at = async (fromNow: number): Promise<unknown> => thrown(await revokeSessionKey(key, { now: new Date(now.getTime() + fromNow) }))
  expect(await at(minute)).toBeUndefined()
  expect(await at(minute + 1)).toEqual({ code: 'session-sig-not-yet-valid', issuedAt: iso(minute + 1), now: iso(0) })
  const { message } = await refusedBy(async () =>
    verifyRevocation(await revokeSessionKey(key, { now: new Date(now.getTime() + 2 * minute) }), options),
  )
  expect(message).toMatch(/^The revocation is of/)
})

it('error: not signed by whom it names, or for another site', async () => {
  const other = await revokeSessionKey(await importSessionKey(await generateSessionKeyPair()), { now })
  expect(await thrown({ ...byKey, sig: other.sig })).toEqual({ code: 'session-signature-invalid', key: byKey.address })
  const forged = { ...byWallet, sig: await bob.signMessage({ message: byWallet.signedMessage }) }
  expect(await thrown(forged)).toEqual({ code: 'wallet-signature-invalid', address: alice.address })
  expect((await refusedBy(() => verifyRevocation(forged, options))).message).toMatch(/did not sign this revocation/)
  expect(await thrown(byWallet, { domains: ['other.example'] })).toEqual({
    code: 'domain-mismatch',
    expected: ['other.example'],
    actual: domain,
  })
  expect(await thrown(byWallet, { domains: '*' })).toBeUndefined()
})

it('behavior: what is proven cannot be changed, by any curve', async () => {
  for (const curves of [{}, sodium, tinySecp, { ...sodium, ...tinySecp }])
    for (const statement of [byKey, byWallet]) expect(Object.isFrozen(await verifyRevocation(statement, { ...options, curves }))).toBe(true)
})

it('error: options that cannot be used', async () => {
  const said = async (given: unknown): Promise<unknown> => thrownBy(() => verifyRevocation(byKey, given as VerifyRevocationOptions))
  const known = 'domains, clockToleranceSeconds, maxDelegationSeconds, verifyWallet, curves, now'
  expect(await said({ ...options, audience: 'x' })).toEqual(new TypeError(`There is no option "audience"; known are ${known}.`))
  for (const bad of [undefined, null, 7])
    expect(await said(bad)).toEqual(new TypeError("Options are required: { domains: ['app.example'] } at least."))
  for (const bad of [null, 7, 'now', new Date(Number.NaN), { getTime: () => 7 }])
    expect(await said({ ...options, now: bad })).toEqual(new TypeError('now must be a valid Date.'))
})

it('error: a mistake of ours is not taken for one in the statement', async () => {
  const broken = { ...byWallet, toString: undefined }
  expect(await thrown(broken)).toMatchObject({ code: 'revocation-malformed' })
  const verifyWallet = () => {
    throw new RangeError('no')
  }
  expect(await thrown({ ...byWallet, derivedVia: 'EIP1271' }, { verifyWallet })).toMatchObject({
    code: 'verifier-unavailable',
    port: 'verifyWallet',
  })
})
