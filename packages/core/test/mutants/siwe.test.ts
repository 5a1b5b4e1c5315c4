/** EIP-4361 texts: each mistake by its field and line; the corners of the grammar of URIs. */
import { describe, expect, it } from 'vitest'
import { formatSiweMessage, type SiweMessage } from '../../src/siwe.ts'
import { parseSiweMessage } from '../../src/siwe-reading.ts'
import { isAuthority, isPchars, isUri, isUriCharacters } from '../../src/uri.ts'
import { alice } from '../wallet.ts'
import { thrownBy } from './help.ts'

const reason = expect.stringMatching(/./)
const fields: SiweMessage = {
  domain: 'app.example',
  address: alice.address,
  statement: 'Hello.',
  uri: 'https://app.example',
  version: '1',
  chainId: 1,
  nonce: '12345678',
  issuedAt: '2026-03-01T10:00:00Z',
  resources: ['a:1', 'a:2'],
}
const text = formatSiweMessage(fields)

describe('reading', () => {
  /** The text with a line (from 1) written otherwise, or left out. */
  const withLine = (line: number, other: string | undefined): string =>
    text
      .split('\n')
      .toSpliced(line - 1, 1, ...(other === undefined ? [] : [other]))
      .join('\n')

  it.each([
    ['the first', 1, 'app.example wants', 1, 'first line'],
    ['the first, of a scheme that is empty', 1, text.split('\n')[0]?.replace('app', '://app'), 1, 'scheme'],
    ['the first, of two schemes', 1, text.split('\n')[0]?.replace('app', 'a://b://app'), 1, 'domain'],
    ['the first, of a scheme that is one letter', 1, text.split('\n')[0]?.replace('app.example', 'a://'), 1, 'domain'],
    ['the first, of no domain', 1, text.split('\n')[0]?.replace('app.example', ''), 1, 'domain'],
    ['the address', 2, alice.address.toLowerCase(), 2, 'address'],
    ['the blank before the statement', 3, ' ', 3, 'blank line'],
    ['the statement', 4, 'Grüße', 4, 'statement'],
    ['the blank after the statement', 5, 'x', 5, 'blank line'],
    ['the URI', 6, 'URI: x', 6, 'uri'],
    ['the label of the URI', 6, 'Uri: a:1', 6, 'uri'],
    ['the version', 7, 'Version: 2', 7, 'version'],
    ['the chain', 8, 'Chain ID: 01', 8, 'chainId'],
    ['the nonce', 9, 'Nonce: 1234567', 9, 'nonce'],
    ['the time', 10, 'Issued At: now', 10, 'issuedAt'],
    ['the list', 11, 'Resource:', 11, 'line'],
    ['a resource', 12, '- x', 12, 'resources'],
    ['how a resource begins', 13, '-a:2', 13, 'resources'],
  ])('error: %s written otherwise', async (_, line, other, at, field) => {
    expect(await thrownBy(() => parseSiweMessage(withLine(line, other)))).toEqual({ code: 'siwe-invalid', line: at, field, reason })
  })

  it.each([
    [5, 'blank line'],
    [6, 'uri'],
    [10, 'issuedAt'],
  ])('error: a text that ends after line %i', async (lines, field) => {
    const short = text
      .split('\n')
      .slice(0, lines - 1)
      .join('\n')
    expect(await thrownBy(() => parseSiweMessage(short))).toEqual({ code: 'siwe-invalid', line: lines, field, reason })
  })

  it('error: no text at all, and none that is a text', async () => {
    expect(await thrownBy(() => parseSiweMessage(''))).toEqual({ code: 'siwe-invalid', line: 1, field: 'first line', reason })
    for (const other of [undefined, null, 7, { split: () => [] }])
      expect(await thrownBy(() => parseSiweMessage(other as unknown as string))).toEqual({ code: 'siwe-invalid', field: 'message', reason })
  })

  it('behavior: no statement, an empty one, and one that is there', () => {
    for (const statement of [undefined, '', 'x'])
      for (const message of [
        { ...fields, statement },
        { ...fields, statement, resources: undefined },
      ]) {
        const written = formatSiweMessage(message as unknown as SiweMessage)
        const read = parseSiweMessage(written)
        expect(read.statement).toBe(statement)
        expect(Object.hasOwn(read, 'statement')).toBe(statement !== undefined)
        expect(formatSiweMessage(read)).toBe(written)
      }
  })

  it('behavior: nobody can change what was read', () => {
    const message = parseSiweMessage(text)
    expect([Object.isFrozen(message), Object.isFrozen(message.resources)]).toEqual([true, true])
  })
})

