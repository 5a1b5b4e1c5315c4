import fc from 'fast-check'
import { getAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { isChecksumAddress, isSameAddress, toChecksumAddress } from '../src/address.ts'
import { concat, fromBase64url, fromHex, fromUtf8, isWellFormed, toBase64url, toHex, toUtf8 } from '../src/bytes.ts'
import { isSessionError } from '../src/errors.ts'
import { canonicalJson, type Json, parseJson } from '../src/json.ts'
import { type Attenuations, decodeRecap, encodeRecap, recapStatement } from '../src/recap.ts'
import { recapOf } from '../src/recap-grant.ts'
import { formatInstant, parseInstant } from '../src/time.ts'

function property<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), { numRuns: 1000 })
}

const bytes = fc.uint8Array({ maxLength: 80 })
const textOf = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 })
const unit = fc.oneof(fc.integer({ min: 32, max: 126 }), fc.constantFrom(0xd800, 0xdc00, 0xdfff, 0x2028, 0xfeff, 10, 0), fc.nat(0xffff))
/** Texts of any code units, halves of surrogate pairs among them. */
const anyText = fc.array(unit).map((codes) => String.fromCharCode(...codes))

describe('bytes', () => {
  const codecs = [
    { name: 'hex', write: toHex, read: fromHex, alphabet: '0123456789abcdefABFg x' },
    { name: 'base64url', write: toBase64url, read: fromBase64url, alphabet: 'ABQgwAEIMQUYcgkosw048-_+/= ' },
  ] as const

  it.each(codecs)('behavior: $name is that of Buffer, both ways, and only in its one spelling', ({ name, write, read, alphabet }) => {
    property(bytes, (value) => {
      expect(write(value)).toBe(Buffer.from(value).toString(name))
      expect(read(write(value))).toEqual(value)
    })
    property(fc.oneof(textOf(alphabet), anyText), (text) => {
      const value = Buffer.from(text, name)
      expect(read(text)).toEqual(value.toString(name) === text ? new Uint8Array(value) : undefined)
    })
  })

  it('behavior: UTF-8 both ways, for texts of whole characters and bytes of whole texts', () => {
    property(anyText, (text) => {
      expect(isWellFormed(text)).toBe(fromUtf8(toUtf8(text)) === text)
      expect(toUtf8(text)).toEqual(new Uint8Array(Buffer.from(text, 'utf8')))
    })
    property(bytes, (value) => {
      const text = fromUtf8(value)
      if (text === undefined) expect(Buffer.from(Buffer.from(value).toString('utf8'))).not.toEqual(Buffer.from(value))
      else expect(toUtf8(text)).toEqual(value)
    })
  })

  it('behavior: concat', () => {
    property(fc.array(bytes), (parts) => void expect(Buffer.from(concat(...parts))).toEqual(Buffer.concat(parts)))
  })
})

/** `JSON.parse`, and what it says no to. */
function standard(text: string): { readonly value?: unknown } {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return {}
  }
}

function ours(text: string, maxDepth?: number): { readonly value?: Json; readonly reason?: string } {
  try {
    return { value: parseJson(text, maxDepth) }
  } catch (error) {
    if (isSessionError(error, 'json-invalid')) return { reason: error.details.reason }
    if (isSessionError(error, 'input-too-large')) return { reason: error.details.what }
    throw error
  }
}

/** A JSON text, and whether we take it: each key once, no half of a surrogate pair, no `__proto__`. */
type Sample = Readonly<{ text: string; taken: boolean; depth: number }>

const gaps = fc.constantFrom('', '', ' ', '\n\t', '\r ')
const words = fc.oneof(textOf('ab\\"/\n\u00e9'), anyText, fc.constantFrom('__proto__', 'toString', '1', ''))
/** A JSON string: each code unit as it is, if it may be, or by the bits of a number as an escape. */
const jsonString = fc.tuple(words, fc.nat()).map(([value, bits]) => {
  const written = value.split('').map((unit, i) => {
    if (((bits >> (i % 30)) & 1) === 1) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
    return /["\\\p{Cc}]/u.test(unit) ? JSON.stringify(unit).slice(1, -1) : unit
  })
  return { value, text: `"${written.join('')}"`, taken: isWellFormed(value), depth: 0 }
})
const jsonNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)
const jsonWord = fc.oneof(jsonNumber, fc.constantFrom('-0', '0.0e-1', '1E+2', 'true', 'false', 'null'))
const jsonPlain = jsonWord.map((text) => ({ text, taken: true, depth: 0 }))

