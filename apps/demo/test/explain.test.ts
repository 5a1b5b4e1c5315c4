import { SessionError, type SessionErrorCode } from '@session-sigs/core'
import { describe, expect, it } from 'vitest'
import { type Asked, explain, explainDown, explainUntold, statementsOf } from '../src/explain.ts'

const all: readonly Asked[] = ['read', 'sign-in', 'renew', 'require', 'sign-out', 'call-nodes', 'call-powers']

/** An error of any code, as far as an explanation looks into it. */
function errorOf(code: SessionErrorCode): SessionError {
  return new SessionError(code, {} as never, { sentences: { [code]: () => `What is wrong with ${code}` } })
}

describe('every error that an app can meet has a title, a sentence and a way out', () => {
  const codes: readonly SessionErrorCode[] = [
    'wallet-refused',
    'wallet-failed',
    'signed-out',
    'revoked',
    'storage-failed',
    'protection-too-low',
    'expiration-past',
    'delegation-expired',
    'delegation-lifetime',
    'delegation-not-yet-valid',
    'lifetime-too-long',
    'time-invalid',
    'chain-mismatch',
    'account-mismatch',
    'address-invalid',
    'wallet-signature-invalid',
    'delegation-malformed',
    'delegation-key-mismatch',
    'delegation-scope',
    'siwe-invalid',
    'resource-malformed',
    'resource-type-unknown',
    'resource-wildcard',
    'resource-is-capability',
    'resources-empty',
    'nodes-empty',
    'node-invalid',
  ]
  it.each(codes)('%s', (code) => {
    for (const asked of all) {
      const { title, text, remedy } = explain(errorOf(code), asked)
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      expect(title).not.toBe('That did not work')
      expect(text).toMatch(/^[A-Z].*\.$/)
      expect(remedy?.label).toMatch(/^[A-Z]/)
    }
  })
})

it('one that is not known says its own sentence, and the same can be tried again', () => {
  expect(explain(errorOf('callback-threw'), 'renew')).toEqual({
    title: 'That did not work',
    text: 'What is wrong with callback-threw.',
    remedy: { label: 'Try again', name: 'renew' },
  })
  expect(explain(new TypeError('Of no use.'), 'read')).toMatchObject({ text: 'Of no use.', remedy: { name: 'read' } })
  expect(explain('nothing', 'read').text).toBe('Nothing more is known.')
})

it('a refusal offers what was refused', () => {
  for (const asked of all) expect(explain(errorOf('wallet-refused'), asked).remedy).toEqual({ label: 'Ask again', name: asked })
})

it('a message that is out of date is written anew before it is signed, and anything else is just done again', () => {
  expect(explain(errorOf('expiration-past'), 'sign-in').remedy).toEqual({ label: 'Write a new message', name: 'read' })
  expect(explain(errorOf('expiration-past'), 'renew').remedy?.name).toBe('renew')
})

it('what a wallet says is a text, and not a long one', () => {
  const failed = new SessionError('wallet-failed', { during: 'account' }, { cause: new Error(`<b>no</b>${'x'.repeat(999)}`) })
  expect(explain(failed, 'read').text).toMatch(/^It said: <b>no<\/b>x{1,300}$/)
  const turned = new SessionError('wallet-failed', { during: 'account' }, { cause: new Error('locked\n\u202eagain\u0000') })
  expect(explain(turned, 'read').text).toBe('It said: locked again')
})

it('a storage that did not delete is not left at that', () => {
  expect(explain(errorOf('storage-failed'), 'sign-out').remedy).toEqual({ label: 'Sign out again', name: 'sign-out' })
})

it('nodes that are down can be started where the page may, and else called again', () => {
  expect(explainDown(['http://a'], true, 'call-nodes').remedy?.name).toBe('start-nodes')
  expect(explainDown(['http://a'], false, 'call-powers').remedy?.name).toBe('call-powers')
})

it('nodes that were not told are named, and can be told where they are started', () => {
  expect(explainUntold(['http://a'], true)).toMatchObject({
    text: expect.stringContaining('http://a'),
    remedy: { name: 'revoke', label: 'Start and tell it' },
  })
  expect(explainUntold(['http://a', 'http://b'], false)).toMatchObject({
    title: '2 nodes were not told',
    remedy: { label: 'Tell it again' },
  })
  expect(explainUntold([], true)).toMatchObject({ title: 'A node was not told', remedy: { label: 'Tell it again' } })
})

it('what several keys had to say is all there to be sent again, each once', () => {
  const untold = (text: string, options?: ErrorOptions): SessionError =>
    new SessionError('revocation-failed', { statement: JSON.stringify({ signedMessage: text }) }, options)
  const [first, second] = [untold('1'), untold('2')]
  expect(statementsOf(untold('1', { cause: new AggregateError([first, second]) }))).toEqual([
    { signedMessage: '1' },
    { signedMessage: '2' },
  ])
  expect(statementsOf(first)).toEqual([{ signedMessage: '1' }])
  expect(statementsOf(errorOf('signed-out'))).toEqual([])
  expect(statementsOf(undefined)).toEqual([])
})
