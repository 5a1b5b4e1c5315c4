/** The short way that a session signature takes whose session is known: it says what the long way says, of every text, at every time, and asks the wallet's curve no more. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { AuthSig } from '../../src/delegation.ts'
import { readyKey } from '../../src/ed25519.ts'
import { type Grant, grantOf, isGoodAt, isWorthKeeping } from '../../src/grant.ts'
import { generateSessionKeyPair, importSessionKey } from '../../src/keypair.ts'
import type { SessionKey } from '../../src/native.ts'
import { fill, patternOf, sessionKeyIn } from '../../src/pattern.ts'
import { createMemory, keyFrom, learn, recall, type VerifierMemory } from '../../src/recall.ts'
import { issueSessionSig, parsePayload, readSessionSig } from '../../src/session-sig.ts'
import { parseSiweMessage } from '../../src/siwe-reading.ts'
import { createVerifier, type VerifierDefaults, type VerifyRequest, verifySessionSig } from '../../src/verify.ts'
import { readDefaults, readRequest } from '../../src/verify-options.ts'
import { sodium } from '../plugged.ts'
import { alice, authSigFor, domain } from '../wallet.ts'
import { thrownBy } from './help.ts'

const audience = 'https://node.example/ü"'
const resource = 'litAction://Qm1'
const now = new Date('2026-03-01T10:00:00.000Z')
const iso = (fromNow: number): string => new Date(now.getTime() + fromNow).toISOString()
const [minute, hour] = [60_000, 3_600_000]

let key: SessionKey
let delegation: AuthSig

const delegate = (changes: Parameters<typeof authSigFor>[1] = {}): Promise<AuthSig> =>
  authSigFor(
    { chain: undefined, uri: `lit:session:${key.publicKey}`, expiration: iso(hour), resources: ['litActionCapability://*'] },
    { issuedAt: iso(0), ...changes },
  )

interface Changes {
  readonly issuedAt?: string
  readonly expiration?: string
  readonly nodeAddress?: string
  readonly resources?: readonly string[]
  readonly capabilities?: readonly AuthSig[]
}

/** The text of a session signature, as clients write it. */
async function textOf(changes: Changes = {}, signer: SessionKey = key): Promise<string> {
  const content = {
    resources: [resource],
    capabilities: [delegation],
    issuedAt: iso(0),
    expiration: iso(5 * minute),
    nodeAddress: audience,
    ...changes,
  }
  return JSON.stringify(await issueSessionSig(signer, content))
}

const defaults: VerifierDefaults = { audience, domains: [domain] }
const request: VerifyRequest = { resource, now }

beforeAll(async () => {
  key = await importSessionKey(await generateSessionKeyPair())
  delegation = await delegate()
})

interface Told {
  readonly more?: Partial<VerifierDefaults>
  readonly asked?: VerifyRequest
  readonly isProven?: boolean
  readonly memory?: VerifierMemory
}

/** A memory that was told of a text, and what it recalls of another. */
function taught(text: string, { more = {}, asked = request, isProven = true, memory = createMemory() }: Told = {}) {
  const settings = readDefaults({ ...defaults, ...more })
  const envelope = readSessionSig(JSON.parse(text) as Record<string, unknown>)
  const payload = parsePayload(envelope.signedMessage)
  const ready = keyFrom(memory, envelope.address, settings.curves)
  const message = parseSiweMessage(String(Reflect.get(Object(payload.capabilities[0]), 'signedMessage')))
  learn(memory, ready, text, { envelope, payload }, readRequest(asked, settings.vocabulary), isProven ? message : undefined)
  return { memory, recall: (other: string, again: VerifyRequest = asked) => recall(other, again, settings, memory) }
}

