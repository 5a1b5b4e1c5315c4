/** Bytes in letters, and letters in bytes. */
import { fromBase64url, fromHex, fromUtf8, isHexData, isWellFormed, toBase64url, toHex } from '../../packages/core/src/bytes.ts'
import { fromBase64url as fromAnyBase64url, fromUtf8 as fromUtf8OfHttp } from '../../packages/http/src/bytes.ts'
import { of } from '../grammar.ts'
import { bytesFrom, textOf, yesOrNo } from '../inputs.ts'
import { must, type Parser } from '../parser.ts'

export const hex: Parser = {
  name: 'hex',
  reads: 'lower-case hex: `fromHex`, `isHexData`',
  weight: 3,
  seeds: () => ['', '00', '0aff', 'AB', '0x', '0xAb01', 'a'],
  generate: (random) => (random.chance(0.2) ? '0x' : '') + of('0123456789abcdef', 0, 200).write(random),
  speed: { run: (input) => [fromHex(textOf(input)), isHexData(textOf(input))], busy: (length) => 'a9'.repeat(length / 2) },
  read(input) {
    const text = textOf(input)
    const bytes = fromHex(text)
    must((bytes !== undefined) === /^(?:[0-9a-f]{2})*$/.test(text), 'hex: exactly whole bytes of lower-case digits', text)
    if (bytes) {
      must(toHex(bytes) === text, 'hex: writes back what it read', text)
      must(Buffer.from(text, 'hex').equals(bytes), "hex: agrees with Node's", text)
    }
    must(isHexData(text) === /^0x(?:[0-9a-fA-F]{2})+$/.test(text), 'hex: isHexData is 0x and whole bytes', text)
    return yesOrNo(bytes !== undefined, isHexData(text) ? 'data' : 'none')
  },
}

export const base64url: Parser = {
  name: 'base64url',
  reads: 'unpadded base64url: `fromBase64url` of core and http',
  weight: 3,
  seeds: () => ['', 'AA', 'AAA', 'AB', '-_8', 'AA==', 'A'],
  generate: (random) => toBase64url(bytesFrom(random, random.below(40))),
  speed: { run: (input) => [fromBase64url(textOf(input)), fromAnyBase64url(textOf(input))], busy: (length) => 'QUFB'.repeat(length / 4) },
  read(input) {
    const text = textOf(input)
    const bytes = fromBase64url(text)
    // Node reads any letters leniently and writes one spelling: only that one may be read here.
    const spelled = Buffer.from(text, 'base64url').toString('base64url')
    must((bytes !== undefined) === (spelled === text), 'base64url: one spelling for each value', text)
    if (bytes) must(toBase64url(bytes) === text, 'base64url: writes back what it read', text)
    if (bytes) must(Buffer.from(fromAnyBase64url(text)).equals(bytes), 'base64url: http reads what core reads', text)
    else fromAnyBase64url(text)
    return yesOrNo(bytes !== undefined, 'none')
  },
}

/** Bytes in an input are hex, so that they can be kept. */
export const utf8: Parser = {
  name: 'utf8',
  reads: 'UTF-8: `fromUtf8` of core and http, `isWellFormed`',
  weight: 3,
  seeds: () => ['', '41', 'c3a9', 'f09f9880', 'eda080', 'c0af', 'efbbbf41', 'f4908080', 'efbfbd'],
  generate: (random) =>
    Buffer.from(random.chance(0.5) ? bytesFrom(random, random.below(12)) : random.pick(['é', '😀', '\ufeff€', 'aß'])).toString('hex'),
  speed: {
    run: (input) => [fromUtf8(Buffer.from(textOf(input), 'hex')), isWellFormed(textOf(input))],
    busy: (length) => 'c3a9'.repeat(length / 4),
  },
  read(input) {
    const bytes = Buffer.from(textOf(input), 'hex')
    const text = fromUtf8(bytes)
    must(text === fromUtf8OfHttp(bytes), 'utf8: core and http read the same', textOf(input))
    const isUtf8 = Buffer.from(bytes.toString('utf8')).equals(bytes)
    must((text !== undefined) === isUtf8, 'utf8: exactly what is UTF-8', textOf(input))
    if (text !== undefined) must(Buffer.from(text).equals(bytes) && isWellFormed(text), 'utf8: writes back what it read', textOf(input))
    const asText = textOf(input)
    must(
      isWellFormed(asText) === !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(asText),
      'utf8: half a pair is seen',
      asText,
    )
    return yesOrNo(text !== undefined, 'none')
  },
}
