/** ReCaps as callbacks of Lit apps build them: the bytes and sentences of the real library. */
import { type Attenuations, decodeRecap, parseSiweMessage } from '@session-sigs/core'
import { SiweMessage } from 'siwe'
import { describe, expect, it } from 'vitest'
import { describeVectors, isScored, loadVectors } from '../../core/test/vectors.ts'
import {
  LIT_ABILITY,
  LitAccessControlConditionResource,
  LitActionResource,
  LitPKPResource,
  LitRLIResource,
  newSessionCapabilityObject,
  RecapSessionCapabilityObject,
} from '../src/index.ts'
import { alice, day, domain } from './app.ts'

/** As much of a message as a ReCap is added to. */
interface Carrier {
  statement?: string
  resources?: string[]
}

const preamble = 'I further authorize the stated URI to perform the following actions on my behalf:'

function message(fields: Partial<SiweMessage> = {}): SiweMessage {
  return new SiweMessage({
    domain,
    address: alice.address,
    uri: `lit:session:${'ab'.repeat(32)}`,
    version: '1',
    chainId: 1,
    expirationTime: new Date(Date.now() + day).toISOString(),
    ...fields,
  })
}

describe('a capability object', () => {
  it('default: what is added is what it grants, says and encodes', () => {
    const recap = newSessionCapabilityObject()
    recap.addCapabilityForResource(new LitActionResource('*'), LIT_ABILITY.LitActionExecution)
    expect(recap.attenuations).toEqual({ 'lit-litaction://*': { 'Threshold/Execution': [{}] } })
    expect(recap.proofs).toEqual([])
    expect(recap.statement).toBe(`${preamble} (1) 'Threshold': 'Execution' for 'lit-litaction://*'.`)
    expect(recap.encodeAsSiweResource()).toBe(
      'urn:recap:eyJhdHQiOnsibGl0LWxpdGFjdGlvbjovLyoiOnsiVGhyZXNob2xkL0V4ZWN1dGlvbiI6W3t9XX19LCJwcmYiOltdfQ',
    )
  })

  const abilities: [string, RecapSessionCapabilityObject, Attenuations][] = []
  const add = (resource: LitActionResource, ability: string, inRecap: string): void => {
    const recap = newSessionCapabilityObject()
    recap.addCapabilityForResource(resource, ability)
    abilities.push([ability, recap, { [resource.getResourceKey()]: { [inRecap]: [{}] } }])
  }
  add(new LitActionResource('Qm1'), LIT_ABILITY.LitActionExecution, 'Threshold/Execution')
  add(new LitPKPResource('*'), LIT_ABILITY.PKPSigning, 'Threshold/Signing')
  add(new LitRLIResource('7'), LIT_ABILITY.RateLimitIncreaseAuth, 'Auth/Auth')
  add(new LitAccessControlConditionResource('a/b'), LIT_ABILITY.AccessControlConditionDecryption, 'Threshold/Decryption')
  add(new LitAccessControlConditionResource('*'), LIT_ABILITY.AccessControlConditionSigning, 'Threshold/Signing')
  it.each(abilities)('behavior: %s', (_, recap, expected) => {
    expect(recap.attenuations).toEqual(expected)
  })

  it('behavior: all abilities of a resource', () => {
    const recap = newSessionCapabilityObject()
    recap.addAllCapabilitiesForResource(new LitPKPResource('*'))
    expect(recap.attenuations).toEqual({ 'lit-pkp://*': { '*/*': [{}] } })
    expect(recap.verifyCapabilitiesForResource(new LitPKPResource('1'), LIT_ABILITY.PKPSigning)).toBe(true)
    expect(recap.verifyCapabilitiesForResource(new LitActionResource('1'), LIT_ABILITY.LitActionExecution)).toBe(false)
  })

  it('behavior: data is a restriction, and null is none', () => {
    const restricted = newSessionCapabilityObject()
    const data = { nft_id: ['7'], delegate_to: [], uses: '1' }
    restricted.addCapabilityForResource(new LitRLIResource('7'), LIT_ABILITY.RateLimitIncreaseAuth, data)
    expect(restricted.attenuations).toEqual({ 'lit-ratelimitincrease://7': { 'Auth/Auth': [data] } })
    const free = newSessionCapabilityObject()
    free.addCapabilityForResource(new LitRLIResource('7'), LIT_ABILITY.RateLimitIncreaseAuth, null)
    expect(free.attenuations).toEqual({ 'lit-ratelimitincrease://7': { 'Auth/Auth': [{}] } })
  })

  it('behavior: twice the same is once', () => {
    const recap = newSessionCapabilityObject()
    for (let i = 0; i < 2; i++) recap.addCapabilityForResource(new LitActionResource('*'), LIT_ABILITY.LitActionExecution)
    expect(recap.attenuations).toEqual({ 'lit-litaction://*': { 'Threshold/Execution': [{}] } })
  })

  it('behavior: a resource needs no methods', () => {
    const recap = newSessionCapabilityObject()
    const plain = { resource: '*', resourcePrefix: 'lit-litaction' }
    recap.addCapabilityForResource(plain, LIT_ABILITY.LitActionExecution)
    expect(recap.verifyCapabilitiesForResource(plain, LIT_ABILITY.LitActionExecution)).toBe(true)
  })

  it('behavior: what it was made of can change without it', () => {
    const att = { 'lit-litaction://*': { 'Threshold/Execution': [{}] } }
    const recap = newSessionCapabilityObject(att)
    Object.assign(att, { 'lit-pkp://*': { '*/*': [{}] } })
    expect(Object.keys(recap.attenuations)).toEqual(['lit-litaction://*'])
  })

  it('behavior: decode and extract give it back', () => {
    const recap = newSessionCapabilityObject({ 'lit-pkp://*': { 'Threshold/Signing': [{}] } })
    expect(RecapSessionCapabilityObject.decode(recap.encodeAsSiweResource()).attenuations).toEqual(recap.attenuations)
    const { statement, resources } = recap.addToSiweMessage(message({ statement: 'Hello.' }))
    expect(RecapSessionCapabilityObject.extract({ statement, resources }).attenuations).toEqual(recap.attenuations)
  })

  it.each<[string, () => unknown, string]>([
    ['an ability of another resource', () => add(new LitActionResource('*'), LIT_ABILITY.PKPSigning, ''), 'ability-unknown'],
    ['an ability that nobody knows', () => add(new LitActionResource('*'), 'eat', ''), 'ability-unknown'],
    ['* in a longer id', () => add(new LitActionResource('Qm*'), LIT_ABILITY.LitActionExecution, ''), 'resource-wildcard'],
    ['a namespace with a slash', () => newSessionCapabilityObject().addAttenuation('a:b', 'x/y'), 'recap-invalid'],
    ['a resource that is no URI', () => newSessionCapabilityObject().addAttenuation('nothing'), 'recap-invalid'],
    ['an URN that is none', () => RecapSessionCapabilityObject.decode('urn:recap:nothing'), 'recap-invalid'],
    ['a padded URN', () => RecapSessionCapabilityObject.decode('urn:recap:eyJhdHQiOnt9LCJwcmYiOltdfQ=='), 'recap-invalid'],
    ['a message without one', () => RecapSessionCapabilityObject.extract(message()), 'recap-invalid'],
    [
      'a message that says something else',
      () => RecapSessionCapabilityObject.extract({ ...newSessionCapabilityObject().addToSiweMessage(message()), statement: 'Hello.' }),
      'recap-statement-mismatch',
    ],
  ])('error: %s', (_, run, code) => {
    expect(run).toThrow(expect.objectContaining({ name: 'SessionError', code }))
  })
})

