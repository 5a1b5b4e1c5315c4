import type { Delegation } from './delegation.ts'
import type { Scope } from './scope.ts'

const isRecap = (resource: string): boolean => resource.startsWith('urn:recap:')

/**
 * All that these delegations grant, to be granted once more by one message. Nothing of it is wanted for a session signature now.
 *
 * @throws SessionError `recap-…` for a ReCap that cannot be used
 */
export async function renewalScope(delegations: readonly Delegation[]): Promise<Scope> {
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
