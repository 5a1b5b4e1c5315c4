import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { SiweMessage as Siwe } from 'siwe'
import { createSiweMessage, parseSiweMessage as parseWithViem } from 'viem/siwe'
import { describe, expect, it } from 'vitest'
import { isSessionError } from '../src/errors.ts'
import { formatSiweMessage, type SiweMessage } from '../src/siwe.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { formatInstant, parseInstant } from '../src/time.ts'
import { describeVectors, loadVectors } from './vectors.ts'

// How this package, siwe 3.0.0 and viem read and write the same messages: whatever differs is of a class that the table explains.

const libraries = ['siwe', 'viem'] as const
type Library = (typeof libraries)[number]
type Fields = Readonly<Record<string, unknown>>

interface Difference {
  readonly library: Library
  /** `reads` or `writes` what we refuse, for the `reason` of that `field`; `refuses` what we do not; or `differs` in the `field`. */
  readonly kind: 'reads' | 'writes' | 'refuses' | 'differs'
  readonly field: string
  readonly reason: string
  readonly text: string
  readonly fields: Fields
  readonly theirs: Fields
}

interface Class {
  readonly reason: string
  readonly predicate: (difference: Difference) => boolean
  /** Fields in place of those of `base`. */
  readonly example: Fields
}

const times = ['issuedAt', 'expirationTime', 'notBefore']
const toMilliseconds = (time: unknown) => Math.floor(parseInstant(String(time)))
const viemDomain = /^(?:(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}|[0-9.]+|localhost)(?::[0-9]{1,5})?$/
const isLost = (reason: string) => /^(?:is missing|is not blank|may not stand here|begin)/.test(reason)

function mapTimes(fields: Fields, to: (time: unknown) => unknown): Fields {
  return { ...fields, ...Object.fromEntries(times.filter((time) => time in fields).map((time) => [time, to(fields[time])])) }
}

const labels = { uri: 'URI', version: 'Version', chainId: 'Chain ID', nonce: 'Nonce', issuedAt: 'Issued At' }
const optionalLabels = { expirationTime: 'Expiration Time', notBefore: 'Not Before', requestId: 'Request ID' }

/** A message of any values at all, right or wrong. */
function compose(fields: Fields): string {
  const { scheme, domain, address, statement, resources } = fields
  const labelled = Object.entries({ ...labels, ...optionalLabels }).filter(([field]) => fields[field] !== undefined)
  return [
    `${scheme === undefined ? '' : `${scheme}://`}${domain} wants you to sign in with your Ethereum account:\n${address}\n`,
    ...(statement === undefined ? [''] : [statement, '']),
    ...labelled.map(([field, label]) => `${label}: ${fields[field]}`),
    ...(Array.isArray(resources) ? ['Resources:', ...resources.map((resource) => `- ${resource}`)] : []),
  ].join('\n')
}

/** Whether viem wrote the fields with times in UTC, and without what is empty. */
function isWrittenByViem({ field, fields, theirs }: Difference): boolean {
  if (field !== 'text') return false
  const kept = Object.entries(mapTimes(fields, (time) => formatInstant(toMilliseconds(time)))).filter(([, value]) => value !== '')
  return theirs['text'] === compose(Object.fromEntries(kept))
}

const misspelt: Class = {
  reason: 'It picks the fields it knows, so that a misspelt one is lost.',
  predicate: ({ reason }) => reason === 'is no field',
  example: { expiry: '2024-03-01T07:00:00Z' },
}

