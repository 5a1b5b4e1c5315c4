import { isSessionError } from '@session-sigs/core'
import {
  createVerifier,
  type IsRevoked,
  isRevokedBy,
  type KeyRequest,
  type PresentedDelegations,
  prepareSessionKey,
  presentDelegations,
  type Report,
  type VerifiedSession,
  type VerifyRequest,
  type VerifyWallet,
  verifyRevocation,
} from '@session-sigs/core/verify'
import { bodyOf, checkBody } from './body.ts'
import { type Bytes, byteSequence, fromBase64url, fromUtf8, isObject, sha, toUtf8 } from './bytes.ts'
import { createDelegationStore, type KnownDelegations } from './delegations.ts'
import { requestError } from './errors.ts'
import { type Incoming, inTime, type RequestBody } from './incoming.ts'
import { type AskedResource, type Origin, type RequestSettings, type RequestVerifierOptions, readOptions } from './options.ts'
import {
  baseOf,
  boundedHeader,
  checkCoverage,
  checkTimes,
  type RequestSignature,
  readBytes,
  readSignature,
  type Target,
  type Times,
} from './signature.ts'
import { delegationField, delegationIdField, digestField } from './signature-base.ts'

/** What a request asks for: said beforehand, or found out from its body. */
export type ResourceOf = AskedResource | ((body: RequestBody) => AskedResource | Promise<AskedResource>)

/** A refusal, with the verifier's checks where it came to them. */
export interface Refusal {
  readonly error: unknown
  readonly checks?: Report['checks']
}

type Verdict = { readonly session: VerifiedSession } | Refusal

/** What every adapter stands on. */
export interface Gate {
  readonly settings: RequestSettings
  /** Whether the request is by a session that may use the resource. Its signature is used up by that. */
  pass(incoming: Incoming, resource: ResourceOf, now?: Date): Promise<Verdict>
  /** Takes the revocation in the request's body into the store: nothing where that worked. */
  revoke(incoming: Incoming, now?: Date): Promise<Refusal | undefined>
}

/** The room of header fields: servers of Node refuse more than 16 KiB of all of them by themselves. */
const longestDelegation = 16_384
const longestSessionSig = 65_536

/** How long a store is waited for, in seconds. Stores give up by themselves, and sooner; one that does not is down all the same. */
const patience = 5
/** Likewise for what asks a chain. */
const walletPatience = 30

/** What a port answers. @throws what it throws, or that it did not answer in time */
async function answerOf<T>(asked: T | PromiseLike<T>, seconds = patience): Promise<T> {
  const isPending = typeof asked === 'object' && asked !== null && 'then' in asked
  return isPending ? inTime(asked, seconds, () => new Error(`No answer within ${seconds} s.`)) : asked
}

function verdictOf({ session, error, checks }: Report): Verdict {
  return session ? { session } : { error, checks }
}

const empty = /* @__PURE__ */ toUtf8('')

/** Path and query of a target that may be a whole URL. */
function pathOf(target: string, host: string | undefined, origins: readonly Origin[]): string {
  if (target.startsWith('/')) return target
  const [before = '', named = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target) ?? []
  // Some frameworks go by the one, some by the other: the handler could take a request for the other origin's.
  if (host !== undefined && named.toLowerCase() !== host && origins.some((one) => one.host === named.toLowerCase()))
    throw requestError('signature-malformed', { reason: 'Host names another origin than the target' })
  const path = target.slice(before.length)
  return path.startsWith('/') ? path : `/${path}`
}

/** Where the request was sent to, by what the server says of itself. */
function targetOf({ target, header }: Pick<Incoming, 'target' | 'header'>, origins: readonly Origin[]): Target {
  const host = header('host')?.toLowerCase()
  const origin = origins.find((one) => one.host === host) ?? origins[0]
  const { prefix = '', host: authority = '' } = origin ?? {}
  return { prefix, authority, uri: prefix + pathOf(target, host, origins) }
}

function requestOf(asked: AskedResource, now: Date): VerifyRequest & { readonly now: Date } {
  return typeof asked === 'string' ? { resource: asked, now } : { ...asked, now }
}