describe('writing', () => {
  const write = (changes: object) => () => formatSiweMessage({ ...fields, ...changes })

  it('error: a field that may not be so, without a line; a required one that is missing', async () => {
    for (const [field, wrong] of Object.entries({
      domain: '',
      address: 'x',
      statement: 'a\nb',
      uri: 'x',
      chainId: 1.5,
      nonce: '1',
      issuedAt: 'now',
      requestId: '#',
      version: '2',
      scheme: '1',
    }))
      expect(await thrownBy(write({ [field]: wrong }))).toStrictEqual({ code: 'siwe-invalid', field, reason })
    const reasons = []
    for (const field of ['domain', 'address', 'uri', 'version', 'chainId', 'nonce', 'issuedAt'])
      for (const missing of [undefined, null]) {
        const thrown = await thrownBy(write({ [field]: missing }))
        expect(thrown).toEqual({ code: 'siwe-invalid', field, reason })
        reasons.push(Reflect.get(Object(thrown), 'reason'))
      }
    expect(new Set(reasons).size).toBe(1)
    expect(reasons[0]).not.toBe(Reflect.get(Object(await thrownBy(write({ uri: 'x' }))), 'reason'))
  })

  it('error: a field that there is not, unless it has no value; resources that are no list', async () => {
    expect(await thrownBy(write({ extra: 'x' }))).toEqual({ code: 'siwe-invalid', field: 'extra', reason })
    for (const nothing of [undefined, null]) expect(write({ extra: nothing })()).toBe(text)
    expect(await thrownBy(write({ resources: 'a:1' }))).toEqual({ code: 'siwe-invalid', field: 'resources', reason })
    expect(await thrownBy(write({ resources: [7] }))).toEqual({ code: 'siwe-invalid', field: 'resources', reason })
  })

  it('behavior: a field of null is as one that is not there', () => {
    const optional = { statement: null, expirationTime: null, notBefore: null, requestId: null, resources: null, scheme: null }
    expect(write(optional)()).toBe(write({ statement: undefined, resources: undefined })())
    expect(write({ resources: [] })().endsWith('\nResources:')).toBe(true)
  })

  it('behavior: an empty request ID is one; a nonce has 8 letters and digits at least, a chain ID no more than a number holds', () => {
    expect(parseSiweMessage(write({ requestId: '' })()).requestId).toBe('')
    expect(write({ nonce: '1234567a' })).not.toThrow()
    for (const nonce of ['', '1234567', '1234567_', '12345678 ']) expect(write({ nonce }), nonce).toThrow('nonce')
    for (const chainId of [0, 1, Number.MAX_SAFE_INTEGER]) expect(parseSiweMessage(write({ chainId })()).chainId).toBe(chainId)
    for (const chainId of [-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN]) expect(write({ chainId }), String(chainId)).toThrow('chainId')
  })
})

