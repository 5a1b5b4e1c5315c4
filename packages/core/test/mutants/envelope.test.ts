/** The checks before the delegations: bounds, times and names to the last unit, and what is told of a failure. */
import { beforeAll, describe, expect, it } from 'vitest'
import { toHex, toUtf8 } from '../../src/bytes.ts'
import { copyOnce } from '../../src/copy-once.ts'
import { generateSessionKeyPair, importSessionKey } from '../../src/keypair.ts'
import type { SessionKey } from '../../src/native.ts'
import { type Check, checkNames, createVerifier, inspectSessionSig, type Report, type VerifyOptions } from '../../src/verify.ts'
import { sodium } from '../plugged.ts'
import { authSigFor, domain } from '../wallet.ts'

const audience = 'https://node.example'
const resource = 'litAction://Qm1'
const now = new Date('2026-03-01T10:00:00.000Z')
const iso = (fromNow: number): string => new Date(now.getTime() + fromNow).toISOString()
const minute = 60_000
const day = 1440 * minute
const options: VerifyOptions = { audience, domains: [domain], resource, now }

let key: SessionKey
let payload: Record<string, unknown>

beforeAll(async () => {
  key = await importSessionKey(await generateSessionKeyPair())
  const params = { chain: undefined, uri: `lit:session:${key.publicKey}`, expiration: iso(5 * day), resources: ['litActionCapability://*'] }
  const capabilities = [await authSigFor(params, { issuedAt: iso(0) })]
  payload = {
    sessionKey: key.publicKey,
    resources: [resource],
    capabilities,
    issuedAt: iso(0),
    expiration: iso(minute),
    nodeAddress: audience,
  }
})

async function sign(signedMessage: string): Promise<Record<string, string>> {
  const sig = toHex(await key.sign(toUtf8(signedMessage)))
  return { sig, derivedVia: 'litSessionSignViaNacl', signedMessage, address: key.publicKey, algo: 'ed25519' }
}
const inspect = async (changes: object, more: Partial<VerifyOptions> = {}): Promise<Report> =>
  inspectSessionSig(await sign(JSON.stringify({ ...payload, ...changes })), { ...options, ...more })

/** The failure of a report, with where it is; the checks after it were not reached. */
function failureOf({ checks, error }: Report): object {
  const at = checks.findIndex(({ status }) => status === 'failed')
  const failed: Check | undefined = checks[at]
  if (!failed) return {}
  expect(checks.slice(0, at).every(({ status }) => status === 'passed')).toBe(true)
  expect(checks.slice(at + 1).every(({ status }) => status === 'not-reached')).toBe(true)
  expect(failed.hint).toBe(error?.message)
  expect(failed.code).toBe(error?.code)
  return { check: failed.name, path: failed.path, code: error?.code, ...error?.details }
}
const reason = expect.stringMatching(/./)

it('default: every check once, in order, each with its place', async () => {
  const { checks, ok, messages, now: time } = await inspect({})
  expect(time).toBe(iso(0))
  expect(ok).toBe(true)
  expect(messages.length).toBe(1)
  expect(checks.map(({ name }) => name)).toEqual([...checkNames])
  const one = 'signedMessage.capabilities[0]'
  const text = `${one}.signedMessage`
  expect(checks.map(({ path }) => path)).toEqual([
    '',
    '',
    'sig',
    'signedMessage',
    'signedMessage',
    'signedMessage',
    'signedMessage.nodeAddress',
    one,
    text,
    text,
    text,
    text,
    text,
    text,
    `${one}.sig`,
    one,
  ])
  for (const check of checks) expect(Object.keys(check)).toEqual(['name', 'status', 'path'])
})

