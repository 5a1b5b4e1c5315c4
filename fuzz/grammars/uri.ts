/** RFC 3986, appendix A: what a URI is. An IPv4 address is a registered name as well, so that it needs no rule but within IPv6. */
import { any, maybe, of, type Rule, seq, times, word } from '../grammar.ts'

const lower = 'abcdefghijklmnopqrstuvwxyz'
export const alpha: string = lower + lower.toUpperCase()
export const digit: string = '0123456789'
const hexdig = `${digit}abcdefABCDEF`
const unreserved = `${alpha}${digit}-._~`
const subDelims = "!$&'()*+,;="
const many = Number.POSITIVE_INFINITY

const encoded = seq('%', of(hexdig), of(hexdig))
/** Any number of these characters and encoded ones. */
const run = (characters: string): Rule => times(any(of(characters, 1, many), encoded), 0, many)

export const scheme: Rule = seq(of(alpha), of(`${alpha}${digit}+-.`, 0, many))

/** Up to 255, in up to three digits: leading zeros are let through, as EIP-4361's readers do. */
const octet = any(of(digit, 1, 2), seq(of('01'), of(digit), of(digit)), seq('2', of('01234'), of(digit)), seq('25', of('012345')))
const ipv4 = seq(octet, '.', octet, '.', octet, '.', octet)
const h16 = of(hexdig, 1, 4)
const ls32 = any(seq(h16, ':', h16), ipv4)
const piece = seq(h16, ':')
/** Up to so many groups before the two colons. */
const before = (most: number): Rule => maybe(seq(times(piece, 0, most), h16))
const ipv6 = any(
  seq(times(piece, 6, 6), ls32),
  seq('::', times(piece, 5, 5), ls32),
  seq(before(0), '::', times(piece, 4, 4), ls32),
  seq(before(1), '::', times(piece, 3, 3), ls32),
  seq(before(2), '::', times(piece, 2, 2), ls32),
  seq(before(3), '::', piece, ls32),
  seq(before(4), '::', ls32),
  seq(before(5), '::', h16),
  seq(before(6), '::'),
)
const ipvFuture = seq(of('vV'), of(hexdig, 1, many), '.', of(`${unreserved}${subDelims}:`, 1, many))
const host = any(seq('[', any(ipv6, ipvFuture), ']'), run(unreserved + subDelims))
export const authority: Rule = seq(maybe(seq(run(`${unreserved}${subDelims}:`), '@')), host, maybe(seq(':', of(digit, 0, many))))

const pchar = `${unreserved}${subDelims}:@`
export const pchars: Rule = run(pchar)
const segment = seq('/', run(pchar))
const segmentNz = times(any(of(pchar, 1, many), encoded), 1, many)
const hierPart = any(
  seq('//', authority, times(segment, 0, many)),
  seq('/', maybe(seq(segmentNz, times(segment, 0, many)))),
  seq(segmentNz, times(segment, 0, many)),
  word(''),
)
const tail = run(`${pchar}/?`)
export const uri: Rule = seq(scheme, ':', hierPart, maybe(seq('?', tail)), maybe(seq('#', tail)))

/** What a statement is made of. */
export const statementCharacters: string = `${unreserved}:/?#[]@${subDelims} `
