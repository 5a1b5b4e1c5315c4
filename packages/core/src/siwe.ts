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

export type Field = keyof SiweMessage

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
export const labels: readonly (readonly [Exclude<Field, 'resources'>, string])[] = [
  ['uri', 'URI: '],
  ['version', 'Version: '],
  ['chainId', 'Chain ID: '],
  ['nonce', 'Nonce: '],
  ['issuedAt', 'Issued At: '],
  ['expirationTime', 'Expiration Time: '],
  ['notBefore', 'Not Before: '],
  ['requestId', 'Request ID: '],
]
export const requiredLabels: number = 5
export const preamble: string = ' wants you to sign in with your Ethereum account:'

/** The text of a field, if it may stand there; `line` is said in the error. @throws SessionError `siwe-invalid` */
export function checkField(field: Field, value: unknown, line?: number): string {
  const rule = rules[field]
  const text = field === 'chainId' && typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && rule[0](text)) return text
  const reason = text === undefined ? 'is missing' : rule[1]
  throw new SessionError('siwe-invalid', line === undefined ? { field, reason } : { line, field, reason })
}

/**
 * Writes an EIP-4361 message: LF, none at the end. A value that would add a line, or that could not be read back as it is, is refused.
 *
 * @throws SessionError `siwe-invalid`, naming the field
 */
export function formatSiweMessage(fields: SiweMessage): string {
  // Read once: what is checked is what is written.
  const values: Partial<Record<string, unknown>> = { ...fields }
  for (const field of Object.keys(values)) {
    if (!Object.hasOwn(rules, field) && (values[field] ?? undefined) !== undefined)
      throw new SessionError('siwe-invalid', { field, reason: 'is no field' })
  }
  const part = (field: Field, before: string, isRequired: boolean, after = ''): string => {
    const value = values[field] ?? undefined
    return value === undefined && !isRequired ? '' : before + checkField(field, value) + after
  }
  let text = `${part('scheme', '', false, '://')}${part('domain', '', true, preamble)}${part('address', '\n', true)}\n`
  text += `${part('statement', '\n', false)}\n`
  labels.forEach(([field, label], i) => {
    text += part(field, `\n${label}`, i < requiredLabels)
  })
  const resources = values['resources'] ?? undefined
  if (resources === undefined) return text
  if (!Array.isArray(resources)) throw new SessionError('siwe-invalid', { field: 'resources', reason: 'is not a list' })
  text += '\nResources:'
  for (const resource of resources) text += `\n- ${checkField('resources', resource)}`
  return text
}
