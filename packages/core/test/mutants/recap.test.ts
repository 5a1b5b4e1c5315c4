/** ReCaps: proofs, bounds and order of what is read; what is granted, said and merged. */
import { describe, expect, it } from 'vitest'
import { toBase64url, toUtf8 } from '../../src/bytes.ts'
import { type Caveat, decodeRecap, encodeRecap, type Recap, recapStatement } from '../../src/recap.ts'
import { isRecapGranted, isRecapGrantedPlainly, mergeRecaps, recapOf, usableRecapOf } from '../../src/recap-grant.ts'
import { joinRecaps, recapScope } from '../../src/recap-scope.ts'
import { litVocabulary } from '../../src/resource.ts'
import type { AuthCallbackParams } from '../../src/scope.ts'
import type { SiweMessage } from '../../src/siwe.ts'
import { refusedBy, thrownBy } from './help.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Base58 as a number is written: leading zeros apart. */
function base58(bytes: readonly number[]): string {
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  let text = ''
  for (; number > 0n; number /= 58n) text = alphabet.charAt(Number(number % 58n)) + text
  return text
}

const uriOf = (value: unknown): string => `urn:recap:${toBase64url(toUtf8(typeof value === 'string' ? value : JSON.stringify(value)))}`
const withProof = (proof: unknown): string => uriOf({ att: {}, prf: [proof] })
const isProof = (proof: unknown): boolean => {
  try {
    return decodeRecap(withProof(proof)).prf[0] === proof
  } catch {
    return false
  }
}
const filled = (length: number): number[] => Array.from({ length }, (_, i) => (i * 37 + 11) % 256)
/** Version, codec, hash function, length as it is said, and as it is. */
const cid = (said: readonly number[], length: number, codec: readonly number[] = [0x55], version = 1): string =>
  `z${base58([version, ...codec, 0x12, ...said, ...filled(length)])}`

describe('proofs', () => {
  it('behavior: version, codec and a multihash as long as it says, each a varint', () => {
    const good = [cid([32], 32), cid([32], 32, [0xa9, 0x02]), cid([127], 127), cid([0x80, 0x01], 128), cid([0x81, 0x01], 129), cid([1], 1)]
    for (const proof of [...good, cid([32], 32, [0xff, 0xff, 0xff, 0x7f])]) expect(isProof(proof), proof).toBe(true)
    expect(isProof(cid([8], 8, [127])), 'a byte of 127 is the last').toBe(true)
  })

  it('error: anything else', () => {
    const good = cid([32], 32)
    const wrong: Record<string, unknown> = {
      'another version': cid([32], 32, [0x55], 2),
      'version 0': cid([32], 32, [0x55], 0),
      'a byte too few': cid([32], 31),
      'a byte too many': cid([32], 33),
      'a byte less than a long one says': cid([0x81, 0x01], 128),
      nothing: cid([0], 0),
      'one byte where none is said': cid([0], 1),
      'no length': `z${base58([1, 0x55, 0x12])}`,
      'a length that does not end': `z${base58([1, 0x55, 0x12, 0x80])}`,
      'a varint of five bytes': cid([32], 32, [0x80, 0x80, 0x80, 0x80, 0x01]),
      empty: 'z',
      'no letter before it': good.slice(1),
      'another letter before it': `Z${good.slice(1)}`,
      'a zero before it': `z1${good.slice(1)}`,
      'a zero in place of the version': `z1${base58([0x55, 0x12, 32, ...filled(32)])}`,
      'no text': 7,
    }
    for (const [name, proof] of Object.entries(wrong)) expect(isProof(proof), name).toBe(false)
  })

  it('error: a character that base58 leaves out, also where it would stand for one less than none', () => {
    const good = Array.from({ length: 400 }, (_, i) => cid([33], 33, [0x55 + (i % 40)]).slice(0, -1))
    for (const proof of [cid([32], 32), ...good]) for (const letter of '0OIl') expect(isProof(`${proof}${letter}`)).toBe(false)
    // "Y" and the last digit are the number that the next one and a digit of −1 would be.
    const ending =
      Array.from({ length: 256 }, (_, last) => `z${base58([1, 0x55, 0x12, 2, 7, last])}`).find((text) => text.endsWith('z')) ?? ''
    expect(isProof(ending)).toBe(true)
    const next = alphabet.charAt(alphabet.indexOf(ending.charAt(ending.length - 2)) + 1)
    expect(isProof(`${ending.slice(0, -2)}${next}0`)).toBe(false)
  })

  it('error: longer than 256 characters', () => {
    const lengths = Array.from({ length: 40 }, (_, i) => cid([0x80 + ((165 + i) % 128), 1], 165 + i))
    const byLength = new Map(lengths.map((proof) => [proof.length, proof]))
    expect(isProof(byLength.get(256))).toBe(true)
    expect(isProof(byLength.get(257))).toBe(false)
  })

  it('behavior: so many, and no more', () => {
    const proof = cid([32], 32)
    const many = (count: number): string => uriOf({ att: {}, prf: Array.from({ length: count }, () => proof) })
    expect(decodeRecap(many(1024)).prf.length).toBe(1024)
    expect(() => decodeRecap(many(1025))).toThrow('prf')
  })
})

