/** RFC 3986 as the grammar has it: nothing is decoded, normalised or guessed. */

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*$/
const futureAddress = /^[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+$/
const encoded = /%[0-9A-Fa-f]{2}/g

/** A test for texts of these characters and percent-encoded ones. Those are taken out first: a choice within a loop would need stack for every character. */
function made(characters: RegExp): (text: string) => boolean {
  return (text) => characters.test(text) || (text.includes('%') && characters.test(text.replace(encoded, '')))
}

const isUserinfo = made(/^[A-Za-z0-9\-._~!$&'()*+,;=:]*$/)
const isRegName = made(/^[A-Za-z0-9\-._~!$&'()*+,;=]*$/)
const isSegments = made(/^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/)
const isQuery = made(/^[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*$/)

/** Any number of the characters that can stand in a URI at all, RFC 3986 §2. */
export const isUriCharacters: (text: string) => boolean = made(/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]*$/)

/** Any number of `pchar`, RFC 3986 §3.3. */
export const isPchars: (text: string) => boolean = made(/^[A-Za-z0-9\-._~!$&'()*+,;=:@]*$/)

function isIpv4(text: string): boolean {
  const octets = text.split('.')
  // Leading zeros are let through, as every deployed EIP-4361 grammar does; a value above 255 is not.
  return octets.length === 4 && octets.every((octet) => /^[0-9]{1,3}$/.test(octet) && Number(octet) <= 255)
}

/** How many 16-bit groups a colon-separated part holds; `NaN` where it is none. An IPv4 address counts as two and may only come last. */
function countGroups(text: string, mayEndInIpv4: boolean): number {
  if (text === '') return 0
  const groups = text.split(':')
  let count = 0
  for (const [i, group] of groups.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) count += 1
    else if (mayEndInIpv4 && i === groups.length - 1 && isIpv4(group)) count += 2
    else return Number.NaN
  }
  return count
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const [before = '', after] = halves
  if (after === undefined) return countGroups(before, true) === 8
  return countGroups(before, false) + countGroups(after, true) <= 7
}

function isHostAndPort(text: string): boolean {
  const literal = /^\[([^\]]*)\](?::[0-9]*)?$/.exec(text)
  if (literal) return isIpv6(literal[1] ?? '') || futureAddress.test(literal[1] ?? '')
  const colon = text.lastIndexOf(':')
  const host = colon < 0 ? text : text.slice(0, colon)
  return isRegName(host) && /^[0-9]*$/.test(colon < 0 ? '' : text.slice(colon + 1))
}

/** `authority` of RFC 3986 §3.2: user information, host and port. */
export function isAuthority(text: string): boolean {
  const at = text.indexOf('@')
  return isUserinfo(text.slice(0, Math.max(at, 0))) && isHostAndPort(text.slice(at + 1))
}

/** `scheme` of RFC 3986 §3.1. */
export function isScheme(text: string): boolean {
  return scheme.test(text)
}

/** The text before the first of a character, and the text after it where there is one. */
function cut(text: string, character: string): [before: string, after: string] {
  const at = text.indexOf(character)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** `URI` of RFC 3986 §3: a scheme is required. */
export function isUri(text: string): boolean {
  const colon = text.indexOf(':')
  if (colon < 0 || !isScheme(text.slice(0, colon))) return false
  const [beforeFragment, fragment] = cut(text.slice(colon + 1), '#')
  const [hierarchy, query] = cut(beforeFragment, '?')
  if (!isQuery(fragment) || !isQuery(query)) return false
  if (!hierarchy.startsWith('//')) return isSegments(hierarchy)
  const [authority, path] = cut(hierarchy.slice(2), '/')
  return isAuthority(authority) && isSegments(path)
}
