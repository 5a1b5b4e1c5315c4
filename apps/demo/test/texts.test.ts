import { describe, expect, it } from 'vitest'
import { powerChoices } from '../src/powers.ts'
import { countdown, grantsOf, isGranted, localTime, shortAddress, shortResource, summaryOf, wordsOf } from '../src/texts.ts'
import type { CallView } from '../src/view.ts'

const call = (change: Partial<CallView>): CallView => ({
  id: '',
  title: '',
  resource: '',
  status: 'idle',
  words: '',
  code: undefined,
  checks: [],
  ...change,
})
const id = '8f967f79a1b2c3d4e5f60718293a4b5c8f967f79a1b2c3d4e5f60718293fdeb0'

describe('countdown', () => {
  it.each([
    [0, '', '00:00:00'],
    [59, '', '00:00:59'],
    [86_399, '', '23:59:59'],
    [86_400, '', '24:00:00'],
    [86_401, '1 day', '00:00:01'],
    [604_799, '6 days', '23:59:59'],
    [604_800, '7 days', '00:00:00'],
  ])('%i seconds are %s %s', (seconds, days, clock) => expect(countdown(seconds)).toEqual({ days, clock }))
})

describe('what is shortened', () => {
  it('an address', () => expect(shortAddress('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')).toBe('0xf39F…2266'))

  it.each([
    ['litPKP://42', 'litPKP://42'],
    [`litAction://${id}`, 'litAction://8f967f79…3fdeb0'],
    ['lit-pkp://1 pkp-signing', 'lit-pkp://1 pkp-signing'],
    [id, '8f967f79a1b2c3d4…293fdeb0'],
  ])('%s', (resource, text) => expect(shortResource(resource)).toBe(text))

  it('what a refusal says, where the checks say the rest', () => {
    const words = `litAction://${id} is not granted at http://127.0.0.1:7470. Sign the resources that were given.`
    const check = { name: 'resource', status: 'failed', path: '', explanation: '', hint: undefined } as const
    const refused = call({ status: 'refused', words })
    expect(wordsOf({ ...refused, checks: [check] })).toBe('litAction://8f967f79…3fdeb0 is not granted at http://127.0.0.1:7470.')
    expect(wordsOf({ ...refused, checks: [check], code: 'revoked' })).toBe('The session was revoked.')
    expect(wordsOf({ ...refused, code: 'revoked' })).toMatch(/Sign the resources that were given\.$/)
  })

  it('and what will be done is said before and while it is called', () => {
    expect(wordsOf(call({ resource: 'litPKP://42' }))).toBe('Signs a text with the network’s key number 42.')
    expect(wordsOf(call({ resource: 'litAction://…', status: 'busy' }))).toBe('Runs a small program that greets you.')
    expect(wordsOf(call({ resource: 'litPKP://42', status: 'down', words: 'No answer' }))).toMatch(/cannot be reached/)
  })
})

it('a time that cannot be read is shown as it is', () => expect(localTime('soon')).toBe('soon'))

describe('isGranted', () => {
  const [choice] = powerChoices.filter(({ type }) => type === 'PKP')
  const asked = { ...(choice ?? expect.fail('There is no such power.')), extent: 'one', id: ' 42 ' } as const

  it.each([
    [['litPKPCapability://*'], true, true],
    [['litPKPCapability://42'], false, true],
    [['litPKPCapability://4'], false, false],
    [['litRLICapability://*'], false, false],
  ])('%s', (scope, any, one) => {
    expect(isGranted(scope, { ...asked, extent: 'any' })).toBe(any)
    expect(isGranted(scope, asked)).toBe(one)
  })
})

describe('grantsOf', () => {
  it('all five types, whatever was granted', () => {
    const scope = ['litPKPCapability://1', 'litPKPCapability://2', 'litActionCapability://7', 'litActionCapability://*', 'urn:recap:e30']
    expect(grantsOf(scope, powerChoices).map(({ type, extents }) => [type, ...extents])).toEqual([
      ['EncryptionCondition'],
      ['SigningCondition'],
      ['PKP', 'only 1', 'only 2'],
      ['RLI'],
      ['Action', 'any'],
    ])
  })
})

describe('summaryOf', () => {
  const calls = (...statuses: CallView['status'][]): CallView[] => statuses.map((status) => call({ status }))

  it('how many of each', () =>
    expect(summaryOf(calls('accepted', 'refused', 'accepted', 'down'))).toBe('2 accepted, 1 refused, 1 no answer'))
  it('nothing before the last answer', () => expect(summaryOf(calls('accepted', 'busy'))).toBe(''))
  it('nothing before the first call', () => expect(summaryOf(calls('idle', 'idle'))).toBe(''))
})
