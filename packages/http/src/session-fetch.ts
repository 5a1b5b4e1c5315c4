import type { KeyDelegation, SessionClient, SessionSigsRequest, Vocabulary } from '@session-sigs/core'
import { type Bytes, byteSequence, sha, toUtf8 } from './bytes.ts'
import { readHint, readProblem } from './problem.ts'
import {
  always,
  type Components,
  delegationField,
  delegationIdField,
  digestField,
  label,
  listOf,
  longestLife,
  signatureBase,
} from './signature-base.ts'

export interface SessionFetchOptions<V extends Vocabulary> {
  /** What a request needs of the session, and asks the wallet for if it is not there. Left out: what the session has, and nobody is asked. */
  readonly request?: SessionSigsRequest<V>
  /** How long a request's signature lives, in seconds: 60, at most 300. */
  readonly lifeSeconds?: number
  /** What sends; the platform's `fetch` by default. */
  readonly fetch?: typeof fetch
}

/** As `fetch` takes it, and `session`: what this one request needs of the session. */
export interface SessionRequestInit<V extends Vocabulary> extends RequestInit {
  readonly session?: SessionSigsRequest<V>
}

/** A `fetch` that signs. */
export type SessionFetch<V extends Vocabulary> = (input: RequestInfo | URL, init?: SessionRequestInit<V>) => Promise<Response>

/** The delegations as they travel, and their name. */
interface Packed {
  readonly bytes: Bytes
  readonly id: string
}

/** What is known of a server. */
interface Server {
  /** The delegations that it accepted: their name is enough from then on. Another object each time that it accepted them anew. */
  accepted: { readonly id: string } | undefined
  /** How often in a row it did not know them after all: one that never remembers is not asked for ever. */
  forgot: number
}

const patience = 3

/** What a request is refused with whose times are wrong. */
const ofTime = /^(?:session-sig|delegation)-(?:expired|not-yet-valid)$/

