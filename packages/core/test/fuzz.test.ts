/**
 * Random and structured input to the verifier: no exception, and nothing accepted that a simple model of the rules does not accept.
 * `FUZZ_RUNS` sets how many inputs; a failure prints the seed to run again with.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { AuthSig } from '../src/delegation.ts'
import type { SessionSig } from '../src/issue.ts'
import { generateSessionKeyPair, importSessionKey } from '../src/keypair.ts'
import type { SessionKey } from '../src/native.ts'
import { type Caveat, encodeRecap, recapStatement } from '../src/recap.ts'
import { checkNames } from '../src/report.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import { createVerifier, type Report } from '../src/verify.ts'
import { alice, authSigFor, bob, domain } from './wallet.ts'

const runs = Number(process.env['FUZZ_RUNS'] ?? 6000)
const timeout = Math.max(120_000, runs * 20)
const audience = 'https://node.example:7470'
const resource = 'litAction://Qm1'
const now = Date.parse('2026-03-01T10:00:00.000Z')
const iso = (fromNow: number) => new Date(now + fromNow).toISOString()
const minute = 60_000
const verifier = createVerifier({ audience, domains: [domain] })

let key: SessionKey
let good: SessionSig
/** Delegations by what is wrong with them; the model accepts only the first three. */
let delegations: Record<string, unknown>

beforeAll(async () => {
  key = await importSessionKey(await generateSessionKeyPair())
  const uri = `lit:session:${key.publicKey}`
  const make = (changes: Parameters<typeof authSigFor>[1] = {}, account = alice) =>
    authSigFor(
      { chain: undefined, uri, expiration: iso(60 * minute), resources: ['litActionCapability://*'] },
      { issuedAt: iso(0), ...changes },
      account,
    )
  const exact = await make({ resources: ['litActionCapability://Qm1'] })
  const any: AuthSig = await make()
  const forged: AuthSig = { ...any, sig: (await make({}, bob)).sig }
  delegations = {
    any,
    exact,
    'lower-case address': { ...any, address: any.address.toLowerCase() },
    forged,
    'of another key': await make({ uri: `lit:session:${'ab'.repeat(32)}` }),
    'of other powers': await make({ resources: ['litPKPCapability://*', 'litAction://*'] }),
    'of another id': await make({ resources: ['litActionCapability://Qm2'] }),
    'of another site': await make({ domain: 'evil.example' }),
    ended: await make({ issuedAt: iso(-2 * minute), expirationTime: iso(-1) }),
    'not begun': await make({ notBefore: iso(1) }),
    'issued later': await make({ issuedAt: iso(2 * minute) }),
    'too long': await make({ expirationTime: iso(31 * 24 * 60 * minute) }),
    'by another envelope': { ...any, address: bob.address },
    'with a field more': { ...any, extra: '' },
    'by a contract': { ...any, derivedVia: 'EIP1271' },
    'no object': 7,
  }
  good = await issueSessionSig(key, {
    resources: [resource],
    capabilities: [any],
    issuedAt: iso(0),
    expiration: iso(5 * minute),
    nodeAddress: audience,
  })
})

async function inspect(sig: unknown): Promise<Report> {
  const report = await verifier.inspect(sig, { resource, now: new Date(now) })
  // Whatever it was: the whole list, each check with its name, and a code for each failure.
  expect(new Set(report.checks.map(({ name }) => name))).toEqual(new Set(checkNames))
  for (const check of report.checks) expect(check.code === undefined).toBe(check.status !== 'failed')
  expect(report.ok).toBe(report.session !== undefined)
  return report
}

async function signed(text: string): Promise<SessionSig> {
  return { ...good, signedMessage: text, sig: Buffer.from(await key.sign(new TextEncoder().encode(text))).toString('hex') }
}

function check(share: number, arbitrary: fc.Arbitrary<unknown>, accepts: (sig: unknown) => Promise<boolean>): Promise<void> {
  const numRuns = Math.ceil(runs * share)
  return fc.assert(
    fc.asyncProperty(arbitrary, async (value) => {
      expect((await inspect(value)).ok).toBe(await accepts(value))
    }),
    { numRuns },
  )
}

const never = async () => false

it(`the good one is good, so that what follows can fail (${runs} inputs follow)`, async () => {
  expect((await inspect(good)).ok).toBe(true)
})

