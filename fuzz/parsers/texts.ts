/** Readers of small texts: instants, addresses, URIs. */
import { getAddress } from 'ethers'
import { isChecksumAddress, isSameAddress, toChecksumAddress } from '../../packages/core/src/address.ts'
import { formatInstant, parseInstant } from '../../packages/core/src/time.ts'
import { isAuthority, isPchars, isScheme, isUri, isUriCharacters } from '../../packages/core/src/uri.ts'
import { follows } from '../grammar.ts'
import { writeTime } from '../grammars/siwe.ts'
import { authority, pchars, scheme, uri } from '../grammars/uri.ts'
import { bytesFrom, textOf, yesOrNo } from '../inputs.ts'
import { accepted, attempt, outcomeOf, refusedWith } from '../judge.ts'
import { must, type Parser } from '../parser.ts'

/** What `Date` says of a time, which reads more than RFC 3339 has, but the same of what both have. */
function byDate(text: string): number {
  return Date.parse(text.toUpperCase().replace(/(\.[0-9]{3})[0-9]+/, '$1'))
}

export const instant: Parser = {
  name: 'instant',
  reads: 'RFC 3339 date-times: `parseInstant`',
  weight: 4,
  seeds: () => [
    '2023-05-08T00:00:00.000Z',
    '2016-12-31T23:59:60Z',
    '2024-02-29t07:00:00.123456+02:30',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
  ],
  generate: writeTime,
  speed: { run: (input) => parseInstant(textOf(input)), busy: (length) => `2023-05-08T00:00:00.${'1'.repeat(Math.max(1, length - 21))}Z` },
  read(input) {
    const text = textOf(input)
    const time = parseInstant(text)
    if (Number.isNaN(time)) {
      const isPlain =
        /^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/.test(text)
      // Date reads the 30th of February as the 1st of March.
      const isDay =
        isPlain && !Number.isNaN(byDate(text)) && new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(text.slice(0, 10))
      must(!isDay, 'instant: reads every date-time of RFC 3339', text)
      return refusedWith('none')
    }
    must(Math.abs(time) < 8.64e15, 'instant: within what can be written', text)
    if (!/:60/.test(text.slice(16, 20)))
      must(Math.abs(time - byDate(text)) <= 1, "instant: agrees with the platform's Date", { text, time })
    // Beyond the years 0 to 9999 there is nothing that could be read.
    const written = formatInstant(time)
    must(/^[+-]/.test(written) || parseInstant(written) === Math.trunc(time), 'instant: what is written is read', text)
    return accepted
  },
}

export const address: Parser = {
  name: 'address',
  reads: 'addresses: `toChecksumAddress`, `isChecksumAddress`, `isSameAddress`',
  weight: 3,
  seeds: () => [
    '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    '0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266',
    '0x',
  ],
  generate: (random) => {
    const digits = Buffer.from(bytesFrom(random, 20)).toString('hex')
    return random.pick([`0x${digits}`, `0x${digits.toUpperCase()}`, getAddress(`0x${digits}`)])
  },
  speed: {
    run: (input) => isChecksumAddress(textOf(input)) || toChecksumAddress(textOf(input)),
    busy: () => '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  },
  read(input) {
    const text = textOf(input)
    const ours = attempt(() => toChecksumAddress(text))
    let theirs: string | undefined
    try {
      theirs = /^0x[0-9a-fA-F]{40}$/.test(text) ? getAddress(text) : undefined
    } catch {
      theirs = undefined
    }
    must(ours.value === theirs, "address: agrees with ethers'", text)
    must(isChecksumAddress(text) === (theirs === text), 'address: the checksum is one spelling', text)
    must(isSameAddress(text, text.toLowerCase()) === /^0x[0-9a-fA-F]{40}$/.test(text), 'address: the same in any case', text)
    return outcomeOf(ours)
  },
}

export const uris: Parser = {
  name: 'uri',
  reads: 'RFC 3986: `isUri`, `isAuthority`, `isScheme`, `isPchars`, `isUriCharacters`',
  weight: 5,
  seeds: () => [
    'https://app.example/a?b#c',
    'urn:recap:e30',
    'a://u:p@[::1]:80/',
    'lit:session:00',
    '[v1.a:b]',
    '[1:2:3:4:5:6:7::]',
    '%41',
    'a:',
    '[::1.2.3.4]:',
    'x:?#',
  ],
  generate: (random) => random.pick([uri, uri, authority, scheme, pchars]).write(random),
  speed: {
    run: (input) => [isUri, isAuthority, isScheme, isPchars, isUriCharacters].map((test) => test(textOf(input))),
    busy: (length) => `a:${'%41b/'.repeat(length / 5)}?${'%42/'.repeat(length / 5)}`,
  },
  read(input) {
    const text = textOf(input)
    const isOne = isUri(text)
    if (isOne)
      must(
        URL.canParse(text) || !/^[a-z]+:[^/]/i.test(text) || /^(?:https?|ftp|wss?|file):/i.test(text),
        'uri: the platform reads it, or has rules of its own for the scheme',
        text,
      )
    if (text.length <= 200) {
      must(isOne === follows(uri, text), 'uri: as the grammar of RFC 3986 has it', text)
      must(isAuthority(text) === follows(authority, text), 'uri: authority as the grammar has it', text)
      must(isScheme(text) === follows(scheme, text), 'uri: scheme as the grammar has it', text)
      must(isPchars(text) === follows(pchars, text), 'uri: path characters as the grammar has them', text)
    }
    if (isOne) must(isUriCharacters(text), 'uri: of characters that a URI has', text)
    return yesOrNo(isOne, isAuthority(text) ? 'authority' : isUriCharacters(text) ? 'characters' : 'none')
  },
}
