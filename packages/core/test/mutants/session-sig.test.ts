/** Session signatures: what may be issued, and envelopes and payloads with one thing wrong in each. */
import { describe, expect, it } from 'vitest'
import type { AuthSig } from '../../src/delegation.ts'
import { SessionError } from '../../src/errors.ts'
import type { SessionSigContent } from '../../src/issue.ts'
import { generateSessionKeyPair, importSessionKey } from '../../src/keypair.ts'
import { issueSessionSig, parsePayload, readSessionSig } from '../../src/session-sig.ts'
import { refusedBy, thrownBy } from './help.ts'

const reason = expect.stringMatching(/./)
const authSig: AuthSig = { sig: '0x00', derivedVia: 'web3.eth.personal.sign', signedMessage: 'text', address: '0x1' }
const request = { resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }
const times = { issuedAt: '2026-03-01T10:00:00.000Z', expiration: '2026-03-01T10:05:00.000Z' }
const content = { resources: ['litPKP://1'], capabilities: [authSig], ...times, nodeAddress: 'https://node.example' }

describe('issuing', () => {
  const issue = async (changes: object): Promise<unknown> => {
    const key = await importSessionKey(await generateSessionKeyPair())
    return issueSessionSig(key, { ...content, ...changes } as SessionSigContent & { nodeAddress: string })
  }
  const second = { resources: undefined, resourceAbilityRequests: [request] }

  it('behavior: a list of either form, by a key, a pair or its text', async () => {
    const pair = await generateSessionKeyPair()
    for (const key of [pair, JSON.stringify(pair), await importSessionKey(pair)])
      expect((await issueSessionSig(key, content)).address).toBe(pair.publicKey)
    const sig = (await issue({
      resources: undefined,
      resourceAbilityRequests: [{ ability: 'pkp-signing', resource: { resourcePrefix: 'lit-pkp', resource: '1' } }],
    })) as {
      signedMessage: string
    }
    expect(sig.signedMessage).toContain(`"resourceAbilityRequests":${JSON.stringify([request])}`)
  })

  it('error: both lists, none, or what is no list or has an element of the other form', async () => {
    const wrong = [
      { resourceAbilityRequests: [request] },
      { resources: undefined },
      { resources: 'litPKP://1' },
      { resources: null },
      { resources: { length: 1, every: () => true } },
      { resources: [request] },
      { resources: ['litPKP://1', 7] },
      { ...second, resourceAbilityRequests: ['litPKP://1'] },
      { ...second, resourceAbilityRequests: [request, null] },
      { ...second, resourceAbilityRequests: [{ ...request, ability: 7 }] },
      { ...second, resourceAbilityRequests: [{ ...request, resource: { resource: 7, resourcePrefix: 'x' } }] },
      { ...second, resourceAbilityRequests: [{ ...request, resource: { resource: 'x' } }] },
      { ...second, resourceAbilityRequests: [Object.create(request)] },
      { nodeAddress: undefined },
      { nodeAddress: 7 },
    ]
    for (const [i, changes] of wrong.entries()) expect(await thrownBy(() => issue(changes)), String(i)).toBeInstanceOf(TypeError)
    const said = await Promise.all(wrong.map((changes) => issue(changes).catch(String)))
    expect(new Set(said).size).toBe(3)
  })

  it('error: an empty list, no delegation, or times that are none', async () => {
    expect(await thrownBy(() => issue({ resources: [] }))).toEqual({ code: 'resources-empty', field: 'resources' })
    expect(await thrownBy(() => issue({ ...second, resourceAbilityRequests: [] }))).toEqual({
      code: 'resources-empty',
      field: 'resourceAbilityRequests',
    })
    expect(await thrownBy(() => issue({ capabilities: [] }))).toEqual({ code: 'delegation-malformed', reason })
    expect(await thrownBy(() => issue({ capabilities: [{ ...authSig, extra: 1 }] }))).toEqual({ code: 'delegation-malformed', reason })
    for (const field of ['issuedAt', 'expiration'])
      expect(await thrownBy(() => issue({ [field]: 'now' }))).toEqual({ code: 'time-invalid', field, reason })
  })

  it('error: a text that is no key does not show in the error', async () => {
    const error = await refusedBy(() => issueSessionSig('a secret', content))
    expect(error.code).toBe('key-malformed')
    expect(String(error)).not.toContain('secret')
  })
})

