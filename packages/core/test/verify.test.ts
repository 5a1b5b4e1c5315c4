import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { AuthSig } from '../src/delegation.ts'
import { isSessionError, SessionError } from '../src/errors.ts'
import type { SessionSig, SessionSigContent } from '../src/issue.ts'
import { generateSessionKeyPair, importSessionKey } from '../src/keypair.ts'
import type { SessionKey } from '../src/native.ts'
import { encodeRecap, recapStatement } from '../src/recap.ts'
import { checkNames } from '../src/report.ts'
import { createSessionClient } from '../src/session.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import { createVerifier, inspectSessionSig, type Report, type VerifyOptions, verifySessionSig } from '../src/verify.ts'
import { alice, authSigFor, bob, countingSigner, domain, nodes } from './wallet.ts'

const [audience = ''] = nodes
const resource = 'litAction://Qm1'
const options: VerifyOptions = { audience, domains: [domain], resource }
const iso = (fromNow: number) => new Date(Date.now() + fromNow).toISOString()
const minute = 60_000

let key: SessionKey
let delegation: AuthSig
let good: SessionSig

beforeAll(async () => {
  key = await importSessionKey(await generateSessionKeyPair())
  delegation = await delegate()
  good = await issue()
})

/** A delegation to the key, by Alice, with a message that differs from a good one where a test says. */
async function delegate(changes: Parameters<typeof authSigFor>[1] = {}, account = alice): Promise<AuthSig> {
  const params = {
    chain: undefined,
    uri: `lit:session:${key.publicKey}`,
    expiration: iso(60 * minute),
    resources: ['litActionCapability://*'],
  }
  return authSigFor(params, changes, account)
}

/** A session signature, rightly signed, over content that differs from a good one where a test says. */
async function issue(changes: Partial<SessionSigContent & { nodeAddress: string }> = {}): Promise<SessionSig> {
  const content = {
    capabilities: [delegation],
    issuedAt: iso(0),
    expiration: iso(5 * minute),
    nodeAddress: audience,
    resources: [resource],
  }
  return issueSessionSig(key, { ...content, ...changes } as typeof content)
}

/** The first failure of a report: its check and its code. */
function failure({ checks }: Report): string {
  const failed = checks.find(({ status }) => status === 'failed')
  return failed ? `${failed.name}: ${failed.code}` : 'none'
}

it('default: every check is passed, in order, and the session says who', async () => {
  const report = await inspectSessionSig(JSON.stringify(good), options)
  expect(report.ok).toBe(true)
  expect(report.checks.map(({ name }) => name)).toEqual(checkNames)
  expect(report.checks.every(({ status }) => status === 'passed')).toBe(true)
  expect(report.session).toMatchObject({ address: alice.address, chainId: 1, sessionKey: key.publicKey, resource, domain, audience })
  expect(await verifySessionSig(good, options)).toEqual(report.session)
})

it('behavior: expiresAt is the earlier of the two ends', async () => {
  const soon = iso(2 * minute)
  const short = await issue({ capabilities: [await delegate({ expirationTime: soon })] })
  expect((await verifySessionSig(short, options)).expiresAt).toBe(soon)
  expect((await verifySessionSig(good, options)).expiresAt).toBe(JSON.parse(good.signedMessage).expiration)
})

it('behavior: after a failure the rest is not reached, and verifying throws that failure', async () => {
  const report = await inspectSessionSig(good, { ...options, audience: 'https://other.example' })
  expect(report.checks.map(({ name }) => name)).toEqual(checkNames)
  expect(report.checks.map(({ status }) => status)).toEqual([...Array(6).fill('passed'), 'failed', ...Array(9).fill('not-reached')])
  expect(report.checks[6]).toMatchObject({
    name: 'audience',
    code: 'audience-mismatch',
    path: 'signedMessage.nodeAddress',
    hint: expect.stringContaining('other.example'),
  })
  await expect(verifySessionSig(good, { ...options, audience: 'https://other.example' })).rejects.toMatchObject({
    code: 'audience-mismatch',
  })
})

it('behavior: audience and domains may be lists', async () => {
  await verifySessionSig(good, { ...options, audience: ['https://alias.example', audience], domains: ['other.example', domain] })
})

