import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toChecksumAddress } from '../src/address.ts'
import { isSessionError } from '../src/errors.ts'
import { formatSiweMessage, type SiweMessage } from '../src/siwe.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'

// The grammar, generated.

const alpha = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digit = '0123456789'
const unreserved = `${alpha + digit}-._~`
const subDelims = "!$&'()*+,;="

function oneOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...characters)
}

function some(unit: fc.Arbitrary<string>, minLength = 0, maxLength = 12): fc.Arbitrary<string> {
  return fc.string({ unit, minLength, maxLength })
}

/** The parts one after another. */
function sequence(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(''))
}

/** The parts one after another, or nothing. */
function optional(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.oneof(fc.constant(''), sequence(...parts))
}

const literal = fc.constant<string>
const percent = sequence(literal('%'), some(oneOf('0123456789abcdefABCDEF'), 2, 2))
const letter = (characters: string) => fc.oneof({ weight: 9, arbitrary: oneOf(characters) }, { weight: 1, arbitrary: percent })
const pchar = letter(`${unreserved + subDelims}:@`)
const scheme = sequence(oneOf(alpha), some(oneOf(`${alpha + digit}+-.`)))

const ipv4 = fc.ipV4()
const group = some(oneOf('0123456789abcdefABCDEF'), 1, 4)
const fullIpv6 = fc.oneof(
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
  fc.tuple(fc.array(group, { minLength: 6, maxLength: 6 }), ipv4).map(([groups, end]) => [...groups, end].join(':')),
)
const shortIpv6 = fc.tuple(fc.array(group, { maxLength: 7 }), fc.nat(7), fc.boolean(), ipv4).map(([groups, cut, mixed, end]) => {
  const after = groups.slice(cut)
  if (mixed && groups.length <= 5) after.push(end)
  return `${groups.slice(0, cut).join(':')}::${after.join(':')}`
})
const future = sequence(
  oneOf('vV'),
  some(oneOf('0123456789abcdefABCDEF'), 1, 3),
  literal('.'),
  some(oneOf(`${unreserved + subDelims}:`), 1),
)
const host = fc.oneof(
  some(letter(unreserved + subDelims)),
  fc.domain(),
  ipv4,
  fc.oneof(fullIpv6, shortIpv6, future).map((text) => `[${text}]`),
)
const port = fc.oneof(literal(''), fc.nat(99_999).map(String))
const userinfo = some(letter(`${unreserved + subDelims}:`))
const authority = sequence(optional(userinfo, literal('@')), host, optional(literal(':'), port))

const absolute = fc.array(some(pchar), { maxLength: 3 }).map((segments) => segments.map((segment) => `/${segment}`).join(''))
const hierarchy = fc.oneof(
  sequence(literal('//'), authority, absolute),
  sequence(literal('/'), optional(some(pchar, 1), absolute)),
  sequence(some(pchar, 1), absolute),
  literal(''),
)
const extra = some(fc.oneof(pchar, oneOf('/?')))
const uri = sequence(scheme, literal(':'), hierarchy, optional(literal('?'), extra), optional(literal('#'), extra))

const two = (count: number) => String(count).padStart(2, '0')
/** RFC 3339: any minute of the years 0 to 9999, any offset, and a leap second where there may be one. */
const instant = fc
  .record({
    minute: fc.integer({ min: Date.UTC(2000, 0, 1) / 60_000 - 1_051_000_000, max: Date.UTC(9999, 11, 30) / 60_000 }),
    leap: fc.boolean(),
    second: fc.nat(59),
    fraction: optional(literal('.'), some(oneOf(digit), 1)),
    t: oneOf('Tt'),
    zone: fc.option(fc.record({ sign: fc.constantFrom(1, -1), hours: fc.nat(23), minutes: fc.nat(59) }), { nil: undefined }),
    z: oneOf('Zz'),
  })
  .map(({ minute, leap, second, fraction, t, zone, z }) => {
    const utc = leap ? Math.floor(minute / 1440) * 1440 + 1439 : minute
    const local = new Date((utc + (zone ? zone.sign * (zone.hours * 60 + zone.minutes) : 0)) * 60_000).toISOString()
    const offset = zone ? `${zone.sign > 0 ? '+' : '-'}${two(zone.hours)}:${two(zone.minutes)}` : z
    return `${local.slice(0, 10)}${t}${local.slice(11, 16)}:${leap ? 60 : two(second)}${fraction}${offset}`
  })