describe('what a ReCap may hold', () => {
  const abilitiesOf = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a/${String(i).padStart(5, '0')}`, [{}]]))

  it('behavior: 1024 abilities in all, and no more', () => {
    expect(Object.keys(decodeRecap(uriOf({ att: { 'a:1': abilitiesOf(1024) }, prf: [] })).att['a:1'] ?? {}).length).toBe(1024)
    expect(() => decodeRecap(uriOf({ att: { 'a:1': abilitiesOf(1025) }, prf: [] }))).toThrow('1024')
    expect(() => decodeRecap(uriOf({ att: { 'a:1': abilitiesOf(1000), 'a:2': abilitiesOf(25) }, prf: [] }))).toThrow()
  })

  it.each([[null], [[]], ['x'], [7]])('error: abilities that are %j', async (abilities) => {
    expect((await refusedBy(() => decodeRecap(uriOf({ att: { 'a:1': abilities }, prf: [] })))).code).toBe('recap-invalid')
  })

  it.each(['/read', 'crud/', 'read', 'a/b/c', 'a b/c', ''])('error: an ability "%s"', (ability) => {
    expect(() => decodeRecap(uriOf({ att: { 'a:1': { [ability]: [{}] } }, prf: [] }))).toThrow('namespace/name')
  })

  it('behavior: keys in order at every depth; such as look like list indexes have none', () => {
    const inCaveat = (caveat: string): string => uriOf(`{"att":{"a:1":{"a/b":[${caveat}]}},"prf":[]}`)
    for (const good of ['{"a":1,"b":2}', '{"":1,"a":2}', '{"1":1,"a":2}', '{"a":1,"1":2}', '{"a1":1,"b1":2}', '{"a":[{"b":1,"c":2}]}'])
      expect(decodeRecap(inCaveat(good)), good).toBeDefined()
    for (const bad of [
      '{"b":1,"a":2}',
      '{"a":1,"":2}',
      '{"b1":1,"a1":2}',
      '{"2b":1,"1b":2}',
      '{"a":[{"c":1,"b":2}]}',
      '{"a":{"c":1,"b":2}}',
    ])
      expect(() => decodeRecap(inCaveat(bad)), bad).toThrow('not in order')
    expect(() => decodeRecap(uriOf('{"att":{"b:1":{"a/b":[{}]},"a:1":{"a/b":[{}]}},"prf":[]}'))).toThrow('not in order')
  })

  it('error: what is no text, no base64url, no UTF-8, no JSON or no object, each by its code and with its reason', async () => {
    const wrong: unknown[] = [
      7,
      undefined,
      'urn:recap',
      'urn:recap:=',
      'urn:recap:gA',
      uriOf('{'),
      uriOf('{"att":{},"att":{}}'),
      uriOf('[]'),
      uriOf('null'),
      uriOf('{}'),
    ]
    const reasons: unknown[] = []
    for (const uri of wrong) {
      const { code, details } = await refusedBy(() => decodeRecap(uri as string))
      expect({ code, details }).toEqual({ code: 'recap-invalid', details: { reason: expect.stringMatching(/./) } })
      reasons.push(Reflect.get(details, 'reason'))
    }
    // The first three do not begin as they have to, two are no JSON, two no object.
    expect(new Set(reasons).size).toBe(wrong.length - 2 - 1 - 1)
    expect((await refusedBy(() => decodeRecap(uriOf('{')))).cause).toMatchObject({ code: 'json-invalid' })
  })

  it('error: writing what is no JSON data, or nothing at all', async () => {
    const round: Record<string, unknown> = {}
    round['round'] = round
    for (const att of [round, { 'a:1': { 'a/b': [{ n: 1n }] } }]) {
      const { code, details, cause } = await refusedBy(() => encodeRecap({ att: att as Recap['att'] }))
      expect({ code, details }).toEqual({ code: 'recap-invalid', details: { reason: expect.stringMatching(/./) } })
      expect(cause).toBeInstanceOf(TypeError)
    }
    expect((await refusedBy(() => encodeRecap({} as Recap))).code).toBe('recap-invalid')
  })
})

describe('what is granted', () => {
  const resource = 'lit-litaction://Qm1'
  const wanted = 'Threshold/Execution'
  const granting = (...caveats: Caveat[]): Recap => ({ att: { [resource]: { [wanted]: caveats } }, prf: [] })
  const ask = (recap: Recap, plainly: boolean): unknown =>
    plainly
      ? thrownBy(() => expect(isRecapGrantedPlainly(recap, resource, 'lit-action-execution', litVocabulary)).toBe(true))
      : isRecapGranted(recap, resource, 'lit-action-execution')

  it('behavior: a list of no caveats grants nothing, also where the ability is there', async () => {
    expect(ask(granting(), false)).toBe(false)
    expect(isRecapGrantedPlainly(granting(), resource, 'lit-action-execution', litVocabulary)).toBe(false)
    expect(ask({ att: { [resource]: { 'another/ability': [{}] } }, prf: [] }, false)).toBe(false)
    expect(ask({ att: {}, prf: [] }, false)).toBe(false)
  })

  it('error: only with caveats, one among several unrestricted ones too', async () => {
    for (const recap of [granting({ a: 1 }), granting({ a: 1 }, {}), granting({}, { a: 1 })]) {
      expect(ask(recap, false)).toBe(true)
      expect(await ask(recap, true)).toEqual({ code: 'recap-unsupported', reason: expect.stringContaining(resource) })
    }
    expect(await ask(granting({}, {}), true)).toBeUndefined()
  })

  it('behavior: of two grants the plain one counts', async () => {
    const both: Recap = { att: { [resource]: { [wanted]: [{ a: 1 }] }, 'lit-litaction://*': { '*/*': [{}] } }, prf: [] }
    expect(await ask(both, true)).toBeUndefined()
  })

  it('behavior: merged, caveats follow one another, and a single unrestricted one gives way', () => {
    const merged = (a: Caveat[], b: Caveat[]): unknown => mergeRecaps(granting(...a), granting(...b)).att[resource]?.[wanted]
    expect(merged([{}], [{ a: 1 }])).toEqual([{ a: 1 }])
    expect(merged([{ a: 1 }], [{ b: 1 }])).toEqual([{ a: 1 }, { b: 1 }])
    expect(merged([{}, {}], [{ b: 1 }])).toEqual([{}, {}, { b: 1 }])
    expect(merged([], [{ b: 1 }])).toEqual([{ b: 1 }])
  })

  it('behavior: merged, proofs are those of both, each once', () => {
    const [one, two, three] = [1, 2, 3].map((i) => cid([2, i], 1).slice(0, 12))
    const withProofs = (...prf: (string | undefined)[]): Recap => ({ att: {}, prf: prf.map(String) })
    expect(mergeRecaps(withProofs(one, two), withProofs(two, three)).prf).toEqual([one, two, three])
  })
})

describe('a message', () => {
  const recap: Recap = { att: { 'lit-pkp://1': { 'Threshold/Signing': [{}] } }, prf: [] }
  const messageOf = (resources: readonly string[] | undefined, statement: string | undefined): SiweMessage =>
    ({ resources, statement }) as unknown as SiweMessage

  it('error: without resources, without a ReCap last, with two, or in another spelling', async () => {
    const [good, sentence] = [encodeRecap(recap), recapStatement(recap)]
    const unordered = uriOf('{"prf":[],"att":{"lit-pkp://1":{"Threshold/Signing":[{}]}}}')
    expect(recapOf(messageOf(['a:1?urn:recap:x', good], `Hello. ${sentence}`))).toEqual(recap)
    for (const resources of [undefined, [], [good, 'a:1'], [good, good], ['URN:recap:x', good], [unordered]])
      expect(await thrownBy(() => recapOf(messageOf(resources, sentence)))).toEqual({
        code: 'recap-invalid',
        reason: expect.stringMatching(/./),
      })
  })

  it('error: that does not say it', async () => {
    for (const statement of [undefined, '', `${recapStatement(recap)} And more.`])
      expect(await thrownBy(() => recapOf(messageOf([encodeRecap(recap)], statement)))).toEqual({
        code: 'recap-statement-mismatch',
        expected: recapStatement(recap),
      })
  })

  it('error: resting on proofs', async () => {
    const proven = { ...recap, prf: [cid([32], 32)] }
    const message = messageOf([encodeRecap(proven)], recapStatement(proven))
    expect(recapOf(message).prf.length).toBe(1)
    expect(await thrownBy(() => usableRecapOf(message))).toEqual({ code: 'recap-unsupported', reason: expect.stringMatching(/./) })
  })

  it('behavior: those of several in one, with the sentence of all', () => {
    const other: Recap = { att: { 'lit-pkp://2': { 'Threshold/Signing': [{}] } }, prf: [] }
    const messages = [recap, other].map((one) => messageOf([encodeRecap(one)], recapStatement(one)))
    const both = { att: { ...recap.att, ...other.att }, prf: [] }
    expect(joinRecaps(messages)).toEqual({ grant: encodeRecap(both), sentence: recapStatement(both) })
  })
})

describe('the scope of a request', () => {
  const request = (id: string, ability = 'pkp-signing', resourcePrefix = 'lit-pkp') => ({
    resource: { resource: id, resourcePrefix },
    ability,
  })
  const params = { chain: 'ethereum', resources: ['x'], switchChain: undefined, expiration: 'later', uri: 'lit:session:ab' }

  it('error: of nothing, or of what is no request', async () => {
    expect(await thrownBy(() => recapScope(litVocabulary, []))).toEqual({ code: 'resources-empty', field: 'resourceAbilityRequests' })
    for (const wrong of [
      undefined,
      {},
      { ability: 'x' },
      { ...request('1'), ability: 7 },
      request(7 as never),
      request('1', 'pkp-signing', 7 as never),
    ])
      expect(await thrownBy(() => recapScope(litVocabulary, [request('1'), wrong as never]))).toEqual(
        new TypeError('Each request is {resource: {resource, resourcePrefix}, ability}.'),
      )
  })

  it('behavior: two abilities on one resource stand together', () => {
    const scope = recapScope(litVocabulary, [
      request('1', 'access-control-condition-decryption', 'lit-accesscontrolcondition'),
      request('1', 'access-control-condition-signing', 'lit-accesscontrolcondition'),
    ])
    expect(decodeRecap(scope.grants[0] ?? '').att).toEqual({
      'lit-accesscontrolcondition://1': { 'Threshold/Decryption': [{}], 'Threshold/Signing': [{}] },
    })
  })

  it('behavior: what a message lacks is named, all of it where there is no ReCap', () => {
    const scope = recapScope(litVocabulary, [request('1'), request('2')])
    const names = ['pkp-signing on lit-pkp://1', 'pkp-signing on lit-pkp://2']
    const missing = (recap: Recap | undefined, ...more: string[]): readonly string[] =>
      scope.missingFrom({
        resources: recap && [...more, encodeRecap(recap)],
        statement: recap && recapStatement(recap),
      } as unknown as SiweMessage)
    expect(missing(undefined)).toEqual(names)
    expect(scope.missingFrom({ resources: ['litAction://urn:recap:'] } as unknown as SiweMessage)).toEqual(names)
    expect(missing({ att: { 'lit-pkp://1': { 'Threshold/Signing': [{}] } }, prf: [] })).toEqual(names.slice(1))
    expect(missing({ att: { 'lit-pkp://*': { 'Threshold/Signing': [{}] } }, prf: [] }, 'a:1')).toEqual([])
  })

  it('behavior: a message that can change is read again', () => {
    const scope = recapScope(litVocabulary, [request('1')])
    const granting = (id: string): Partial<SiweMessage> => {
      const one: Recap = { att: { [`lit-pkp://${id}`]: { 'Threshold/Signing': [{}] } }, prf: [] }
      return { resources: [encodeRecap(one)], statement: recapStatement(one) }
    }
    const message = granting('1') as SiweMessage
    expect(scope.missingFrom(message)).toEqual([])
    Object.assign(message, granting('2'))
    expect(scope.missingFrom(message)).toEqual(['pkp-signing on lit-pkp://1'])
  })

  it('behavior: a callback is given the sentence after its own, what was said of the chain, and a copy of the request', () => {
    const wanted = [request('1')]
    const scope = recapScope(litVocabulary, wanted)
    const defaults = { domain: undefined, statement: undefined, nonce: '12345678' }
    const bare: AuthCallbackParams = scope.callbackParams?.(params, defaults) ?? params
    expect(bare).toEqual({
      chain: 'ethereum',
      statement: scope.sentence,
      resources: ['x'],
      expiration: 'later',
      uri: 'lit:session:ab',
      sessionKey: { publicKey: 'ab' },
      nonce: '12345678',
      resourceAbilityRequests: wanted,
    })
    expect(Object.hasOwn(bare, 'domain') || Object.hasOwn(bare, 'switchChain')).toBe(false)
    const full = scope.callbackParams?.(
      { ...params, switchChain: false },
      { domain: 'app.example', statement: 'Hello.', nonce: '12345678' },
    )
    expect(full).toMatchObject({ statement: `Hello. ${scope.sentence}`, domain: 'app.example', switchChain: false })
    expect(bare.resourceAbilityRequests?.[0]).not.toBe(wanted[0])
    expect(full?.resourceAbilityRequests?.[0]).not.toBe(bare.resourceAbilityRequests?.[0])
  })
})
