import { expect } from 'vitest'
import { isSessionError, type SessionError } from '../../src/errors.ts'

/** What was thrown, by its code and its details; a reason is there for people to read, and so is only looked for. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  let error: unknown
  try {
    await run()
  } catch (caught) {
    error = caught
  }
  if (!isSessionError(error)) return error
  expect(error.message).not.toMatch(/undefined|^\.|\[object/)
  return { code: error.code, ...error.details }
}

/** The same, where it has to be an error of ours. */
export async function refusedBy(run: () => unknown): Promise<SessionError> {
  try {
    await run()
  } catch (error) {
    if (isSessionError(error)) return error
    throw error
  }
  return expect.fail('nothing was thrown')
}
