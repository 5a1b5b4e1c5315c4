import { SessionError } from './errors.ts'
import { capabilityFor, isCoveredBy, parseResource, type ResourceAbilityRequest, type Vocabulary } from './resource.ts'
import type { SiweMessage } from './siwe.ts'

/** What a session signature is for, in one of the wire's two forms. */
export type Wanted = { readonly resources: readonly string[] } | { readonly resourceAbilityRequests: readonly ResourceAbilityRequest[] }

/**
 * What `authNeededCallback` receives. The first form has `chain`, `resources` (the capabilities to grant), `switchChain`, `expiration` (the delegation's end) and
 * `uri` (the session key's name). In the second form `resources` is one ReCap, `statement` ends with its sentence, and the rest is there too.
 */
export interface AuthCallbackParams {
  chain: string | undefined
  statement?: string
  /** Put these into the message as its resources. */
  resources: string[]
  switchChain?: boolean | undefined
  expiration: string
  uri: string
  /** The public half alone: a callback never needs the other. */
  sessionKey?: { publicKey: string }
  nonce?: string
  domain?: string
  resourceAbilityRequests?: ResourceAbilityRequest[]
}

/** What is wanted, what the wallet is asked to grant for it, and how to tell whether a message does. The two forms differ in this alone. */
export interface Scope {
  readonly wanted: Wanted
  /** The resources of a message that grants it. */
  readonly grants: readonly string[]
  /** The sentence that the statement of such a message must end with; none in the first form. */
  readonly sentence?: string
  /** What a callback is given, where that is more than every callback is given. */
  callbackParams?(
    common: AuthCallbackParams,
    site: { domain: string | undefined; statement: string | undefined; nonce: string },
  ): AuthCallbackParams
  /**
   * What of the wanted a message does not grant, each named in words that are the same for every message.
   *
   * @throws SessionError `recap-…` for a ReCap that cannot be used
   */
  missingFrom(message: SiweMessage): readonly string[]
}

/**
 * The first form. With no resources, every type with `*`; with no capabilities, exactly those that the resources need.
 *
 * @throws SessionError `resources-empty`, `resource-…`, `delegation-scope` where the capabilities do not grant the resources
 */
export function resourceScope(
  vocabulary: Vocabulary,
  given: readonly string[] = vocabulary.types.map((type) => `${vocabulary.prefix}${type}://*`),
  capabilities?: readonly string[],
): Scope {
  // The caller may change its list while the wallet is asked.
  const resources = [...given]
  if (resources.length === 0) throw new SessionError('resources-empty', { field: 'resources' })
  const needed = resources.map((resource) => capabilityFor(resource, vocabulary))
  const grants = capabilities ?? needed
  for (const capability of grants) {
    if (parseResource(capability, vocabulary).kind === 'resource') {
      throw new SessionError('resource-malformed', { resource: capability, reason: 'sessionCapabilities are capabilities' })
    }
  }
  const missing = (granted: readonly string[]): string[] => {
    const all = new Set(granted)
    return resources.filter((_, i) => !isCoveredBy((text) => all.has(text), needed[i] ?? ''))
  }
  if (missing(grants).length > 0) throw new SessionError('delegation-scope', { missing: missing(grants) })
  return { wanted: { resources }, grants: [...new Set(grants)], missingFrom: (message) => missing(message.resources ?? []) }
}