const classes: Readonly<Record<Library, Readonly<Record<string, Class>>>> = {
  siwe: {
    'chain IDs that do not write back': {
      reason: 'It reads any digits with parseInt: leading zeros are lost, and a large number is rounded to that of another chain.',
      predicate: ({ field, text }) => field === 'chainId' && /^Chain ID: (?:0[0-9]+|[0-9]{16,})$/m.test(text),
      example: { chainId: '9007199254740993' },
    },
    'leap seconds at any time of day': {
      reason: 'It lets second 60 stand in every minute; RFC 3339 only in the last of a day, UTC.',
      predicate: ({ field, text }) => times.includes(field) && /T[0-9:]{6}60/.test(text),
      example: { issuedAt: '2024-02-29T07:00:60Z' },
    },
    'IPv4 octets without a digit': {
      reason: 'Its grammar takes none to three digits for an octet inside an IPv6 address; RFC 3986 wants one at least.',
      predicate: ({ kind, text }) => kind !== 'refuses' && /\[[0-9A-Fa-f:.]*(?:\.\.|:\.|\.\])/.test(text),
      example: { uri: 'https://[::1.2.3.]' },
    },
    'an empty request ID is not written': {
      reason: 'It tells empty from absent when it reads, but not when it writes.',
      predicate: ({ fields, text, theirs }) => fields['requestId'] === '' && theirs['text'] === text.replace('\nRequest ID: ', ''),
      example: { requestId: '' },
    },
    'values that bring lines of their own': {
      reason: 'It writes first and then asks whether the whole can be read, not whether it reads as what was given.',
      predicate: ({ kind, field, fields }) => kind === 'writes' && String(fields[field]).includes('\n'),
      example: { requestId: 'a\nResources:\n- https://evil.example', resources: undefined },
    },
    'empty and missing values': {
      reason: 'It makes up a nonce and the time of issue, leaves other fields out, and takes a missing domain for the host "undefined".',
      predicate: ({ kind, field, fields }) => kind === 'writes' && !fields[field],
      example: { expirationTime: '' },
    },
    'fields that there are not': misspelt,
  },
  viem: {
    'lines left out, added or out of order': {
      reason: 'It finds the account at the beginning and the block from "URI:" anywhere after, and ignores all else.',
      predicate: ({ kind, reason }) => kind === 'reads' && isLost(reason),
      example: { statement: 'Hello\n\nURI: https://evil.example' },
    },
    'values of any form, when reading': {
      reason: 'It takes the rest of a line for the value; validateSiweMessage looks at some of them later.',
      predicate: ({ kind, field, reason }) => kind === 'reads' && !times.includes(field) && !isLost(reason),
      example: { version: '2' },
    },
    'times that are none': {
      reason: 'It gives an Invalid Date for them, none at all for no characters, and 1 March for 30 February, but refuses no text.',
      predicate: ({ kind, field, reason }) => kind === 'reads' && times.includes(field) && !isLost(reason),
      example: { expirationTime: 'tomorrow' },
    },
    'times in rarer spellings': {
      reason: 'It gives an Invalid Date for a lower-case t or z and for leap seconds, and its validation then refuses an end or beginning.',
      predicate: ({ field, text, theirs }) => Number.isNaN(theirs[field]) && /[0-9][tz]|T[0-9:]{6}60/.test(text),
      example: { notBefore: '2024-02-29t07:00:00z' },
    },
    'times are written in UTC': {
      reason: 'It takes Date objects, which keep neither the offset nor the digits of a text.',
      predicate: (d) => isWrittenByViem(d) && times.some((time) => !/\.[0-9]{3}Z$/.test(String(d.fields[time] ?? '.000Z'))),
      example: { issuedAt: '2024-02-29T07:00:00+02:30' },
    },
    'empty is absent': {
      reason: 'It leaves out what has no characters, when it reads and when it writes: that is another message.',
      predicate: (d) => d.fields[d.field] === '' || (isWrittenByViem(d) && Object.values(d.fields).includes('')),
      example: { statement: '' },
    },
    'missing values are made up': {
      reason: 'It writes the present time for that of issue, and "undefined" for a nonce.',
      predicate: ({ kind, field, reason }) => kind === 'writes' && (field === 'nonce' || field === 'issuedAt') && reason === 'is missing',
      example: { nonce: undefined },
    },
    'values hardly looked at, when writing': {
      reason: 'It respells addresses, and takes statements without LF, URIs of the right alphabet, and chain IDs of any size or sign.',
      predicate: ({ kind, field }) => kind === 'writes' && /^(?:address|statement|uri|resources|chainId)$/.test(field),
      example: { uri: 'a:[b]' },
    },
    'request IDs that bring lines of their own': {
      reason: 'It writes the request ID as it is given, whatever its characters.',
      predicate: ({ kind, field }) => kind === 'writes' && field === 'requestId',
      example: { requestId: 'a\nResources:\n- https://evil.example', resources: undefined },
    },
    'fewer domains and URIs': {
      reason: 'It reads hosts of a few characters, writes names with a dot, IPv4 addresses and localhost, and no URI like "a:////b".',
      predicate: ({ kind, text, fields }) => kind === 'refuses' && (!viemDomain.test(String(fields['domain'])) || text.includes(':////')),
      example: { domain: '[::1]:3000' },
    },
    'fields that there are not': misspelt,
  },
}