it('behavior: the first capability that validates wins, and the others’ failures are told', async () => {
  const sig = await issue({ capabilities: [await delegate({ resources: ['litPKPCapability://*'] }), delegation] })
  const report = await inspectSessionSig(sig, options)
  expect(report.ok).toBe(true)
  expect(failure(report)).toBe('delegation.grant: delegation-scope')
  expect(report.checks.filter(({ name }) => name === 'delegation.grant').map(({ path }) => path)).toEqual([
    'signedMessage.capabilities[0].signedMessage',
    'signedMessage.capabilities[1].signedMessage',
  ])
  await verifySessionSig(sig, options)
})

describe('each check can fail, under its own name', () => {
  const cases: [string, () => Promise<unknown> | unknown, string, Partial<VerifyOptions>?][] = [
    ['text beyond the bound', () => 'x'.repeat(300_000), 'bounds: input-too-large'],
    ['signedMessage beyond the bound', () => ({ ...good, signedMessage: 'x'.repeat(300_000) }), 'bounds: input-too-large'],
    ['33 capabilities', () => issue({ capabilities: Array(33).fill(delegation) }), 'bounds: input-too-large'],
    ['1,025 resources', () => issue({ resources: Array(1025).fill(resource) } as never), 'bounds: input-too-large'],
    ['nesting', () => '['.repeat(5000), 'bounds: input-too-large'],
    ['nesting in the payload', () => ({ ...good, signedMessage: `{"a":${'['.repeat(5000)}` }), 'bounds: input-too-large'],
    ['not JSON', () => '{', 'shape: json-invalid'],
    ['nothing', () => undefined, 'shape: session-sig-malformed'],
    ['another text signed', () => ({ ...good, signedMessage: `${good.signedMessage} ` }), 'session-signature: session-signature-invalid'],
    ['another resource asked', () => good, 'resource: resource-not-requested', { resource: 'litAction://Qm2' }],
    [
      'the other form asked',
      () => good,
      'resource: resource-not-requested',
      { resource: 'lit-litaction://Qm1', ability: 'lit-action-execution' },
    ],
    ['too late', () => good, 'time: session-sig-expired', { now: new Date(Date.now() + 7 * minute) }],
    ['too early', () => good, 'time: session-sig-not-yet-valid', { now: new Date(Date.now() - 2 * minute) }],
    ['too long', () => issue({ expiration: iso(31 * 24 * 60 * minute) }), 'time: session-sig-lifetime'],
    [
      'a stranger’s envelope',
      async () => issue({ capabilities: [{ ...delegation, address: bob.address }] }),
      'delegation.signature: account-mismatch',
    ],
    [
      'a capability that is none',
      () => issue({ capabilities: [{ ...delegation, extra: 'x' } as never] }).catch(() => raw({ capabilities: [7] })),
      'delegation.shape: delegation-malformed',
    ],
    [
      'a contract wallet',
      async () => issue({ capabilities: [{ ...delegation, derivedVia: 'EIP1271' }] }),
      'delegation.shape: wallet-unsupported',
    ],
    [
      'another signature scheme',
      async () => issue({ capabilities: [{ ...delegation, algo: 'LIT_BLS' }] }),
      'delegation.shape: wallet-unsupported',
    ],
    ['no message', async () => issue({ capabilities: [{ ...delegation, signedMessage: 'hello' }] }), 'delegation.message: siwe-invalid'],
    ['another site', () => good, 'delegation.domain: domain-mismatch', { domains: ['evil.example'] }],
    [
      'an ended delegation',
      async () => issue({ capabilities: [await delegate({ issuedAt: iso(-9 * minute), expirationTime: iso(-1) })] }),
      'delegation.time: delegation-expired',
    ],
    ['a delegation without end', async () => issue({ capabilities: [await withoutEnd()] }), 'delegation.time: delegation-lifetime'],
    [
      'a delegation too long',
      async () => issue({ capabilities: [await delegate({ expirationTime: iso(40 * 24 * 60 * minute) })] }),
      'delegation.time: delegation-lifetime',
    ],
    [
      'a delegation that ends before Not Before',
      async () => issue({ capabilities: [await delegate({ notBefore: iso(90 * minute) })] }),
      'delegation.time: delegation-lifetime',
    ],
    [
      'a delegation to another key',
      async () => issue({ capabilities: [await delegate({ uri: `lit:session:${'00'.repeat(32)}` })] }),
      'delegation.key: delegation-key-mismatch',
    ],
    [
      'a delegation of other powers',
      async () => issue({ capabilities: [await delegate({ resources: ['litRLICapability://*'] })] }),
      'delegation.grant: delegation-scope',
    ],
    [
      'another wallet’s signature',
      async () => issue({ capabilities: [{ ...delegation, sig: (await delegate({}, bob)).sig }] }),
      'delegation.signature: wallet-signature-invalid',
    ],
  ]

  async function withoutEnd(): Promise<AuthSig> {
    const signedMessage = delegation.signedMessage.replace(/\nExpiration Time: .*/, '')
    return { ...delegation, signedMessage, sig: await alice.signMessage({ message: signedMessage }) }
  }

  /** A payload that no honest library writes, rightly signed. */
  async function raw(changes: Record<string, unknown>): Promise<SessionSig> {
    const signedMessage = JSON.stringify({ ...JSON.parse(good.signedMessage), ...changes })
    const sig = Buffer.from(await key.sign(new TextEncoder().encode(signedMessage))).toString('hex')
    return { ...good, signedMessage, sig }
  }

  for (const [name, make, expected, changes] of cases) {
    it(name, async () => {
      const sig = await make()
      expect(failure(await inspectSessionSig(sig, { ...options, ...changes }))).toBe(expected)
      await expect(verifySessionSig(sig, { ...options, ...changes })).rejects.toThrow(SessionError)
    })
  }

  it('a payload that is none', async () => {
    for (const changes of [
      { sessionKey: '00'.repeat(32) },
      { resources: 'x' },
      { resources: [1] },
      { nodeAddress: 1 },
      { resourceAbilityRequests: [] },
      { capabilities: [] },
    ]) {
      expect(failure(await inspectSessionSig(await raw(changes), options))).toBe('payload: payload-malformed')
    }
  })
})