describe('a text of the same session', () => {
  it('default: is known, and says what checking everything says, by any curve', async () => {
    const text = await textOf()
    for (const more of [{}, { curves: sodium }]) {
      const known = taught(text, { more })
      for (const times of [{}, { issuedAt: iso(-5), expiration: iso(2 * hour) }, { issuedAt: iso(minute), expiration: iso(minute) }]) {
        const other = await textOf(times)
        const session = await known.recall(other)
        expect(session).toEqual(await verifySessionSig(other, { ...defaults, ...request }))
        expect(Object.isFrozen(session)).toBe(true)
      }
    }
  })

  it('behavior: of the second form', async () => {
    const asked = { resource: 'lit-litaction://Qm1', ability: 'lit-action-execution', now }
    const session = await taught(await textOf(), { asked }).recall(await textOf())
    expect(session).toMatchObject({ resource: asked.resource, ability: asked.ability })
    expect(Object.keys(session ?? {})).toEqual([
      'address',
      'chainId',
      'sessionKey',
      'resource',
      'ability',
      'domain',
      'audience',
      'issuedAt',
      'expiresAt',
      'revocationAsOf',
    ])
    expect(session).toMatchObject({
      address: alice.address,
      chainId: 1,
      sessionKey: key.publicKey,
      domain,
      audience,
      issuedAt: iso(0),
      expiresAt: iso(5 * minute),
      revocationAsOf: null,
    })
  })

  it('error: that its key did not sign', async () => {
    const [text, other] = [await textOf(), await textOf({ issuedAt: iso(1) })]
    const forged = other.replace(/"sig":"[0-9a-f]{128}/, text.slice(1, 136))
    for (const more of [{}, { curves: sodium }])
      expect(await thrownBy(() => taught(text, { more }).recall(forged))).toEqual({ code: 'session-signature-invalid', key: key.publicKey })
  })

  it('behavior: revocation is asked about every time', async () => {
    const questions: unknown[] = []
    let answer: unknown = false
    const isRevoked = (question: unknown) => {
      questions.push(question)
      return answer as boolean
    }
    const text = await textOf()
    const known = taught(text, { more: { isRevoked } })
    expect(await known.recall(text)).toMatchObject({ revocationAsOf: iso(0) })
    expect(await known.recall(text, { resource, now: new Date(iso(5)) })).toMatchObject({ revocationAsOf: iso(5) })
    answer = true
    expect(await thrownBy(() => known.recall(text))).toEqual({ code: 'revoked', address: alice.address })
    const question = { address: alice.address, chainId: 1, sessionKey: key.publicKey, delegatedAt: iso(0), nonce: 'abcdefgh12345678' }
    expect(questions).toEqual([question, question, question])
  })

  it('behavior: not known for another resource or ability, nor out of its time', async () => {
    const text = await textOf()
    const known = taught(text)
    for (const other of [{ resource: 'litAction://Qm2' }, { resource, ability: 'x' }, { resource: ` ${resource}` }])
      expect(known.recall(text, { ...other, now })).toBeUndefined()
    const second = taught(text, { asked: { resource: 'lit-litaction://Qm1', ability: 'lit-action-execution', now } })
    expect(second.recall(text, { resource: 'lit-litaction://Qm1', now })).toBeUndefined()
    expect(second.recall(text, { resource: 'lit-litaction://Qm1', ability: 'pkp-signing', now })).toBeUndefined()
    for (const time of [new Date(Number.NaN), 7, null, new Date(iso(hour)), new Date(iso(6 * minute + 1)), new Date(iso(-minute - 1))])
      expect(known.recall(text, { resource, now: time as Date })).toBeUndefined()
    for (const time of [new Date(iso(6 * minute)), new Date(iso(-minute))])
      expect(known.recall(text, { resource, now: time })).toBeDefined()
    for (const times of [
      { issuedAt: iso(minute + 1) },
      { expiration: iso(-minute - 1), issuedAt: iso(-hour) },
      { expiration: iso(-1) },
      { expiration: iso(31 * 24 * hour) },
    ])
      expect(known.recall(await textOf(times))).toBeUndefined()
    expect(known.recall(text, { resource })).toBeUndefined()
    expect(known.recall(text, { resource, ability: '', now })).toBeUndefined()
    const lasting = await textOf({ expiration: iso(2 * hour) })
    expect(known.recall(lasting, { resource, now: new Date(iso(hour - 1)) })).toBeDefined()
    expect(known.recall(lasting, { resource, now: new Date(iso(hour)) })).toBeUndefined()
  })

  it('behavior: now, where no time is said', async () => {
    const at = (fromNow: number): string => new Date(Date.now() + fromNow).toISOString()
    const capabilities = [await delegate({ issuedAt: at(0), expirationTime: at(hour) })]
    const text = await textOf({ capabilities, issuedAt: at(0), expiration: at(minute) })
    const known = taught(text)
    expect(await known.recall(text, { resource })).toMatchObject({ resource })
    for (const none of [7, null]) expect(known.recall(text, { resource, now: none as unknown as Date })).toBeUndefined()
  })
})

describe('what is kept', () => {
  const isKept = (text: string, told: Told = {}): boolean => taught(text, told).recall(text) !== undefined

  it('behavior: texts of one delegation, proven, written as clients write them', async () => {
    const text = await textOf()
    expect(isKept(text)).toBe(true)
    expect(isKept(text, { isProven: false })).toBe(false)
    expect(isKept(await textOf({ capabilities: [delegation, delegation] }))).toBe(false)
    expect(isKept(` ${text}`)).toBe(false)
    expect(isKept(await textOf({ issuedAt: iso(0).replace('.000', '') }))).toBe(false)
    expect(isKept(await textOf({ expiration: iso(minute).replace('Z', '+00:00') }))).toBe(false)
    expect(isKept(text, { memory: { ...createMemory(), sessions: undefined } })).toBe(false)
  })

  it('behavior: a text of 16,384 characters, and no longer one; a resource of 512', async () => {
    const padded = async (length: number): Promise<string> => {
      const short = await textOf({ resources: [resource, 'litPKP://'] })
      return textOf({ resources: [resource, `litPKP://${'x'.repeat(length - short.length)}`] })
    }
    const [fits, exceeds] = [await padded(16_384), await padded(16_385)]
    expect([fits.length, exceeds.length]).toEqual([16_384, 16_385])
    expect([isKept(fits), isKept(exceeds)]).toEqual([true, false])
    const named = (length: number): VerifyRequest => ({ resource: resource.padEnd(length, 'x'), now })
    const text = await textOf({ resources: ['litAction://*'] })
    expect([isKept(text, { asked: named(512) }), isKept(text, { asked: named(513) })]).toEqual([true, false])
    expect([isWorthKeeping('x'.repeat(512)), isWorthKeeping('x'.repeat(513))]).toEqual([true, false])
  })

  it('behavior: the key, ready, and once', async () => {
    const text = await textOf()
    const { memory } = taught(text, { isProven: false })
    const ready = memory.keys.get(key.publicKey)
    expect(ready?.publicKey).toBe(key.publicKey)
    taught(text, { memory })
    expect(memory.keys.get(key.publicKey)).toBe(ready)
    expect(keyFrom(memory, key.publicKey, {})).toBe(ready)
    expect(keyFrom(undefined, key.publicKey, {})).not.toBe(ready)
    const other = readyKey(key.publicKey)
    const envelope = readSessionSig(JSON.parse(text) as Record<string, unknown>)
    learn(memory, other, text, { envelope, payload: undefined }, readRequest(request, readDefaults(defaults).vocabulary), undefined)
    expect(memory.keys.get(key.publicKey)).toBe(ready)
  })
})

describe('a pattern', () => {
  const patternFor = (text: string) => {
    const envelope = readSessionSig(JSON.parse(text) as Record<string, unknown>)
    return patternOf(text, envelope, parsePayload(envelope.signedMessage))
  }

  it('behavior: three holes, and every character around them has to be the same', async () => {
    const text = await textOf()
    const pattern = patternFor(text) ?? expect.fail('no pattern')
    expect(sessionKeyIn(text)).toBe(key.publicKey)
    const filled = fill(pattern, text)
    const { sig, signedMessage } = JSON.parse(text) as { sig: string; signedMessage: string }
    expect(Buffer.from(filled?.signature ?? []).toString('hex')).toBe(sig)
    expect(Buffer.from(filled?.payload ?? []).toString()).toBe(signedMessage)
    expect(filled).toMatchObject({ issuedAt: iso(0), expiration: iso(5 * minute), instants: [now.getTime(), now.getTime() + 5 * minute] })
    const inSignature = (i: number): boolean => i >= 8 && i < 136
    const places = [pattern.issuedAt, pattern.expiration]
    const inTime = (i: number): boolean => places.some((place) => i >= place && i < place + 24)
    for (let i = 0; i < text.length; i++) {
      const other = fill(pattern, `${text.slice(0, i)}\u0000${text.slice(i + 1)}`)
      expect(other, String(i)).toBeUndefined()
      const digit = fill(pattern, `${text.slice(0, i)}${text.charAt(i) === '0' ? '1' : '0'}${text.slice(i + 1)}`)
      if (!inSignature(i) && !inTime(i)) expect(digit, String(i)).toBeUndefined()
      if (inSignature(i)) expect(digit).toBeDefined()
    }
    for (const other of ['', text.slice(1), text.slice(0, -1), `${text} `, ` ${text}`]) expect(fill(pattern, other)).toBeUndefined()
  })

  it('behavior: other times and another signature are what is read, and the text signed has them in their places', async () => {
    const pattern = patternFor(await textOf()) ?? expect.fail('no pattern')
    const other = await textOf({ issuedAt: iso(123_456), expiration: iso(9_876_543) })
    const { sig, signedMessage } = JSON.parse(other) as { sig: string; signedMessage: string }
    const filled = fill(pattern, other)
    expect(Buffer.from(filled?.payload ?? []).toString()).toBe(signedMessage)
    expect(Buffer.from(filled?.signature ?? []).toString('hex')).toBe(sig)
    expect(filled?.instants).toEqual([now.getTime() + 123_456, now.getTime() + 9_876_543])
    const third = fill(pattern, await textOf({ issuedAt: '1999-12-31T23:59:59.999Z' }))
    expect(Buffer.from(third?.payload ?? []).toString()).toContain('"issuedAt":"1999-12-31T23:59:59.999Z"')
    expect(Buffer.from(filled?.payload ?? []).toString(), 'what was filled in first is still as it was').toBe(signedMessage)
    const again = fill(pattern, await textOf())
    expect(Buffer.from(again?.payload ?? []).toString()).toBe((JSON.parse(await textOf()) as { signedMessage: string }).signedMessage)
  })

  it('behavior: none of a text that is written in another way', async () => {
    const text = await textOf()
    const parsed = JSON.parse(text) as Record<string, string>
    const reordered = JSON.stringify({ address: parsed['address'], ...parsed })
    for (const other of [` ${text}`, `${text}\n`, reordered, JSON.stringify(parsed, null, 1)]) expect(patternFor(other)).toBeUndefined()
    const signed = async (change: (payload: string) => string): Promise<string> => {
      const signedMessage = change(String(parsed['signedMessage']))
      return JSON.stringify({ ...parsed, signedMessage })
    }
    const turned = await signed((payload) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(payload) as object).reverse())))
    const { issuedAt, expiration, nodeAddress, ...rest } = JSON.parse(String(parsed['signedMessage'])) as Record<string, string>
    const elsewhere = await signed(() => JSON.stringify({ issuedAt, ...rest, z: issuedAt, expiration, nodeAddress }))
    expect(patternFor(elsewhere)).toBeUndefined()
    const spaced = await signed((payload) => `${payload} `)
    for (const other of [
      turned,
      spaced,
      await textOf({ issuedAt: iso(0).slice(0, 19).concat('Z') }),
      await textOf({ expiration: iso(minute).replace('.000Z', '.0000Z') }),
    ])
      expect(patternFor(other)).toBeUndefined()
    expect(patternFor(text)).toBeDefined()
  })
})

