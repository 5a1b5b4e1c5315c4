/** EIP-4361: the message, and RFC 3339's times. What a grammar cannot say (checksums, days of a month) is left to who compares. */
import { any, maybe, of, type Rule, seq, times } from '../grammar.ts'
import type { Random } from '../random.ts'
import { alpha, authority, digit, pchars, scheme, statementCharacters, uri } from './uri.ts'

const many = Number.POSITIVE_INFINITY
const two = of(digit, 2, 2)

/** `date-time` of RFC 3339 §5.6, in any of its spellings; also days and hours that there are not. */
const dateTime: Rule = seq(
  ...[of(digit, 4, 4), '-', two, '-', two, of('Tt'), two, ':', two, ':', two, maybe(seq('.', of(digit, 1, many)))],
  any(of('Zz'), seq(of('+-'), two, ':', two)),
)

const address = seq('0x', of('0123456789abcdefABCDEF', 40, 40))
const nonce = of(alpha + digit, 8, many)
const chainId = of(digit, 1, many)
const resources = seq('\nResources:', times(seq('\n- ', uri), 0, many))

/** An empty statement is read as one, which the first editions of the EIP have. */
export const message: Rule = seq(
  ...[maybe(seq(scheme, '://')), authority, ' wants you to sign in with your Ethereum account:\n', address, '\n\n'],
  ...[maybe(seq(of(statementCharacters, 0, many), '\n')), '\nURI: ', uri, '\nVersion: 1\nChain ID: ', chainId, '\nNonce: ', nonce],
  ...['\nIssued At: ', dateTime, maybe(seq('\nExpiration Time: ', dateTime)), maybe(seq('\nNot Before: ', dateTime))],
  ...[maybe(seq('\nRequest ID: ', pchars)), maybe(resources)],
)

const addresses = [
  '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  '0x0000000000000000000000000000000000000000',
]
const pad = (value: number, length = 2): string => String(value).padStart(length, '0')

/** A time that mostly exists. */
export function writeTime(random: Random): string {
  if (random.chance(0.05)) return dateTime.write(random)
  const year = random.chance(0.9) ? 2020 + random.below(20) : random.below(10_000)
  const date = `${pad(year, 4)}-${pad(1 + random.below(12))}-${pad(1 + random.below(random.chance(0.9) ? 28 : 31))}`
  const time = `${pad(random.below(24))}:${pad(random.below(60))}:${random.chance(0.95) ? pad(random.below(60)) : '60'}`
  const fraction = random.chance(0.5) ? '' : `.${of(digit, 1, 9).write(random)}`
  return (
    date +
    random.pick(['T', 'T', 'T', 't']) +
    time +
    fraction +
    random.pick(['Z', 'Z', 'Z', 'z', '+00:00', '-00:00', '+02:30', '-11:59', '+23:59'])
  )
}

/** A message that is mostly right. */
export function writeMessage(random: Random): string {
  const some = (share: number, write: () => string): string => (random.chance(share) ? write() : '')
  const first =
    some(0.3, () => `${scheme.write(random)}://`) + random.pick(['app.example', 'localhost:3000', authority.write(random) || 'a'])
  const statement = some(0.6, () => `${of(statementCharacters, 0, many).write(random)}\n`)
  return (
    [
      `${first} wants you to sign in with your Ethereum account:\n${random.chance(0.9) ? random.pick(addresses) : address.write(random)}\n\n${statement}`,
      `URI: ${uri.write(random)}`,
      'Version: 1',
      `Chain ID: ${random.pick(['1', '0', '137', chainId.write(random)])}`,
      `Nonce: ${nonce.write(random)}`,
      `Issued At: ${writeTime(random)}${some(0.7, () => `\nExpiration Time: ${writeTime(random)}`)}${some(0.3, () => `\nNot Before: ${writeTime(random)}`)}`,
    ].join('\n') +
    some(0.3, () => `\nRequest ID: ${pchars.write(random)}`) +
    some(0.5, () => resources.write(random))
  )
}