describe('added to a message', () => {
  const action = newSessionCapabilityObject({ 'lit-litaction://*': { 'Threshold/Execution': [{}] } })
  const pkp = newSessionCapabilityObject({ 'lit-pkp://*': { 'Threshold/Signing': [{}] } })
  const sentence = `(1) 'Threshold': 'Execution' for 'lit-litaction://*'.`

  it('default: the sentence follows the statement, the ReCap the resources, and the message itself is given back', () => {
    const given = message({ statement: 'Hello.', resources: ['https://app.example/terms'] })
    const changed = action.addToSiweMessage(given)
    expect(changed).toBe(given)
    expect(changed).toBeInstanceOf(SiweMessage)
    expect(changed.statement).toBe(`Hello. ${preamble} ${sentence}`)
    expect(changed.resources).toEqual(['https://app.example/terms', action.encodeAsSiweResource()])
    expect(parseSiweMessage(changed.prepareMessage())).toMatchObject({ statement: changed.statement, resources: changed.resources })
  })

  it('behavior: where there is no statement, the sentence is it', () => {
    expect(action.addToSiweMessage(message()).statement).toBe(`${preamble} ${sentence}`)
    expect(action.addToSiweMessage<Carrier>({}).resources).toEqual([action.encodeAsSiweResource()])
  })

  it('behavior: joined with the ReCap that is there', () => {
    const { statement, resources = [] } = pkp.addToSiweMessage(action.addToSiweMessage(message({ statement: 'Hello.' })))
    expect(statement).toBe(`Hello. ${preamble} ${sentence} (2) 'Threshold': 'Signing' for 'lit-pkp://*'.`)
    expect(resources.length).toBe(1)
    expect(decodeRecap(resources[0] ?? '').att).toEqual({ ...action.attenuations, ...pkp.attenuations })
  })

  it('behavior: the same again changes nothing', () => {
    const once = { ...action.addToSiweMessage(message({ statement: 'Hello.' })) }
    expect({ ...action.addToSiweMessage(once) }).toEqual(once)
  })

  it('behavior: what is added is not changed by that', () => {
    const before = pkp.encodeAsSiweResource()
    pkp.addToSiweMessage(action.addToSiweMessage(message()))
    expect(pkp.encodeAsSiweResource()).toBe(before)
  })

  it('error: to a message that does not say what its ReCap grants', () => {
    const lying = { ...action.addToSiweMessage(message()), statement: 'Hello.' }
    expect(() => pkp.addToSiweMessage(lying)).toThrow(expect.objectContaining({ code: 'recap-statement-mismatch' }))
  })
})

