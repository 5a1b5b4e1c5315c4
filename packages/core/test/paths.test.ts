/**
 * There are several ways to a verdict: four platforms, curves plugged in, what a verifier remembers. All of them must come to the same one: check, code, path, hint, session.
 */
import fc from 'fast-check'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Curves } from '../src/curves.ts'
import type { AuthSig } from '../src/delegation.ts'
import type { SessionSig } from '../src/issue.ts'
import { generateSessionKeyPair, importSessionKey } from '../src/keypair.ts'
import type { SessionKey } from '../src/native.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import { createVerifier, inspectSessionSig, isSessionError, type Report, type Verifier, type VerifyOptions } from '../src/verify.ts'
import { sodium, tinySecp } from './plugged.ts'
import { describeVectors, loadVectors } from './vectors.ts'
import { alice, authSigFor, bob, domain } from './wallet.ts'

const later = async (value: unknown) => value as boolean
const throws = (): never => {
  throw new Error('no')
}
/** What no curve should do. None of it may let anything through, nor keep anything out. */
const nonsense: Record<string, Curves> = {
  'curves that throw': { ed25519: throws, secp256k1: throws },
  'curves that answer with texts': { ed25519: () => 'true' as never, secp256k1: () => '0x04' as never },
  'curves that answer with objects': { ed25519: () => ({}) as never, secp256k1: () => ({ length: 65 }) as never },
  'curves that answer with numbers, later': { ed25519: () => later(1), secp256k1: (() => later(1)) as never },
  'curves that answer with nothing, or too little': { ed25519: (() => undefined) as never, secp256k1: () => new Uint8Array(33) },
  'curves that reject, or answer with no point': {
    ed25519: () => Promise.reject(new Error('no')),
    secp256k1: () => Uint8Array.from({ length: 65 }, (_, i) => (i === 0 ? 4 : 7)),
  },
  'curves that answer with another spelling of a point': {
    ed25519: () => null as never,
    secp256k1: (...asked) => tinySecp.secp256k1?.(...asked)?.map((byte, i) => (i === 0 ? 6 : byte)),
  },
}
const plugged: Record<string, Curves> = {
  'ed25519 of libsodium': sodium,
  'secp256k1 in WebAssembly': tinySecp,
  'both plugged in': { ...sodium, ...tinySecp },
  'ed25519 of libsodium, later': { ed25519: (...asked) => later(sodium.ed25519?.(...asked)) },
  ...nonsense,
}

const withoutNode = (): void => void vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
const platforms: Record<string, () => void> = {
  WebCrypto: withoutNode,
  software: () => {
    withoutNode()
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  },
}

afterEach(() => {
  vi.unstubAllGlobals()
})

/** What a verdict is made of. */
function verdictOf({ checks, session, error }: Report): object {
  return { checks, session, error: error && { code: error.code, details: error.details, message: error.message } }
}

async function outcomeOf(verifying: Promise<unknown>): Promise<object> {
  try {
    return { session: await verifying, error: undefined }
  } catch (error) {
    if (!isSessionError(error)) throw error
    return { session: undefined, error: { code: error.code, details: error.details, message: error.message } }
  }
}

interface Question {
  readonly name: string
  readonly sig: unknown
  readonly options: VerifyOptions
}

interface Row {
  node?: string
  resource: string
  resourcePrefix?: string
  ability?: string
  now: string
}

function questionsOf(name: string, given: unknown, row: Row, node: string): Question[] {
  const { resource, resourcePrefix, ability } = row
  const what = resourcePrefix === undefined ? { resource } : { resource: `${resourcePrefix}://${resource}`, ability: ability ?? '' }
  const options = { ...what, audience: node, domains: '*' as const, now: new Date(row.now) }
  const texts = typeof given === 'object' ? [given, JSON.stringify(given)] : [given]
  return texts.map((sig) => ({ name: `${name} (${typeof sig})`, sig, options }))
}