describe('the second form', () => {
  const request = { resource: { resource: 'Qm1', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }
  const asked = { ...options, resource: 'lit-litaction://Qm1', ability: 'lit-action-execution' }
  const key1 = 'lit-litaction://Qm1'

  async function issueFor(recaps: string[], statement: string): Promise<SessionSig> {
    const capabilities = [await delegate({ resources: recaps, statement })]
    const content = { capabilities, issuedAt: iso(0), expiration: iso(minute), nodeAddress: audience, resourceAbilityRequests: [request] }
    return issueSessionSig(key, content)
  }

  const plain = { [key1]: { 'Threshold/Execution': [{}] } }
  const cases: [string, Parameters<typeof encodeRecap>[0], string][] = [
    ['the exact ability', { att: plain }, 'none'],
    ['every ability', { att: { [key1]: { '*/*': [{}] } } }, 'none'],
    ['every resource', { att: { 'lit-litaction://*': { '*/*': [{}] } } }, 'none'],
    ['nothing', { att: {} }, 'delegation.grant: delegation-scope'],
    ['an empty list of caveats', { att: { [key1]: { 'Threshold/Execution': [] } } }, 'delegation.grant: delegation-scope'],
    ['a caveat', { att: { [key1]: { 'Threshold/Execution': [{ uses: 1 }] } } }, 'delegation.grant: recap-unsupported'],
    ['a caveat elsewhere', { att: { ...plain, 'lit-pkp://*': { 'Threshold/Signing': [{ uses: 1 }] } } }, 'none'],
    ['a caveat beside an unrestricted grant', { att: { [key1]: { '*/*': [{}], 'Threshold/Execution': [{ uses: 1 }] } } }, 'none'],
    ['another ability', { att: { [key1]: { 'Threshold/Signing': [{}] } } }, 'delegation.grant: delegation-scope'],
    ['a proof', { att: plain, prf: ['zdj7Wj6FNS4rUUbsiJvjjxcsNqZdDCSiYR8sKQXfoPfpSZuAw'] }, 'delegation.recap: recap-unsupported'],
  ]
  for (const [name, recap, expected] of cases) {
    it(`a ReCap that grants ${name}`, async () => {
      expect(failure(await inspectSessionSig(await issueFor([encodeRecap(recap)], recapStatement(recap)), asked))).toBe(expected)
    })
  }

  it('a ReCap of more abilities than anybody can read', async () => {
    const many = Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`a/${i}`, [{}]]))
    expect(() => encodeRecap({ att: { 'x:y': many } })).toThrow(SessionError)
    const uri = `urn:recap:${Buffer.from(JSON.stringify({ att: { 'x:y': Object.fromEntries(Object.entries(many).sort()) }, prf: [] })).toString('base64url')}`
    expect(failure(await inspectSessionSig(await issueFor([uri], 'Hello.'), asked))).toBe('delegation.recap: recap-invalid')
  })

  it('a ReCap must be said, be the last resource and the only one', async () => {
    const uri = encodeRecap({ att: plain })
    const sentence = recapStatement({ att: plain })
    expect(failure(await inspectSessionSig(await issueFor([uri], 'Hello.'), asked))).toBe('delegation.recap: recap-statement-mismatch')
    expect(failure(await inspectSessionSig(await issueFor([uri, 'https://x.example'], sentence), asked))).toBe(
      'delegation.recap: recap-invalid',
    )
    expect(failure(await inspectSessionSig(await issueFor([uri, uri], sentence), asked))).toBe('delegation.recap: recap-invalid')
    expect(failure(await inspectSessionSig(await issueFor([`URN${uri.slice(3)}`, uri], sentence), asked))).toBe(
      'delegation.recap: recap-invalid',
    )
    expect(failure(await inspectSessionSig(await issueFor([], sentence), asked))).toBe('delegation.recap: recap-invalid')
    expect(failure(await inspectSessionSig(await issueFor(['https://x.example', uri], `Hello. ${sentence}`), asked))).toBe('none')
  })
})

