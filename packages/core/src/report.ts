import { isSessionError, type SessionError, type SessionErrorCode } from './errors.ts'
import { refusal } from './refusals.ts'

/** The checks of a verifier, in order; those of `delegation.` once for each capability that is looked at. */
export const checkNames = [
  'bounds',
  'shape',
  'session-signature',
  'payload',
  'resource',
  'time',
  'audience',
  'delegation.shape',
  'delegation.message',
  'delegation.domain',
  'delegation.time',
  'delegation.key',
  'delegation.recap',
  'delegation.grant',
  'delegation.signature',
  'revocation',
] as const

export type CheckName = (typeof checkNames)[number]

/** One check and what came of it. `path` leads into the input, `hint` tells a developer what to do about a failure. */
export interface Check {
  readonly name: CheckName
  readonly status: 'passed' | 'failed' | 'not-reached'
  readonly path: string
  readonly code?: SessionErrorCode
  readonly hint?: string
}

/** Checks run one after another until the first fails; after that none is reached. */
export interface CheckRun {
  /** Every check so far. */
  readonly checks: readonly Check[]
  /** The failure, where there is one. */
  failure(): SessionError | undefined
  /** Runs a check; its value where it passed, `undefined` where it failed or was not reached. */
  check<T>(name: CheckName, path: string, run: () => T): T | undefined
  /** Likewise a check that has to wait for something. */
  wait<T>(name: CheckName, path: string, run: () => Promise<T>): Promise<T | undefined>
}

export function startChecks(): CheckRun {
  const checks: Check[] = []
  let failure: SessionError | undefined

  function fail(name: CheckName, path: string, error: unknown): undefined {
    // A value can throw anything at all when it is read; whatever it is, it is the value's fault and a refusal.
    failure = isSessionError(error) ? error : refusal('session-sig-malformed', { reason: 'it cannot be read' }, { cause: error })
    checks.push({ name, status: 'failed', path, code: failure.code, hint: failure.message })
  }

  function isReached(name: CheckName, path: string): boolean {
    if (failure) checks.push({ name, status: 'not-reached', path })
    return !failure
  }

  function check<T>(name: CheckName, path: string, run: () => T): T | undefined {
    if (!isReached(name, path)) return undefined
    try {
      const value = run()
      checks.push({ name, status: 'passed', path })
      return value
    } catch (error) {
      return fail(name, path, error)
    }
  }

  async function wait<T>(name: CheckName, path: string, run: () => Promise<T>): Promise<T | undefined> {
    if (!isReached(name, path)) return undefined
    try {
      const value = await run()
      checks.push({ name, status: 'passed', path })
      return value
    } catch (error) {
      return fail(name, path, error)
    }
  }

  return { checks, failure: () => failure, check, wait }
}
