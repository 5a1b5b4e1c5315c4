/**
 * Asking for all of a session once more: loaded by who renews.
 */
import { isGoodNow } from './coverage.ts'
import type { Delegation } from './delegation.ts'
import type { Errand, Grant } from './errand.ts'
import { SessionError } from './errors.ts'
import type { Plan } from './request.ts'
import type { Scope } from './scope.ts'
import { type LiveSession, sessionId } from './storage.ts'
import type { Vault } from './vault.ts'

const isRecap = (resource: string): boolean => resource.startsWith('urn:recap:')

/** All that these delegations grant, to be granted once more by one message. Nothing of it is wanted for a session signature now. */
async function renewalScope(delegations: readonly Delegation[]): Promise<Scope> {
  const messages = delegations.map(({ message }) => message)
  const grants = [...new Set(messages.flatMap(({ resources = [] }) => resources))].filter((resource) => !isRecap(resource))
  const missingFrom: Scope['missingFrom'] = ({ resources = [] }) => grants.filter((grant) => !resources.includes(grant))
  const scope = { wanted: { resources: [] }, grants, missingFrom }
  const withRecap = messages.filter(({ resources = [] }) => resources.some(isRecap))
  if (withRecap.length === 0) return scope
  const { grant, sentence } = (await import('./recap-scope.ts')).joinRecaps(withRecap)
  grants.push(grant)
  return {
    ...scope,
    sentence,
    callbackParams: (common, { domain, statement, nonce }) => ({
      ...common,
      statement: statement === undefined ? sentence : `${statement} ${sentence}`,
      nonce,
      ...(domain === undefined ? {} : { domain }),
    }),
  }
}

/**
 * The errand of renewing a session, by a plan that says until when.
 *
 * @throws SessionError `signed-out` where there is none to renew, `recap-…` for a ReCap that cannot be used
 */
export async function renewalOf(
  vault: Vault,
  renews: LiveSession | undefined,
  plan: Plan,
  now: number,
): Promise<Omit<Errand, 'request' | 'stillWanted'>> {
  const good = renews?.delegations.filter((item) => isGoodNow(item, now)) ?? []
  if (!renews || good.length === 0) throw new SessionError('signed-out', { during: 'call' })
  const { publicKey } = renews.key
  // Whoever renewed it, here or in another tab.
  const found = (): Grant | undefined => {
    const current = vault.current()
    return current && current.key.publicKey !== publicKey && sessionId(current.account) === sessionId(renews.account) ? current : undefined
  }
  const what = (): string => JSON.stringify(['renew', publicKey])
  return { what, plan: { ...plan, ...(await renewalScope(good)) }, own: undefined, renews, isSignIn: false, found }
}
