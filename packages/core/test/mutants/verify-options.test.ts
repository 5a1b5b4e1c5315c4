/** What a verifier is told: each option to its bounds, and what a wrong one is called. */
import { describe, expect, it } from 'vitest'
import { defineVocabulary } from '../../src/resource.ts'
import { createVerifier, inspectSessionSig, type VerifierDefaults, type VerifyOptions } from '../../src/verify.ts'
import { readDefaults, readRequest } from '../../src/verify-options.ts'
import { thrownBy } from './help.ts'

const audience = 'https://node.example'
const fine: VerifierDefaults = { audience, domains: ['app.example'] }
const resource = 'litAction://Qm1'
const day = 86_400
const century = 36_525 * day

const saidOf = async (run: () => unknown): Promise<string> => {
  const thrown = await thrownBy(run)
  expect(thrown).toBeInstanceOf(TypeError)
  return (thrown as TypeError).message
}
const wrongDefaults = (changes: object): Promise<string> => saidOf(() => createVerifier({ ...fine, ...changes } as VerifierDefaults))

describe('defaults', () => {
  it('default: a minute of tolerance, 30 days for both lifetimes, and lists that nobody can change', () => {
    const settings = readDefaults(fine)
    expect(settings).toMatchObject({
      audience: [audience],
      domains: ['app.example'],
      toleranceSeconds: 60,
      maxLifetimeSeconds: 30 * day,
      maxDelegationSeconds: 30 * day,
    })
    expect([Object.isFrozen(settings.audience), Object.isFrozen(settings.domains)]).toEqual([true, true])
    expect([settings.verifyWallet, settings.isRevoked]).toEqual([undefined, undefined])
    expect(readDefaults({ ...fine, domains: '*', audience: ['a', 'b'] })).toMatchObject({ domains: '*', audience: ['a', 'b'] })
    expect(readDefaults({ ...fine, clockToleranceSeconds: 1, maxLifetimeSeconds: 2, maxDelegationSeconds: 3 })).toMatchObject({
      toleranceSeconds: 1,
      maxLifetimeSeconds: 2,
      maxDelegationSeconds: 3,
    })
  })

  it('behavior: seconds from 0 to a day of tolerance, to a century of life', async () => {
    for (const [name, most] of [
      ['clockToleranceSeconds', day],
      ['maxLifetimeSeconds', century],
      ['maxDelegationSeconds', century],
    ] as const) {
      for (const good of [0, 0.5, most]) expect(() => readDefaults({ ...fine, [name]: good })).not.toThrow()
      for (const bad of [-1, -0.001, most + 0.001, Number.NaN, Number.POSITIVE_INFINITY, '60', null, 60n])
        expect(await wrongDefaults({ [name]: bad })).toBe(`${name} is a number of seconds from 0 to ${most}.`)
    }
  })

  it('error: no audience or domains, or such as could never be met', async () => {
    for (const bad of [undefined, null, '', [], [''], ['a', ''], [7], 7, {}])
      expect(await wrongDefaults({ audience: bad })).toMatch(/^audience is this server/)
    for (const bad of [undefined, null, '', 'app.example', [], [''], ['*'], ['*.example'], ['https://app.example'], ['a', 'b/c'], [7], {}])
      expect(await wrongDefaults({ domains: bad })).toMatch(/^domains is a list/)
    for (const good of [['localhost:3000'], ['[::1]:80'], ['a', 'b']])
      expect(readDefaults({ ...fine, domains: good }).domains).toEqual(good)
  })

  it('error: ports that are no functions, a vocabulary that is none', async () => {
    for (const name of ['verifyWallet', 'isRevoked'])
      for (const bad of [null, true, {}, 'x']) expect(await wrongDefaults({ [name]: bad })).toBe(`${name} is a function.`)
    const types = ['A']
    for (const bad of [
      null,
      7,
      {},
      { prefix: 'a' },
      { types },
      { prefix: 7, types },
      { prefix: 'a', types: 'A' },
      { prefix: 'a', types, abilities: 7 },
      { prefix: 'a', types, abilities: null },
    ])
      expect(await wrongDefaults({ vocabulary: bad })).toMatch(/^vocabulary is what/)
    for (const good of [{ prefix: 'a', types }, defineVocabulary({ prefix: 'a', types: ['A'], abilities: {} })])
      expect(readDefaults({ ...fine, vocabulary: good }).vocabulary).toBe(good)
    const port = () => false
    expect(readDefaults({ ...fine, verifyWallet: port, isRevoked: port })).toMatchObject({ verifyWallet: port, isRevoked: port })
  })

  it('error: none, or one that there is not, by its name and with those that there are', async () => {
    for (const bad of [undefined, null, 7])
      expect(await saidOf(() => createVerifier(bad as unknown as VerifierDefaults))).toMatch(/^Options are required: audience/)
    const known = [
      'audience',
      'domains',
      'vocabulary',
      'clockToleranceSeconds',
      'maxLifetimeSeconds',
      'maxDelegationSeconds',
      'verifyWallet',
      'isRevoked',
      'curves',
    ]
    expect(await wrongDefaults({ resource })).toBe(`There is no option "resource"; known are ${known.join(', ')}.`)
    const all = [...known, 'resource', 'ability', 'now']
    expect(await saidOf(() => inspectSessionSig('', { ...fine, resource, audiences: 1 } as VerifyOptions))).toBe(
      `There is no option "audiences"; known are ${all.join(', ')}.`,
    )
    for (const call of ['verify', 'inspect'] as const)
      expect(await saidOf(() => createVerifier(fine)[call]('', { resource, domains: [] } as { resource: string }))).toBe(
        'There is no option "domains"; known are resource, ability, now.',
      )
  })
})