describe('ports', () => {
  it('isRevoked is asked about a good session, and only false lets it through', async () => {
    const isRevoked = vi.fn(() => false)
    await verifySessionSig(good, { ...options, isRevoked })
    expect(isRevoked).toHaveBeenCalledExactlyOnceWith({
      address: alice.address,
      chainId: 1,
      sessionKey: key.publicKey,
      delegatedAt: expect.any(String),
      nonce: 'abcdefgh12345678',
    })
    const answers: [unknown, string][] = [
      [true, 'revoked'],
      [undefined, 'verifier-unavailable'],
      [0, 'verifier-unavailable'],
      ['no', 'verifier-unavailable'],
      ['throw', 'verifier-unavailable'],
    ]
    for (const [answer, code] of answers) {
      const isRevoked = async () => (answer === 'throw' ? Promise.reject(new Error('down')) : (answer as boolean))
      expect(failure(await inspectSessionSig(good, { ...options, isRevoked }))).toBe(`revocation: ${code}`)
    }
  })

  it('isRevoked is not asked about what is no good anyway', async () => {
    const isRevoked = vi.fn(() => false)
    await inspectSessionSig(good, { ...options, resource: 'litAction://Qm2', isRevoked })
    await inspectSessionSig(good, { ...options, domains: ['evil.example'], isRevoked })
    expect(isRevoked).not.toHaveBeenCalled()
  })

  it('another capability may pass where the first is revoked', async () => {
    const second = await delegate({ nonce: 'secondsecond' })
    const sig = await issue({ capabilities: [delegation, second] })
    const report = await inspectSessionSig(sig, { ...options, isRevoked: ({ nonce }) => nonce !== 'secondsecond' })
    expect(report.ok).toBe(true)
    expect(report.checks.at(-1)).toMatchObject({ name: 'revocation', status: 'passed' })
  })

  it('verifyWallet is asked about contract wallets alone, by the address and chain of the message', async () => {
    const contract = await issue({ capabilities: [{ ...delegation, derivedVia: 'EIP1271', sig: '0x1234' }] })
    const verifyWallet = vi.fn(async () => true)
    await verifySessionSig(good, { ...options, verifyWallet })
    expect(verifyWallet).not.toHaveBeenCalled()
    await verifySessionSig(contract, { ...options, verifyWallet })
    expect(verifyWallet).toHaveBeenCalledExactlyOnceWith({
      address: alice.address,
      chainId: 1,
      message: delegation.signedMessage,
      signature: '0x1234',
    })
    for (const answer of [false, undefined, 1, 'yes'] as const) {
      expect(failure(await inspectSessionSig(contract, { ...options, verifyWallet: () => answer as boolean }))).toBe(
        'delegation.signature: wallet-signature-invalid',
      )
    }
    const down = { ...options, verifyWallet: () => Promise.reject(new Error('RPC is down')) }
    expect(failure(await inspectSessionSig(contract, down))).toBe('delegation.signature: verifier-unavailable')
  })
})

