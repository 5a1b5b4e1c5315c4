/** `FUZZ_RUNS` sets how many inputs the last tests make; a failure prints the seed to run again with. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { beforeAll, expect, it, vi } from 'vitest'
import { SessionError } from '../src/errors.ts'
import { generateSessionKeyPair, importSessionKey } from '../src/keypair.ts'
import type { SessionKey } from '../src/native.ts'
import { askRevocation, type RevocationStatement, revokeSessionKey } from '../src/revocation.ts'
import { readRevocationUri } from '../src/revocation-text.ts'
import { isRevokedBy, memoryRevocations, revocationSubject } from '../src/revocations.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import { formatSiweMessage, type SiweMessage } from '../src/siwe.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { verifySessionSig } from '../src/verify.ts'
import { type VerifiedRevocation, type VerifyRevocationOptions, verifyRevocation } from '../src/verify-revocation.ts'
import { alice, authSigFor, bob, countingSigner, domain } from './wallet.ts'

const runs = Number(process.env['FUZZ_RUNS'] ?? 6000)
const timeout = Math.max(120_000, runs * 20)
const minute = 60_000
const now = new Date('2026-03-01T10:00:00.000Z')
const iso = (fromNow: number) => new Date(now.getTime() + fromNow).toISOString()
const options: VerifyRevocationOptions = { domains: [domain], now }
const until = now.getTime() + 30 * 24 * 60 * minute + minute
const audience = 'https://node.example:7470'

let key: SessionKey
let byKey: RevocationStatement
let byWallet: RevocationStatement
let ofOneKey: RevocationStatement

beforeAll(async () => {
  key = await importSessionKey(await generateSessionKeyPair())
  byKey = await revokeSessionKey(key, { now })
  byWallet = await askRevocation(countingSigner(), { domain, before: new Date(now.getTime() - minute), now })
  ofOneKey = await askRevocation(countingSigner(), { domain, sessionKey: key.publicKey, now })
})

async function code(statement: unknown, changes: Partial<VerifyRevocationOptions> = {}): Promise<string> {
  const error: unknown = await verifyRevocation(statement, { ...options, ...changes }).then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  )
  return error instanceof SessionError ? error.code : String(error)
}

/** Any text, rightly signed by the key. */
async function signed(signedMessage: string): Promise<RevocationStatement> {
  return { ...byKey, signedMessage, sig: Buffer.from(await key.sign(new TextEncoder().encode(signedMessage))).toString('hex') }
}

/** The wallet's statement with something else in its message, rightly signed. */
async function changed(changes: Partial<SiweMessage>, account = alice): Promise<RevocationStatement> {
  const signedMessage = formatSiweMessage({ ...parseSiweMessage(byWallet.signedMessage), ...changes })
  return { ...byWallet, signedMessage, sig: await account.signMessage({ message: signedMessage }) }
}

/** What a wallet says of a time, with the sentence that belongs to it. */
function saying(before: string): Partial<SiweMessage> {
  return {
    uri: `session-sigs:revoke:before:${before}`,
    statement: `End every session that this account began at ${before} or earlier.`,
  }
}

it('default: by the key itself, for ever and for all who delegate to it', async () => {
  for (const statement of [byKey, JSON.stringify(byKey)]) {
    const revocation = await verifyRevocation(statement, options)
    expect(revocation).toStrictEqual({
      by: 'key',
      subject: revocationSubject({ sessionKey: key.publicKey }),
      before: until,
      until,
      sessionKey: key.publicKey,
    })
    expect(Object.isFrozen(revocation)).toBe(true)
  }
})

it('default: by the wallet, all sessions up to a time', async () => {
  expect(await verifyRevocation(JSON.stringify(byWallet), options)).toStrictEqual({
    by: 'wallet',
    subject: `all:${alice.address.toLowerCase()}`,
    before: now.getTime() - minute,
    until,
    address: alice.address,
    chainId: 1,
  })
})