describe('an envelope', () => {
  const good = {
    sig: 'ab'.repeat(64),
    derivedVia: 'litSessionSignViaNacl',
    signedMessage: '{}',
    address: 'cd'.repeat(32),
    algo: 'ed25519',
  } as const
  const reasonOf = async (value: object): Promise<unknown> => {
    const thrown = await thrownBy(() => readSessionSig(value as Record<string, unknown>))
    expect(thrown).toEqual({ code: 'session-sig-malformed', reason })
    return Reflect.get(Object(thrown), 'reason')
  }

  it('behavior: exactly the five strings', () => {
    expect(readSessionSig(Object.fromEntries(Object.entries(good).reverse()))).toEqual(good)
  })

  it('error: one that is missing, inherited, no string or too many', async () => {
    for (const field of Object.keys(good) as (keyof typeof good)[]) {
      const { [field]: value, ...rest } = good
      expect(await reasonOf(rest)).toBe(`${field} is missing`)
      expect(await reasonOf(Object.assign(Object.create({ [field]: value }), rest))).toBe(`${field} is missing`)
      for (const other of [undefined, null, 7, [value]])
        expect(await reasonOf({ ...good, [field]: other })).toBe(`${field} is not a string`)
    }
    expect(await reasonOf({ ...good, extra: 'x' })).toMatch(/besides the five/)
  })

  it('error: other constants, and hex that is not as it has to be', async () => {
    for (const algo of ['', 'Ed25519']) expect(await reasonOf({ ...good, algo })).toMatch(/^algo/)
    for (const derivedVia of ['', 'web3.eth.personal.sign']) expect(await reasonOf({ ...good, derivedVia })).toMatch(/^derivedVia/)
    for (const [field, hex] of [
      ['sig', good.sig],
      ['address', good.address],
    ] as const)
      for (const wrong of ['', hex.slice(1), `${hex}a`, `a${hex}`, `x${hex}`, `${hex}x`, hex.toUpperCase(), `${hex.slice(1)}g`])
        expect(await reasonOf({ ...good, [field]: wrong })).toMatch(new RegExp(`^${field} is not (?:64|128) lower`))
  })
})

describe('a payload', () => {
  const good = { sessionKey: 'ab', resources: ['a'], capabilities: [{}], ...times, nodeAddress: 'https://node.example' }
  const reasonOf = async (value: unknown): Promise<string> => {
    const thrown = await thrownBy(() => parsePayload(typeof value === 'string' ? value : JSON.stringify(value)))
    expect(thrown).toEqual({ code: 'payload-malformed', reason })
    return String(Reflect.get(Object(thrown), 'reason'))
  }

  it('behavior: both lists are named, the one that is missing as such, and what nobody knows is let through', () => {
    expect(parsePayload(JSON.stringify({ ...good, more: 1 }))).toEqual({ ...good, more: 1, resourceAbilityRequests: undefined })
    const { resources: _, ...rest } = good
    expect(parsePayload(JSON.stringify({ ...rest, resourceAbilityRequests: [request] }))).toMatchObject({
      resources: undefined,
      resourceAbilityRequests: [request],
    })
  })

  it('error: what is no JSON, with what is wrong with it; no object', async () => {
    expect(await reasonOf('{')).not.toMatch(/object$/)
    const { cause } = await refusedBy(() => parsePayload('{'))
    expect(cause).toBeInstanceOf(SessionError)
    expect(cause).toMatchObject({ code: 'json-invalid' })
    for (const value of [null, 7, [], '"x"']) expect(await reasonOf(value)).toMatch(/object/)
  })

  it('error: nested too deeply is said as such', async () => {
    const deep = `${'['.repeat(20)}${']'.repeat(20)}`
    expect(await thrownBy(() => parsePayload(`{"more":${deep}}`))).toEqual({ code: 'input-too-large', what: 'nesting', limit: 16 })
  })

  it('error: a field that is missing or of another type', async () => {
    for (const field of ['sessionKey', 'issuedAt', 'expiration', 'nodeAddress'])
      for (const other of [undefined, null, 7, ['x']]) expect(await reasonOf({ ...good, [field]: other })).toBe(`${field} is not a string`)
    for (const capabilities of [undefined, null, 'x', {}, { length: 1 }, []])
      expect(await reasonOf({ ...good, capabilities })).toMatch(/^capabilities/)
    expect(await reasonOf({ ...good, resourceAbilityRequests: [request] })).toMatch(/not both/)
    expect(await reasonOf({ ...good, resources: undefined })).toMatch(/not both/)
  })

  it('error: a list that is none, or has an element that may not stand there', async () => {
    for (const resources of [null, 'x', {}, [], [7], ['x', 7], [request]])
      expect(await reasonOf({ ...good, resources })).toMatch(/list of resources/)
    const wrong = [
      null,
      {},
      [],
      ['x'],
      [null],
      [request, {}],
      [{ ...request, ability: 1 }],
      [{ ability: 'x' }],
      [{ ability: 'x', resource: [] }],
      [{ ability: 'x', resource: { resource: 'x' } }],
    ]
    for (const resourceAbilityRequests of wrong)
      expect(await reasonOf({ ...good, resources: undefined, resourceAbilityRequests })).toMatch(/list of resources/)
  })
})