describe('a verifier that remembers', () => {
  it('a delegation seen again is not recovered again, and everything else is looked at again', async () => {
    let isRevoked = false
    const verifier = createVerifier({ audience, domains: [domain], isRevoked: () => isRevoked })
    await verifier.verify(good, { resource })
    const again = await issue()
    await verifier.verify(again, { resource })
    expect(failure(await verifier.inspect(again, { resource: 'litPKP://1' }))).toBe('resource: resource-not-requested')
    const late = await issue({ expiration: iso(90 * minute) })
    expect(failure(await verifier.inspect(late, { resource, now: new Date(Date.now() + 61 * minute) }))).toBe(
      'delegation.time: delegation-expired',
    )
    isRevoked = true
    expect(failure(await verifier.inspect(again, { resource }))).toBe('revocation: revoked')
  })

  it('nothing of a proven envelope can be swapped', async () => {
    const verifier = createVerifier({ audience, domains: [domain] })
    await verifier.verify(good, { resource })
    for (const changes of [
      { sig: (await delegate({}, bob)).sig },
      { address: bob.address },
      { signedMessage: delegation.signedMessage.replace('litAction', 'litPKP') },
      { derivedVia: 'EIP1271' },
      { algo: 'x' },
    ]) {
      expect((await verifier.inspect(await issue({ capabilities: [{ ...delegation, ...changes }] }), { resource })).ok).toBe(false)
    }
  })

  it('what an error tells cannot be used to change the verifier', async () => {
    const verifier = createVerifier({ audience: ['https://other.example'], domains: ['other.example'] })
    const error: unknown = await verifier.verify(good, { resource }).catch((thrown: unknown) => thrown)
    if (!isSessionError(error, 'audience-mismatch')) throw new Error('not the error that was expected')
    expect(() => Object.assign(error.details.expected, { 1: audience })).toThrow(TypeError)
    await expect(verifier.verify(good, { resource })).rejects.toMatchObject({ code: 'audience-mismatch' })
  })

  it('a refusal is not remembered, and a report cannot reach what is', async () => {
    const verifier = createVerifier({ audience, domains: [domain] })
    const forged = await issue({ capabilities: [{ ...delegation, sig: (await delegate({}, bob)).sig }] })
    for (let i = 0; i < 3; i++) expect((await verifier.inspect(forged, { resource })).ok).toBe(false)
    const report = await verifier.inspect(good, { resource })
    const [message] = report.messages
    expect(() => Object.assign(message ?? {}, { domain: 'evil.example' })).toThrow(TypeError)
    expect(() => Object.assign(message?.resources ?? {}, { 0: 'litPKPCapability://*' })).toThrow(TypeError)
    expect((await verifier.inspect(good, { resource })).session?.domain).toBe(domain)
  })
})

