import { type AuthSig, type Delegation, readAuthSig, sessionKeyUri } from './delegation.ts'
import { SessionError } from './errors.ts'
import { loadStoredKey, type SessionKey, type StoredKey } from './keypair.ts'
import type { Account } from './signer.ts'
import { parseSiweMessage } from './siwe.ts'
import type { StoredSession, StoredSessions } from './storage.ts'
import { parseInstant } from './time.ts'

/** A stored session, read and proven: its key signs, and every delegation is for that key and by that account. */
export interface LiveSession {
  readonly account: Account
  readonly key: SessionKey
  readonly stored: StoredSession
  readonly delegations: readonly Delegation[]
}

/** The name of an account's session within the record. */
export function sessionId(account: Account): string {
  return `${account.chainId}:${account.address}`
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readStoredKey(value: unknown): StoredKey | undefined {
  if (!isPlain(value)) return undefined
  const { type, seed, publicKey, privateKey } = value
  if (type === 'seed' && typeof seed === 'string') return { type, seed }
  if (type === 'handle' && typeof publicKey === 'string' && isPlain(privateKey))
    return { type, publicKey, privateKey: privateKey as unknown as CryptoKey }
  return undefined
}

function readStoredSession(value: unknown): StoredSession | undefined {
  if (!isPlain(value) || !Array.isArray(value['delegations']) || value['delegations'].length === 0) return undefined
  const { createdAt } = value
  const key = readStoredKey(value['key'])
  if (!key || typeof createdAt !== 'string' || Number.isNaN(parseInstant(createdAt))) return undefined
  try {
    return { key, delegations: value['delegations'].map((item: unknown): AuthSig => readAuthSig(item)), createdAt }
  } catch {
    return undefined
  }
}

/**
 * Reads what a storage kept, as strictly as a request: `undefined` for anything that is not a whole record of this version.
 */
export function readStoredSessions(value: unknown): StoredSessions | undefined {
  if (!isPlain(value) || value['v'] !== 1 || !isPlain(value['sessions'])) return undefined
  const sessions: Record<string, StoredSession> = {}
  for (const [id, item] of Object.entries(value['sessions'])) {
    const session = readStoredSession(item)
    if (!session || !/^[0-9]+:0x[0-9a-fA-F]{40}$/.test(id)) return undefined
    sessions[id] = session
  }
  const { current } = value
  if (current === undefined) return { v: 1, sessions }
  return typeof current === 'string' && Object.hasOwn(sessions, current) ? { v: 1, current, sessions } : undefined
}

/** A stored session that can be used; `undefined` where key, delegations and account do not belong together. */
export async function loadSession(id: string, stored: StoredSession): Promise<LiveSession | undefined> {
  try {
    const key = await loadStoredKey(stored.key)
    const delegations = stored.delegations.map((authSig) => ({ authSig, message: parseSiweMessage(authSig.signedMessage) }))
    for (const { message } of delegations) {
      if (message.uri !== sessionKeyUri(key.publicKey) || id !== `${message.chainId}:${message.address}`) return undefined
    }
    const [chainId = '', address = ''] = id.split(':')
    return { account: { address: address as Account['address'], chainId: Number(chainId) }, key, stored, delegations }
  } catch (error) {
    if (error instanceof SessionError) return undefined
    throw error
  }
}