describe('bounds', () => {
  it('error: a text that is too long, before it is read; one of just that length is read', async () => {
    const text = (length: number): string => '{}'.padEnd(length)
    expect(failureOf(await inspectSessionSig(text(262_144), options))).toMatchObject({ check: 'shape', code: 'session-sig-malformed' })
    expect(failureOf(await inspectSessionSig(text(262_145), options))).toEqual({
      check: 'bounds',
      path: '',
      code: 'input-too-large',
      what: 'the text',
      limit: 262_144,
    })
  })

  it('error: a signed message that is too long', async () => {
    const padded = (length: number): Promise<Record<string, string>> => sign(JSON.stringify(payload).padEnd(length))
    expect((await inspectSessionSig(await padded(262_144), options)).ok).toBe(true)
    expect(failureOf(await inspectSessionSig(await padded(262_145), options))).toEqual({
      check: 'bounds',
      path: '',
      code: 'input-too-large',
      what: 'signedMessage',
      limit: 262_144,
    })
  })

  it('error: too many capabilities or resources, of either form', async () => {
    const capabilities = (count: number): object => ({
      capabilities: Array.from({ length: count }, () => (payload['capabilities'] as unknown[])[0]),
    })
    expect((await inspect(capabilities(32))).ok).toBe(true)
    expect(failureOf(await inspect(capabilities(33)))).toMatchObject({ check: 'bounds', what: 'the number of capabilities', limit: 32 })
    const resources = (count: number): object => ({ resources: Array.from({ length: count }, () => resource) })
    expect((await inspect(resources(1024))).ok).toBe(true)
    expect(failureOf(await inspect(resources(1025)))).toMatchObject({ check: 'bounds', what: 'the number of resources', limit: 1024 })
    const request = { resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }
    const requests = (count: number): object => ({
      resources: undefined,
      resourceAbilityRequests: Array.from({ length: count }, () => request),
    })
    const second = { resource: 'lit-pkp://1', ability: 'pkp-signing' }
    expect(failureOf(await inspect(requests(1024), second))).toMatchObject({ check: 'delegation.recap' })
    expect(failureOf(await inspect(requests(1025), second))).toMatchObject({
      check: 'bounds',
      what: 'the number of resources',
      limit: 1024,
    })
  })
})

describe('what can be read', () => {
  it('error: no object', async () => {
    for (const value of [undefined, null, 7, true, [], new Uint8Array(2), () => 1, Symbol('x')])
      expect(failureOf(await inspectSessionSig(value, options))).toEqual({
        check: 'shape',
        path: '',
        code: 'session-sig-malformed',
        reason,
      })
    for (const text of ['null', '7', '[]', '"x"'])
      expect(failureOf(await inspectSessionSig(text, options))).toEqual({ check: 'shape', path: '', code: 'session-sig-malformed', reason })
    expect(failureOf(await inspectSessionSig('{', options))).toMatchObject({ check: 'shape', code: 'json-invalid', offset: 1 })
    expect((await inspectSessionSig('{', options)).payload).toBeUndefined()
  })

  it('error: another signature, or a payload of another key, is told with its payload', async () => {
    const good = await sign(JSON.stringify(payload))
    const forged = await inspectSessionSig({ ...good, sig: (await sign('x'))['sig'] }, options)
    expect(failureOf(forged)).toEqual({ check: 'session-signature', path: 'sig', code: 'session-signature-invalid', key: key.publicKey })
    expect(forged.payload?.nodeAddress).toBe(audience)
    expect(failureOf(await inspect({ sessionKey: 'ab'.repeat(32) }))).toEqual({
      check: 'payload',
      path: 'signedMessage',
      code: 'payload-malformed',
      reason,
    })
    expect(failureOf(await inspectSessionSig(await sign('x'), options))).toMatchObject({ check: 'payload', code: 'payload-malformed' })
  })

  it('behavior: an object is read once, each of its properties', () => {
    let reads = 0
    const value = {
      get sig() {
        reads += 1
        return String(reads)
      },
    }
    expect(copyOnce(value)).toEqual({ sig: '1' })
    expect(Object.keys(copyOnce(Object.fromEntries('abcdefgh'.split('').map((name) => [name, 1]))) ?? {})).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
    ])
    expect(copyOnce({ [Symbol('x')]: 1, a: 2 })).toEqual({ a: 2, symbol: 1 })
    for (const other of [[], ['x'], new Uint8Array(1), new DataView(new ArrayBuffer(1))]) expect(copyOnce(other)).toBeUndefined()
    const throwing = {
      get sig() {
        throw new Error('no')
      },
    }
    expect(copyOnce(throwing)).toBeUndefined()
  })
})

