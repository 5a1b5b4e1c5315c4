/** RFC 3986 as the grammar has it: nothing is decoded, normalised or guessed. */

const pchar = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
const pathEmptyOrAbsolute = `(?:/${pchar}*)*`
const path = `(?:/(?:${pchar}+${pathEmptyOrAbsolute})?|${pchar}+${pathEmptyOrAbsolute}|)`
const tail = `(?:\\?(?:${pchar}|[/?])*)?(?:#(?:${pchar}|[/?])*)?`

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*$/
const afterAuthority = new RegExp(`^${pathEmptyOrAbsolute}${tail}$`)
const withoutAuthority = new RegExp(`^${path}${tail}$`)
const pchars = new RegExp(`^${pchar}*$`)
const userinfo = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*$/
const regName = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/
const futureAddress = /^[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+$/

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
  return regName.test(host) && /^[0-9]*$/.test(colon < 0 ? '' : text.slice(colon + 1))
}

/** `authority` of RFC 3986 §3.2: user information, host and port. */
export function isAuthority(text: string): boolean {
  const at = text.indexOf('@')
  return userinfo.test(text.slice(0, Math.max(at, 0))) && isHostAndPort(text.slice(at + 1))
}

/** `scheme` of RFC 3986 §3.1. */
export function isScheme(text: string): boolean {
  return scheme.test(text)
}

/** Any number of `pchar`, RFC 3986 §3.3. */
export function isPchars(text: string): boolean {
  return pchars.test(text)
}

/** `URI` of RFC 3986 §3: a scheme is required. */
export function isUri(text: string): boolean {
  const colon = text.indexOf(':')
  if (colon < 0 || !isScheme(text.slice(0, colon))) return false
  const rest = text.slice(colon + 1)
  if (!rest.startsWith('//')) return withoutAuthority.test(rest)
  const end = rest.slice(2).search(/[/?#]/)
  const authority = end < 0 ? rest.slice(2) : rest.slice(2, 2 + end)
  return isAuthority(authority) && afterAuthority.test(end < 0 ? '' : rest.slice(2 + end))
}