function keyRequestOf(asked: ReturnType<typeof requestOf>, sessionKey: string, audience: string, times: Times): KeyRequest {
  const { resource, ability, now } = asked
  const { issuedAt, expiration } = times
  const request = { resource, now, sessionKey, audience, issuedAt, expiration }
  return ability === undefined ? request : { ...request, ability }
}

/** A resource that was made of what a client sent may be none. That is the client's mistake, and not a programmer's. */
function asClients(error: unknown, resource: ResourceOf): unknown {
  return typeof resource === 'function' && error instanceof TypeError && isSessionError(error.cause) ? error.cause : error
}

/** The wire's session signature in a request, as it stands there. */
function findSessionSig(incoming: Incoming, body: Bytes, { field, header }: NonNullable<RequestSettings['sessionSigs']>): unknown {
  const value = header ? /^SessionSig +(.+)$/i.exec(boundedHeader(incoming, 'authorization', longestSessionSig) ?? '')?.[1] : undefined
  if (value !== undefined) return fromUtf8(fromBase64url(value)) ?? ''
  if (field === false || body.length === 0) return undefined
  const content = bodyOf(body, incoming).json()
  return isObject(content) && Object.hasOwn(content, field) ? content[field] : undefined
}

/**
 * The checks of requests, in this order: what costs nothing, the session key's signature, the body, the delegation and its revocation, and last of all the nonce.
 *
 * @throws TypeError for options that cannot be used
 */