const tricky = [
  '',
  ' ',
  'URI: x',
  'URI: https://a.example/',
  'Version: 1',
  'Resources:',
  '- https://a.example/',
  '0x',
  'Issued At: ',
  '://',
]
const message: fc.Arbitrary<SiweMessage> = fc
  .record(
    {
      scheme,
      domain: authority.filter((text) => text !== ''),
      address: some(oneOf('0123456789abcdef'), 40, 40).map((digits) => toChecksumAddress(`0x${digits}`)),
      statement: fc.oneof(some(oneOf(`${unreserved + subDelims}:/?#[]@ `), 0, 40), fc.constantFrom(...tricky)),
      uri,
      version: fc.constant('1'),
      chainId: fc.oneof(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER), fc.maxSafeNat()),
      nonce: some(oneOf(alpha + digit), 8, 24),
      issuedAt: instant,
      expirationTime: instant,
      notBefore: instant,
      requestId: some(pchar),
      resources: fc.array(uri, { maxLength: 4 }),
    },
    { requiredKeys: ['domain', 'address', 'uri', 'version', 'chainId', 'nonce', 'issuedAt'], noNullPrototype: true },
  )
  .map((fields) => fields as SiweMessage)

// Damage.

const separators = ['\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\0', '\v', '\f', '\u200b', '\ufeff']
const pieces = [...separators, ' ', '  ', '\t', '\n\n', '\u00e9', '\ud800', '%', '%zz', '"', '<', '0', '1', ':', '://', '@', '[', ']', '- ']
const wholeLines = ['', '- ', '- a:b', 'URI: a:b', 'Version: 1', 'Chain ID: 1', 'Nonce: 12345678', 'Request ID: ', 'Resources:', 'x']
const kinds = ['insert', 'remove', 'replace', 'add line', 'drop line', 'repeat line', 'swap lines', 'extend line', 'cut', 'splice'] as const

interface Mutation {
  readonly kind: (typeof kinds)[number]
  readonly a: number
  readonly b: number
  readonly piece: string
  readonly line: string
  readonly other: SiweMessage
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...kinds),
  a: fc.nat(),
  b: fc.nat(),
  piece: fc.oneof(fc.constantFrom(...pieces), oneOf(unreserved)),
  line: fc.constantFrom(...wholeLines),
  other: message,
})

function mutate(text: string, { kind, a, b, piece, line, other }: Mutation): string {
  const lines = text.split('\n')
  const at = a % (text.length + 1)
  const [i, j] = [a % lines.length, b % lines.length]
  const swapped = lines.map((each, k) => (k === i ? lines[j] : k === j ? lines[i] : each))
  const otherText = formatSiweMessage(other)
  const results: Record<(typeof kinds)[number], () => string> = {
    insert: () => text.slice(0, at) + piece + text.slice(at),
    remove: () => text.slice(0, at) + text.slice(at + 1),
    replace: () => text.slice(0, at) + piece + text.slice(at + 1),
    'add line': () => lines.toSpliced(i, 0, line).join('\n'),
    'drop line': () => lines.toSpliced(i, 1).join('\n'),
    'repeat line': () => lines.toSpliced(j, 0, lines[i] ?? '').join('\n'),
    'swap lines': () => swapped.join('\n'),
    'extend line': () => lines.with(i, lines[i] + piece).join('\n'),
    cut: () => text.slice(0, at),
    splice: () => text.slice(0, at) + otherText.slice(b % otherText.length),
  }
  return results[kind]()
}

/** What reading gives: the fields, or `undefined` where it says no as it should, naming a line of the text. Anything else that is thrown passes. */
function read(text: string): SiweMessage | undefined {
  try {
    return parseSiweMessage(text)
  } catch (error) {
    if (!isSessionError(error, 'siwe-invalid')) throw error
    const { line } = error.details
    const count = text.split('\n').length
    // What is missing at the end is missing on the line after the last.
    if (line !== undefined && !(line >= 1 && line <= count + 1)) expect.fail(`line ${line} of ${count}`)
    return undefined
  }
}

function refusedField(fields: object): string | undefined {
  try {
    formatSiweMessage(fields as SiweMessage)
    return undefined
  } catch (error) {
    if (!isSessionError(error, 'siwe-invalid')) throw error
    return error.details.field
  }
}

