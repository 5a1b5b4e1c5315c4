/** Revocations: the years and keys that they can name, and what a store has to answer. */
import { describe, expect, it } from 'vitest'
import { generateSessionKeyPair } from '../../src/keypair.ts'
import { askRevocation, revokeSessionKey } from '../../src/revocation.ts'
import { readRevocationUri } from '../../src/revocation-text.ts'
import {
  isRevokedBy,
  memoryRevocations,
  type RevocationAnswer,
  type RevocationStore,
  revocationSubject,
  revocationSubjects,
} from '../../src/revocations.ts'
import type { RevocationQuestion } from '../../src/verify-options.ts'
import { alice, countingSigner, domain } from '../wallet.ts'
import { thrownBy } from './help.ts'

const [firstYear, lastYear] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')]

describe('the time of a statement', () => {
  const good = [firstYear, lastYear, 0].map((time) => new Date(time))
  const wrong: unknown[] = [firstYear - 1, lastYear + 1, Number.NaN].map((time) => new Date(time))
  wrong.push(7, '2026', { getTime: () => 7 })

  it('behavior: from the year 0 to the year 9999', async () => {
    const pair = await generateSessionKeyPair()
    for (const now of good)
      expect(JSON.parse((await revokeSessionKey(pair, { now })).signedMessage)).toMatchObject({ issuedAt: now.toISOString() })
    for (const before of good) {
      const { signedMessage } = await askRevocation(countingSigner(), { domain, before })
      expect(signedMessage).toContain(`before:${before.toISOString()}`)
    }
  })

  it('error: none of a year, or no date, and which of the two it is', async () => {
    const pair = await generateSessionKeyPair()
    for (const time of wrong) {
      await expect(revokeSessionKey(pair, { now: time as Date })).rejects.toThrow(new TypeError('now must be a valid Date.'))
      await expect(askRevocation(countingSigner(), { domain, before: time as Date })).rejects.toThrow(
        new TypeError('before must be a valid Date.'),
      )
      await expect(askRevocation(countingSigner(), { domain, sessionKey: pair.publicKey, now: time as Date })).rejects.toThrow(
        new TypeError('now must be a valid Date.'),
      )
    }
  })
})

describe('the key of a statement', () => {
  const key = 'ab'.repeat(32)
  const wrong = ['', key.slice(1), `${key}a`, `a${key}`, `x${key}`, `${key}x`, key.toUpperCase(), `${key.slice(1)}g`]

  it('error: asked for, one that is none', async () => {
    for (const sessionKey of wrong) await expect(askRevocation(countingSigner(), { domain, sessionKey })).rejects.toThrow(TypeError)
    expect((await askRevocation(countingSigner(), { domain, sessionKey: key })).signedMessage).toContain(`key:${key}`)
  })

  it('behavior: read, one that is none is none', () => {
    expect(readRevocationUri(`session-sigs:revoke:key:${key}`)).toEqual({ sessionKey: key })
    for (const sessionKey of wrong) expect(readRevocationUri(`session-sigs:revoke:key:${sessionKey}`)).toBeUndefined()
  })
})

describe('what a store answers', () => {
  const question: RevocationQuestion = {
    address: alice.address,
    chainId: 5,
    sessionKey: 'ab'.repeat(32),
    delegatedAt: '2026-03-01T10:00:00.000Z',
    nonce: '12345678',
  }
  const delegatedAt = Date.parse(question.delegatedAt)
  const answering = (answer: unknown): RevocationStore => ({ revoke: () => undefined, find: async () => answer as RevocationAnswer })
  const never = Array.from({ length: 5 }, () => undefined)

  it('behavior: five subjects, of the key, of the account, and of the contract on this chain', () => {
    const { sessionKey } = question
    const low = alice.address.toLowerCase()
    expect(revocationSubjects(question)).toEqual([
      `key:${sessionKey}`,
      `key:${sessionKey}@${low}`,
      `all:${low}`,
      `key:${sessionKey}@5:${low}`,
      `all:5:${low}`,
    ])
    expect(revocationSubject({ sessionKey })).toBe(`key:${sessionKey}`)
  })

  it('behavior: revoked where any of the five is, from this very instant on', async () => {
    for (let i = 0; i < 5; i++) {
      const at = (instant: number): unknown => answering({ before: never.toSpliced(i, 1, instant as never), asOf: 7 })
      expect(await isRevokedBy(at(delegatedAt) as RevocationStore)(question)).toEqual({ revoked: true, asOf: new Date(7) })
      expect(await isRevokedBy(at(delegatedAt - 1) as RevocationStore)(question)).toEqual({ revoked: false, asOf: new Date(7) })
    }
    expect(await isRevokedBy(answering({ before: never, asOf: 7 }))(question)).toEqual({ revoked: false, asOf: new Date(7) })
  })

  it('error: what says nothing, or not of all, or not when', async () => {
    const holes = new Array<undefined>(5)
    holes[4] = undefined
    expect(await isRevokedBy(answering({ before: holes, asOf: 7 }))(question), 'a hole is never').toEqual({
      revoked: false,
      asOf: new Date(7),
    })
    const wrong = [
      { before: never.slice(1), asOf: 7 },
      { before: [...never, undefined], asOf: 7 },
      { before: 'never', asOf: 7 },
      { before: { length: 5, some: () => false }, asOf: 7 },
      { before: never, asOf: Number.NaN },
      { before: never, asOf: '7' },
      { before: [null, ...never.slice(1)], asOf: 7 },
      { before: [...never.slice(1), Number.NaN], asOf: 7 },
      { before: [...never.slice(1), '7'], asOf: 7 },
      { before: [Symbol('x'), ...never.slice(1)], asOf: 7 },
    ]
    for (const answer of wrong)
      expect(await thrownBy(() => isRevokedBy(answering(answer))(question))).toEqual({ code: 'verifier-unavailable', port: 'revocations' })
    expect(await thrownBy(() => isRevokedBy(answering({ before: never, asOf: 7 }))({ ...question, delegatedAt: 'then' }))).toEqual({
      code: 'verifier-unavailable',
      port: 'revocations',
    })
  })

  it('error: what is no store', () => {
    for (const store of [undefined, null, {}, { find: 7 }])
      expect(() => isRevokedBy(store as unknown as RevocationStore)).toThrow(/^isRevokedBy is given a store/)
    expect(Object.isFrozen(memoryRevocations())).toBe(true)
  })
})