describe('a grant', () => {
  const settings = readDefaults({ ...defaults, clockToleranceSeconds: 7 })
  const grant = async (changes: Parameters<typeof authSigFor>[1] = {}): Promise<Grant> => {
    const message = parseSiweMessage((await delegate(changes)).signedMessage)
    return grantOf(key.publicKey, { resource, ability: undefined, now: 0 }, message)
  }
  const at = (fromNow: number): number => now.getTime() + fromNow

  it('behavior: says what and when, as the message does', async () => {
    const notBefore = iso(5)
    expect(await grant()).toMatchObject({
      sessionKey: key.publicKey,
      resource,
      ability: undefined,
      issuedAt: at(0),
      notBefore: at(0),
      end: at(hour),
    })
    expect(await grant({ notBefore })).toMatchObject({ issuedAt: at(0), notBefore: at(5), end: at(hour) })
  })

  it('behavior: holds to the millisecond as its message does', async () => {
    const bare = await grant()
    expect([-7001, -7000, 0, hour - 1, hour].map((time) => isGoodAt(bare, at(time), settings))).toEqual([false, true, true, true, false])
    const later = await grant({ notBefore: iso(5) })
    expect([-7000, 4, 5, hour - 1, hour].map((time) => isGoodAt(later, at(time), settings))).toEqual([false, false, true, true, false])
    expect(isGoodAt(bare, Number.NaN, settings)).toBe(false)
    const early = await grant({ issuedAt: iso(9000), notBefore: iso(0) })
    expect([1999, 2000].map((time) => isGoodAt(early, at(time), settings))).toEqual([false, true])
  })
})

