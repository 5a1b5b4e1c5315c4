/** The later form's resources, and the names that Lit apps use for all of it. */
import { litVocabulary } from '@session-sigs/core'
import { describe, expect, it } from 'vitest'
import { describeVectors, isScored, loadVectors } from '../../core/test/vectors.ts'
import {
  LIT_ABILITY,
  LIT_RESOURCE_PREFIX,
  LIT_RESOURCES,
  LitAbility,
  LitAccessControlConditionResource,
  LitActionResource,
  LitPKPResource,
  type LitResource,
  LitResourcePrefix,
  LitRLIResource,
} from '../src/index.ts'

type ResourceClass = new (id: string) => LitActionResource

const classes: [string, ResourceClass, string, readonly string[]][] = [
  ['LitActionResource', LitActionResource, 'lit-litaction', ['lit-action-execution']],
  ['LitPKPResource', LitPKPResource, 'lit-pkp', ['pkp-signing']],
  ['LitRLIResource', LitRLIResource, 'lit-ratelimitincrease', ['rate-limit-increase-auth']],
  [
    'LitAccessControlConditionResource',
    LitAccessControlConditionResource,
    'lit-accesscontrolcondition',
    ['access-control-condition-decryption', 'access-control-condition-signing'],
  ],
]
const abilities = Object.values(LIT_ABILITY)

describe.each(classes)('%s', (_, Resource, prefix, own) => {
  it('default: its key is its prefix and its id', () => {
    const resource = new Resource('*')
    expect([resource.resource, resource.resourcePrefix]).toEqual(['*', prefix])
    expect([resource.getResourceKey(), String(resource)]).toEqual([`${prefix}://*`, `${prefix}://*`])
  })

  it('behavior: it knows its abilities', () => {
    expect(abilities.filter((ability) => new Resource('*').isValidLitAbility(ability))).toEqual(own)
    for (const nonsense of ['', '*', 'toString', '__proto__']) expect(new Resource('*').isValidLitAbility(nonsense)).toBe(false)
  })

  it('behavior: as JSON it is what the wire has, in its order', () => {
    const { resource, resourcePrefix }: LitResource = new Resource('*')
    expect(JSON.stringify(new Resource('*'))).toBe(JSON.stringify({ resource, resourcePrefix }))
  })
})

describe('names', () => {
  it('default: prefixes and abilities, also under the names of later versions', () => {
    expect(LitResourcePrefix).toBe(LIT_RESOURCE_PREFIX)
    expect(LitAbility).toBe(LIT_ABILITY)
    expect(Object.values(LIT_RESOURCE_PREFIX).sort()).toEqual(classes.map(([, , prefix]) => prefix).sort())
    expect([...abilities].sort()).toEqual(classes.flatMap(([, , , own]) => own).sort())
  })

  it('behavior: the ten prefixes of the first form are those that core knows', () => {
    const { types } = litVocabulary
    expect(Object.values(LIT_RESOURCES).sort()).toEqual(types.flatMap((type) => [`lit${type}://`, `lit${type}Capability://`]).sort())
    for (const [name, prefix] of Object.entries(LIT_RESOURCES)) expect(prefix).toBe(`lit${name}://`)
  })
})

describe('ids of PKPs', () => {
  it('default: hex is padded to 64 digits, 0x or not, and * is kept', () => {
    expect(new LitPKPResource('0x2a').resource).toBe('2a'.padStart(64, '0'))
    expect(new LitPKPResource('2a').getResourceKey()).toBe(`lit-pkp://${'2a'.padStart(64, '0')}`)
    expect(new LitPKPResource('*').resource).toBe('*')
  })

  it('error: more than 64 digits', () => {
    expect(() => new LitPKPResource('1'.repeat(65))).toThrow(expect.objectContaining({ code: 'resource-malformed' }))
  })

  it('behavior: ids of other resources stay as they are', () => {
    expect(new LitRLIResource('0x2a').resource).toBe('0x2a')
    expect(new LitActionResource('0x2a').resource).toBe('0x2a')
  })
})

describeVectors('vectors/recap/lit-pkp-resource-id', () => {
  for (const item of loadVectors<{ cases: { name: string; input: string; output: string | null }[] }>(
    'recap/lit-pkp-resource-id.json',
  ).cases.filter(isScored)) {
    it(item.name, () => {
      if (item.output === null) expect(() => new LitPKPResource(item.input)).toThrow(expect.objectContaining({ name: 'SessionError' }))
      else expect(new LitPKPResource(item.input).resource).toBe(item.output)
    })
  }
})
