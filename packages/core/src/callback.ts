/**
 * Asking an app's `authNeededCallback` for a delegation: loaded by who has one.
 */
import { domainOf, nonce, type Site } from './ask.ts'
import { type AuthSig, sessionKeyUri } from './delegation.ts'
import { type CallbackCode, type Sentences, SessionError, type SessionErrorDetails } from './errors.ts'
import type { Plan } from './request.ts'
import type { AuthCallbackParams } from './scope.ts'
import { type AskedChain, isRefusal } from './signer.ts'

const sentences: Sentences<CallbackCode> = {
  'callback-threw': () => 'authNeededCallback threw before it returned a promise: see cause',
  'callback-rejected': () => 'The promise of authNeededCallback was rejected: see cause',
  'callback-returned-nothing': (d) => `authNeededCallback returned ${d.got}. Return an AuthSig`,
}

function failure<C extends CallbackCode>(code: C, details: SessionErrorDetails<C>, cause?: unknown): SessionError {
  if (cause !== undefined && isRefusal(cause)) return new SessionError('wallet-refused', { by: 'callback' }, { cause })
  return new SessionError(code, details, { sentences, cause })
}

function reasonOf(cause: unknown): { reason: string } {
  return { reason: cause instanceof Error ? cause.name : typeof cause }
}

/**
 * Calls it once, before this returns.
 *
 * @throws SessionError `wallet-refused`, `callback-threw`, `callback-rejected`, `callback-returned-nothing`
 */
export async function askCallback(
  callback: (params: AuthCallbackParams) => Promise<AuthSig>,
  plan: Plan,
  choice: AskedChain,
  site: Site,
  publicKey: string,
): Promise<unknown> {
  const { chain, switchChain } = choice
  const expiration = plan.expiration()
  const common = { chain, resources: [...plan.grants], switchChain, expiration, uri: sessionKeyUri(publicKey) }
  const facts = { domain: domainOf(site), statement: site.statement, nonce: nonce() }
  let pending: Promise<AuthSig>
  try {
    pending = callback(plan.callbackParams?.(common, facts) ?? common)
  } catch (cause) {
    throw failure('callback-threw', reasonOf(cause), cause)
  }
  let answer: unknown
  try {
    answer = await pending
  } catch (cause) {
    throw failure('callback-rejected', reasonOf(cause), cause)
  }
  if (answer === undefined || answer === null) throw failure('callback-returned-nothing', { got: String(answer) })
  return answer
}