it('default: by the wallet, one key', async () => {
  expect(await verifyRevocation(ofOneKey, { ...options, domains: '*' })).toStrictEqual({
    by: 'wallet',
    subject: `key:${key.publicKey}@${alice.address.toLowerCase()}`,
    before: until,
    until,
    address: alice.address,
    chainId: 1,
    sessionKey: key.publicKey,
  })
})

it('behavior: a contract wallet speaks for itself on its own chain, and is asked', async () => {
  const verifyWallet = vi.fn(() => true)
  const contract = { ...byWallet, sig: '0x1234', derivedVia: 'EIP1271' }
  expect(await verifyRevocation(contract, { ...options, verifyWallet })).toMatchObject({ subject: `all:1:${alice.address.toLowerCase()}` })
  const { signedMessage: message } = byWallet
  expect(verifyWallet.mock.calls).toEqual([[{ address: alice.address, chainId: 1, message, signature: '0x1234' }]])
  expect(await code(contract)).toBe('wallet-unsupported')
  expect(await code(contract, { verifyWallet: () => false })).toBe('wallet-signature-invalid')
  expect(await code(contract, { verifyWallet: () => 'yes' as unknown as boolean })).toBe('wallet-signature-invalid')
  expect(await code({ ...contract, sig: '0x123' }, { verifyWallet })).toBe('wallet-signature-invalid')
  expect(await code(contract, { verifyWallet: () => Promise.reject(new Error('no network')) })).toBe('verifier-unavailable')
  const otherChain = new SessionError('wallet-unsupported', { kind: 'wallets of chain 1' })
  expect(await code(contract, { verifyWallet: () => Promise.reject(otherChain) })).toBe('wallet-unsupported')
  // An ordinary account's signature is never a contract's to judge.
  expect(await code({ ...byWallet, sig: (await changed({}, bob)).sig }, { verifyWallet })).toBe('wallet-signature-invalid')
})

it('behavior: the clock tolerance, and the longest delegation, are the server’s own', async () => {
  const hour = await verifyRevocation(byKey, { ...options, maxDelegationSeconds: 3600, clockToleranceSeconds: 10 })
  expect(hour.until).toBe(now.getTime() + 3_610_000)
})

it('behavior: a statement of long ago ends the same as when it was new', async () => {
  const later = new Date(now.getTime() + 365 * 24 * 60 * minute)
  expect(await verifyRevocation(byWallet, { ...options, now: later })).toMatchObject({ before: now.getTime() - minute })
  expect(await verifyRevocation(byKey, { ...options, now: later })).toMatchObject({ by: 'key' })
})

it('behavior: what is kept of it ends the sessions it is about, and no others', async () => {
  const store = memoryRevocations({ now: () => now })
  const isRevoked = isRevokedBy(store)
  const uri = `lit:session:${key.publicKey}`
  const make = async (changes: Partial<SiweMessage>, account = alice) => {
    const params = { chain: undefined, uri, expiration: iso(60 * minute), resources: ['litActionCapability://*'] }
    const capability = await authSigFor(params, { issuedAt: iso(0), ...changes }, account)
    const content = { resources: ['litAction://Qm'], capabilities: [capability], issuedAt: iso(0), expiration: iso(5 * minute) }
    return issueSessionSig(key, { ...content, nodeAddress: audience })
  }
  const asked = { audience, domains: [domain], resource: 'litAction://Qm', now, isRevoked }
  const verdict = (sig: unknown) =>
    verifySessionSig(sig, asked).then(
      () => 'good',
      (error: SessionError) => error.code,
    )
  const [old, recent, bobs] = await Promise.all([make({ issuedAt: iso(-minute) }), make({}), make({ issuedAt: iso(-minute) }, bob)])
  expect(await Promise.all([old, recent, bobs].map(verdict))).toEqual(['good', 'good', 'good'])
  const revoke = async (statement: unknown) => {
    const revocation = await verifyRevocation(statement, options)
    await store.revoke(revocation.subject, revocation)
  }
  await revoke(byWallet)
  expect(await Promise.all([old, recent, bobs].map(verdict))).toEqual(['revoked', 'good', 'good'])
  await revoke(ofOneKey)
  expect(await Promise.all([old, recent, bobs].map(verdict))).toEqual(['revoked', 'revoked', 'good'])
  await revoke(byKey)
  expect(await Promise.all([old, recent, bobs].map(verdict))).toEqual(['revoked', 'revoked', 'revoked'])
})

