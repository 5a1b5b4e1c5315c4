/** What both sides agree on: names, limits, and the text that is signed (RFC 9421 §2.5). */

/** The label of our signature in the dictionaries of `Signature` and `Signature-Input`. A reader goes by `keyid`, not by the label. */
export const label = 'session'

/** What every signature covers; besides, `content-digest` where there is a body, and one of the two delegation fields. */
export const always = ['@method', '@target-uri', '@authority'] as const
export const digestField = 'content-digest'
export const delegationField = 'session-delegation'
export const delegationIdField = 'session-delegation-id'

/** The longest that a request's signature may live, in seconds. */
export const longestLife = 300

/** What is covered, in order: the name of each component and its value. */
export type Components = readonly (readonly [name: string, value: string])[]

/** A component's line in the signature base. Values are of one line, as no header has others. */
export function lineOf(name: string, value: string): string {
  return `"${name}": ${value}\n`
}

/** The last line: `params` is the serialised inner list of the components' names with the signature's parameters. */
export function lastLine(params: string): string {
  return `"@signature-params": ${params}`
}

/** The signature base: a line for each component and one for the parameters. */
export function signatureBase(components: Components, params: string): string {
  return components.map(([name, value]) => lineOf(name, value)).join('') + lastLine(params)
}

/** The covered components' names as an inner list (RFC 9421 §2.3). Names are plain: they need no escapes. */
export function listOf(names: readonly string[]): string {
  return `(${names.map((name) => `"${name}"`).join(' ')})`
}

/** The header fields that a signed request has: what a server lets pages of other origins send (`Access-Control-Allow-Headers`), besides what the app itself sends. */
export const requestHeaders: readonly string[] = [digestField, delegationField, delegationIdField, 'signature', 'signature-input']

/** The header fields of refusals that pages of other origins may read (`Access-Control-Expose-Headers`). */
export const responseHeaders: readonly string[] = ['WWW-Authenticate', 'Accept-Signature', 'Retry-After']
