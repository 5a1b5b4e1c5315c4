/**
 * Reading messages that others wrote: what is written here needs no reading.
 */
import { SessionError } from './errors.ts'
import { checkField, type Field, labels, preamble, requiredLabels, type SiweMessage } from './siwe.ts'

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
    return checkField(field, value, at + 1)
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