export function createGate(options: RequestVerifierOptions): Gate {
  const { settings, defaults } = readOptions(options)
  const { revocations, nonces, toleranceSeconds, sessionSigs } = settings
  const isRevoked = revocations ? isRevokedBy(revocations) : options.isRevoked
  const { verifyWallet } = options
  const ports = {
    ...(typeof isRevoked === 'function' ? { isRevoked: (async (question) => answerOf(isRevoked(question))) satisfies IsRevoked } : {}),
    ...(typeof verifyWallet === 'function'
      ? { verifyWallet: (async (question) => answerOf(verifyWallet(question), walletPatience)) satisfies VerifyWallet }
      : {}),
  }
  const verifier = createVerifier({
    ...defaults,
    ...ports,
    audience: sessionSigs ? (options.sessionSigs?.audience ?? '') : settings.origins.map(({ prefix }) => prefix),
    maxLifetimeSeconds: options.sessionSigs?.maxLifetimeSeconds ?? 300,
  })
  const store = createDelegationStore(settings.delegationBytes)

  /** The delegation that is named, if it is known. */
  function recall(incoming: Incoming): { id: string; known: KnownDelegations | undefined } {
    const id = boundedHeader(incoming, delegationIdField) ?? ''
    return { id, known: id === '' ? undefined : store.get(id) }
  }

  /** The delegation that the request carries, or that it names by an id that is not known. */
  async function present(incoming: Incoming, id: string): Promise<{ presented: PresentedDelegations; id: string }> {
    const text = boundedHeader(incoming, delegationField, longestDelegation)
    if (text === undefined) {
      // An id of another spelling would be asked for for ever.
      if (readBytes(delegationIdField, id).length === 32) throw requestError('delegation-unknown', { id })
      throw requestError('signature-malformed', { reason: `${delegationIdField} is no SHA-256` })
    }
    const bytes = readBytes(delegationField, text)
    const json = fromUtf8(bytes)
    if (json === undefined) throw requestError('signature-malformed', { reason: `${delegationField} is not UTF-8` })
    const name = byteSequence(await sha(256, bytes))
    return { id: name, presented: store.get(name)?.presented ?? presentDelegations(json) }
  }

  function judge(answer: unknown, { nonce, created }: RequestSignature): void {
    if (answer === 'fresh') return
    if (answer === 'used') throw requestError('nonce-used', { nonce })
    if (answer === 'too-old') throw requestError('signature-too-old', { createdAt: new Date(created * 1000).toISOString() })
    throw requestError('verifier-unavailable', { port: 'nonces' })
  }

  /** Nothing where the answer is there at once, and is good. */
  function consume(signature: RequestSignature): Promise<void> | undefined {
    const { sessionKey, nonce, created, expires } = signature
    const unknown = (cause: unknown): never => {
      throw requestError('verifier-unavailable', { port: 'nonces' }, { cause })
    }
    let answer: unknown
    try {
      answer = nonces.consume(`${sessionKey}:${nonce}`, { createdAt: created * 1000, until: (expires + toleranceSeconds) * 1000 })
    } catch (cause) {
      unknown(cause)
    }
    if (typeof answer === 'string') judge(answer, signature)
    else return answerOf(answer).then((waited) => judge(waited, signature), unknown)
    return undefined
  }

  /** The request's own signature: over this request, once. */
  async function verifySigned(incoming: Incoming, signature: RequestSignature, resource: ResourceOf, now: Date): Promise<Verdict> {
    checkCoverage(signature, incoming)
    const times = checkTimes(signature, now.getTime(), toleranceSeconds)
    const target = targetOf(incoming, settings.origins)
    const { sessionKey } = signature
    const named = recall(incoming)
    const key = named.known?.key.publicKey === sessionKey ? named.known.key : prepareSessionKey(sessionKey, options.curves)
    if (!(await key.verify(toUtf8(baseOf(signature, incoming, target)), signature.bytes)))
      throw requestError('session-signature-invalid', { key: sessionKey })
    // What is there already is not waited for: thousands of requests a second would feel it.
    const { presented, id } = named.known ? { presented: named.known.presented, id: named.id } : await present(incoming, named.id)
    const body = incoming.hasBody ? await incoming.read(settings.body) : empty
    if (body.length > 0 || signature.covered.includes(digestField)) await checkBody(body, signature, incoming)
    const asked = typeof resource === 'function' ? await resource(bodyOf(body, incoming)) : resource
    const request = keyRequestOf(requestOf(asked, now), sessionKey, target.prefix, times)
    // The report is for those who are told: to make it takes more than to verify.
    const verdict = settings.explain
      ? verdictOf(await verifier.inspectKey(presented, request))
      : { session: await verifier.verifyKey(presented, request) }
    if (!('session' in verdict)) return verdict
    const consumed = consume(signature)
    if (consumed) await consumed
    if (!named.known) store.add(id, { presented, key })
    return verdict
  }

  /** The wire's session signature: over a resource and this audience, for as long as it lives. */
  async function verifyBearer(incoming: Incoming, resource: ResourceOf, now: Date): Promise<Verdict> {
    const missing = requestError('signature-missing', { reason: 'Signature-Input has no keyid of a session key' })
    if (!sessionSigs) throw missing
    const body = await incoming.read(settings.body)
    const sig = findSessionSig(incoming, body, sessionSigs)
    if (sig === undefined) throw missing
    const asked = typeof resource === 'function' ? await resource(bodyOf(body, incoming)) : resource
    const request = requestOf(asked, now)
    return settings.explain ? verdictOf(await verifier.inspect(sig, request)) : { session: await verifier.verify(sig, request) }
  }

  async function keep(incoming: Incoming, now: Date): Promise<void> {
    if (!revocations) throw new TypeError('A revocation endpoint needs revocations: where they are kept.')
    if (incoming.method !== 'POST') throw requestError('revocation-malformed', { reason: 'it is not sent by POST' })
    const text = bodyOf(await incoming.read(settings.body), incoming).text()
    const { domains, clockToleranceSeconds, maxDelegationSeconds, curves } = options
    const known = Object.entries({ clockToleranceSeconds, maxDelegationSeconds, curves, verifyWallet: ports.verifyWallet }).filter(
      ([, value]) => value !== undefined,
    )
    const revocation = await verifyRevocation(text, { domains, ...Object.fromEntries(known), now })
    try {
      await answerOf(revocations.revoke(revocation.subject, revocation))
    } catch (cause) {
      throw requestError('verifier-unavailable', { port: 'revocations' }, { cause })
    }
  }

  return {
    settings,
    async revoke(incoming, now = new Date()) {
      try {
        await keep(incoming, now)
        return undefined
      } catch (error) {
        return { error }
      }
    },
    async pass(incoming, resource, now = new Date()) {
      try {
        const signature = readSignature(incoming)
        return await (signature ? verifySigned(incoming, signature, resource, now) : verifyBearer(incoming, resource, now))
      } catch (error) {
        return { error: asClients(error, resource) }
      }
    },
  }
}
