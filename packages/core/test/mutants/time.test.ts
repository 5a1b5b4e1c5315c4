/** Instants and addresses: every place of the text that has to be as it is. */
import { describe, expect, it } from 'vitest'
import { isChecksumAddress, isSameAddress, toChecksumAddress } from '../../src/address.ts'
import { formatInstant, parseInstant } from '../../src/time.ts'
import { alice, bob } from '../wallet.ts'
import { thrownBy } from './help.ts'

const isTime = (text: string): boolean => !Number.isNaN(parseInstant(text))

describe('a date-time', () => {
  const good = '2026-03-01T10:20:30.125+05:45'

  it('behavior: is that of the platform, wherever that one is strict', () => {
    const texts = [
      '2026-03-01T10:20:30Z',
      '2026-03-01t10:20:30z',
      good,
      '2026-03-01T10:20:30.125-05:45',
      '0000-01-01T00:00:00Z',
      '0099-12-31T23:59:59Z',
      '1969-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59.999Z',
      '2024-02-29T00:00:00Z',
      '2000-02-29T12:00:00+23:59',
      '1600-02-29T12:00:00-23:59',
      '2026-01-31T00:00:00Z',
      '2026-04-30T00:00:00.5Z',
      '1970-01-01T00:00:00Z',
    ]
    for (const text of texts) expect(parseInstant(text), text).toBe(Date.parse(text.toUpperCase()))
    for (let month = 1; month <= 12; month++)
      for (const day of [1, 28]) {
        const text = `2023-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T09:08:07Z`
        expect(parseInstant(text)).toBe(Date.parse(text))
      }
  })

  it('error: a character too many, too few or of another kind, at every place', () => {
    expect(isTime(good)).toBe(true)
    for (let i = 0; i < good.length; i++) {
      expect(isTime(good.slice(0, i) + good.slice(i + 1)), `without ${i}`).toBe(/\d/.test(good.charAt(i)) && i >= 20 && i <= 22)
      for (const other of ['x', ' ', '/', ':', '-', 'é', '٣', ';']) {
        if (other === good.charAt(i) || (i === 23 && other === '-')) continue
        expect(isTime(good.slice(0, i) + other + good.slice(i + 1)), `${other} at ${i}`).toBe(false)
      }
      for (const more of ['x', '0', ' ', '\n', '-'])
        expect(isTime(good.slice(0, i) + more + good.slice(i)), `${more} before ${i}`).toBe(more === '0' && i >= 20 && i <= 23)
    }
    for (const more of ['x', '0', ' ', '\n', 'Z']) expect(isTime(good + more)).toBe(false)
    for (const text of [
      '2026-03-01T10:20:30',
      '2026-03-01T10:20:30.Z',
      '2026-03-01T10:20:30.1.2Z',
      '2026-03-01T10:20:30ZZ',
      '2026-03-01T10:20:30Y',
      'x2026-03-01T10:20:30Z',
      '2026-03-01U10:20:30Z',
    ])
      expect(isTime(text), text).toBe(false)
  })

  it('error: numbers that are none of a day, an hour or an offset', () => {
    const wrong = [
      '00-01T00:00:00Z',
      '13-01T00:00:00Z',
      '01-00T00:00:00Z',
      '01-32T00:00:00Z',
      '02-30T00:00:00Z',
      '02-29T00:00:00Z',
      '04-31T00:00:00Z',
      '06-31T00:00:00Z',
      '09-31T00:00:00Z',
      '11-31T00:00:00Z',
    ]
    wrong.push(
      '01-01T24:00:00Z',
      '01-01T00:60:00Z',
      '01-01T00:00:61Z',
      '01-01T00:00:00+24:00',
      '01-01T00:00:00-00:60',
      '01-01T00:00:00+00:60',
      '01-01T00:00:00-24:00',
    )
    for (const text of wrong) expect(isTime(`2026-${text}`), text).toBe(false)
    for (const text of ['1900-02-29T00:00:00Z', '2100-02-29T00:00:00Z']) expect(isTime(text), text).toBe(false)
    for (const text of ['01-01T23:59:59Z', '12-31T00:00:00+23:59', '01-31T00:00:00-23:59']) expect(isTime(`2026-${text}`), text).toBe(true)
  })

  it('behavior: a leap second is in the last minute of a day, UTC, and counts as the second after it', () => {
    for (const [text, after] of [
      ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
      ['1969-06-30T23:59:60.5Z', '1969-07-01T00:00:00.5Z'],
      ['2017-01-01T05:44:60+05:45', '2017-01-01T00:00:00Z'],
      ['2016-12-31T18:14:60-05:45', '2017-01-01T00:00:00Z'],
    ] as const)
      expect(parseInstant(text), text).toBe(Date.parse(after))
    for (const text of [
      '2016-12-31T23:58:60Z',
      '2017-01-01T00:00:60Z',
      '2016-12-31T22:59:60Z',
      '2016-12-31T23:59:60+00:01',
      '1969-06-30T23:58:60Z',
      '1969-06-30T00:59:60Z',
    ])
      expect(isTime(text), text).toBe(false)
  })

  it('behavior: fractions of any length, written back as milliseconds', () => {
    expect(parseInstant('1970-01-01T00:00:00.25Z')).toBe(250)
    expect(parseInstant('1970-01-01T00:00:00.0005Z')).toBe(0.5)
    expect(parseInstant(`1970-01-01T00:00:01.${'0'.repeat(50)}+00:00`)).toBe(1000)
    expect(formatInstant(1250)).toBe('1970-01-01T00:00:01.250Z')
  })
})

