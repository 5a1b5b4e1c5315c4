/**
 * Reading what a storage kept: loaded only where something was.
 */
import { checkDelegationAccount, readAuthSig } from './auth-sig.ts'
import { type AuthSig, type Delegation, sessionKeyUri } from './delegation.ts'
import { isSessionError } from './errors.ts'
import type { StoredKey } from './keypair.ts'
import type { Account } from './signer.ts'
import { parseSiweMessage } from './siwe-reading.ts'
import {
  emptyRecord,
  type LiveSession,
  maxDelegations,
  type ReadRecord,
  type StoredQuestion,
  type StoredSession,
  type StoredSessions,
} from './storage.ts'
import { loadStoredKey } from './stored-key.ts'
import { parseInstant } from './time.ts'
import { isObject } from './values.ts'

function readStoredKey(value: unknown): StoredKey | undefined {
  if (!isObject(value)) return undefined
  const { type, seed, publicKey, privateKey } = value
  if (type === 'seed' && typeof seed === 'string') return { type, seed }
  if (type === 'handle' && typeof publicKey === 'string' && isObject(privateKey)) {
    return { type, publicKey, privateKey: privateKey as unknown as CryptoKey }
  }
  return undefined
}

/** Only a seed: any 32 bytes are one, so that it needs no trying. */
function readNextKey(value: unknown): StoredKey | undefined {
  const key = readStoredKey(value)
  return key?.type === 'seed' && /^[0-9a-f]{64}$/.test(key.seed) ? key : undefined
}

function readStoredSession(value: unknown): StoredSession | undefined {
  if (!isObject(value)) return undefined
  const { createdAt, delegations } = value
  const key = readStoredKey(value['key'])
  if (!key || typeof createdAt !== 'string' || Number.isNaN(parseInstant(createdAt))) return undefined
  if (!Array.isArray(delegations) || delegations.length === 0 || delegations.length > maxDelegations) return undefined
  return { key, delegations: delegations.map((item: unknown): AuthSig => readAuthSig(item)), createdAt }
}

function readQuestion(value: unknown): StoredQuestion | undefined {
  if (!isObject(value)) return undefined
  const { what, message } = value
  const key = readStoredKey(value['key'])
  return key && typeof what === 'string' && typeof message === 'string' ? { what, key, message } : undefined
}

/** `undefined` for whatever cannot be read, also where reading it throws: what a storage returns is outside data. */
function attempt<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function readRecord(value: unknown): ReadRecord | undefined {
  if (!isObject(value) || value['v'] !== 1 || !isObject(value['sessions'])) return undefined
  const sessions: Record<string, StoredSession> = {}
  // One account's broken session is no reason to lose another's.
  for (const [id, item] of Object.entries(value['sessions'])) {
    const session = attempt(() => readStoredSession(item))
    if (session && /^(?:0|[1-9][0-9]*):0x[0-9a-fA-F]{40}$/.test(id)) sessions[id] = session
  }
  const pending = attempt(() => readQuestion(value['pending']))
  const nextKey = attempt(() => readNextKey(value['nextKey']))
  const record: StoredSessions = { v: 1, sessions, ...(pending ? { pending } : {}), ...(nextKey ? { nextKey } : {}) }
  const { current } = value
  if (current === undefined) return { record, isCorrupt: false, isMissing: false }
  const isThere = typeof current === 'string' && Object.hasOwn(sessions, current)
  return { record: isThere ? { ...record, current } : record, isCorrupt: !isThere, isMissing: false }
}

/** Reads what a storage kept, as strictly as a request. Never throws. */
export function readStoredSessions(value: unknown): ReadRecord {
  return attempt(() => readRecord(value)) ?? { record: emptyRecord, isCorrupt: true, isMissing: false }
}

/** A stored session that can be used; `undefined` where key, delegations and account do not belong together. */
export async function loadSession(id: string, stored: StoredSession): Promise<LiveSession | undefined> {
  const [chainId = '', address = ''] = id.split(':')
  const account: Account = { address: address as Account['address'], chainId: Number(chainId) }
  try {
    const key = await loadStoredKey(stored.key)
    const delegations = stored.delegations.map((authSig): Delegation => ({ authSig, message: parseSiweMessage(authSig.signedMessage) }))
    for (const delegation of delegations) {
      if (delegation.message.uri !== sessionKeyUri(key.publicKey) || delegation.message.expirationTime === undefined) return undefined
      checkDelegationAccount(delegation, account)
    }
    return { account, key, stored, delegations }
  } catch (error) {
    if (isSessionError(error)) return undefined
    throw error
  }
}

/** The record without the sessions that cannot be used: what is written back must not keep them. */
export async function soundRecord(record: StoredSessions): Promise<StoredSessions> {
  const sound: Record<string, StoredSession> = {}
  for (const [id, stored] of Object.entries(record.sessions)) if (await loadSession(id, stored)) sound[id] = stored
  const { current, ...others } = record
  return { ...others, ...(current !== undefined && sound[current] ? { current } : {}), sessions: sound }
}