/** viem gives what it finds: all of the required fields is as near as it comes to accepting a text. */
function readWithViem(text: string): Fields {
  const fields: Fields = parseWithViem(text)
  if (!['domain', 'address', ...Object.keys(labels)].every((name) => name in fields)) throw new Error('a field is missing')
  return { ...mapTimes(fields, (time) => (time instanceof Date ? time.getTime() : time)), text }
}

function attempt(run: () => Fields): { readonly value?: Fields; readonly error?: unknown } {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

function compare(kind: 'reads' | 'writes', text: string, given: Fields, sides: Readonly<Record<Library | 'ours', () => Fields>>) {
  const { value: ours, error } = attempt(sides.ours)
  return libraries.flatMap((library): Difference[] => {
    const { value: theirs } = attempt(sides[library])
    const found = { library, field: '', reason: '', text, fields: { ...ours, ...given }, theirs: theirs ?? {} }
    if (!ours) {
      if (!isSessionError(error, 'siwe-invalid')) throw error
      return theirs ? [{ ...found, ...error.details, kind }] : []
    }
    if (!theirs) return [{ ...found, kind: 'refuses' }]
    const same = library === 'viem' ? mapTimes(ours, toMilliseconds) : ours
    const names = Object.keys({ ...same, ...theirs }).filter((field) => !isDeepStrictEqual(same[field], theirs[field]))
    return names.map((field) => ({ ...found, kind: 'differs', field }))
  })
}

function read(text: string): Difference[] {
  const ours = () => ({ ...parseSiweMessage(text), text })
  const siwe = () => ({ ...new Siwe(text), text: new Siwe(text).prepareMessage() })
  return compare('reads', text, {}, { ours, siwe, viem: () => readWithViem(text) })
}

function write(given: Fields): Difference[] {
  const present = Object.entries(given).filter(([, value]) => value !== undefined)
  const fields: Fields = Object.fromEntries(present.map(([name, value]) => [name, name === 'chainId' ? Number(value) : value]))
  const dated = mapTimes(fields, (time) => time && new Date(toMilliseconds(time)))
  return compare('writes', compose(fields), fields, {
    ours: () => ({ text: formatSiweMessage(fields as unknown as SiweMessage) }),
    siwe: () => ({ text: new Siwe(fields).prepareMessage() }),
    viem: () => ({ text: createSiweMessage(dated as Parameters<typeof createSiweMessage>[0]) }),
  })
}

function unexplained(differences: readonly Difference[]): string[] {
  const left = differences.filter((each) => !Object.values(classes[each.library]).some(({ predicate }) => predicate(each)))
  return left.map((each) => JSON.stringify(each))
}

const base = {
  domain: 'example.com',
  address: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
  statement: 'Good morning: it is 7 o/clock.',
  uri: 'https://example.com/login?a=b#c',
  version: '1',
  chainId: '1',
  nonce: 'k5Jx0q2Z',
  issuedAt: '2024-02-29T07:00:00.000Z',
  requestId: 'a-1',
  resources: ['ipfs://Qm/1', 'urn:recap:e30'],
}

/** Values with spaces between; `␣` is a space within one. */
function list(texts: string): readonly string[] {
  return texts.split(' ').map((text) => text.replaceAll('␣', ' '))
}

const uris = list('uri: a://@: a:////b a:#b#c a:b%2fc a:b%2 a:[b] a://[::1.2.3.]/ a://[1::8]:/ a://[v1.a] /login a␣b:c a://[::1.2.3]')
const wrongTimes = list('2024-02-30T07:00:00Z 2024-06-30T12:00:60Z 2024-02-29T24:00:00Z 2024-02-29␣07:00:00Z today')
const rareTimes = list('2016-12-31T23:59:60Z 2024-02-29t07:00:00z 2024-02-29T07:00:00.12345-02:30 9999-12-31T23:59:59-23:59')
const instants = [...wrongTimes, ...rareTimes]
const hosts = list('localhost a_b.example ex%61mple.com 127.0.0.1 [::1.2.3.] example.com/x a..b - [::ffff:1.2.3.4] [v1.x] [1::2::3] a,b *')
const authorities = list('a.eth:8080 user@a.eth [::1]:3000 :80 a:b a@b@c a.b: a.eth: @: a.eth:123456 [1:2:3:4:5:6:7:8::] [:::1]')
/** Values on both sides of every rule; none and an empty one are added. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  scheme: list('https HTTP+x.1- 1http a␣b ä https://a'),
  domain: [...hosts, ...authorities],
  address: [base.address.toLowerCase(), base.address.replace('0x', '0X'), `${base.address}0`, base.address.replace('C0', 'c0')],
  statement: list('URI:␣x Resources: 100%␣sure a\rb a\u2028b ü a\0b say␣"hi" a\n\nURI:␣https://evil.example'),
  uri: uris,
  version: list('2 01 1␣ 1\r'),
  chainId: list('0 01 00 9007199254740991 9007199254740993 1e3 -1 0x1 1.0 1.5'),
  nonce: list('1234567 with-dash-1 k5Jx0q2Z␣'),
  issuedAt: [...instants, '2024-02-29T07:00:00Z\nExpiration Time: 2024-03-01T07:00:00Z'],
  expirationTime: instants,
  notBefore: instants,
  requestId: list('a␣b a/b %41 %4 :@ a\u2028b a\r a\nResources:\n-␣a:b'),
  resources: [[], ...uris.map((uri) => [uri]), ['a:b', ''], ['a:b\n- c:d']],
  expiry: ['2024-03-01T07:00:00Z'],
}

const change = fc.constantFrom(...Object.keys(values)).chain((name) => {
  const empty = name === 'resources' ? undefined : ''
  return fc.constantFrom(undefined, empty, ...(values[name] ?? [])).map((value) => ({ [name]: value }))
})
const changedFields = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes): Fields => Object.assign({}, base, ...changes))
const pieces = ['', 'x', 'URI: a:b', 'Resources:', '- a:b', '\r', ' ', '\0', '\ufeff', '\u2028', '\n', 'Issued At: 2024-02-29T07:00:00Z']
const edits = fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...pieces), fc.constantFrom('', '\n')), { maxLength: 2 })
const sampling = { seed: 4361, numRuns: 500 }
/** Lines or characters taken out, put in, or both. */
const changedTexts = fc.tuple(changedFields, edits).map(([fields, changes]) =>
  changes.reduce((text, [at, count, piece, separator]) => {
    const parts = text.split(separator)
    return parts.toSpliced(at % parts.length, count, ...(piece === '' ? [] : [piece])).join(separator)
  }, compose(fields)),
)

describe('the same messages, read and written by siwe and viem', () => {
  const cases = libraries.flatMap((library) => Object.entries(classes[library]).map(([name, each]) => ({ library, name, ...each })))
  it.each(cases)('behavior: $library: $name', ({ library, predicate, example }) => {
    const fields = { ...base, ...example }
    const found = [...read(compose(fields)), ...write(fields)]
    expect(found.some((difference) => difference.library === library && predicate(difference))).toBe(true)
    expect(unexplained(found)).toEqual([])
  })

  it('behavior: plain fields are written alike, byte for byte', () => {
    for (const name of ['', 'statement', 'requestId', 'resources']) expect(write({ ...base, [name]: undefined })).toEqual([])
  })

  it('behavior: generated fields and texts', () => {
    const each = Object.entries(values).flatMap(([name, list]) => list.map((value) => ({ ...base, [name]: value })))
    const fields = [...each, ...fc.sample(changedFields, sampling)]
    const texts = [...each.map(compose), ...fc.sample(changedTexts, sampling)]
    const found = [...fields.flatMap(write), ...texts.flatMap(read)]
    expect(unexplained(found)).toEqual([])
  })
})

describeVectors('vectors/siwe, read by siwe and viem', () => {
  it.each(['parsing', 'grammar', 'differential', 'wild-authsigs'])('behavior: %s', (file) => {
    const { cases } = loadVectors<{ cases: { message: string }[] }>(`siwe/${file}.json`)
    expect(unexplained(cases.flatMap(({ message }) => read(message)))).toEqual([])
  })
})