function nested([open, close]: readonly [string, string], taken: boolean, members: readonly (readonly [before: string, Sample])[]): Sample {
  return {
    text: open + members.map(([before, { text }]) => before + text).join(',') + close,
    taken: taken && members.every(([, item]) => item.taken),
    depth: 1 + Math.max(0, ...members.map(([, item]) => item.depth)),
  }
}

const { json } = fc.letrec<{ json: Sample }>((tie) => {
  const list = fc.array(fc.tuple(gaps, tie('json')), { maxLength: 4 }).map((items) => nested(['[', '\t]'], true, items))
  const object = fc.array(fc.tuple(jsonString, gaps, tie('json')), { maxLength: 4 }).map((members) => {
    const keys = new Set(members.map(([key]) => key.value))
    const taken = keys.size === members.length && !keys.has('__proto__') && members.every(([key]) => key.taken)
    const written = members.map(([key, gap, item]) => [`${gap}${key.text}${gap}:${gap}`, item] as const)
    return nested(['{', ' }'], taken, written)
  })
  return { json: fc.oneof({ maxDepth: 4, withCrossShrink: true }, jsonString, jsonPlain, list, object) }
})

describe('json', () => {
  it('behavior: reads what JSON.parse reads, but for what is ambiguous', () => {
    property(json, ({ text, taken, depth }) => {
      expect(ours(text).reason === undefined).toBe(taken)
      if (!taken) return
      expect(ours(text)).toStrictEqual(standard(text))
      expect(ours(text, depth)).toStrictEqual(standard(text))
      if (depth > 0) expect(ours(text, depth - 1)).toEqual({ reason: 'nesting' })
    })
  })

  it('behavior: refuses what JSON.parse refuses, and else for four reasons only', () => {
    const pieces = fc.constantFrom(...',:"]\\0-.e x\n\u00a0\ufeff', '', '{}', '\\u12', '\\/')
    const damaged = fc.tuple(json, fc.nat(), fc.nat(2), pieces).map(([{ text }, place, count, piece]) => {
      const at = place % (text.length + 1)
      return text.slice(0, at) + piece + text.slice(at + count)
    })
    property(fc.oneof(damaged, anyText), (text) => {
      const { value, reason } = ours(text)
      if (reason === undefined) expect(standard(text)).toStrictEqual({ value })
      else if ('value' in standard(text)) expect(reason).toMatch(/a second time|__proto__|half a surrogate pair|a number out of range/)
    })
  })

  it.each([
    ['{"a":1,"\\u0061":2}', 'key "a" a second time'],
    ['{"\\u005f_proto__":1}', 'a key __proto__'],
    ['"\\ud800"', 'half a surrogate pair'],
    ['{"\udc00":1}', 'half a surrogate pair'],
    [`${'['.repeat(17)}${']'.repeat(17)}`, 'nesting'],
    ['1e999', 'a number out of range'],
  ])('error: %j', (text, reason) => expect(ours(text).reason).toBe(reason))

  it('behavior: canonical keys stand in the order of their UTF-16 code units', () => {
    property(fc.dictionary(fc.oneof(anyText.filter(isWellFormed), textOf('1209aA')), fc.nat()), (object) => {
      const members = Object.keys(object).sort()
      expect(canonicalJson(object)).toBe(`{${members.map((key) => `${JSON.stringify(key)}:${object[key]}`).join(',')}}`)
    })
    expect(canonicalJson({ '\uffe6': 1, '\u{1f600}': 2, '10': 3, '9': 4, '': 5 })).toBe('{"":5,"10":3,"9":4,"\u{1f600}":2,"\uffe6":1}')
  })

  it('behavior: the canonical text is one for every order of keys, and reads back', () => {
    const isObject = (item: unknown) => item instanceof Object && !Array.isArray(item)
    const reverse = (_: string, item: object) => (isObject(item) ? Object.fromEntries(Object.entries(item).reverse()) : item)
    property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(JSON.parse(text, reverse))).toBe(text)
    })
  })
})