describe('what was signed', () => {
  it('error: for something else, by name', async () => {
    const at = { check: 'resource', path: 'signedMessage', code: 'resource-not-requested' }
    expect(failureOf(await inspect({ resources: ['litAction://Qm2', 'litPKP://*'] }))).toEqual({ ...at, resource })
    const second = { resource: 'lit-pkp://1', ability: 'pkp-signing' }
    expect(failureOf(await inspect({}, second))).toEqual({ ...at, resource: 'pkp-signing on lit-pkp://1' })
    const requests = (ability: string, id: string) => ({
      resources: undefined,
      resourceAbilityRequests: [{ resource: { resource: id, resourcePrefix: 'lit-pkp' }, ability }],
    })
    for (const other of [requests('x', '1'), requests('pkp-signing', '2')])
      expect(failureOf(await inspect(other, second))).toEqual({ ...at, resource: 'pkp-signing on lit-pkp://1' })
    expect(failureOf(await inspect(requests('pkp-signing', '*'), second))).toMatchObject({ check: 'delegation.recap' })
    expect((await inspect({ resources: ['litAction://*'] })).ok).toBe(true)
  })

  it('behavior: good up to the very limits of time', async () => {
    for (const [issuedAt, expiration] of [
      [0, 0],
      [minute, minute],
      [-minute, -minute],
      [0, 30 * day],
      [minute, 30 * day + minute],
    ] as const)
      expect((await inspect({ issuedAt: iso(issuedAt), expiration: iso(expiration) })).ok).toBe(true)
    expect((await inspect({ issuedAt: iso(7000), expiration: iso(9000) }, { clockToleranceSeconds: 7, maxLifetimeSeconds: 2 })).ok).toBe(
      true,
    )
  })

  it('error: a millisecond beyond each of them', async () => {
    const at = { check: 'time', path: 'signedMessage' }
    const lifetime = { ...at, code: 'session-sig-lifetime', reason }
    const failure = async (issuedAt: number, expiration: number, more: Partial<VerifyOptions> = {}) =>
      failureOf(await inspect({ issuedAt: iso(issuedAt), expiration: iso(expiration) }, more))
    expect(await failure(minute + 1, 2 * minute)).toEqual({
      ...at,
      code: 'session-sig-not-yet-valid',
      issuedAt: iso(minute + 1),
      now: iso(0),
    })
    expect(await failure(-2 * minute, -minute - 1)).toEqual({
      ...at,
      code: 'session-sig-expired',
      expiration: iso(-minute - 1),
      now: iso(0),
    })
    expect(await failure(0, -1)).toEqual(lifetime)
    expect(await failure(0, 30 * day + 1)).toEqual(lifetime)
    expect(await failure(0, 2001, { maxLifetimeSeconds: 2 })).toEqual({ ...lifetime, reason: expect.stringContaining('2 seconds') })
    for (const field of ['issuedAt', 'expiration']) expect(failureOf(await inspect({ [field]: 'soon' }))).toEqual(lifetime)
  })

  it('error: for another server', async () => {
    const at = { check: 'audience', path: 'signedMessage.nodeAddress', code: 'audience-mismatch' }
    for (const nodeAddress of ['', `${audience}/`, audience.toUpperCase()])
      expect(failureOf(await inspect({ nodeAddress }))).toEqual({ ...at, expected: [audience], actual: nodeAddress })
    expect((await inspect({ nodeAddress: 'b' }, { audience: ['a', 'b'] })).ok).toBe(true)
  })
})