interface EncodeCase {
  readonly name: string
  readonly att: Attenuations
  readonly prf: readonly string[]
  readonly recapUri: string | null
  readonly statement: string | null
  readonly statementPrefix?: string
  readonly message?: string
}

describeVectors('vectors/recap', () => {
  const encode = loadVectors<{ cases: EncodeCase[] }>('recap/encode.json').cases.filter(isScored)

  it('encode: bytes and sentence, both ways', () => {
    for (const { name, att, prf, recapUri, statement } of encode) {
      const isUri = Object.keys(att).every((resource) => resource.includes(':'))
      // The spec that has a resource which is no URI says nothing of bytes.
      if (!isUri) continue
      const recap = newSessionCapabilityObject(att, prf)
      if (recapUri !== null) expect.soft(recap.encodeAsSiweResource(), name).toBe(recapUri)
      if (statement !== null) expect.soft(recap.statement, name).toBe(statement)
      if (recapUri !== null) expect.soft(RecapSessionCapabilityObject.decode(recapUri).attenuations, name).toEqual(att)
    }
    expect(encode.length).toBeGreaterThan(15)
  })

  it('encode: step by step, in whatever order, the same', () => {
    for (const { name, att, prf, recapUri } of encode) {
      const steps = Object.entries(att).flatMap(([resource, abilities]) =>
        Object.entries(abilities).map(([ability, caveats]) => ({ resource, ability, caveats })),
      )
      if (recapUri === null || prf.length > 0 || !steps.every(({ resource, caveats }) => resource.includes(':') && caveats.length === 1))
        continue
      for (const ordered of [steps, steps.toReversed()]) {
        const recap = newSessionCapabilityObject()
        for (const { resource, ability, caveats } of ordered) {
          const [namespace, name] = ability.split('/')
          recap.addAttenuation(resource, namespace, name, caveats[0])
        }
        expect.soft(recap.encodeAsSiweResource(), name).toBe(recapUri)
      }
    }
  })

  it('encode: whole messages, by what is added to their statement', () => {
    const written = encode.filter(({ message, statementPrefix }) => message !== undefined && statementPrefix !== undefined)
    expect(written.length).toBeGreaterThan(8)
    for (const { name, att, statementPrefix, message: text = '' } of written) {
      const { statement, resources } = parseSiweMessage(text)
      const added = newSessionCapabilityObject(att).addToSiweMessage(statementPrefix ? { statement: statementPrefix } : {})
      expect.soft(added, name).toEqual({ statement, resources })
    }
  })

  it('merge: added one after the other', () => {
    interface MergeCase {
      readonly name: string
      readonly a: Attenuations
      readonly b: Attenuations
      readonly att: Attenuations
      readonly statement: string
    }
    for (const { name, a, b, att, statement } of loadVectors<{ cases: MergeCase[] }>('recap/merge.json').cases.filter(isScored)) {
      // What is no URI, our reader refuses before it comes to this.
      const areUris = [a, b].every((one) => Object.keys(one).every((resource) => resource.includes(':')))
      if (!areUris) continue
      const joined = newSessionCapabilityObject(b).addToSiweMessage(newSessionCapabilityObject(a).addToSiweMessage<Carrier>({}))
      expect.soft(joined.statement, name).toBe(statement)
      expect.soft(decodeRecap(joined.resources?.[0] ?? '').att, name).toEqual(att)
    }
  })

  it('ability-match: verifyCapabilitiesForResource', () => {
    interface MatchCase {
      readonly name: string
      readonly att: Attenuations
      readonly resourceKey: string
      readonly litAbility: string
      readonly covered: boolean
    }
    let looked = 0
    for (const { name, att, resourceKey, litAbility, covered } of loadVectors<{ cases: MatchCase[] }>(
      'recap/ability-match.json',
    ).cases.filter(isScored)) {
      let recap: RecapSessionCapabilityObject
      try {
        recap = newSessionCapabilityObject(att)
      } catch {
        // A grant that is none grants nothing.
        expect.soft(covered, name).toBe(false)
        continue
      }
      const [resourcePrefix = '', resource = ''] = resourceKey.split('://')
      expect.soft(recap.verifyCapabilitiesForResource({ resourcePrefix, resource }, litAbility), name).toBe(covered)
      looked += 1
    }
    expect(looked).toBeGreaterThan(20)
  })

  it('siwe-statement: extract takes those that say what they grant, and no others', () => {
    interface StatementCase {
      readonly name: string
      readonly message: string
      readonly valid: boolean
    }
    for (const { name, message: text, valid } of loadVectors<{ cases: StatementCase[] }>('recap/siwe-statement.json').cases.filter(
      isScored,
    )) {
      let isTaken = true
      try {
        const { statement, resources } = parseSiweMessage(text)
        RecapSessionCapabilityObject.extract({ statement, ...(resources ? { resources: [...resources] } : {}) })
      } catch {
        isTaken = false
      }
      expect.soft(isTaken, name).toBe(valid)
    }
  })
})
