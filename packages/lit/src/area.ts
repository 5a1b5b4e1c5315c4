import {
  type AuthSig,
  parseSiweMessage,
  type SessionKeyPair,
  type SiweMessage,
  type StoredKey,
  type StoredSession,
  sessionKeyUri,
} from '@session-sigs/core'
import type { WebArea } from '@session-sigs/storage-web'
import { LOCAL_STORAGE_KEYS } from './constants.ts'

/** A `Storage`, or what stands for one in Node: texts by name, at once. */
export interface TextArea extends WebArea {
  getItem(name: string): string | null | undefined
}

/** The record of the client, as it asks a storage for it. */
export const recordName = 'session-sigs:lit'
/** Where what has no name of its own is kept, and the order of writes among tabs: apart from what a client of core's own would keep there. */
const restName = 'lit-sessions'
const numberName = `${restName}#`
const { SESSION_KEY: keyName, WALLET_SIGNATURE: authSigName } = LOCAL_STORAGE_KEYS
/** In the order in which they are written: until a key is overwritten under its own name, what takes its place there has it. */
const sessionNames: readonly string[] = [restName, authSigName, keyName]

/** Everything that this client or Lit's own ever keeps for a session. */
export const knownNames: readonly string[] = [...Object.values(LOCAL_STORAGE_KEYS), restName, numberName]

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** What stands in the record for a key that is kept under its own name. */
interface KeyElsewhere {
  readonly type: typeof keyName
  readonly publicKey: string
}

interface Rest {
  readonly v: 1
  readonly current?: string
  readonly sessions: Readonly<Record<string, Omit<StoredSession, 'key'> & { readonly key: StoredKey | KeyElsewhere }>>
}

