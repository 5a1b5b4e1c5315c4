/** JSON, character by character: what the grammar has, what it has not, and where a text goes wrong. */
import { describe, expect, it } from 'vitest'
import { fromBase64url, fromHex, isHexData } from '../../src/bytes.ts'
import { canonicalJson, parseJson } from '../../src/json.ts'
import { thrownBy } from './help.ts'

/** With a space more than the platform writes, so that it is read character by character. */
const read = (text: string): unknown => parseJson(` ${text}`)
const isRead = (text: string): boolean => {
  try {
    return read(text) !== undefined
  } catch {
    return false
  }
}

describe('reading', () => {
  it('behavior: numbers as the grammar has them', () => {
    for (const text of ['0', '-0', '7', '10', '-12', '0.5', '-1.25', '1e5', '1E5', '1e+5', '1e-5', '1.5e10', '0e0', '-0.0'])
      expect(read(text), text).toBe(Number(text))
    const wrong = [
      '--1',
      '+1',
      '01',
      '-',
      '1.',
      '.5',
      '1..5',
      '1.5.5',
      '1e',
      '1e+',
      '1ee5',
      '1e++5',
      '1ex5',
      '1e5e5',
      '1e 5',
      'x1',
      'a',
      '1a',
      '0x1',
      '٣',
      '1e999',
      '-1e999',
      'NaN',
      'Infinity',
      '/1',
      ' x1',
    ]
    for (const text of wrong) expect(isRead(text), text).toBe(false)
  })

  it('error: a number is read as far as it is one', async () => {
    const ends = { '--1': 1, '1.5.5': 4, '1ex5': 2, '1e++5': 2, '1e': 2, '1e5e5': 4, '1..5': 2, '01': 2, '-': 1, x1: 1 }
    for (const [text, offset] of Object.entries(ends))
      expect(await thrownBy(() => read(text)), text).toMatchObject({ code: 'json-invalid', offset })
  })

  it('behavior: escapes as the grammar has them, of hex in either case', () => {
    for (const text of [
      '"\\""',
      '"\\\\"',
      '"\\/"',
      '"\\b\\f\\n\\r\\t"',
      '"\\u00e9\\u00E9\\uABCD\\uabcd"',
      '"a\\nb\\nc"',
      '"\\ud83d\\ude00"',
    ])
      expect(read(text), text).toBe(JSON.parse(text))
    for (const text of ['"\\a"', '"\\"', '"\\u00e"', '"\\u00eg"', '"\\U00e9"', '"\\x41"', '"\\ "', '"\\ud83d"', '"\\ude00\\ud83d"'])
      expect(isRead(text), text).toBe(false)
  })

  it('error: control characters, all of them, and only them', () => {
    for (let code = 0; code < 0x20; code++) expect(isRead(`"${String.fromCharCode(code)}"`), String(code)).toBe(false)
    for (const character of [' ', '\u007f', '\u0080', '\u2028', 'é', '😀']) expect(read(`"${character}"`)).toBe(character)
  })

  it('behavior: the four kinds of space, between everything', () => {
    for (const space of [' ', '\t', '\n', '\r', ' \t\n\r'])
      expect(read(['', '{', '"a"', ':', '[', '1', ',', 'null', ']', '}', ''].join(space))).toEqual({ a: [1, null] })
    for (const space of ['\u00a0', '\f', '\v', '\ufeff']) expect(isRead(`[${space}]`), JSON.stringify(space)).toBe(false)
  })

  it('behavior: words, lists and objects', () => {
    expect(read('[true,false,null,[],{},[[]],{"a":{}}]')).toEqual([true, false, null, [], {}, [[]], { a: {} }])
    for (const text of [
      '',
      'tru',
      'True',
      'nul',
      'truefalse',
      '[1,]',
      '[,1]',
      '[1 2]',
      '[1',
      '1]',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{a:1}',
      '{"a":1',
      '{"a" 1}',
      '[1}',
      '{"a":1]',
      '[] []',
      '"a',
      "'a'",
    ])
      expect(isRead(text), text).toBe(false)
  })

  it('error: a key that is there already, or __proto__, also when an escape hides it; where it goes wrong is said', async () => {
    for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"__proto__":1}', '{"\\u005f_proto__":1}', '{"b":{"a":1,"a":1}}']) {
      for (const whole of [text, ` ${text}`])
        expect(await thrownBy(() => parseJson(whole)), whole).toEqual({
          code: 'json-invalid',
          offset: expect.any(Number),
          reason: expect.stringMatching(/./),
        })
    }
    for (const [text, offset] of [
      ['{"a":1,"a":2}', 10],
      ['[1,x]', 3],
      ['[1 2]', 3],
      ['"ab', 3],
      ['1 x', 2],
      ['"\\x"', 1],
    ] as const)
      expect(await thrownBy(() => parseJson(text)), text).toMatchObject({ offset })
    expect(parseJson('{"toString":1,"constructor":2}')).toEqual({ toString: 1, constructor: 2 })
  })

  it('behavior: nested 16 deep and no deeper, or as deep as is said, however it is written', async () => {
    const nested = (depth: number, inner = ''): string => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`
    const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    for (const space of ['', ' ']) {
      for (const text of [nested(16), nested(16, '1'), objects(16), nested(15, '{}')]) expect(() => parseJson(text + space)).not.toThrow()
      for (const text of [nested(17), objects(17), nested(16, '{}')])
        expect(await thrownBy(() => parseJson(text + space))).toEqual({ code: 'input-too-large', what: 'nesting', limit: 16 })
      for (const text of [`[1,${nested(16)}]`, `[${nested(16)},1]`, `{"a":1,"b":${nested(16)}}`])
        expect(await thrownBy(() => parseJson(text + space)), text).toMatchObject({ code: 'input-too-large' })
      expect(() => parseJson(nested(2) + space, 2)).not.toThrow()
      expect(await thrownBy(() => parseJson(nested(3) + space, 2))).toEqual({ code: 'input-too-large', what: 'nesting', limit: 2 })
    }
  })
})

it('behavior: the canonical spelling has keys in the order of their code units, at every depth', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x', B: true, '\u20ac': 1, '\ud83d\ude00': 2, '\ufb33': 3, '': 0, 10: 1, 9: 1 })).toBe(
    '{"":0,"10":1,"9":1,"B":true,"a":"x","b":[{"c":null,"d":1}],"\u20ac":1,"\ud83d\ude00":2,"\ufb33":3}',
  )
})

it('behavior: bytes from hex and base64url, in their one spelling each', () => {
  for (const text of ['a', 'abc', 'aG', 'Ga', 'AB', ' a', '0x00', 'é0', '/0', ':0', '`0', 'g0', '0/', '0:', '0`', '0g', '0@', '@0'])
    expect(fromHex(text), text).toBeUndefined()
  for (let byte = 0; byte < 256; byte++) expect(fromHex(byte.toString(16).padStart(2, '0'))).toEqual(new Uint8Array([byte]))
  expect(fromHex('')).toEqual(new Uint8Array())
  for (const text of ['0x', '0x0', '0x000', '0X00', 'x00', '0x0g', ' 0x00', '0x00 ', '', '00', '0xé0'])
    expect(isHexData(text), text).toBe(false)
  for (const text of ['0x00', '0xaF', `0x${'Ab'.repeat(40)}`]) expect(isHexData(text), text).toBe(true)
  for (const text of ['A', 'AAAAA', 'AB', 'AAB', 'A=', 'AA==', 'A+', 'A/', 'A A', 'é', 'A.', 'A@', 'A[', 'A`', 'A{', 'A:'])
    expect(fromBase64url(text), text).toBeUndefined()
  for (const [text, bytes] of [
    ['', []],
    ['AA', [0]],
    ['-_', undefined],
    ['_w', [255]],
    ['-_8', [251, 255]],
    ['AQID', [1, 2, 3]],
    ['AQIDBA', [1, 2, 3, 4]],
  ] as const)
    expect(fromBase64url(text), text).toEqual(bytes && new Uint8Array(bytes))
})
