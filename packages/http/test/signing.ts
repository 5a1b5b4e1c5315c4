import { createHash, randomBytes } from 'node:crypto'
import { createSessionClient, type KeyDelegation, type SessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { alice, domain } from '../../core/test/wallet.ts'

export { alice, domain }

export const resource = 'litPKP://42'

/** A client of a wallet that says yes. */
export function newClient(): SessionClient {
  return createSessionClient({ signer: viemSigner(alice), domain })
}

/** A key with what its wallet lent it: `litPKP://42`, unless told otherwise. */
export async function newSession(resources: readonly `litPKP://${string}`[] = [resource]): Promise<KeyDelegation> {
  const client = newClient()
  await client.signIn({ resources: [...resources] })
  return client.getDelegation()
}

/** A byte sequence of a structured field. */
export function sequence(bytes: Uint8Array): string {
  return `:${Buffer.from(bytes).toString('base64')}:`
}

export function digestOf(body: string | Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm === 'sha256' ? 'sha-256' : 'sha-512'}=${sequence(createHash(algorithm).update(body).digest())}`
}

/** The delegation as it travels whole, and its name. */
export function packed({ capabilities }: KeyDelegation): { whole: string; id: string } {
  const bytes = Buffer.from(JSON.stringify(capabilities))
  return { whole: sequence(bytes), id: sequence(createHash('sha256').update(bytes).digest()) }
}

/** What a request says, and what is signed of it where that differs. */
export interface Draft {
  readonly method?: string
  readonly body?: string | Uint8Array
  /** More header fields; empty ones take away what would be there. */
  readonly headers?: Readonly<Record<string, string>>
  /** Seconds since 1970. */
  readonly created?: number
  readonly life?: number
  readonly nonce?: string
  readonly keyid?: string
  readonly label?: string
  /** The whole delegation, or its name. */
  readonly by?: 'whole' | 'id'
  /** Names of what is covered, in order. */
  readonly covered?: (usual: readonly string[]) => readonly string[]
  /** Values in the signature base that are not those of the request. */
  readonly values?: Readonly<Record<string, string>>
  /** The signature's parameters, rewritten. */
  readonly params?: (usual: string) => string
}

/** A signed request, ready to be sent or spoilt. */
export interface Signed {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

export const seconds = (): number => Math.floor(Date.now() / 1000)
const newNonce = (): string => randomBytes(16).toString('hex')

/** Signs a request by hand, with nothing of what is tested: RFC 9421 read once more. */
export async function sign(session: KeyDelegation, url: string, draft: Draft = {}): Promise<Signed> {
  const { method = draft.body === undefined ? 'GET' : 'POST', body, created = seconds(), life = 60, nonce = newNonce() } = draft
  const { label = 'session', by = 'whole', keyid = `lit:session:${session.key.publicKey}` } = draft
  const field = by === 'whole' ? 'session-delegation' : 'session-delegation-id'
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'content-digest': digestOf(body) }),
    [field]: packed(session)[by],
    ...draft.headers,
  }
  const { host, pathname, search, protocol } = new URL(url)
  const values: Readonly<Record<string, string>> = {
    ...headers,
    '@method': method,
    '@target-uri': url,
    '@authority': host,
    '@path': pathname,
    '@query': search || '?',
    '@scheme': protocol.slice(0, -1),
    '@request-target': pathname + search,
    ...draft.values,
  }
  const usual = ['@method', '@target-uri', '@authority', ...(body === undefined ? [] : ['content-digest']), field]
  const names = draft.covered?.(usual) ?? usual
  const list = names.map((name) => `"${name}"`).join(' ')
  const usualParams = `(${list});created=${created};expires=${created + life};nonce="${nonce}";keyid="${keyid}";alg="ed25519"`
  const params = draft.params?.(usualParams) ?? usualParams
  const base = [...names.map((name) => `"${name}": ${values[name] ?? ''}`), `"@signature-params": ${params}`].join('\n')
  const signature = await session.key.sign(new Uint8Array(Buffer.from(base)))
  const all = { ...headers, 'signature-input': `${label}=${params}`, signature: `${label}=${sequence(signature)}` }
  return { method, url, headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')), body }
}

/** The web's `Request` of it. */
export function requestOf({ method, url, headers, body }: Signed): Request {
  return new Request(url, { method, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) })
}