describe('a request', () => {
  const { vocabulary } = readDefaults(fine)
  const wrong = (request: unknown): Promise<string> => saidOf(() => readRequest(request as { resource: string }, vocabulary))

  it('default: of either form, now', () => {
    const before = Date.now()
    const asked = readRequest({ resource }, vocabulary)
    expect(asked).toMatchObject({ resource, ability: undefined })
    expect(asked.now).toBeGreaterThanOrEqual(before)
    expect(asked.now).toBeLessThanOrEqual(Date.now())
    expect(readRequest({ resource: 'lit-pkp://1', ability: 'pkp-signing', now: new Date(7) }, vocabulary)).toEqual({
      resource: 'lit-pkp://1',
      ability: 'pkp-signing',
      now: 7,
    })
  })

  it('error: none, without a resource, with one that cannot be asked for, or at no time', async () => {
    for (const bad of [undefined, null, 7]) expect(await wrong(bad)).toMatch(/^Options are required: \{ resource/)
    for (const bad of [undefined, null, 7]) expect(await wrong({ resource: bad })).toMatch(/^resource is required/)
    for (const bad of [null, 7, 'now', new Date(Number.NaN), { getTime: () => 7 }])
      expect(await wrong({ resource, now: bad })).toMatch(/^now must be/)
    for (const bad of ['x', 'lit-pkp://1', 'litPKPCapability://1'])
      expect(await wrong({ resource: bad })).toMatch(/^resource cannot be asked for: .* needs its ability/)
    for (const bad of [
      { resource, ability: 'x' },
      { resource: 'lit-pkp://1', ability: 'x' },
    ])
      expect(await wrong(bad)).toMatch(/^resource cannot be asked for: (?!.*needs its ability)/)
    const plain = (await thrownBy(() => readRequest({ resource: 'lit-pkp://1', ability: 'x' }, vocabulary))) as Error
    expect(plain.message).toBe(`resource cannot be asked for: ${(plain.cause as Error).message}`)
    const failure = new RangeError('no')
    const failing = {
      prefix: 'a',
      get types(): string[] {
        throw failure
      },
    }
    expect(await thrownBy(() => readRequest({ resource: 'aX://1' }, failing))).toBe(failure)
    const thrown = await thrownBy(() => readRequest({ resource: 'x' }, vocabulary))
    expect((thrown as Error).cause).toMatchObject({ code: 'resource-malformed' })
  })
})