describe('time', () => {
  const [first, last] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]
  const instant = fc.oneof(fc.integer({ min: first, max: last }), fc.integer({ min: -5000, max: 5000 }), fc.constantFrom(first, last))

  it('behavior: the instants of four-digit years are those of Date, both ways', () => {
    property(instant, (time) => {
      expect(parseInstant(new Date(time).toISOString())).toBe(time)
      expect(formatInstant(time)).toBe(new Date(time).toISOString())
    })
  })

  it('behavior: an offset is taken away', () => {
    const times = fc.integer({ min: first + 86_400_000, max: last - 86_400_000 })
    property(fc.tuple(times, fc.nat(23), fc.nat(59), fc.constantFrom('+', '-')), ([time, hours, minutes, sign]) => {
      const [hh, mm] = [hours, minutes].map((count) => String(count).padStart(2, '0'))
      const ahead = (hours * 60 + minutes) * (sign === '+' ? 60_000 : -60_000)
      expect(parseInstant(`${new Date(time + ahead).toISOString().slice(0, -1)}${sign}${hh}:${mm}`)).toBe(time)
    })
  })

  it('behavior: what is on no calendar or clock is no instant', () => {
    const part = (max: number, size = 2) => fc.oneof(fc.nat(max), fc.constant(max)).map((count) => String(count).padStart(size, '0'))
    const parts = fc.tuple(part(9999, 4), part(13), part(32), part(25), part(61), part(61))
    property(parts, ([year, month, day, hour, minute, second]) => {
      const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
      const isLeap = `${hour}:${minute}:${second}` === '23:59:60'
      const plain = isLeap ? text.replace(':60', ':59') : text
      const time = Date.parse(plain)
      const isReal = !Number.isNaN(time) && new Date(time).toISOString() === plain
      expect(parseInstant(text)).toBe(isReal ? time + (isLeap ? 1000 : 0) : Number.NaN)
    })
  })

  it.each([
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['2017-01-01T01:29:60.5+01:30', '2017-01-01T00:00:00.5Z'],
    ['2024-02-29t12:00:00z', '2024-02-29T12:00:00Z'],
    ['2024-02-29T12:00:00-00:00', '2024-02-29T12:00:00Z'],
    ['9999-12-31T23:59:59-23:59', '+010000-01-01T23:58:59Z'],
  ])('behavior: %s', (text, same) => expect(parseInstant(text)).toBe(Date.parse(same)))

  it.each([
    ...['2023-02-29', '2024-02-30', '1900-02-29', '2024-04-31', '2024-00-01', '2024-01-00'].map((day) => `${day}T00:00:00Z`),
    ...['24:00:00Z', '12:60:00Z', '12:00:60Z', '12:00:61Z', '12:00Z', '12:00:00.Z', '12:00:00,5Z'].map((time) => `2024-02-29T${time}`),
    ...['+24:00', '+00:60', '+0100', '+1:00', '', '\u221201:00', 'ZZ', 'Z ', 'Z\n'].map((zone) => `2024-02-29T12:00:00${zone}`),
    ...['2024-02-29 12:00:00Z', '+002024-02-29T12:00:00Z', '24-02-29T12:00:00Z', '\u0662024-02-29T12:00:00Z', '2024-02-29', '', 'now'],
  ])('error: %j is no instant', (text) => expect(parseInstant(text)).toBeNaN())
})

/** A CIDv1 of raw bytes by SHA-256, in base58btc. */
function proofOf(digest: Uint8Array): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let rest = BigInt(`0x01551220${Buffer.from(digest).toString('hex')}`)
  let text = ''
  for (; rest > 0n; rest /= 58n) text = alphabet.charAt(Number(rest % 58n)) + text
  return `z${text}`
}

