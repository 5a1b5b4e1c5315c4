import { describe, expect, it } from 'vitest'
import { textsOf } from '../src/page.ts'
import { firstSettings, readSettings, writeSettings } from '../src/settings.ts'
import { Tab } from './site.ts'

const location = { host: 'localhost:3000', origin: 'http://localhost:3000' }

describe('settings', () => {
  it('what was written is read', () => {
    const [first, ...others] = firstSettings.powers
    if (!first) return expect.fail('There are no powers.')
    const settings = {
      wallet: 'example.wallet',
      powers: [{ ...first, isWanted: true, extent: 'one' as const, id: 'a' }, ...others],
      lifetime: '1-hour',
      storage: 'local',
      signatureLifetime: '10-seconds',
    }
    expect(readSettings(writeSettings(settings))).toEqual(settings)
  })

  it.each([
    undefined,
    '',
    '{',
    'null',
    '[]',
    '5',
    '"x"',
    '{"lifetime":"for-ever","storage":7,"wallet":{},"powers":[],"signatureLifetime":null}',
  ])('%j is as if nothing had been chosen', (text) => {
    expect(readSettings(text)).toEqual(firstSettings)
  })

  it('one broken choice does not cost the others, and what is not known is not taken up', () => {
    const power = { isWanted: true, extent: 'one', id: '42' }
    const powers = {
      PKP: power,
      RLI: { ...power, extent: 'some' },
      Action: 'yes',
      EncryptionCondition: { ...power, id: 'x'.repeat(501) },
      Root: power,
    }
    const read = readSettings(JSON.stringify({ lifetime: '7-days', storage: 'disk', powers }))
    expect(read).toMatchObject({ lifetime: '7-days', storage: 'indexeddb' })
    expect(read.powers.filter(({ isWanted }) => isWanted).map(({ type, id }) => [type, id])).toEqual([
      ['PKP', '42'],
      ['Action', ''],
    ])
    expect(read.powers).toHaveLength(5)
  })

  it('an id that cannot be used says so again', () => {
    const read = readSettings(JSON.stringify({ powers: { PKP: { isWanted: true, extent: 'one', id: '4*' } } }))
    expect(read.powers.find(({ type }) => type === 'PKP')?.problem).toBe('An id has no “*” in it.')
  })
})

describe('texts', () => {
  it('a storage that is full keeps them in the page', () => {
    const tab = new Tab(location)
    tab.localStorage.setItem('name', 'before')
    const texts = textsOf(tab)
    const { setItem } = tab.localStorage
    const full = (): never => {
      throw new DOMException('No room.', 'QuotaExceededError')
    }
    Object.assign(tab.localStorage, { setItem: full })
    expect(texts.get('name')).toBe('before')
    texts.set('name', 'after')
    expect(texts.get('name')).toBe('after')
    Object.assign(tab.localStorage, { setItem })
    texts.set('name', 'last')
    expect(texts.get('name')).toBe('last')
    expect(tab.localStorage.getItem('name')).toBe('last')
  })
})