/** A query of nothing is left out: some platforms send its question mark and some do not. */
function withoutEmptyQuery(input: RequestInfo | URL): RequestInfo | URL {
  return typeof input === 'string' || input instanceof URL ? String(input).replace(/^([^?#]*)\?(?=#|$)/, '$1') : input
}

/** What the work gives, unless the signal comes first: as `fetch` does it. */
async function unlessAborted<T>({ signal }: Request, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Parses a request as the platform does, its body read whole: it has to be hashed before the first byte goes out, and may have to go out twice. */
async function readWhole(input: RequestInfo | URL, init: RequestInit): Promise<{ request: Request; body: Bytes | undefined }> {
  // Node asks for it where a body is a stream; others do not mind.
  const request = new Request(withoutEmptyQuery(input), init.body ? ({ ...init, duplex: 'half' } as RequestInit) : init)
  const url = new URL(request.url)
  if (url.username || url.password) throw new TypeError('A URL with a user or a password cannot be signed.')
  const bytes = new Uint8Array(await unlessAborted(request, () => request.arrayBuffer()))
  // A body of no bytes is one: it was used up by that. Not every browser has `request.body`.
  return { request, body: bytes.length > 0 || request.bodyUsed ? bytes : undefined }
}

function targetOf(request: Request): { uri: string; authority: string; origin: string } {
  const url = new URL(request.url)
  url.hash = ''
  return { uri: url.href, authority: url.host, origin: url.origin }
}

/**
 * A `fetch` that signs each request with the session key (RFC 9421, ed25519): method, target URI, authority, the body's digest (RFC 9530), the delegation, a nonce, and times.
 * It signs once more, by itself, where a server has forgotten the delegation, or shows that this clock is off. Redirects are errors, as nobody has signed for where they lead;
 * with `redirect: 'manual'` they are the caller's.
 *
 * It rejects as `fetch` does, and with a `SessionError` as `getSessionSigs`; `signed-out` where nobody is signed in and nothing was asked for.
 *
 * @throws TypeError for options that cannot be used
 */
export function createSessionFetch<V extends Vocabulary>(client: SessionClient<V>, options: SessionFetchOptions<V> = {}): SessionFetch<V> {
  const { lifeSeconds = 60 } = options
  if (typeof client?.getDelegation !== 'function') throw new TypeError('client is what createSessionClient returned.')
  if (!(Number.isInteger(lifeSeconds) && lifeSeconds > 0 && lifeSeconds <= longestLife))
    throw new TypeError(`lifeSeconds is a whole number of seconds up to ${longestLife}.`)
  const servers = new Map<string, Server>()
  let packed: { of: string; as: Packed } | undefined

  /** How far the client's time is ahead of the device's, in milliseconds: it changes when the client learns from a server. */
  const ahead = (): number => client.now().getTime() - Date.now()

  async function pack({ capabilities }: KeyDelegation): Promise<Packed> {
    const of = JSON.stringify(capabilities)
    if (packed?.of !== of) {
      const bytes = toUtf8(of)
      packed = { of, as: { bytes, id: byteSequence(await sha(256, bytes)) } }
    }
    return packed.as
  }

  function serverOf(origin: string): Server {
    const server = servers.get(origin) ?? { accepted: undefined, forgot: 0 }
    servers.set(origin, server)
    return server
  }

  async function signed(request: Request, body: Bytes | undefined, { key }: KeyDelegation, delegation: Packed | string): Promise<Headers> {
    const headers = new Headers(request.headers)
    const { uri, authority } = targetOf(request)
    const digest = body && `sha-256=${byteSequence(await sha(256, body))}`
    const [name, value] =
      typeof delegation === 'string' ? [delegationIdField, delegation] : [delegationField, byteSequence(delegation.bytes)]
    const values = [request.method, uri, authority]
    const components: Components = [
      ...always.map((component, i) => [component, values[i] ?? ''] as const),
      ...(digest ? [[digestField, digest] as const] : []),
      [name, value],
    ]
    const created = Math.floor(client.now().getTime() / 1000)
    const nonce = crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')
    const names = listOf(components.map(([component]) => component))
    const params = `${names};created=${created};expires=${created + lifeSeconds};nonce="${nonce}";keyid="lit:session:${key.publicKey}";alg="ed25519"`
    const signature = await key.sign(toUtf8(signatureBase(components, params)))
    if (digest) headers.set(digestField, digest)
    headers.set(name, value)
    headers.append('signature-input', `${label}=${params}`)
    headers.append('signature', `${label}=${byteSequence(signature)}`)
    return headers
  }

  return async (input, { session = options.request, ...init } = {}) => {
    const { request, body } = await readWhole(input, init)
    const redirect = request.redirect === 'manual' ? 'manual' : 'error'
    const server = serverOf(targetOf(request).origin)
    const send = options.fetch ?? globalThis.fetch

    /** `named` is what the server had accepted, where the name alone was sent. */
    async function attempt(isWhole: boolean): Promise<{ response: Response; id: string; named: Server['accepted'] }> {
      const delegation = await unlessAborted(request, () => client.getDelegation(session))
      const whole = await pack(delegation)
      const named = !isWhole && server.accepted?.id === whole.id && server.forgot < patience ? server.accepted : undefined
      const headers = await signed(request, body, delegation, named ? whole.id : whole)
      return { response: await send(new Request(request, { headers, redirect, ...(body ? { body } : {}) })), id: whole.id, named }
    }

    // Each reason to sign once more counts once.
    let isWhole = false
    let hasHeeded = false
    for (;;) {
      const before = ahead()
      const { response, id, named } = await attempt(isWhole)
      const problem = (await readProblem(response)) ?? readHint(response)
      if (problem?.code === 'delegation-unknown' && named) {
        isWhole = true
        // Many may hear of it at the same time: it was forgotten once.
        if (server.accepted === named) {
          server.accepted = undefined
          server.forgot += 1
        }
      } else if (problem && !hasHeeded && (client.heed(problem) || (ofTime.test(problem.code) && Math.abs(ahead() - before) >= 1000)))
        // The latter for what was under way when another request's refusal put the clock right.
        hasHeeded = true
      else {
        if (!problem && named) server.forgot = 0
        // Who answers well has accepted the delegation; who guards nothing does not mind its name.
        if (response.ok && server.accepted?.id !== id) server.accepted = { id }
        return response
      }
    }
  }
}
