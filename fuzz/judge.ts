/** Runs a reader and sees to it that what it throws is what may be thrown. */
import { isSessionError, type SessionError } from '../packages/core/src/errors.ts'
import { type Outcome, Violation } from './parser.ts'

/** What came of a reading: a value, or our error. */
export type Result<T> = { readonly value: T; readonly error?: never } | { readonly value?: never; readonly error: SessionError }

/** Every code there is, as `errors.ts` has them; filled in when the fuzzer starts. */
export const knownCodes: Set<string> = new Set()

/** What may not stand in any error: secrets of the input that is being read. */
export const secrets: Set<string> = new Set()

/** All that an error could show: message, details, and its causes. */
function shownBy(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 4) return String(error)
  const details = isSessionError(error) ? JSON.stringify(error.details) : ''
  return `${error.message}\n${error.stack}\n${details}\n${error.cause === undefined ? '' : shownBy(error.cause, depth + 1)}`
}

/** What a value throws that was made to (`hostile.ts`), and what is thrown about an answer of a wallet or callback. */
const expected = /^(?:looked at|listed|described|Cannot perform|Cannot convert|chainId is)/

/** A mistake of ours must not pass for one of who sent the input. */
function checkCause({ cause, code }: SessionError): void {
  const isOurs = cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError
  if (isOurs && !expected.test(cause.message) && !/^(?:wallet|callback)-/.test(code))
    throw new Violation('total: no mistake of ours hides behind a refusal', cause.stack ?? cause.message, { cause })
}

/** @throws Violation unless it is an error as all of ours are */
function checkError(error: unknown): SessionError {
  if (!isSessionError(error)) throw new Violation('total: throws nothing but SessionError', String(error), { cause: error })
  const { code, details, message } = error
  if (!knownCodes.has(code)) throw new Violation('total: every code is known', code)
  if (typeof details !== 'object' || details === null) throw new Violation('total: every error has details', code)
  if (message.length > 602 || /\p{Cc}/u.test(message)) throw new Violation('errors: one line of bounded length', message)
  if (/undefined|\[object|NaN/.test(message.replace(/"[^"]*"/g, '')) && !/undefined|\[object|NaN/.test(JSON.stringify(details)))
    throw new Violation('errors: sentences are whole', message)
  checkCause(error)
  if (secrets.size > 0) {
    const shown = shownBy(error)
    for (const secret of secrets) if (shown.includes(secret)) throw new Violation('errors: no secret is shown', code)
  }
  return error
}

/** @throws Violation for what may not be thrown */
export function attempt<T>(run: () => T): Result<T> {
  try {
    return { value: run() }
  } catch (error) {
    return { error: checkError(error) }
  }
}

/** @throws Violation for what may not be thrown */
export async function attemptLater<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return { value: await run() }
  } catch (error) {
    return { error: checkError(error) }
  }
}

/** A reason without what it quotes: few enough of them to tell ways of refusing apart. */
function gistOf(details: object): string {
  const { reason, field, what, port } = details as Readonly<Record<string, unknown>>
  const words = [field, reason, what, port].filter((part) => typeof part === 'string').join(' ')
  return words
    .replace(/".*"/gs, '""')
    .replace(/[^A-Za-z" ].*/s, '')
    .split(' ')
    .slice(0, 5)
    .join(' ')
}

export function outcomeOf(result: Result<unknown>): Outcome {
  return result.error ? { code: result.error.code, reason: gistOf(result.error.details) } : { code: 'accepted', reason: '' }
}

export const accepted: Outcome = { code: 'accepted', reason: '' }

/** For readers that answer "no" instead of throwing. */
export function refusedWith(reason: string): Outcome {
  return { code: 'refused', reason }
}
