/** Resources and vocabularies: which names there may be, and what an error tells of one that may not. */
import { describe, expect, it } from 'vitest'
import {
  capabilityFor,
  defineVocabulary,
  formatPkpResource,
  inWireOrder,
  isGranted,
  isRequested,
  litVocabulary,
  parseResource,
  recapAbilityFor,
} from '../../src/resource.ts'
import { thrownBy } from './help.ts'

const reason = expect.stringMatching(/./)

describe('a vocabulary', () => {
  const isFine = (definition: object): boolean => {
    try {
      return defineVocabulary({ prefix: 'acme', types: ['Invoice'], ...definition }) !== undefined
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toMatch(/A vocabulary|A type|A resource prefix|Each ability/)
      return false
    }
  }

  it('behavior: its prefix is lower-case letters and digits, a letter first', () => {
    for (const prefix of ['a', 'acme', 'a1', 'a9z']) expect(isFine({ prefix }), prefix).toBe(true)
    for (const prefix of ['', '1a', 'A', 'aB', 'a-b', 'xA', '-a', 'a:', 'a b', 'Aacme']) expect(isFine({ prefix }), prefix).toBe(false)
  })

  it('behavior: its types are capitalised words, each once, none of them a capability', () => {
    for (const types of [['A'], ['A', 'B'], ['A1'], ['AbC'], ['ABC'], ['Capabilityx'], ['CapabilityX']])
      expect(isFine({ types }), types.join()).toBe(true)
    const wrong = [
      [],
      ['A', 'A'],
      'A',
      new Set(['A']),
      ['a'],
      [''],
      ['1A'],
      ['A-b'],
      ['A b'],
      ['aA'],
      ['-A'],
      ['A-'],
      ['Capability'],
      ['ACapability'],
      ['A', 'bB'],
    ]
    for (const types of wrong) expect(isFine({ types }), String(types)).toBe(false)
    expect(isFine({ types: { length: 1, 0: 'A' } })).toBe(false)
  })

  it('behavior: its abilities are by prefix, each with a name of its own in the ReCap', () => {
    const named = (...names: string[]): object => ({ abilities: { x: Object.fromEntries(names.map((name, i) => [`do-${i}`, name])) } })
    for (const prefix of ['a', 'a1', 'a-b', 'a-']) expect(isFine({ abilities: { [prefix]: {} } }), prefix).toBe(true)
    for (const prefix of ['', '1a', 'A', 'aB', 'a_b', '-a', 'a b', 'a:'])
      expect(isFine({ abilities: { [prefix]: {} } }), prefix).toBe(false)
    for (const names of [['A/b'], ['A/b', 'A/c'], ['a9._+-Z/z9._+-Y'], []]) expect(isFine(named(...names)), names.join()).toBe(true)
    const wrong = [
      ['A/b', 'A/b'],
      ['A'],
      ['/b'],
      ['A/'],
      ['A/b/c'],
      ['*/*'],
      ['A/*'],
      ['A b/c'],
      ['A/b c'],
      ['A/b', 'x'],
      [' A/b'],
      ['A/b '],
    ]
    for (const names of wrong) expect(isFine(named(...names)), names.join()).toBe(false)
    for (const character of 'AZaz09._+-')
      for (const name of [`${character}/x`, `x/${character}`]) expect(isFine(named(name)), name).toBe(true)
  })

  it('behavior: nobody can change one afterwards, neither ours nor one of their own', () => {
    const abilities = { x: { 'do-it': 'X/do' } }
    const types = ['Invoice'] as const
    const made = defineVocabulary({ prefix: 'acme', types, abilities })
    abilities.x['do-it'] = 'Y/do'
    expect(made).toEqual({ prefix: 'acme', types: ['Invoice'], abilities: { x: { 'do-it': 'X/do' } } })
    for (const part of [made, made.types, made.abilities, made.abilities?.['x'], litVocabulary, litVocabulary.types])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('a resource', () => {
  it('error: what is none, each by its code and with the text', async () => {
    const malformed = { code: 'resource-malformed', reason }
    expect(await thrownBy(() => parseResource(7 as unknown as string))).toEqual({ ...malformed, resource: 'number' })
    const reasons = new Set<unknown>()
    for (const resource of ['', 'litPKP', 'litPKP:/1', 'litPKP://', 'litPKP://a://b', 'litPKP://a b', 'litPKP://ä']) {
      const thrown = await thrownBy(() => parseResource(resource))
      expect(thrown).toEqual({ ...malformed, resource })
      reasons.add(Reflect.get(Object(thrown), 'reason'))
    }
    expect(reasons.size).toBe(4)
    const known = ['litEncryptionCondition', 'litSigningCondition', 'litPKP', 'litRLI', 'litAction']
    for (const resource of ['://x', 'litpkp://x', 'acmePKP://x', 'litPKPX://x', 'litPKPCapabilityX://x'])
      expect(await thrownBy(() => parseResource(resource))).toEqual({ code: 'resource-type-unknown', resource, known })
    for (const resource of ['litPKP://a*', 'litPKP://*a', 'litPKP://**'])
      expect(await thrownBy(() => parseResource(resource))).toEqual({ code: 'resource-wildcard', resource })
  })

  it('behavior: kind, type and id', async () => {
    expect(parseResource('litPKP://1')).toEqual({ kind: 'resource', type: 'PKP', id: '1' })
    expect(parseResource('litPKPCapability://*')).toEqual({ kind: 'capability', type: 'PKP', id: '*' })
    expect(capabilityFor('litPKP://1')).toBe('litPKPCapability://1')
    const resource = 'litPKPCapability://1'
    expect(await thrownBy(() => capabilityFor(resource))).toEqual({ code: 'resource-is-capability', resource })
  })

  it('behavior: covered by the same text, or by all of its own type', () => {
    expect(isRequested(['litPKP://*'], 'litPKP://1')).toBe(true)
    expect(isRequested(['litPKP://1'], 'litPKP://1')).toBe(true)
    for (const listed of [[], ['litPKP://2'], ['litRLI://*'], ['litPKP://'], ['*'], ['litPKP://1?://*']])
      expect(isRequested(listed, 'litPKP://1')).toBe(false)
    expect(isRequested(['litPKP://a://*'], 'litPKP://a://b')).toBe(false)
    expect(isGranted(['litPKPCapability://1'], 'litPKP://1')).toBe(true)
    expect(isGranted(['litPKPCapability://1'], 'litPKP://*')).toBe(false)
  })
})

describe('the second form', () => {
  it('behavior: Lit’s abilities in a ReCap', () => {
    const names = {
      'lit-accesscontrolcondition': {
        'access-control-condition-decryption': 'Threshold/Decryption',
        'access-control-condition-signing': 'Threshold/Signing',
      },
      'lit-pkp': { 'pkp-signing': 'Threshold/Signing' },
      'lit-ratelimitincrease': { 'rate-limit-increase-auth': 'Auth/Auth' },
      'lit-litaction': { 'lit-action-execution': 'Threshold/Execution' },
    }
    for (const [prefix, abilities] of Object.entries(names))
      for (const [ability, name] of Object.entries(abilities)) expect(recapAbilityFor(`${prefix}://1`, ability)).toBe(name)
  })

  it('error: a prefix or an ability that there is not, inherited names included', async () => {
    const known = ['lit-accesscontrolcondition', 'lit-pkp', 'lit-ratelimitincrease', 'lit-litaction']
    for (const resource of ['litPKP://1', 'toString://1', 'constructor://1'])
      expect(await thrownBy(() => recapAbilityFor(resource, 'pkp-signing'))).toEqual({ code: 'resource-type-unknown', resource, known })
    for (const ability of ['pkp', 'toString', ''])
      expect(await thrownBy(() => recapAbilityFor('lit-pkp://1', ability))).toEqual({
        code: 'ability-unknown',
        ability,
        prefix: 'lit-pkp',
        known: ['pkp-signing'],
      })
  })

  it('behavior: a copy of a request has just what belongs to it', () => {
    const given = { ability: 'a', more: 1, resource: { resourcePrefix: 'p', resource: 'r', more: 1 } }
    expect(JSON.stringify(inWireOrder(given))).toBe('{"resource":{"resource":"r","resourcePrefix":"p"},"ability":"a"}')
  })
})

describe('a PKP id', () => {
  it('behavior: hex is padded to 64 digits, in its own case; what is no hex stays', () => {
    expect(formatPkpResource('0xAbC1')).toBe('AbC1'.padStart(64, '0'))
    expect(formatPkpResource('12')).toBe('12'.padStart(64, '0'))
    for (const same of ['*', '', 'xyz', 'AB-', '-AB', 'ab'.repeat(32)]) expect(formatPkpResource(same)).toBe(same)
    expect(formatPkpResource(`0x${'AB'.repeat(32)}`)).toBe('AB'.repeat(32))
    expect(formatPkpResource('F')).toBe('F'.padStart(64, '0'))
  })

  it('error: over 64 digits', async () => {
    for (const resource of ['a'.repeat(65), `0x${'a'.repeat(65)}`])
      expect(await thrownBy(() => formatPkpResource(resource))).toEqual({ code: 'resource-malformed', resource, reason })
  })
})