describe('URIs', () => {
  const isHost = (host: string): boolean => isAuthority(`[${host}]`)
  it('behavior: an address in brackets is all of the host', () => {
    for (const good of ['[::1]', '[::1]:', '[::1]:80', 'u@[::1]', 'u:p@[::1]:80', '[v1.a]:1']) expect(isAuthority(good), good).toBe(true)
    for (const bad of [
      'x[::1]',
      '[::1]x',
      '[::1]:80x',
      '[::1]:x',
      '[[::1]]',
      '[::1',
      '::1]',
      '[]',
      '[a]b]',
      '[::1]80',
      '[::1]:8:0',
      '[x[::1]',
    ])
      expect(isAuthority(bad), bad).toBe(false)
  })

  it('behavior: eight groups of an address, or fewer with one gap; the last two may be an IPv4 address', () => {
    const full = '1:2:3:4:5:6:7:8'
    const good = [
      full,
      '::',
      '1::',
      '::8',
      '1::8',
      '1:2:3:4:5:6:7::',
      '::2:3:4:5:6:7:8',
      '1:2:3:4:5:6:1.2.3.4',
      '::1.2.3.4',
      '1:2:3:4:5::1.2.3.4',
      'ABCD:ef01:0:00:000:0000:9:a',
      '::255.255.255.255',
      '::001.02.3.0',
    ]
    for (const host of good) expect(isHost(host), host).toBe(true)
    const wrong = [
      '',
      ':',
      ':::',
      '1:2:3:4:5:6:7',
      `${full}:9`,
      `${full}::`,
      `::${full}`,
      '1::2::3',
      '1:2:3:4:5:6:7:1.2.3.4',
      '1.2.3.4',
      '1.2.3.4::',
      '1.2.3.4:1:2:3:4:5:6',
      '::1.2.3',
      '::1.2.3.4.5',
      '::1.2.3.256',
      '::1.2.3.1000',
      '::1.2.3.0255',
      '::1.2.3.1e1',
      '::1.2. 3.4',
      '::1.2.3.+4',
      '::1.2.3.0x1',
      '::1.2.3.4 ',
      '::1.2.3.x',
      '::1..3.4',
      '12345::',
      'g::',
      '1:2:3:4::5:6:7:8',
      '1:2:3:4:5:6::1.2.3.4',
      ':1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:',
      '1:::2',
      '::1:',
      '::1.2.3.4:5',
      '-1::',
      ' ::1',
    ]
    for (const host of wrong) expect(isHost(host), host).toBe(false)
  })

  it('behavior: user information, host and port, each of their own characters', () => {
    const allowed = { user: /[A-Za-z0-9\-._~!$&'()*+,;=:]/, host: /[A-Za-z0-9\-._~!$&'()*+,;=]/, port: /[0-9]/ }
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code)
      if (character === '%') continue
      if (character !== '@') expect(isAuthority(`${character}@h`), `user ${code}`).toBe(allowed.user.test(character))
      if (character !== '@') expect(isAuthority(`h${character}h`), `host ${code}`).toBe(allowed.host.test(character))
      if (character !== '@') expect(isAuthority(`h:1${character}`), `port ${code}`).toBe(allowed.port.test(character))
    }
    for (const good of ['', 'h', ':', 'h:', ':1', '@', 'u@', '@h', 'u:p:q@h:1', '1.2.3.4', '999.1.1.1'])
      expect(isAuthority(good), good).toBe(true)
    for (const bad of ['u@v@h', 'h:1:2', 'h:x', ':x', 'éh:1', ' h:1', 'a b', 'h/']) expect(isAuthority(bad), bad).toBe(false)
  })

  it('behavior: scheme, path, query and fragment, each of their own characters', () => {
    const pchar = /[A-Za-z0-9\-._~!$&'()*+,;=:@]/
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code)
      if (character === '%') continue
      expect(isPchars(character), `pchar ${code}`).toBe(pchar.test(character))
      expect(isUri(`a:x${character}`), `path ${code}`).toBe(pchar.test(character) || '/?#'.includes(character))
      expect(isUri(`a://h/x${character}`), `path with host ${code}`).toBe(pchar.test(character) || '/?#'.includes(character))
      expect(isUri(`a:?x${character}`), `query ${code}`).toBe(pchar.test(character) || '/?#'.includes(character))
      expect(isUri(`a:#x${character}`), `fragment ${code}`).toBe(pchar.test(character) || '/?'.includes(character))
      expect(isUri(`a${character}:x`), `scheme ${code}`).toBe(/[A-Za-z0-9+.:-]/.test(character))
      expect(isUri(`${character}a:x`), `first of a scheme ${code}`).toBe(/[A-Za-z]/.test(character))
    }
    for (const good of [
      'a:',
      'a:/',
      'a://',
      'a:///',
      'a://h',
      'a://h/',
      'a:?',
      'a:#',
      'a:?#',
      'a:b?c?d',
      'a:b#c?d',
      'a://h?q',
      'a://h#f',
      'a:b//c',
      'a:/b//c',
      'a://h//',
    ])
      expect(isUri(good), good).toBe(true)
    for (const bad of ['', ':', ':a', 'a', '1:a', 'a:b#c#d', 'a://h:x/', 'a://[/', 'a://u@v@h/', 'é:a', '//h', '/a', '?a', '#a:b', 'a b:c'])
      expect(isUri(bad), bad).toBe(false)
  })

  it('behavior: literal addresses of a version to come', () => {
    for (const host of ['v1.a', 'V1.a', 'vF.a', 'vf.a', 'v10.a', 'v1.:', "v1.aZ09-._~!$&'()*+,;=:"]) expect(isHost(host), host).toBe(true)
    for (const host of ['x1.a', '1.a', 'v.a', 'vG.a', 'v1.', 'v1a', 'v1.a/b', 'v1.@', 'v1.%41', 'xv1.a', 'v1.ä'])
      expect(isHost(host), host).toBe(false)
    for (const character of "azAZ09-._~!$&'()*+,;=:") expect(isHost(`v1.${character}`), character).toBe(true)
  })

  it('behavior: a percent sign and two digits of hex stand for a character, anywhere but in a port or a literal', () => {
    for (const encoded of ['%00', '%aF', '%Af', '%99']) {
      for (const good of [`a:${encoded}`, `a:${encoded}${encoded}x`, `a://u${encoded}@h${encoded}/p${encoded}?q${encoded}#f${encoded}`])
        expect(isUri(good), good).toBe(true)
      expect([isPchars(encoded), isUriCharacters(encoded)]).toEqual([true, true])
      for (const bad of [`a${encoded}:b`, `a://h:1${encoded}`, `a://[${encoded}]`]) expect(isUri(bad), bad).toBe(false)
    }
    for (const bad of ['%', '%4', '%4g', '%g4', '%%41', '%4%41', '%ä1']) {
      for (const uri of [`a:${bad}`, `a://${bad}`, `a://u${bad}@h`, `a:b?${bad}`, `a:b#${bad}`]) expect(isUri(uri), uri).toBe(false)
      expect([isPchars(bad), isUriCharacters(bad)]).toEqual([false, false])
    }
  })
})