describe('an address', () => {
  const { address } = alice
  const reason = expect.stringMatching(/./)

  it('behavior: in one case, or in its checksum', () => {
    for (let i = 0; i < 2; i++) {
      for (const text of [address, address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`])
        expect(toChecksumAddress(text)).toBe(address)
      expect([isChecksumAddress(address), isChecksumAddress(address.toLowerCase()), isChecksumAddress(bob.address)]).toEqual([
        true,
        false,
        true,
      ])
      expect([
        isSameAddress(address, address.toLowerCase()),
        isSameAddress(address.toLowerCase(), address),
        isSameAddress(address, bob.address),
      ]).toEqual([true, true, false])
    }
    // More of them than are remembered.
    const many = Array.from({ length: 200 }, (_, i) => `0x${i.toString(16).padStart(40, 'a')}`)
    const spelled = many.map((text) => toChecksumAddress(text))
    expect(many.map((text) => toChecksumAddress(text))).toEqual(spelled)
    for (const text of spelled) expect(isChecksumAddress(text)).toBe(true)
  })

  it('error: anything else, and a wrong checksum is told apart', async () => {
    const digits = address.slice(2)
    const wrong = [
      '',
      '0x',
      digits,
      `0X${digits}`,
      `0x${digits}0`,
      `0x${digits.slice(1)}`,
      `x0x${digits}`,
      `0x${digits}x`,
      `0x${digits.slice(1)}g`,
      ` ${address}`,
      `${address}\n`,
    ]
    const reasons = new Set<unknown>()
    for (const text of wrong) {
      const thrown = await thrownBy(() => toChecksumAddress(text))
      expect(thrown, text).toEqual({ code: 'address-invalid', reason })
      reasons.add(Reflect.get(Object(thrown), 'reason'))
      expect([isChecksumAddress(text), isSameAddress(text, text)]).toEqual([false, false])
    }
    const other = address.replace('F', 'f')
    const thrown = await thrownBy(() => toChecksumAddress(other))
    expect(thrown).toEqual({ code: 'address-invalid', reason })
    reasons.add(Reflect.get(Object(thrown), 'reason'))
    expect(reasons.size).toBe(2)
  })
})