describe('what is no session signature gives a report all the same', () => {
  const hostile: [string, () => unknown][] = [
    [
      'a proxy that throws',
      () =>
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no')
            },
          },
        ),
    ],
    [
      'a proxy that was revoked',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        return proxy
      },
    ],
    [
      'a getter that throws',
      () => ({
        ...good,
        get sig() {
          throw new Error('no')
        },
      }),
    ],
    [
      'a getter that throws nothing',
      () => ({
        ...good,
        get sig() {
          throw undefined
        },
      }),
    ],
    ['symbols', () => ({ ...good, [Symbol('x')]: 1 })],
    ['inherited fields', () => Object.create(good)],
    ['a String object', () => new String(JSON.stringify(good))],
    ['a list', () => [good]],
    ['a function', () => () => good],
    ['a bigint', () => 1n],
    [
      'a cycle',
      () => {
        const cycle: Record<string, unknown> = {}
        cycle['sig'] = cycle
        return cycle
      },
    ],
    ['a text of half a surrogate', () => '"\ud800"'],
    ['fields of objects that become texts', () => ({ ...good, signedMessage: { toString: () => good.signedMessage } })],
    [
      'an error that throws itself when it is looked at',
      () => {
        const error: unknown = new Proxy(
          {},
          {
            getPrototypeOf() {
              throw error
            },
          },
        )
        return new Proxy(
          {},
          {
            ownKeys() {
              throw error
            },
          },
        )
      },
    ],
    [
      'an error that says it is ours',
      () => ({
        ...good,
        get sig() {
          throw Object.assign(new Error('forged'), { name: 'SessionError', code: 'revoked', details: {} })
        },
      }),
    ],
    ['bytes', () => new Uint8Array(1_000_000)],
    ['a promise', () => Promise.resolve(good)],
  ]
  for (const [name, make] of hostile) {
    it(name, async () => {
      const report = await inspectSessionSig(make(), options)
      expect(report.ok).toBe(false)
      expect(report.checks.map((check) => check.name)).toEqual(checkNames)
      expect(failure(report)).toMatch(/^(?:shape: (?:session-sig-malformed|json-invalid)|bounds: input-too-large)$/)
    })
  }

  it('a getter that shows two faces is read once', async () => {
    let reads = 0
    const faces = { ...good }
    Object.defineProperty(faces, 'signedMessage', {
      enumerable: true,
      get: () => (reads++ === 0 ? good.signedMessage : good.signedMessage.replace('Qm1', 'Qm2')),
    })
    expect((await inspectSessionSig(faces, options)).ok).toBe(true)
    expect(reads).toBe(1)
  })
})

describe('options that cannot be used are a TypeError, before the signature is read', () => {
  const unread = new Proxy({}, { ownKeys: () => expect.fail('it was read'), get: () => expect.fail('it was read') })
  const bad: [string, unknown][] = [
    ['none', undefined],
    ['no audience', { ...options, audience: undefined }],
    ['an empty audience', { ...options, audience: '' }],
    ['an empty list of audiences', { ...options, audience: [] }],
    ['no domains', { ...options, domains: undefined }],
    ['no domain', { ...options, domains: [] }],
    ['no resource', { ...options, resource: undefined }],
    ['a resource that can be none', { ...options, resource: 'litFoo://1' }],
    ['a capability for a resource', { ...options, resource: 'litActionCapability://1' }],
    ['an ability that can be none', { ...options, resource: 'lit-pkp://1', ability: 'fly' }],
    ['a second-form resource without ability', { ...options, resource: 'lit-pkp://1' }],
    ['a time that is none', { ...options, now: new Date(Number.NaN) }],
    ['a time that is a text', { ...options, now: '2026-01-01T00:00:00Z' }],
    ['a tolerance that is none', { ...options, clockToleranceSeconds: Number.NaN }],
    ['a negative lifetime', { ...options, maxLifetimeSeconds: -1 }],
    ['an endless lifetime', { ...options, maxDelegationSeconds: Number.POSITIVE_INFINITY }],
    ['a port that is none', { ...options, isRevoked: true }],
    ['a tolerance that tolerates everything', { ...options, clockToleranceSeconds: 1e9 }],
    ['a vocabulary that is none', { ...options, vocabulary: {} }],
    ['a misspelt option', { ...options, isRevokd: () => false }],
  ]
  for (const [name, wrong] of bad) {
    it(name, async () => {
      await expect(verifySessionSig(unread, wrong as VerifyOptions)).rejects.toThrow(TypeError)
      await expect(inspectSessionSig(unread, wrong as VerifyOptions)).rejects.toThrow(TypeError)
    })
  }

  it('a verifier says so when it is made, and when it is called', async () => {
    expect(() => createVerifier({ audience: '', domains: '*' })).toThrow(TypeError)
    expect(() => createVerifier(options)).toThrow(TypeError)
    const verifier = createVerifier({ audience, domains: '*' })
    await expect(verifier.verify(good, {} as never)).rejects.toThrow(TypeError)
    await expect(verifier.verify(good, { resource, audience } as never)).rejects.toThrow(TypeError)
  })
})

it('behavior: the client’s own signatures, of every form and type, pass', async () => {
  const client = createSessionClient({ nodes, domain, signer: countingSigner() })
  const sigs = await client.getSessionSigs()
  for (const type of ['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action']) {
    await verifySessionSig(sigs[audience], { ...options, resource: `lit${type}://*` })
  }
})