it('error: a statement of the future, or about it', async () => {
  expect(await code(await revokeSessionKey(key, { now: new Date(now.getTime() + minute) }))).toBe('nothing was thrown')
  expect(await code(await revokeSessionKey(key, { now: new Date(now.getTime() + minute + 1) }))).toBe('session-sig-not-yet-valid')
  expect(await code(await changed({ issuedAt: iso(minute) }))).toBe('nothing was thrown')
  expect(await code(await changed({ issuedAt: iso(minute + 1) }))).toBe('session-sig-not-yet-valid')
  expect(await code(await changed(saying(iso(minute))))).toBe('nothing was thrown')
  expect(await code(await changed(saying(iso(minute + 1))))).toBe('session-sig-not-yet-valid')
  expect(await code(await changed(saying(iso(minute + 1))), { clockToleranceSeconds: 90 })).toBe('nothing was thrown')
})

it('error: a session signature or a delegation is no revocation', async () => {
  const params = {
    chain: undefined,
    uri: `lit:session:${key.publicKey}`,
    expiration: iso(60 * minute),
    resources: ['litActionCapability://*'],
  }
  const delegation = await authSigFor(params, { issuedAt: iso(0) })
  expect(await code(delegation)).toBe('revocation-malformed')
  const common = { capabilities: [delegation], issuedAt: iso(0), expiration: iso(minute), nodeAddress: audience }
  const requests = [{ resource: { resource: '*', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }]
  for (const wanted of [{ resources: ['litAction://*'] }, { resourceAbilityRequests: requests }]) {
    const sig = await issueSessionSig(key, { ...wanted, ...common })
    expect(await code(sig)).toBe('revocation-malformed')
    // Nor with what a revocation says put beside it, which readers of session signatures let through.
    const both = JSON.stringify({ ...JSON.parse(sig.signedMessage), revocation: `lit:session:${key.publicKey}` })
    expect(await code(await signed(both))).toBe('revocation-malformed')
  }
})

it('error: a revocation is no session signature, and no delegation', async () => {
  const asked = { audience, domains: [domain], now, maxDelegationSeconds: 3_155_760_000 }
  const forms = [{ resource: 'litAction://Qm' }, { resource: 'lit-pkp://1', ability: 'pkp-signing' }]
  for (const form of forms) {
    await expect(verifySessionSig(byKey, { ...asked, ...form })).rejects.toMatchObject({ code: 'payload-malformed' })
    for (const statement of [byWallet, ofOneKey]) {
      const wanted = form.ability
        ? { resourceAbilityRequests: [{ resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }] }
        : { resources: ['litAction://Qm'] }
      const content = { ...wanted, capabilities: [statement], issuedAt: iso(0), expiration: iso(minute), nodeAddress: audience }
      await expect(verifySessionSig(await issueSessionSig(key, content), { ...asked, ...form })).rejects.toMatchObject({
        code: 'delegation-lifetime',
      })
      // Were it given an end and powers, it would be none of ours, and still be for no session key.
      const signedMessage = formatSiweMessage({
        ...parseSiweMessage(statement.signedMessage),
        expirationTime: iso(60 * minute),
        resources: ['litActionCapability://*', 'litPKPCapability://*'],
      })
      const longer = { ...statement, signedMessage, sig: await alice.signMessage({ message: signedMessage }) }
      expect(await code(longer)).toBe('revocation-malformed')
      await expect(
        verifySessionSig(await issueSessionSig(key, { ...content, capabilities: [longer] }), { ...asked, ...form }),
      ).rejects.toMatchObject({ code: 'delegation-key-mismatch' })
    }
  }
})

it('error: what is spelt otherwise is none', async () => {
  const text = byKey.signedMessage
  const { sessionKey, revocation, issuedAt } = JSON.parse(text)
  const texts = [
    `${text} `,
    ` ${text}`,
    text.replace(':', ': '),
    JSON.stringify({ revocation, sessionKey, issuedAt }),
    JSON.stringify({ sessionKey, revocation }),
    JSON.stringify({ sessionKey, revocation, issuedAt, more: 1 }),
    JSON.stringify({ sessionKey, revocation, issuedAt: now.getTime() }),
    JSON.stringify({ sessionKey, revocation, issuedAt: 'yesterday' }),
    JSON.stringify({ sessionKey, revocation: `lit:session:${'ab'.repeat(32)}`, issuedAt }),
    JSON.stringify({ sessionKey: 'ab'.repeat(32), revocation, issuedAt }),
    JSON.stringify({ sessionKey: 'ab'.repeat(32), revocation: `lit:session:${'ab'.repeat(32)}`, issuedAt }),
    '',
    '{}',
    'null',
  ]
  for (const other of texts) expect(await code(await signed(other)), other).toBe('revocation-malformed')
  expect(await code(await signed(text))).toBe('nothing was thrown')

  const messages: Partial<SiweMessage>[] = [
    { statement: 'Sign in.' },
    { uri: 'session-sigs:revoke:before:2026-03-01T09:00:00.000Z' },
    saying('2026-03-01T09:00:00Z'),
    saying('2026-03-01T10:00:00.000+01:00'),
    saying('2026-02-30T10:00:00.000Z'),
    { uri: `session-sigs:revoke:key:${'AB'.repeat(32)}` },
    { uri: `session-sigs:revoke:key:${'ab'.repeat(31)}` },
    { uri: 'session-sigs:revoke:' },
    { uri: 'session-sigs:revoke:all' },
    { scheme: 'https' },
    { resources: [] },
    { resources: ['litAction://*'] },
    { expirationTime: iso(minute) },
    { notBefore: iso(0) },
    { requestId: '1' },
  ]
  for (const changes of messages) expect(await code(await changed(changes)), JSON.stringify(changes)).toBe('revocation-malformed')
  expect(await code(await changed({}))).toBe('nothing was thrown')
  expect(await code(await changed({ nonce: 'another1' }))).toBe('nothing was thrown')
})

it('a URI has one spelling', () => {
  const [before, sessionKey] = [now.getTime(), 'ab'.repeat(32)]
  expect(readRevocationUri(`session-sigs:revoke:before:${iso(0)}`)).toEqual({ before })
  expect(readRevocationUri(`session-sigs:revoke:key:${sessionKey}`)).toEqual({ sessionKey })
  const others = [
    `session-sigs:revoke:before:2026-03-01T10:00:00Z`,
    `session-sigs:revoke_before:${iso(0)}`,
    `session-sigs:revoke_key:${sessionKey}`,
    `SESSION-sigs:revoke:key:${sessionKey}`,
    `lit:session:${sessionKey}`,
    '',
  ]
  for (const uri of others) expect(readRevocationUri(uri), uri).toBeUndefined()
})

it('error: what is not signed by whom it names, or not for this site', async () => {
  expect(await code({ ...byKey, address: 'ab'.repeat(32) })).toBe('revocation-malformed')
  expect(await code({ ...byKey, sig: '00'.repeat(64) })).toBe('session-signature-invalid')
  const other = await importSessionKey(await generateSessionKeyPair())
  expect(await code({ ...byKey, sig: (await revokeSessionKey(other, { now })).sig })).toBe('session-signature-invalid')
  expect(await code(await changed({}, bob))).toBe('wallet-signature-invalid')
  expect(await code({ ...byWallet, address: bob.address })).toBe('revocation-malformed')
  expect(await code({ ...byWallet, address: alice.address.toLowerCase() })).toBe('nothing was thrown')
  expect(await code(byWallet, { domains: ['evil.example'] })).toBe('domain-mismatch')
  expect(await code({ ...byWallet, derivedVia: 'lit.bls', algo: 'LIT_BLS' })).toBe('wallet-unsupported')
})

it('error: shape and size', async () => {
  for (const value of [undefined, null, 7, '', '{', 'null', '[]', [], {}, new Uint8Array(3), () => undefined, Symbol('a')])
    expect(await code(value), String(value)).toBe('revocation-malformed')
  expect(await code({ ...byKey, more: '' })).toBe('revocation-malformed')
  expect(await code({ ...byWallet, more: '' })).toBe('revocation-malformed')
  // A key given twice.
  expect(await code(`{"sig":"00",${JSON.stringify(byKey).slice(1)}`)).toBe('revocation-malformed')
  expect(await code(' '.repeat(65_537))).toBe('input-too-large')
  expect(await code({ ...byWallet, sig: `0x${'00'.repeat(65_536)}` })).toBe('input-too-large')
  expect(await code('['.repeat(100))).toBe('input-too-large')
})

it('error: a value that changes when it is looked at again is read once', async () => {
  let reads = 0
  const other = await revokeSessionKey(await generateSessionKeyPair(), { now })
  const shifty = new Proxy(byKey, { get: (target, name) => (reads++ < 5 ? target : other)[name as 'sig'] })
  expect((await verifyRevocation(shifty, options)).sessionKey).toBe(key.publicKey)
  expect(reads).toBe(5)
  const throwing = Object.defineProperty({ ...byKey }, 'sig', {
    get: () => {
      throw new Error('no')
    },
  })
  expect(await code(throwing)).toBe('revocation-malformed')
})

it('error: options that cannot be used, before the statement is looked at', async () => {
  const bad: unknown[] = [
    undefined,
    {},
    { domains: [] },
    { domains: 'app.example' },
    { ...options, audience },
    { ...options, domain },
    { ...options, now: new Date(Number.NaN) },
    { ...options, now: 7 },
    { ...options, maxDelegationSeconds: -1 },
    { ...options, verifyWallet: true },
  ]
  for (const given of bad) await expect(verifyRevocation({}, given as VerifyRevocationOptions)).rejects.toBeInstanceOf(TypeError)
})

/** Only refusals, and what is accepted only where the model says so. */
async function verdictOf(statement: unknown): Promise<VerifiedRevocation | undefined> {
  try {
    return await verifyRevocation(statement, options)
  } catch (error) {
    if (error instanceof SessionError) return undefined
    throw error
  }
}

it(`any value, any text, any JSON (${runs} inputs from here on)`, { timeout }, async () => {
  const values = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true })
  await fc.assert(
    fc.asyncProperty(fc.oneof(values, fc.string({ unit: 'binary', maxLength: 200 }), fc.json()), async (value) => {
      expect(await verdictOf(value)).toBeUndefined()
    }),
    { numRuns: Math.ceil(runs * 0.3) },
  )
})

