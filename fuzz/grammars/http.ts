/** Header fields as RFC 9421 and RFC 9651 have them: right ones, rarer spellings, and broken ones. */
import type { Random } from '../random.ts'

const components = [
  '@method',
  '@target-uri',
  '@authority',
  'content-digest',
  'session-delegation',
  'session-delegation-id',
  '@path',
  '@query',
  '@scheme',
  'x-other',
  '@status',
  'X-Upper',
]
const key = '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8'
const hex = (random: Random, length: number): string => Array.from({ length }, () => random.pick([...'0123456789abcdef'])).join('')

/** Mostly the first. */
function usual(random: Random, first: string, ...others: readonly string[]): string {
  return random.chance(0.9) ? first : random.pick(others)
}

function writeList(random: Random): string {
  const names = Array.from({ length: 3 + random.below(4) }, () => random.pick(components.slice(0, random.chance(0.9) ? 6 : 12)))
  const items = [...new Set(names)].map((name) => `"${name}"${usual(random, '', ';req', ';sf', ';key="a"')}`)
  return `(${usual(random, '', ' ')}${items.join(usual(random, ' ', '  ', ','))})`
}

function writeParameters(random: Random): string {
  const parts = [
    `created=${usual(random, '1772359200', '0', '-1', '1.5', '"1"', '1772359200000', '999999999999999', '9999999999999999')}`,
    `expires=${usual(random, '1772359260', '0', '1772359200', '?1', ':AA==:')}`,
    `nonce=${usual(random, `"${hex(random, 32)}"`, '"short"', 'token', '"a\\"b\\\\c5678901234"', `"${'n'.repeat(129)}"`)}`,
    `keyid=${usual(random, `"lit:session:${key}"`, '"other"', `"lit:session:${key.toUpperCase()}"`, 'lit')}`,
    `alg=${usual(random, '"ed25519"', '"rsa"', 'ed25519')}`,
  ]
  if (random.chance(0.1)) parts.splice(random.below(5), 1)
  if (random.chance(0.1)) parts.push(random.pick(['tag="x"', 'created=1', 'x', '*a=1', 'A=1']))
  const ordered = random.chance(0.9) ? parts : parts.toReversed()
  return ordered.map((part) => `${usual(random, ';', '; ', ' ;', ';;')}${part}`).join('')
}

export interface Fields {
  readonly input: string
  readonly signature: string
}

/** `Signature-Input` and `Signature`. */
export function writeSignatureFields(random: Random): Fields {
  const label = usual(random, 'session', 'sig1', '*x', 'a-b', 'Sig', '')
  const bytes = Buffer.from(hex(random, usual(random, '64', '63', '65', '0') === '64' ? 128 : 126), 'hex').toString('base64')
  const member = `${label}=${writeList(random)}${writeParameters(random)}`
  const value = `${usual(random, label, 'other')}=${usual(random, `:${bytes}:`, `"${bytes}"`, `:${bytes.replace(/=+$/, '')}:`, `:${bytes.replace(/.(==)$/, 'B$1')}:`)}`
  const more = random.chance(0.1)
    ? random.pick([', other=("@method");keyid="x"', ',', ' , a=1', `, again=${writeList(random)}${writeParameters(random)}`])
    : ''
  return {
    input: random.chance(0.9) ? member + more : `a=1, ${member}`,
    signature: value + (random.chance(0.1) ? random.pick([', other=:AA==:', ',', ', x']) : ''),
  }
}
