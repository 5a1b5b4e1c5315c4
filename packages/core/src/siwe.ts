import { isChecksumAddress } from './address.ts'
import { SessionError } from './errors.ts'
import { parseInstant } from './time.ts'
import { isAuthority, isPchars, isScheme, isUri } from './uri.ts'

/** The fields of an EIP-4361 message. Times stay the RFC 3339 strings they are; absent and empty are different things. */
export interface SiweMessage {
  readonly scheme?: string
  readonly domain: string
  /** In its EIP-55 spelling. */
  readonly address: string
  readonly statement?: string
  readonly uri: string
  readonly version: '1'
  readonly chainId: number
  readonly nonce: string
  readonly issuedAt: string
  readonly expirationTime?: string
  readonly notBefore?: string
  readonly requestId?: string
  readonly resources?: readonly string[]
}

type Field = keyof SiweMessage

/** One rule for each field, for reading and for writing: whether this text may stand there. None of them lets a line break through. */
const rules: Readonly<Record<Field, readonly [test: (text: string) => boolean, otherwise: string]>> = {
  scheme: [isScheme, 'is no URI scheme'],
  domain: [(text) => text !== '' && isAuthority(text), 'is no host: leave out scheme and path'],
  address: [isChecksumAddress, 'is no EIP-55 address'],
  statement: [(text) => /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;= ]*$/.test(text), 'has a character that may not stand there'],
  uri: [isUri, 'is no URI'],
  version: [(text) => text === '1', 'is not 1'],
  chainId: [(text) => /^(?:0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(Number(text)), 'is not plain digits'],
  nonce: [(text) => text.length >= 8 && /^[A-Za-z0-9]*$/.test(text), 'is not 8 letters and digits'],
  issuedAt: [isInstant, 'is no RFC 3339 date-time'],
  expirationTime: [isInstant, 'is no RFC 3339 date-time'],
  notBefore: [isInstant, 'is no RFC 3339 date-time'],
  requestId: [isPchars, 'has a character that may not stand there'],
  resources: [isUri, 'is no URI'],
}

function isInstant(text: string): boolean {
  return !Number.isNaN(parseInstant(text))
}

/** The lines after the statement, in the only order there is. The first five must be there. */
const labels: readonly (readonly [Exclude<Field, 'resources'>, string])[] = [
  ['uri', 'URI: '],
  ['version', 'Version: '],
  ['chainId', 'Chain ID: '],
  ['nonce', 'Nonce: '],
  ['issuedAt', 'Issued At: '],
  ['expirationTime', 'Expiration Time: '],
  ['notBefore', 'Not Before: '],
  ['requestId', 'Request ID: '],
]
const requiredLabels = 5
const preamble = ' wants you to sign in with your Ethereum account:'

function check(field: Field, value: unknown, line?: number): string {
  const [test, otherwise] = rules[field]
  const text = field === 'chainId' && typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && test(text)) return text
  const reason = text === undefined ? 'is missing' : otherwise
  throw new SessionError('siwe-invalid', line === undefined ? { field, reason } : { line, field, reason })
}

/**
 * Reads an EIP-4361 message. What it returns writes the very same bytes again: `formatSiweMessage(parseSiweMessage(text)) === text`.
 *
 * @throws SessionError `siwe-invalid`, with the line where one can be named
 */
export function parseSiweMessage(text: string): SiweMessage {
  if (typeof text !== 'string') throw new SessionError('siwe-invalid', { field: 'message', reason: 'is not a text' })
  const lines = text.split('\n')
  const fields: Partial<Record<Field, string | number | string[]>> = {}
  let at = 0

  function fail(field: string, reason: string): never {
    throw new SessionError('siwe-invalid', { line: at + 1, field, reason })
  }
  function read(field: Field, value: string | undefined): string {
    return check(field, value, at + 1)
  }
  function blank(): void {
    if (lines[at] !== '') fail('blank line', 'is not blank')
    at += 1
  }

  const first = lines[at] ?? ''
  if (!first.endsWith(preamble)) fail('first line', `does not end with "${preamble}"`)
  const origin = first.slice(0, -preamble.length)
  const scheme = origin.indexOf('://')
  if (scheme >= 0) fields.scheme = read('scheme', origin.slice(0, scheme))
  fields.domain = read('domain', scheme >= 0 ? origin.slice(scheme + 3) : origin)
  at += 1
  fields.address = read('address', lines[at])
  at += 1
  blank()
  // Without a statement there are two blank lines here; with an empty one, three.
  if (lines[at] !== '' || lines[at + 1] === '') {
    fields.statement = read('statement', lines[at])
    at += 1
  }
  blank()

  for (const [i, [field, label]] of labels.entries()) {
    const line = lines[at]
    if (!line?.startsWith(label)) {
      if (i < requiredLabels) fail(field, `is missing: "${label}" must stand here`)
      continue
    }
    const value = read(field, line.slice(label.length))
    fields[field] = field === 'chainId' ? Number(value) : value
    at += 1
  }
  if (lines[at] === 'Resources:') {
    at += 1
    const resources: string[] = []
    for (; at < lines.length; at++) {
      const line = lines[at] ?? ''
      resources.push(line.startsWith('- ') ? read('resources', line.slice(2)) : fail('resources', 'begin "- "'))
    }
    Object.freeze(resources)
    fields.resources = resources
  }
  if (at < lines.length) fail('line', 'may not stand here')
  // Kept by caches and shown in reports: whoever is given it must not be able to change it for others.
  return Object.freeze(fields) as unknown as SiweMessage
}

/**
 * Writes an EIP-4361 message: LF, none at the end. A value that would add a line, or that could not be read back as it is, is refused.
 *
 * @throws SessionError `siwe-invalid`, naming the field
 */
export function formatSiweMessage(fields: SiweMessage): string {
  const values: Partial<Record<string, unknown>> = {}
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    if (!Object.hasOwn(rules, field)) throw new SessionError('siwe-invalid', { field, reason: 'is no field' })
    values[field] = value
  }
  const scheme = values['scheme'] === undefined ? '' : `${check('scheme', values['scheme'])}://`
  const lines = [`${scheme}${check('domain', values['domain'])}${preamble}`, check('address', values['address']), '']
  if (values['statement'] !== undefined) lines.push(check('statement', values['statement']))
  lines.push('')
  for (const [i, [field, label]] of labels.entries()) {
    if (i < requiredLabels || values[field] !== undefined) lines.push(label + check(field, values[field]))
  }
  const { resources } = values
  if (resources !== undefined) {
    if (!Array.isArray(resources)) throw new SessionError('siwe-invalid', { field: 'resources', reason: 'is not a list' })
    lines.push('Resources:')
    for (const resource of resources) lines.push(`- ${check('resources', resource)}`)
  }
  return lines.join('\n')
}