it('the text of a good one with a few characters changed', { timeout }, async () => {
  const edit = fc.tuple(
    fc.nat({ max: 2000 }),
    fc.nat({ max: 3 }),
    fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(' ', '"', '\\', '\\u0041', '{', ',', '0', 'a')),
  )
  const edits = fc.tuple(fc.nat({ max: 2 }), fc.array(edit, { minLength: 1, maxLength: 4 }))
  await fc.assert(
    fc.asyncProperty(edits, async ([which, changes]) => {
      const good = [byKey, byWallet, ofOneKey][which] ?? byKey
      const text = changes.reduce((before, [at, cut, put]) => {
        const place = at % before.length
        return before.slice(0, place) + put + before.slice(place + cut)
      }, JSON.stringify(good))
      let isGood = false
      try {
        const { sig = '', address = '', algo, ...rest } = JSON.parse(text)
        // Case is free in a wallet's hex, and an ordinary account may have an algo of null.
        const free =
          which === 0 ? { sig, address, algo } : { sig: sig.toLowerCase(), address: address.toLowerCase(), algo: algo ?? undefined }
        const { sig: s, address: a, algo: o, ...others } = good
        const want = which === 0 ? { sig: s, address: a, algo: o } : { sig: s.toLowerCase(), address: a.toLowerCase(), algo: undefined }
        isGood = isDeepStrictEqual({ ...rest, ...free }, { ...others, ...want })
      } catch {
        // Nothing that is no JSON is good.
      }
      // What the model takes may still be refused (a checksum that is wrong), but nothing else is taken.
      if (!isGood) expect(await verdictOf(text)).toBeUndefined()
    }),
    { numRuns: Math.ceil(runs * 0.3) },
  )
})

