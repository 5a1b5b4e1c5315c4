/**
 * What an app asks for, in the words of core: loaded with the first call.
 */
import type { AuthCallbackParams, AuthSig, SessionSigsRequest } from '@session-sigs/core'
import type { CheckedConfig, GetSessionSigsParams } from './options.ts'

/** Also of a date that is none: core refuses it. */
function textOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? String(date) : date.toISOString()
}

interface Circumstances extends CheckedConfig {
  readonly latestBlockhash: string | undefined
  log(text: string): void
}

/** Core checks all of it but what is said by the client itself. @throws TypeError for what cannot be given here */
export async function requestOf(params: GetSessionSigsParams, circumstances: Circumstances): Promise<SessionSigsRequest> {
  const { defaultAuthCallback, latestBlockhash, log } = circumstances
  const strange = Object(params) === params ? ['nodes', 'sessionSigExpiration'].find((name) => name in params) : 'params'
  if (strange) throw new TypeError(`"${strange}" cannot be given here.`)
  const { capacityDelegationAuthSig, capabilityAuthSigs = [], sessionCapabilityObject, domain, ...given } = params
  const { resourceAbilityRequests: requests } = given
  if (Array.isArray(requests) && requests.some((request) => request?.data))
    throw new TypeError('The data of a request is not understood here.')
  const callback = given.authNeededCallback ?? defaultAuthCallback
  if (sessionCapabilityObject && !callback) throw new TypeError('sessionCapabilityObject needs authNeededCallback.')
  const expiration = (given.expiration instanceof Date ? textOf(given.expiration) : given.expiration) ?? undefined
  // What it throws at once, and what it does not return, core tells apart.
  const askCallback = (asked: AuthCallbackParams): Promise<AuthSig> => {
    log(`asking authNeededCallback for ${asked.uri}`)
    const { resourceAbilityRequests, ...others } = asked
    return (callback as typeof askCallback)({
      ...others,
      ...(asked.nonce && { nonce: latestBlockhash ?? asked.nonce }),
      ...(sessionCapabilityObject && {
        statement: sessionCapabilityObject.statement,
        resources: [sessionCapabilityObject.encodeAsSiweResource()],
      }),
      ...(domain && { domain }),
      ...(resourceAbilityRequests && { resourceAbilityRequests }),
    })
  }
  return {
    ...given,
    sessionKey: await given.sessionKey,
    expiration,
    chain: given.chain ?? (callback && 'ethereum'),
    sessionSigExpiration: requests && expiration,
    capabilityAuthSigs: capacityDelegationAuthSig ? [...capabilityAuthSigs, capacityDelegationAuthSig] : capabilityAuthSigs,
    authNeededCallback: callback && askCallback,
    // Lit's types say of resources only that they are texts.
  } as SessionSigsRequest
}