describe('what the wallet signed', () => {
  const changed = async (changes: Parameters<typeof authSigFor>[1], more: Partial<VerifyOptions> = {}) => {
    const params = {
      chain: undefined,
      uri: `lit:session:${key.publicKey}`,
      expiration: iso(5 * day),
      resources: ['litActionCapability://*'],
    }
    return failureOf(await inspect({ capabilities: [await authSigFor(params, { issuedAt: iso(0), ...changes })] }, more))
  }
  const one = 'signedMessage.capabilities[0]'
  const path = `${one}.signedMessage`

  it('error: each check by its name, place and code, with what is wrong', async () => {
    const at = (check: string, code: string) => ({ check: `delegation.${check}`, path, code })
    expect(await changed({ domain: 'evil.example' })).toEqual({
      ...at('domain', 'domain-mismatch'),
      expected: [domain],
      actual: 'evil.example',
    })
    expect(await changed({ domain: 'evil.example' }, { domains: '*' })).toEqual({})
    expect(await changed({ issuedAt: iso(-9), expirationTime: iso(0) })).toEqual({
      ...at('time', 'delegation-expired'),
      expiration: iso(0),
      now: iso(0),
    })
    expect(await changed({ issuedAt: iso(7001) }, { clockToleranceSeconds: 7 })).toMatchObject(at('time', 'delegation-not-yet-valid'))
    expect(await changed({ expirationTime: iso(2001) }, { maxDelegationSeconds: 2 })).toMatchObject(at('time', 'delegation-lifetime'))
    expect(await changed({ uri: 'a:1' })).toEqual({
      ...at('key', 'delegation-key-mismatch'),
      expected: `lit:session:${key.publicKey}`,
      actual: 'a:1',
    })
    expect(await changed({ resources: ['litActionCapability://Qm2'] })).toEqual({ ...at('grant', 'delegation-scope'), missing: [resource] })
    expect(await changed({ resources: [] })).toEqual({ ...at('grant', 'delegation-scope'), missing: [resource] })
    const broken = { ...(payload['capabilities'] as object[])[0], signedMessage: 'x' }
    expect(failureOf(await inspect({ capabilities: [broken] }))).toMatchObject({ ...at('message', 'siwe-invalid'), line: 1 })
    for (const none of [7, null, 'x', []])
      expect(failureOf(await inspect({ capabilities: [none] }))).toEqual({
        check: 'delegation.shape',
        path: one,
        code: 'delegation-malformed',
        reason,
      })
    const other = { ...(payload['capabilities'] as object[])[0], address: '0x1' }
    expect(failureOf(await inspect({ capabilities: [other] }))).toMatchObject({
      check: 'delegation.signature',
      path: `${one}.sig`,
      code: 'account-mismatch',
    })
  })
})