it('any value, any text, any JSON', { timeout }, async () => {
  const values = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
  })
  await check(0.1, fc.oneof(values, fc.string({ unit: 'binary', maxLength: 200 }), fc.json()), never)
})

it('objects with the right fields and anything in them', { timeout }, async () => {
  const field = fc.oneof(fc.anything(), fc.string(), fc.constantFrom('ed25519', 'litSessionSignViaNacl', '00'.repeat(64), '00'.repeat(32)))
  const record = fc.record({ sig: field, derivedVia: field, signedMessage: field, address: field, algo: field })
  const mixed = fc.tuple(record, fc.subarray(['sig', 'derivedVia', 'signedMessage', 'address', 'algo'] as const)).map(([value, kept]) => {
    for (const name of kept) Object.assign(value, { [name]: good[name] })
    return value
  })
  await check(0.2, mixed, async (value) => isDeepStrictEqual({ ...(value as object) }, good))
})

it('the text of a good one with a few characters changed', { timeout }, async () => {
  const edit = fc.tuple(
    fc.nat({ max: 4000 }),
    fc.nat({ max: 3 }),
    fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(' ', '"', '\\', '\\u0041', '{', ',')),
  )
  const edited = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) =>
    edits.reduce((text, [at, cut, put]) => {
      const place = at % text.length
      return text.slice(0, place) + put + text.slice(place + cut)
    }, JSON.stringify(good)),
  )
  await check(0.2, edited, async (text) => {
    try {
      return isDeepStrictEqual(JSON.parse(String(text)), good)
    } catch {
      return false
    }
  })
})

it('any payload, rightly signed', { timeout }, async () => {
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.record({ resources: fc.anything(), capabilities: fc.anything(), nodeAddress: fc.anything() }).map((value) => {
      const base: Record<string, unknown> = JSON.parse(good.signedMessage)
      return JSON.stringify({ ...base, ...value }, (_, item) => (typeof item === 'bigint' ? String(item) : item)) ?? ''
    }),
  )
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      expect((await inspect(await signed(text))).ok).toBe(false)
    }),
    { numRuns: Math.ceil(runs * 0.2) },
  )
})

it('payloads of good and bad parts, rightly signed: accepted exactly where the model says so', { timeout }, async () => {
  /** The good value most of the time: otherwise no input has all of its parts good. */
  const mostly = <T>(right: T, ...wrong: T[]) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) })
  const lists = fc.constantFrom(
    resource,
    'litAction://*',
    'litAction://Qm2',
    'litPKP://*',
    '*',
    'litAction://Qm1 ',
    'litActionCapability://*',
  )
  const content = fc.record({
    kind: mostly('good', 'another key', 'upper case', 'none'),
    resources: fc.oneof(fc.constant<string[]>([resource]), fc.array<string>(lists, { maxLength: 3 })),
    capabilities: fc.array(fc.nat({ max: 15 }), { maxLength: 4 }),
    issuedAt: mostly(0, -minute, minute, minute + 1, -10 * minute),
    life: mostly(5 * minute, 0, -1, 9 * minute, 9 * minute - 1, 30 * 24 * 60 * minute, 30 * 24 * 60 * minute + 1),
    nodeAddress: mostly(audience, `${audience}/`, 'https://NODE.example:7470', 'node.example:7470', ''),
    extra: mostly<object>({}, { maxPrice: '0x10' }, { resourceAbilityRequests: [] }),
  })
  const isGood = (name: string) => ['any', 'exact', 'lower-case address'].includes(name)
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(content, async ({ kind, resources, capabilities, issuedAt, life, nodeAddress, extra }) => {
      const names = Object.keys(delegations)
      const chosen = capabilities.map((i) => names[i] ?? 'no object')
      const end = issuedAt + life
      const text = JSON.stringify({
        sessionKey: { good: key.publicKey, 'another key': 'ab'.repeat(32), 'upper case': key.publicKey.toUpperCase(), none: undefined }[
          kind
        ],
        resources,
        capabilities: chosen.map((name) => delegations[name]),
        issuedAt: iso(issuedAt),
        expiration: iso(end),
        nodeAddress,
        ...extra,
      })
      const isAcceptable =
        kind === 'good' &&
        resources.some((item) => item === resource || item === 'litAction://*') &&
        // Three wallet signatures that are no good, and nobody looks further.
        chosen.some((name, i) => isGood(name) && chosen.slice(0, i).filter((before) => before === 'forged').length < 3) &&
        issuedAt <= minute &&
        life >= 0 &&
        end >= -minute &&
        life <= 30 * 24 * 60 * minute &&
        nodeAddress === audience &&
        !('resourceAbilityRequests' in extra)
      if (isAcceptable) accepted += 1
      expect((await inspect(await signed(text))).ok).toBe(isAcceptable)
    }),
    { numRuns: Math.ceil(runs * 0.2) },
  )
  // A model that never says yes would prove nothing.
  expect(accepted).toBeGreaterThan(runs / 500)
})