function vectorQuestions(): Question[] {
  const samples = ['v2/samples-2.1.161', 'v2/samples-2.2.63', 'v7/samples-7.4.0'].flatMap((file) =>
    loadVectors<{ samples: { name: string; sessionSigs: Record<string, SessionSig>; verify: Row[] }[] }>(
      `lit/${file}.json`,
    ).samples.flatMap(({ name, sessionSigs, verify }) =>
      Object.entries(sessionSigs).flatMap(([node, sig]) => verify.flatMap((row) => questionsOf(name, sig, row, node))),
    ),
  )
  const mutations = ['v2/mutations', 'v7/mutations'].flatMap((file) =>
    loadVectors<{ cases: { id: string; sessionSig?: SessionSig; raw?: string; verify: Required<Row> }[] }>(
      `lit/${file}.json`,
    ).cases.flatMap(({ id, sessionSig, raw, verify }) => questionsOf(id, raw ?? sessionSig, verify, verify.node)),
  )
  const wild = loadVectors<{ cases: { name: string; sessionSig: SessionSig; verify: Required<Row>[] }[] }>(
    'lit/v7/wild.json',
  ).cases.flatMap(({ name, sessionSig, verify }) => verify.flatMap((row) => questionsOf(name, sessionSig, row, row.node)))
  return [...samples, ...mutations, ...wild]
}

/** One verifier for each audience, which remembers. */
function verifiersFor(curves: Curves): (audience: string) => Verifier {
  const verifiers = new Map<string, Verifier>()
  return (audience) => {
    const verifier = verifiers.get(audience) ?? createVerifier({ audience, domains: '*', curves })
    verifiers.set(audience, verifier)
    return verifier
  }
}

describeVectors('vectors/lit, by every path', () => {
  const questions = vectorQuestions()
  let expected: Report[]

  beforeAll(async () => {
    expected = await Promise.all(questions.map(({ sig, options }) => inspectSessionSig(sig, options)))
  })

  it('are many, and both accepted and refused', () => {
    expect(expected.filter(({ ok }) => ok).length).toBeGreaterThan(100)
    expect(expected.filter(({ ok }) => !ok).length).toBeGreaterThan(500)
  })

  async function compare(curves: Curves): Promise<void> {
    const verifierFor = verifiersFor(curves)
    for (const [i, { name, sig, options }] of questions.entries()) {
      const report = expected[i] ?? expect.fail('no report')
      const { audience, domains, ...request } = options
      expect(verdictOf(await inspectSessionSig(sig, { ...options, curves })), name).toEqual(verdictOf(report))
      const { session, error } = verdictOf(report) as { session: unknown; error: unknown }
      const verifier = verifierFor(String(audience))
      // Unknown, with its delegation known, and with everything known that a text can be.
      for (let time = 0; time < 3; time++) expect(await outcomeOf(verifier.verify(sig, request)), name).toEqual({ session, error })
      expect(verdictOf(await verifier.inspect(sig, request)), name).toEqual(verdictOf(report))
    }
  }

  it('the built-in curves, remembered', () => compare({}))
  for (const [name, curves] of Object.entries(plugged)) it(name, () => compare(curves), 300_000)
  for (const [name, enter] of Object.entries(platforms)) {
    it(name, async () => {
      enter()
      await compare({})
    }, 300_000)
  }
})

const audience = 'https://node.example:7470'
const resource = 'litAction://Qm1'
const now = Date.parse('2026-03-01T10:00:00.000Z')
const minute = 60_000
const iso = (fromNow: number) => new Date(now + fromNow).toISOString()
const runs = Number(process.env['FUZZ_RUNS'] ?? 2000)
const timeout = Math.max(120_000, runs * 40)

let key: SessionKey
let delegation: AuthSig

beforeAll(async () => {
  key = await importSessionKey(await generateSessionKeyPair())
  const params = {
    chain: undefined,
    uri: `lit:session:${key.publicKey}`,
    expiration: iso(60 * minute),
    resources: ['litActionCapability://*'],
  }
  delegation = await authSigFor(params, { issuedAt: iso(0) })
})

