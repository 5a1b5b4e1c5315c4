/** Tests of the lock that leave something open, on purpose. Not among the tests of the project. */
import { expect, it } from 'vitest'
import { createLock, sumOf } from './lock.ts'

it('opens by its code alone', () => {
  const lock = createLock('123', 5)
  expect(lock.open('123')).toBe(true)
  expect(lock.open('124')).toBe(false)
  expect(lock.tries()).toBe(1)
})

it.each(['12', '1234', 'abc', 'x123', '123x'])('takes no code %s', (code) => {
  expect(() => createLock(code, 5)).toThrow(TypeError)
})

it('adds up', () => {
  expect(sumOf('123')).toBe(6)
})