describe('the rest of the report', () => {
  const one = 'signedMessage.capabilities[0]'
  const text = `${one}.signedMessage`
  const delegation = (): object => Object((payload['capabilities'] as unknown[])[0])
  const placesOf = ({ checks }: Report) => checks.slice(7).map(({ name, status, path }) => `${name} ${status} ${path}`)

  it('behavior: of what comes after a failure, where it would have been looked at', async () => {
    const names = ['domain', 'time', 'key', 'recap', 'grant']
    const rest = [
      ...names.map((name) => `delegation.${name} not-reached ${text}`),
      `delegation.signature not-reached ${text}`,
      'revocation not-reached signedMessage.capabilities',
    ]
    expect(placesOf(await inspect({ capabilities: [{ ...delegation(), signedMessage: 'x' }] }))).toEqual([
      `delegation.shape passed ${one}`,
      `delegation.message failed ${text}`,
      ...rest,
    ])
    expect(placesOf(await inspect({ capabilities: [7] }))).toEqual([
      `delegation.shape failed ${one}`,
      `delegation.message not-reached ${text}`,
      ...rest,
    ])
    const none = checkNames.slice(7, -1).map((name) => `${name} not-reached ${one}`)
    expect(placesOf(await inspect({ nodeAddress: 'x' }))).toEqual([...none, 'revocation not-reached signedMessage.capabilities'])
  })

  it('behavior: of a delegation that is known already, it is the same, and its text is told', async () => {
    const verifier = createVerifier({ audience, domains: [domain] })
    const sig = await sign(JSON.stringify(payload))
    const first = await verifier.inspect(sig, { resource, now })
    expect(first.ok).toBe(true)
    expect(await verifier.inspect(sig, { resource, now })).toEqual(first)
    const scoped = await verifier.inspect(sig, { resource, now: new Date(now.getTime() + 6 * day) })
    expect(scoped.ok).toBe(false)
  })

  it('behavior: the first delegation that grants it is the one, and later ones are not looked at', async () => {
    const params = {
      chain: undefined,
      uri: `lit:session:${key.publicKey}`,
      expiration: iso(5 * day),
      resources: ['litActionCapability://Qm2'],
    }
    const other = await authSigFor(params, { issuedAt: iso(0) })
    const report = await inspect({ capabilities: [other, delegation(), other] })
    expect(report.ok).toBe(true)
    expect(report.messages.map((message) => message?.resources?.[0])).toEqual(['litActionCapability://Qm2', 'litActionCapability://*'])
    expect(report.checks.length).toBe(7 + 2 * 8 + 1)
    expect(report.checks.at(-1)).toEqual({ name: 'revocation', status: 'passed', path: 'signedMessage.capabilities[1]' })
  })
})

describe('revocation', () => {
  const delegation = (): object => Object((payload['capabilities'] as unknown[])[0])

  it('error: where nobody could be asked, nobody else is, and that is what is told', async () => {
    const cause = new Error('away')
    let asked = 0
    const isRevoked = () => {
      asked += 1
      throw cause
    }
    const report = await inspect({ capabilities: [7, delegation(), delegation()] }, { isRevoked })
    expect(report.error).toMatchObject({ code: 'verifier-unavailable', details: { port: 'isRevoked' }, cause })
    expect(asked).toBe(1)
    expect(report.checks.at(-1)).toMatchObject({
      name: 'revocation',
      status: 'failed',
      path: 'signedMessage.capabilities[1]',
      code: 'verifier-unavailable',
    })
  })

  it('error: three that are revoked are enough; what failed for another reason does not count', async () => {
    let asked = 0
    const isRevoked = () => {
      asked += 1
      return true
    }
    const report = await inspect({ capabilities: [7, 8, 9, delegation(), delegation(), delegation(), delegation()] }, { isRevoked })
    expect(asked).toBe(3)
    expect(report.error?.code).toBe('delegation-malformed')
    expect(report.messages.length).toBe(6)
  })
})

it('behavior: a site of any name, and no other asterisk', async () => {
  const params = { chain: undefined, uri: `lit:session:${key.publicKey}`, expiration: iso(5 * day), resources: ['litActionCapability://*'] }
  const elsewhere = { capabilities: [await authSigFor(params, { issuedAt: iso(0), domain: 'else.example' })] }
  expect((await inspect(elsewhere, { domains: '*' })).session?.domain).toBe('else.example')
  expect((await inspect(elsewhere, { domains: ['else.example', domain] })).ok).toBe(true)
  expect((await inspect(elsewhere)).ok).toBe(false)
})

it('behavior: a curve that is plugged in may answer at once, or later', async () => {
  const check = sodium.ed25519 ?? expect.fail('there is none')
  const good = await sign(JSON.stringify(payload))
  const forged = { ...good, sig: String((await sign('x'))['sig']) }
  for (const ed25519 of [check, async (...args: Parameters<typeof check>) => check(...args)]) {
    expect((await inspectSessionSig(good, { ...options, curves: { ed25519 } })).ok).toBe(true)
    expect((await inspectSessionSig(forged, { ...options, curves: { ed25519 } })).error?.code).toBe('session-signature-invalid')
  }
})