it('messages of good and bad parts, rightly signed: accepted exactly where the model says so', { timeout }, async () => {
  const mostly = <T>(right: T, ...wrong: T[]) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) })
  const instants = [iso(0), iso(-minute), iso(minute), iso(minute + 1), '2026-03-01T10:00:00Z', 'now', '']
  const content = fc.record({
    kind: fc.constantFrom('before', 'key'),
    before: fc.constantFrom(...instants),
    sessionKey: mostly('ab'.repeat(32), 'AB'.repeat(32), 'ab'.repeat(33), 'zz'.repeat(32)),
    sentence: mostly('right', 'other', 'none', 'longer'),
    issuedAt: mostly(0, -minute, minute, minute + 1, -1e10),
    site: mostly(domain, 'evil.example', `${domain}:443`),
    by: mostly(alice, bob),
    extra: mostly<Partial<SiweMessage>>({}, { resources: [] }, { expirationTime: iso(minute) }, { requestId: 'x' }),
    uri: mostly('', ':', '/', '#a', '?a'),
  })
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(content, async ({ kind, before, sessionKey, sentence, issuedAt, site, by, extra, uri }) => {
      const [what, right] =
        kind === 'key'
          ? [`key:${sessionKey}`, `End every session of this account that uses the key lit:session:${sessionKey}.`]
          : [`before:${before}`, `End every session that this account began at ${before} or earlier.`]
      const statements = { right, other: 'Sign in.', longer: `${right} And more.`, none: undefined }
      const { [sentence as 'right']: statement } = statements
      const signedMessage = formatSiweMessage({
        domain: site,
        address: alice.address,
        ...(statement === undefined ? {} : { statement }),
        uri: `session-sigs:revoke:${what}${uri}`,
        version: '1',
        chainId: 1,
        nonce: 'abcdefgh',
        issuedAt: iso(issuedAt),
        ...extra,
      })
      const statementOf = { ...byWallet, signedMessage, sig: await by.signMessage({ message: signedMessage }) }
      const isRight = kind === 'key' ? sessionKey === 'ab'.repeat(32) : instants.slice(0, 3).includes(before)
      const isAcceptable =
        isRight &&
        sentence === 'right' &&
        issuedAt <= minute &&
        site === domain &&
        by === alice &&
        Object.keys(extra).length === 0 &&
        uri === ''
      if (isAcceptable) accepted += 1
      expect((await verdictOf(statementOf)) !== undefined).toBe(isAcceptable)
    }),
    { numRuns: Math.ceil(runs * 0.1) },
  )
  expect(accepted).toBeGreaterThan(runs / 200)
})

it('any text, rightly signed by a key', { timeout }, async () => {
  const part = fc.oneof(
    fc.constantFrom(key.publicKey, `lit:session:${key.publicKey}`, iso(0), iso(10 * minute), ''),
    fc.json(),
    fc.string(),
  )
  const names = fc.constantFrom('sessionKey', 'revocation', 'issuedAt', 'resources', 'expiration')
  const body = fc.oneof(
    fc.json(),
    fc.record({ sessionKey: part, revocation: part, issuedAt: part }).map((value) => JSON.stringify(value)),
    fc.array(fc.tuple(names, part), { maxLength: 4 }).map((members) => JSON.stringify(Object.fromEntries(members))),
  )
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const isGood = text === byKey.signedMessage
      if (isGood) accepted += 1
      expect((await verdictOf(await signed(text))) !== undefined).toBe(isGood)
    }),
    { numRuns: Math.ceil(runs * 0.3), examples: [[byKey.signedMessage]] },
  )
  expect(accepted).toBeGreaterThan(0)
})