interface Content {
  issuedAt: string
  expiration: string
  resources: string[]
  nodeAddress: string
  capabilities: AuthSig[]
}

async function issue(changes: Partial<Content> = {}): Promise<string> {
  const content = {
    resources: [resource],
    capabilities: [delegation],
    issuedAt: iso(0),
    expiration: iso(5 * minute),
    nodeAddress: audience,
  }
  return JSON.stringify(await issueSessionSig(key, { ...content, ...changes }))
}

/** A payload as no honest library writes it, rightly signed. */
async function sign(signedMessage: string, like: string): Promise<string> {
  const sig = Buffer.from(await key.sign(new TextEncoder().encode(signedMessage))).toString('hex')
  return JSON.stringify({ ...JSON.parse(like), sig, signedMessage })
}

/** A verifier that has seen sessions like these often enough to remember all that it can. */
async function warmed(options: Partial<VerifyOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({ audience, domains: [domain], ...options })
  for (let i = 0; i < 3; i++) await verifier.verify(await issue({ issuedAt: iso(i) }), { resource, now: new Date(now) })
  return verifier
}

async function expectSame(verifier: Verifier, sig: string, request: { resource: string; now: Date }): Promise<void> {
  const { session, error } = verdictOf(await inspectSessionSig(sig, { audience, domains: [domain], ...request })) as Record<string, unknown>
  expect(await outcomeOf(verifier.verify(sig, request)), sig).toEqual({ session, error })
}

it('what is remembered is used: the key is asked, and nothing but the times is read anew', async () => {
  const asked: string[] = []
  const curves: Curves = {
    ed25519: (publicKey, message, signature) => {
      asked.push(new TextDecoder().decode(message))
      return sodium.ed25519?.(publicKey, message, signature) ?? false
    },
  }
  const verifier = await warmed({ curves })
  const parse = vi.spyOn(JSON, 'parse')
  const text = await issue({ issuedAt: iso(7), expiration: iso(8 * minute) })
  const readBefore = parse.mock.calls.length
  const session = await verifier.verify(text, { resource, now: new Date(now) })
  expect(parse.mock.calls.length).toBe(readBefore)
  parse.mockRestore()
  expect(session).toMatchObject({ issuedAt: iso(7), expiresAt: iso(8 * minute), address: alice.address, resource })
  expect(asked.at(-1)).toBe(JSON.parse(text).signedMessage)
})

it('times: every one of them is looked at again', { timeout }, async () => {
  const verifier = await warmed()
  const times = fc.constantFrom(
    ...[0, 1, -1, minute, minute + 1, -minute, -minute - 1, 5 * minute, 59 * minute, 60 * minute, 61 * minute].map(iso),
    ...[iso(31 * 24 * 60 * minute), '2026-02-30T10:00:00.000Z', '2026-03-01T10:00:60.000Z', '2026-13-01T10:00:00.000Z'],
    ...['2026-03-01t10:00:00.000z', '2026-03-01T11:00:00+01:00', 'x'.repeat(24), `${'"'.repeat(24)}`, '2026-03-01T10:00:00.00Z0'],
  )
  const question = fc.record({ issuedAt: times, expiration: times, at: fc.constantFrom(0, 1, -minute, 59 * minute, 60 * minute, -61_000) })
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(question, async ({ issuedAt, expiration, at }) => {
      const like = await issue()
      const payload = { ...JSON.parse(JSON.parse(like).signedMessage), issuedAt, expiration }
      const request = { resource, now: new Date(now + at) }
      const sig = await sign(JSON.stringify(payload), like)
      if ((await inspectSessionSig(sig, { audience, domains: [domain], ...request })).ok) accepted += 1
      await expectSame(verifier, sig, request)
    }),
    { numRuns: Math.ceil(runs * 0.2) },
  )
  expect(accepted).toBeGreaterThan(runs / 200)
})

