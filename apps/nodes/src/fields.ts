import { refuse } from './refusal.ts'

/** The fields of a request's body. */
export type Fields = Readonly<Record<string, unknown>>

/** The fields of what a client sent as JSON. */
export function fieldsOf(value: unknown): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? { ...value } : refuse(400, 'bad-request', 'The body is not a JSON object.')
}

/** A text that a request must have. */
export function text(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : refuse(400, 'bad-request', `The body needs ${name}, a text.`)
}