describe('recap', () => {
  const name = textOf('abcXYZ019.*_+-').map((text) => `a${text}`)
  const value = fc.jsonValue({ maxDepth: 2 }).filter((item) => !JSON.stringify(item).includes('__proto__'))
  const key = fc.oneof(anyText.filter(isWellFormed), textOf('0123456789'))
  const caveat = fc.dictionary(key, value, { maxKeys: 3 }).map((item) => JSON.parse(JSON.stringify(item)) as Record<string, Json>)
  const ability = fc.tuple(name, name).map((names) => names.join('/'))
  const abilities = fc.dictionary(ability, fc.array(caveat, { maxLength: 2 }), { maxKeys: 4, noNullPrototype: true })
  const resource = fc.tuple(fc.constantFrom('lit-litaction', 'https', 'a'), textOf('abc019*/')).map((parts) => parts.join('://'))
  const att: fc.Arbitrary<Attenuations> = fc.dictionary(resource, abilities, { maxKeys: 4, noNullPrototype: true })
  const recap = fc.record({ att, prf: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(proofOf), { maxLength: 2 }) })

  it('behavior: what is encoded decodes as it was, and encodes again alike', () => {
    property(recap, (value) => {
      const uri = encodeRecap(value)
      expect(decodeRecap(uri)).toEqual(value)
      expect(encodeRecap(decodeRecap(uri))).toBe(uri)
    })
  })

  it('behavior: caveats with keys like numbers decode', () => {
    const caveats = [{ '10': 1, '9': 2, a: { '2': 1, '10': 1 } }]
    expect(decodeRecap(encodeRecap({ att: { 'a:b': { 'x/y': caveats } } })).att).toEqual({ 'a:b': { 'x/y': caveats } })
  })

  it('behavior: the statement says every ability in order, and nothing else', () => {
    property(recap, ({ att }) => {
      const [, ...clauses] = recapStatement({ att }).split(/ \([0-9]+\) /)
      const said = clauses.flatMap((clause) => {
        const [, namespace, names = '', target] = /^'(.*)': (.*) for '(.*)'\.$/.exec(clause) ?? []
        return names.split(', ').map((each) => [target, namespace, each.slice(1, -1)])
      })
      const granted = Object.entries(att).flatMap(([target, each]) => Object.keys(each).map((ability) => [target, ...ability.split('/')]))
      expect(said).toEqual(granted.sort((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1)))
      expect(recapStatement({ att })).toMatch(new RegExp(`:${clauses.map((_, i) => ` \\(${i + 1}\\) .*\\.`).join('')}$`))
    })
  })

  it('behavior: a message is read with its sentence, and refused when a character of that is missing', () => {
    const rest = { domain: 'a', address: '0x', uri: 'a:', version: '1', chainId: 1, nonce: 'aaaaaaaa', issuedAt: '' } as const
    property(fc.tuple(recap, fc.nat()), ([value, at]) => {
      const sentence = recapStatement(value)
      const cut = at % sentence.length
      const resources = ['a:b', encodeRecap(value)]
      expect(recapOf({ ...rest, resources, statement: `Hello. ${sentence}` })).toEqual(value)
      const shorter = `Hello. ${sentence.slice(0, cut)}${sentence.slice(cut + 1)}`
      const mismatch = expect.objectContaining({ code: 'recap-statement-mismatch' })
      expect(() => recapOf({ ...rest, resources, statement: shorter })).toThrow(mismatch)
    })
  })
})

describe('address', () => {
  const digits = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((value) => Buffer.from(value).toString('hex'))

  it('behavior: the checksum is that of viem', () => {
    property(digits, (lower) => {
      const address = getAddress(`0x${lower}`)
      for (const text of [`0x${lower}`, `0x${lower.toUpperCase()}`, address]) expect(toChecksumAddress(text)).toBe(address)
      expect(isChecksumAddress(address)).toBe(true)
      expect(isSameAddress(address, `0x${lower}`)).toBe(true)
    })
  })

  it('error: a letter in the other case', () => {
    property(digits, (lower) => {
      const address = getAddress(`0x${lower}`)
      const other = `0x${address.slice(2).replace(/[a-f]/i, (letter) => String.fromCharCode(letter.charCodeAt(0) ^ 32))}`
      expect(isChecksumAddress(other)).toBe(other === address)
      if (![address, address.toLowerCase(), `0x${lower.toUpperCase()}`].includes(other))
        expect(() => toChecksumAddress(other)).toThrow('checksum')
    })
  })

  const zeros = '0'.repeat(39)
  it.each(['', '0x', `0X0${zeros}`, `0${zeros}`, `0x${zeros}`, `0x00${zeros}`, `0xg${zeros}`, `0x0${zeros}\n`])('error: %j', (text) => {
    expect(isChecksumAddress(text)).toBe(false)
    expect(isSameAddress(text, text)).toBe(false)
    expect(() => toChecksumAddress(text)).toThrow(expect.objectContaining({ code: 'address-invalid' }))
  })
})