function readObject(text: string | null | undefined): Record<string, unknown> | undefined {
  const value: unknown = attempt(() => JSON.parse(text ?? ''))
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

/** The pair that is there, if it is one: a seed with its public key after it. */
function readPair(text: string | null | undefined): SessionKeyPair | undefined {
  const { publicKey, secretKey } = readObject(text) ?? {}
  if (typeof publicKey !== 'string' || typeof secretKey !== 'string') return undefined
  return /^[0-9a-f]{128}$/.test(secretKey) && secretKey.slice(64) === publicKey ? { publicKey, secretKey } : undefined
}

function seedOf({ secretKey }: SessionKeyPair): StoredKey {
  return { type: 'seed', seed: secretKey.slice(0, 64) }
}

function readMessage(authSig: Partial<AuthSig> | undefined): SiweMessage | undefined {
  return attempt(() => parseSiweMessage(authSig?.signedMessage ?? ''))
}

/** The session that Lit's own client left, where its signature is an ordinary account's, for this key, and good for a while: all else core looks at by itself. */
function sessionLeft(pair: SessionKeyPair, authSig: Partial<AuthSig>): Rest | undefined {
  const { sig = '', derivedVia, signedMessage, address } = authSig
  const { uri, issuedAt = '', expirationTime = '', chainId, address: account } = readMessage(authSig) ?? {}
  const isWhole = /^0x[0-9a-fA-F]{130}$/.test(sig) && derivedVia === 'web3.eth.personal.sign'
  if (!isWhole || uri !== sessionKeyUri(pair.publicKey) || !(Date.parse(expirationTime) > Date.now())) return undefined
  const current = `${chainId}:${account}`
  const delegation = { sig, derivedVia, signedMessage, address } as AuthSig
  return { v: 1, current, sessions: { [current]: { key: seedOf(pair), delegations: [delegation], createdAt: issuedAt } } }
}

/** Of what may be no session at all. */
function newestOf(session: { readonly delegations?: readonly AuthSig[] } | undefined): AuthSig | undefined {
  return Array.isArray(session?.delegations) ? session.delegations.at(-1) : undefined
}

/** The session key's name in a delegation, if that is what it is. */
function publicKeyIn(delegation: AuthSig | undefined): string | undefined {
  return /^lit:session:([0-9a-f]{64})$/.exec(readMessage(delegation)?.uri ?? '')?.[1]
}

/**
 * The client's one record, kept in an area under the names that Lit apps know: the current session's key and its newest delegation each under its own, all else under one more. What
 * stands under the known names is what counts: where an app has removed or replaced it, there is no such session any more. A pair that Lit's own client left is taken up.
 */
export function litArea(area: TextArea): WebArea {
  function compose(): unknown {
    const rest = readObject(area.getItem(restName)) as Rest | undefined
    const pair = readPair(area.getItem(keyName))
    const authSig = readObject(area.getItem(authSigName))
    const { current, ...others } = rest ?? { v: 1, sessions: {} }
    const sessions = { ...others.sessions }
    const name = String(current)
    const session = sessions[name]
    const key = session?.key
    if (session && key?.type !== keyName) return rest
    if (pair && key?.type === keyName && key.publicKey === pair.publicKey && newestOf(session)?.sig === authSig?.['sig'])
      return { ...rest, sessions: { ...sessions, [name]: { ...session, key: seedOf(pair) } } }
    delete sessions[name]
    if (!pair) return rest && { ...others, sessions }
    const left = authSig && sessionLeft(pair, authSig)
    return left ? { ...others, ...left, sessions: { ...sessions, ...left.sessions } } : { ...others, sessions, nextKey: seedOf(pair) }
  }

  /** All of them, or none. */
  function replace(texts: Readonly<Record<string, string | undefined>>): void {
    const before = sessionNames.map((name): [string, string | undefined] => [name, area.getItem(name) ?? undefined])
    const write = ([name, text]: [string, string | undefined]): unknown =>
      text === undefined ? area.removeItem(name) : area.setItem(name, text)
    try {
      for (const name of sessionNames) write([name, texts[name]])
    } catch (error) {
      for (const entry of before) attempt(() => write(entry))
      throw error
    }
  }

  function clear(): void {
    // One that cannot be removed does not keep the others.
    const left = [...sessionNames, numberName].filter((name) => attempt(() => area.removeItem(name) ?? true) === undefined)
    if (left.length > 0) throw new Error(`Not removed: ${left}.`)
  }

  function keep(text: string): void {
    const record = JSON.parse(text) as { current?: string; sessions: Record<string, StoredSession>; pending?: unknown; nextKey?: unknown }
    const { current, sessions } = record
    if (Object.keys(sessions).length === 0 && !record.pending && !record.nextKey) {
      clear()
      return
    }
    const name = String(current)
    const session = sessions[name]
    const newest = newestOf(session)
    const publicKey = publicKeyIn(newest)
    if (session?.key.type !== 'seed' || !publicKey) {
      replace({ [restName]: text })
      return
    }
    const pair: SessionKeyPair = { publicKey, secretKey: session.key.seed + publicKey }
    const elsewhere: KeyElsewhere = { type: keyName, publicKey }
    replace({
      [restName]: JSON.stringify({ ...record, sessions: { ...sessions, [name]: { ...session, key: elsewhere } } }),
      [authSigName]: JSON.stringify(newest),
      [keyName]: JSON.stringify(pair),
    })
  }

  /** Where else than under its own name something is kept. */
  const placeOf = (name: string): string => (name === `${recordName}#` ? numberName : name)

  return {
    getItem(name) {
      if (name !== recordName) return area.getItem(placeOf(name))
      // What cannot be written out is no record of ours; core, which reads it as it stands, says so.
      return attempt(() => JSON.stringify(compose() ?? null)) ?? area.getItem(restName)
    },
    setItem(name, text) {
      if (name === recordName) return keep(text)
      // Without a session there is nothing to keep in order, and nothing is to be left behind.
      if (placeOf(name) !== numberName || area.getItem(restName) != null) area.setItem(placeOf(name), text)
    },
    removeItem: (name) => (name === recordName ? clear() : area.removeItem(placeOf(name))),
  }
}