it('the second form: delegations of good and bad ReCaps, accepted exactly where the model says so', { timeout }, async () => {
  const asked = { resource: 'lit-litaction://Qm1', ability: 'lit-action-execution', now: new Date(now) }
  const params = { chain: undefined, uri: `lit:session:${key.publicKey}`, expiration: iso(60 * minute), resources: [] }
  const make = (recap: Parameters<typeof encodeRecap>[0], changes: Parameters<typeof authSigFor>[1] = {}) =>
    authSigFor(params, { issuedAt: iso(0), statement: `Hi. ${recapStatement(recap)}`, resources: [encodeRecap(recap)], ...changes })
  const grants = (resource: string, ability: string, caveats: object[] = [{}]) => ({
    att: { [resource]: { [ability]: caveats as Caveat[] } },
  })
  const plain = grants('lit-litaction://Qm1', 'Threshold/Execution')
  const good = [
    make(plain),
    make(grants('lit-litaction://*', 'Threshold/Execution')),
    make(grants('lit-litaction://*', '*/*')),
    make(grants('lit-litaction://Qm1', '*/*')),
  ]
  const bad = [
    make(grants('lit-litaction://Qm2', '*/*')),
    make(grants('lit-litaction://Qm*', '*/*')),
    make(grants('lit-pkp://*', '*/*')),
    make(grants('lit-litaction://Qm1', 'Threshold/Signing')),
    make(grants('lit-litaction://Qm1', 'Threshold/*')),
    make(grants('lit-litaction://Qm1', 'Threshold/Execution', [])),
    make(grants('lit-litaction://Qm1', 'Threshold/Execution', [{ uses: 1 }])),
    make({ ...plain, prf: ['zdj7Wj6FNS4rUUbsiJvjjxcsNqZdDCSiYR8sKQXfoPfpSZuAw'] }),
    make(plain, { statement: 'Hi.' }),
    make(plain, { statement: `${recapStatement(plain)} Bye.` }),
    make(plain, { resources: [encodeRecap(plain), encodeRecap(plain)] }),
    make(plain, { resources: [encodeRecap(plain), 'https://x.example'] }),
    make(plain, { resources: ['lit-litaction://*', 'litActionCapability://*'] }),
    make(plain, { uri: `lit:session:${'ab'.repeat(32)}` }),
    make(plain, { issuedAt: iso(-2 * minute), expirationTime: iso(-1) }),
  ]
  const pool = await Promise.all([...good, ...bad])
  const request = (resource: string, ability: string) => ({ resource: { resource, resourcePrefix: 'lit-litaction' }, ability })
  const lists = [
    [request('Qm1', 'lit-action-execution')],
    [request('Qm2', 'lit-action-execution'), request('*', 'lit-action-execution')],
    [request('Qm1', 'pkp-signing')],
    [request('Qm2', 'lit-action-execution')],
    [{ resource: { resource: 'Qm1', resourcePrefix: 'lit-pkp' }, ability: 'lit-action-execution' }],
  ]
  const content = fc.record({
    list: fc.nat({ max: 4 }),
    capabilities: fc.array(fc.nat({ max: pool.length - 1 }), { minLength: 1, maxLength: 3 }),
  })
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(content, async ({ list, capabilities }) => {
      const text = JSON.stringify({
        sessionKey: key.publicKey,
        resourceAbilityRequests: lists[list],
        capabilities: capabilities.map((i) => pool[i]),
        issuedAt: iso(0),
        expiration: iso(minute),
        nodeAddress: audience,
      })
      const isAcceptable = list < 2 && capabilities.some((i) => i < 4)
      if (isAcceptable) accepted += 1
      expect((await verifier.inspect(await signed(text), asked)).ok).toBe(isAcceptable)
    }),
    { numRuns: Math.ceil(runs * 0.1) },
  )
  expect(accepted).toBeGreaterThan(runs / 500)
})