it('texts with a few characters changed, rightly signed or not', { timeout }, async () => {
  const verifier = await warmed()
  const edit = fc.tuple(
    fc.nat({ max: 4000 }),
    fc.nat({ max: 2 }),
    fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('0', 'a', ' ', '"', '\\', '\\u0041', '{', ',', '\ud800', 'é')),
  )
  const apply = (text: string, edits: readonly (readonly [number, number, string])[]): string =>
    edits.reduce((edited, [at, cut, put]) => {
      const place = at % edited.length
      return edited.slice(0, place) + put + edited.slice(place + cut)
    }, text)
  const question = fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 3 }), where: fc.constantFrom('text', 'payload') })
  const request = { resource, now: new Date(now) }
  await fc.assert(
    fc.asyncProperty(question, async ({ edits, where }) => {
      const like = await issue()
      const sig = where === 'text' ? apply(like, edits) : await sign(apply(JSON.parse(like).signedMessage, edits), like)
      await expectSame(verifier, sig, request)
    }),
    { numRuns: runs },
  )
})

it('one character of a text, each in turn', { timeout }, async () => {
  const verifier = await warmed()
  const request = { resource, now: new Date(now) }
  const text = await issue()
  for (let i = 0; i < text.length; i++) {
    const other = text.charAt(i) === '1' ? '2' : '1'
    await expectSame(verifier, text.slice(0, i) + other + text.slice(i + 1), request)
  }
})

it('another resource, node, key or wallet is never taken for the one that is remembered', async () => {
  const verifier = await warmed()
  const at = { now: new Date(now) }
  const params = {
    chain: undefined,
    uri: `lit:session:${key.publicKey}`,
    expiration: iso(60 * minute),
    resources: ['litActionCapability://*'],
  }
  const byBob = await authSigFor(params, { issuedAt: iso(0) }, bob)
  const texts = [
    await issue(),
    await issue({ resources: ['litAction://Qm2'] }),
    await issue({ nodeAddress: 'https://node.example:7471' }),
    await issue({ capabilities: [byBob] }),
    await issue({ capabilities: [{ ...delegation, sig: byBob.sig }] }),
    await issue({ capabilities: [{ ...delegation, address: bob.address }] }),
    await issue({ capabilities: [{ ...delegation, address: alice.address.toLowerCase() }] }),
    await issue({ capabilities: [delegation, byBob] }),
  ]
  for (const text of [...texts, ...texts]) {
    for (const asked of [resource, 'litAction://Qm2', 'litAction://*', 'litPKP://Qm1'])
      await expectSame(verifier, text, { resource: asked, ...at })
  }
})

it('revocation is asked about every time, and its answers count', async () => {
  let answer: unknown = false
  const questions: unknown[] = []
  const isRevoked = (question: unknown) => {
    questions.push(question)
    if (answer === 'down') throw new Error('down')
    return answer as boolean
  }
  const verifier = await warmed({ isRevoked })
  const request = { resource, now: new Date(now) }
  for (answer of [false, true, undefined, { revoked: false, asOf: new Date(now - 1) }, { revoked: false }, 'down']) {
    const text = await issue()
    const before = questions.length
    const ask = () => (answer === 'down' ? throws() : (answer as boolean))
    const { session, error } = verdictOf(
      await inspectSessionSig(text, { audience, domains: [domain], isRevoked: ask, ...request }),
    ) as Record<string, unknown>
    expect(await outcomeOf(verifier.verify(text, request))).toEqual({ session, error })
    expect(questions.slice(before)).toEqual([questions[0]])
  }
})

it('a request that cannot be one is a TypeError also where the session is remembered', async () => {
  const verifier = await warmed()
  const text = await issue()
  for (const wrong of [
    { resource, now: 'now' },
    { resource, now: new Date(Number.NaN) },
    { resource, audience },
    { resource, ability: 'x' },
  ])
    await expect(verifier.verify(text, wrong as never)).rejects.toThrow(TypeError)
})
