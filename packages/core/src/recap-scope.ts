/**
 * The second form: loaded only by who uses it.
 */
import { SessionError } from './errors.ts'
import { type Attenuations, encodeRecap, type Recap, recapStatement } from './recap.ts'
import { isRecapGrantedPlainly, mergeRecaps, recapOf, usableRecapOf } from './recap-grant.ts'
import { inWireOrder, type ResourceAbilityRequest, recapAbilityFor, requestKey, type Vocabulary } from './resource.ts'
import type { Scope } from './scope.ts'
import type { SiweMessage } from './siwe.ts'

/** What was read of messages lately. They are frozen: what was true of one stays true. */
const usable: WeakMap<SiweMessage, Recap> = /* @__PURE__ */ new WeakMap()

/** @throws SessionError `recap-invalid`, `recap-statement-mismatch`, `recap-unsupported` */
function recapIn(message: SiweMessage): Recap {
  const recap = usable.get(message) ?? usableRecapOf(message)
  if (Object.isFrozen(message)) usable.set(message, recap)
  return recap
}

function nameOf(request: ResourceAbilityRequest): string {
  return `${request.ability} on ${requestKey(request)}`
}

/**
 * The second form: exactly the abilities asked for, as one ReCap and its sentence.
 *
 * @throws SessionError `resources-empty`, `resource-…`, `ability-unknown`; TypeError for elements that are none
 */
export function recapScope(vocabulary: Vocabulary, requests: readonly ResourceAbilityRequest[]): Scope {
  if (requests.length === 0) throw new SessionError('resources-empty', { field: 'resourceAbilityRequests' })
  if (
    !requests.every((request) =>
      [request?.ability, request?.resource?.resourcePrefix, request?.resource?.resource].every((part) => typeof part === 'string'),
    )
  ) {
    throw new TypeError('Each request is {resource: {resource, resourcePrefix}, ability}.')
  }
  const wanted = requests.map(inWireOrder)
  const att: Record<string, Attenuations[string]> = {}
  for (const request of wanted) {
    const key = requestKey(request)
    att[key] = { ...att[key], [recapAbilityFor(key, request.ability, vocabulary)]: [{}] }
  }

  function missingFrom(message: SiweMessage): readonly string[] {
    if (!message.resources?.some((resource) => resource.startsWith('urn:recap:'))) return wanted.map(nameOf)
    const recap = recapIn(message)
    return wanted.filter((request) => !isRecapGrantedPlainly(recap, requestKey(request), request.ability, vocabulary)).map(nameOf)
  }

  const callbackParams: Scope['callbackParams'] = ({ chain, resources, switchChain, expiration, uri }, { domain, statement, nonce }) => ({
    chain,
    statement: statement === undefined ? recapStatement({ att }) : `${statement} ${recapStatement({ att })}`,
    resources,
    ...(switchChain === undefined ? {} : { switchChain }),
    expiration,
    uri,
    sessionKey: { publicKey: uri.slice(uri.lastIndexOf(':') + 1) },
    nonce,
    ...(domain === undefined ? {} : { domain }),
    resourceAbilityRequests: structuredClone(wanted),
  })

  return {
    wanted: { resourceAbilityRequests: wanted },
    // Written only where the wallet is asked.
    get grants() {
      return [encodeRecap({ att })]
    },
    get sentence() {
      return recapStatement({ att })
    },
    callbackParams,
    missingFrom,
  }
}

/** All ReCaps of these messages in one, as a resource, and its sentence. */
export function joinRecaps(messages: readonly SiweMessage[]): { grant: string; sentence: string } {
  const recap = messages.map(recapOf).reduce(mergeRecaps)
  return { grant: encodeRecap(recap), sentence: recapStatement(recap) }
}