describe('reading and writing', () => {
  it('behavior: what is written reads back as it was', () => {
    fc.assert(
      fc.property(message, (fields) => {
        expect(parseSiweMessage(formatSiweMessage(fields))).toStrictEqual(fields)
      }),
      { numRuns: 2000 },
    )
  })

  it('behavior: a damaged text is refused as such, or reads and writes byte for byte', () => {
    const seen = { read: 0, refused: 0 }
    const damaged = fc.tuple(message, fc.array(mutation, { minLength: 1, maxLength: 4 }))
    fc.assert(
      fc.property(damaged, ([fields, mutations]) => {
        const text = mutations.reduce(mutate, formatSiweMessage(fields))
        const parsed = read(text)
        seen[parsed ? 'read' : 'refused'] += 1
        if (parsed) expect(formatSiweMessage(parsed)).toBe(text)
      }),
      { numRuns: 4000 },
    )
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(50)
  })

  it('behavior: of any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string()), (text) => {
        expect(read(text)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('behavior: one value of any kind in place of a field is refused, or reads back', () => {
    const fieldNames = ['scheme', 'domain', 'address', 'statement', 'uri', 'version', 'chainId', 'nonce', 'issuedAt', 'resources', 'other']
    fc.assert(
      fc.property(message, fc.constantFrom(...fieldNames), fc.anything({ withNullPrototype: true }), (fields, name, value) => {
        const changed: object = { ...fields, [name]: value }
        const field = refusedField(changed)
        expect([undefined, name]).toContain(field)
        if (field !== undefined) return
        const given = Object.entries(changed).filter(([, item]) => item !== undefined && item !== null)
        const back = parseSiweMessage(formatSiweMessage(changed as SiweMessage))
        expect(back).toEqual({ ...Object.fromEntries(given), chainId: Number(Reflect.get(changed, 'chainId')) + 0 })
      }),
      { numRuns: 2000 },
    )
  })

  it('error: a line is named where the text has one', () => {
    expect(() => parseSiweMessage('x\ny')).toThrow(expect.objectContaining({ details: expect.objectContaining({ line: 1 }) }))
    const text = formatSiweMessage(fc.sample(message, { seed: 1, numRuns: 1 })[0] ?? expect.fail('no sample'))
    const line = text.split('\n').length + 1
    expect(() => parseSiweMessage(`${text}\nx`)).toThrow(expect.objectContaining({ details: expect.objectContaining({ line }) }))
  })
})

describe('values that would add a line', () => {
  const names = ['scheme', 'domain', 'address', 'statement', 'uri', 'version', 'chainId', 'nonce', 'issuedAt'] as const
  const rest = ['expirationTime', 'notBefore', 'requestId', 'resources'] as const
  it.each([...names, ...rest])('error: %s', (name) => {
    const smuggled = fc.record({
      separator: fc.constantFrom(...separators),
      line: fc.oneof(fc.constantFrom(...wholeLines), fc.string()),
      at: fc.nat(),
      whole: message.filter((fields) => fields[name] !== undefined && fields[name]?.toString() !== ''),
    })
    fc.assert(
      fc.property(smuggled, ({ separator, line, at, whole }) => {
        const value = String(name === 'resources' ? whole.resources?.[0] : whole[name])
        const cut = at % (value.length + 1)
        const longer = value.slice(0, cut) + separator + line + value.slice(cut)
        expect(refusedField({ ...whole, [name]: name === 'resources' ? [longer] : longer })).toBe(name)
      }),
      { numRuns: 300 },
    )
  })
})

// Sizes at which an engine's stack, not our rule, would decide: it must still be our error, or work.
describe('long messages', () => {
  const [fields] = fc.sample(message, { seed: 7, numRuns: 1 })
  const base = { ...(fields ?? expect.fail('no sample')), resources: [] }

  it('behavior: 200 000 resources', () => {
    const text = formatSiweMessage(base) + '\n- a:b'.repeat(200_000)
    const parsed = read(text)
    if (parsed) expect(formatSiweMessage(parsed) === text).toBe(true)
  })

  const long = 'a'.repeat(10_000_000)
  it.each(['scheme', 'domain', 'statement', 'uri', 'nonce', 'requestId', 'resources'] as const)(
    'behavior: ten million characters in %s',
    (name) => {
      const value = { [name]: long, uri: `a:${long}`, resources: [`a:${long}`] }[name]
      expect(() => refusedField({ ...base, [name]: value })).not.toThrow()
    },
  )
})