it('behavior: a verifier says the same of a text each time that it comes, and of another in its place', async () => {
  const verifier = createVerifier(defaults)
  const text = await textOf()
  const first = await verifier.verify(text, request)
  for (let i = 0; i < 4; i++) expect(await verifier.verify(text, request)).toEqual(first)
  const forged = text.replace(/"sig":"(.)/, (_, digit: string) => `"sig":"${digit === '0' ? '1' : '0'}`)
  expect(await thrownBy(() => verifier.verify(forged, request))).toEqual({ code: 'session-signature-invalid', key: key.publicKey })
  expect((await verifier.inspect(text, request)).checks.length).toBe(16)
  expect(await thrownBy(() => verifier.verify(text, { ...request, more: 1 } as VerifyRequest))).toBeInstanceOf(TypeError)
  expect(String(await thrownBy(() => verifier.verify(text, undefined as unknown as VerifyRequest)))).toMatch(
    /^TypeError: Options are required/,
  )
})

it('behavior: a contract wallet is asked every time, however often its session was found good', async () => {
  let asked = 0
  const verifyWallet = () => {
    asked += 1
    return true
  }
  const verifier = createVerifier({ ...defaults, verifyWallet })
  const text = await textOf({ capabilities: [{ ...delegation, derivedVia: 'EIP1271' }] })
  for (let i = 1; i < 5; i++) {
    await verifier.verify(text, request)
    expect(asked).toBe(i)
  }
})
