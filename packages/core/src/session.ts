import { toHex } from './bytes.ts'
import {
  type AuthSig,
  askAccount,
  askCallback,
  askSigner,
  checkDelegationTime,
  type Delegation,
  missingFrom,
  readAuthSig,
  readDelegation,
  sessionKeyUri,
  type Wanted,
} from './delegation.ts'
import { SessionError } from './errors.ts'
import { generateStoredKey, importSessionKey, loadStoredKey, type SessionKey, type StoredKey } from './keypair.ts'
import { type Readable, writable } from './observable.ts'
import { endOf, type LiveSession, loadSession, readStoredSessions, sessionId } from './record.ts'
import { type AuthCallbackParams, type Plan, planRequest, type SessionSigsRequest } from './request.ts'
import { type LitVocabulary, litVocabulary, type Vocabulary } from './resource.ts'
import { issueSessionSigs, type SessionSig } from './session-sig.ts'
import { type Account, chainIdOf, type Signer } from './signer.ts'
import { memoryStorage, type SessionStorage, type StoredSession, type StoredSessions } from './storage.ts'
import { formatInstant } from './time.ts'

/** Signed out, and why; or signed in: who delegated what to which key until when. */
export type SessionState =
  | { readonly status: 'signed-out'; readonly reason: 'never' | 'signed-out' | 'expired' | 'corrupt' }
  | {
      readonly status: 'signed-in'
      readonly address: string
      readonly chainId: number
      /** The session public key, 64 hex digits. */
      readonly sessionKey: string
      /** When the last of the delegations ends, RFC 3339. */
      readonly expiresAt: string
      /** The resources of each delegation's message. */
      readonly capabilities: readonly string[]
    }

export interface SessionClientOptions<V extends Vocabulary = LitVocabulary> {
  /** URLs of the nodes to sign for, byte for byte as the nodes know themselves. */
  nodes: readonly string[]
  /** Where sessions are kept; memory by default, so that no secret is stored unasked. */
  storage?: SessionStorage
  /** The wallet; needed where no `authNeededCallback` is given. */
  signer?: Signer
  /** The site that the message names; the page's own host by default. */
  domain?: string
  /** What the message says above its resources. */
  statement?: string
  vocabulary?: V
  /** The clock. */
  now?: () => Date
  /** Checks a new delegation's wallet signature before it is used, where the app wants to be sure at once: `false` refuses it. */
  verifyWallet?: (question: { address: string; chainId: number; message: string; signature: string }) => boolean | Promise<boolean>
}

export interface SessionClient<V extends Vocabulary = LitVocabulary> extends Readable<SessionState> {
  /**
   * Session signatures, one for each node: node URL → signature. The wallet is asked once if no stored delegation covers the request, and not at all otherwise.
   *
   * @throws SessionError for a request that cannot be met, an answer that is not good, a person's refusal (`wallet-refused`); the session is then as it was
   */
  getSessionSigs(request?: SessionSigsRequest<V>): Promise<Record<string, SessionSig>>
  /** Takes up what the storage kept. Never touches the wallet. */
  restore(): Promise<void>
  /** Makes sure of a delegation for the request, asking the wallet only if it must; signs nothing with it yet. */
  signIn(request?: SessionSigsRequest<V>): Promise<SessionState>
  /** Destroys the current account's key and delegations, here and in the storage. Other accounts' sessions stay. */
  signOut(): Promise<void>
}

/** Said to the person by a client that was given no statement of its own. */
const defaultStatement = 'Let this device act for me without asking again, only as listed here and only until it expires.'

/** Delegations by which a request can be signed, and their key. */
interface Grant {
  readonly key: SessionKey
  readonly delegations: readonly Delegation[]
}

function describe(session: LiveSession | undefined, now: number, reason: 'never' | 'signed-out' | 'expired' | 'corrupt'): SessionState {
  if (!session) return { status: 'signed-out', reason }
  const { address, chainId } = session.account
  const end = Math.max(...session.delegations.map(endOf))
  if (!(end > now)) return { status: 'signed-out', reason: 'expired' }
  const capabilities = session.delegations.flatMap(({ message }) => message.resources ?? [])
  return { status: 'signed-in', address, chainId, sessionKey: session.key.publicKey, expiresAt: formatInstant(end), capabilities }
}

function isGoodNow({ message }: Delegation, now: number): boolean {
  try {
    checkDelegationTime(message, now)
    return true
  } catch {
    return false
  }
}

/** The part of a request that a delegation leaves open. A delegation whose ReCap cannot be used grants nothing. */
function leftBy({ message }: Delegation, wanted: Wanted, vocabulary: Vocabulary): Wanted {
  const open = (part: Wanted): boolean => {
    try {
      return missingFrom(message, part, vocabulary).length > 0
    } catch {
      return true
    }
  }
  if ('resources' in wanted) return { resources: wanted.resources.filter((resource) => open({ resources: [resource] })) }
  return { resourceAbilityRequests: wanted.resourceAbilityRequests.filter((request) => open({ resourceAbilityRequests: [request] })) }
}

function sizeOf(wanted: Wanted): number {
  return 'resources' in wanted ? wanted.resources.length : wanted.resourceAbilityRequests.length
}

/** The fewest delegations found that cover the request together, those that last longest first; `undefined` where they do not. */
function cover(delegations: readonly Delegation[], wanted: Wanted, vocabulary: Vocabulary, now: number): readonly Delegation[] | undefined {
  const good = delegations.filter((delegation) => isGoodNow(delegation, now)).sort((a, b) => endOf(b) - endOf(a))
  const whole = good.find((delegation) => sizeOf(leftBy(delegation, wanted, vocabulary)) === 0)
  if (whole) return [whole]
  const used: Delegation[] = []
  let left = wanted
  for (const delegation of good) {
    const after = leftBy(delegation, left, vocabulary)
    if (sizeOf(after) < sizeOf(left)) used.push(delegation)
    left = after
  }
  return sizeOf(left) === 0 ? used : undefined
}

/**
 * The client: it asks the wallet for one delegation to a session key, and from then on signs with that key.
 *
 * @throws TypeError for options that cannot be used
 */
export function createSessionClient<V extends Vocabulary = LitVocabulary>(options: SessionClientOptions<V>): SessionClient<V> {
  if (typeof options !== 'object' || options === null || !Array.isArray(options.nodes))
    throw new TypeError('createSessionClient needs nodes, a list of URLs.')
  const { signer, storage = memoryStorage(), now: clock = (): Date => new Date() } = options
  const vocabulary: Vocabulary = options.vocabulary ?? litVocabulary
  const recordId = `session-sigs:${vocabulary.prefix}`
  const state = writable<SessionState>({ status: 'signed-out', reason: 'never' })

  let record: StoredSessions = { v: 1, sessions: {} }
  let current: LiveSession | undefined
  /** Delegations for keys that callers brought with them: by public key, never stored. */
  const brought = new Map<string, readonly Delegation[]>()
  let opening: Promise<void> | undefined
  let asking: { readonly what: string; readonly answer: Promise<void> } | undefined

  function now(): number {
    return clock().getTime()
  }

  async function stored<T>(operation: 'open' | 'get' | 'set' | 'delete', run: () => T | Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (cause) {
      throw new SessionError('storage-failed', { operation }, { cause })
    }
  }

  async function load(): Promise<void> {
    await stored('open', () => storage.open?.())
    const value = await stored('get', () => storage.get(recordId))
    const read = value === undefined ? { v: 1 as const, sessions: {} } : readStoredSessions(value)
    const session = read?.current === undefined ? undefined : read.sessions[read.current]
    const live = session && read?.current !== undefined ? await loadSession(read.current, session) : undefined
    const isCorrupt = !read || (session !== undefined && !live)
    record = isCorrupt || !read ? { v: 1, sessions: {} } : read
    current = live
    state.set(describe(live, now(), isCorrupt ? 'corrupt' : 'never'))
  }

  /** Reads the storage once; a failure is told to whoever waits, and the next call tries again. */
  function opened(): Promise<void> {
    opening ??= load().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  function findGrant(plan: Plan, own: SessionKey | undefined): Grant | undefined {
    const key = own ?? current?.key
    const delegations = own ? brought.get(own.publicKey) : current?.delegations
    const found = key && cover(delegations ?? [], plan.wanted, vocabulary, now())
    return key && found && { key, delegations: found }
  }

  function checkChain(account: Account, { chain, switchChain }: SessionSigsRequest<V>): void {
    const expected = chain === undefined ? undefined : chainIdOf(chain)
    if (chain === undefined || expected === undefined || switchChain || expected === account.chainId) return
    throw new SessionError('chain-mismatch', { chain, expected, actual: account.chainId })
  }

  async function liveSessionOf(account: Account): Promise<LiveSession | undefined> {
    const id = sessionId(account)
    if (current && sessionId(current.account) === id) return current
    const session = Object.hasOwn(record.sessions, id) ? record.sessions[id] : undefined
    return session && loadSession(id, session)
  }

  /** The key to delegate to: the caller's, else that of the account's session while it lasts, else a fresh one in the form the storage can keep. */
  async function keyFor(session: LiveSession | undefined): Promise<{ key: SessionKey; toStore: StoredKey }> {
    if (session?.delegations.some((delegation) => isGoodNow(delegation, now()))) return { key: session.key, toStore: session.stored.key }
    const toStore = await generateStoredKey(storage.keys === 'seed' ? 'seed' : 'handle')
    return { key: await loadStoredKey(toStore), toStore }
  }

  function nonce(): string {
    return toHex(globalThis.crypto.getRandomValues(new Uint8Array(16)))
  }

  async function askTheCallback(
    callback: NonNullable<SessionSigsRequest<V>['authNeededCallback']>,
    plan: Plan,
    request: SessionSigsRequest<V>,
    publicKey: string,
  ): Promise<unknown> {
    const { chain, switchChain } = request
    const resources = [...plan.grants]
    const uri = sessionKeyUri(publicKey)
    if (plan.sentence === undefined) return askCallback(callback, { chain, resources, switchChain, expiration: plan.expiration, uri })
    const domain = options.domain ?? globalThis.location?.host
    const params: AuthCallbackParams = {
      chain,
      statement: options.statement === undefined ? plan.sentence : `${options.statement} ${plan.sentence}`,
      resources,
      ...(switchChain === undefined ? {} : { switchChain }),
      expiration: plan.expiration,
      uri,
      sessionKey: { publicKey },
      nonce: nonce(),
      ...(domain === undefined ? {} : { domain }),
      resourceAbilityRequests: 'resourceAbilityRequests' in plan.wanted ? [...plan.wanted.resourceAbilityRequests] : [],
    }
    return askCallback(callback, params)
  }

  async function askTheSigner(asked: Signer, account: Account, plan: Plan, publicKey: string): Promise<AuthSig> {
    const domain = options.domain ?? globalThis.location?.host
    if (!domain) throw new TypeError('createSessionClient needs a domain where there is no page: the site that the message names.')
    const { statement = defaultStatement } = options
    return askSigner(asked, account, {
      domain,
      address: account.address,
      statement: plan.sentence === undefined ? statement : `${statement} ${plan.sentence}`,
      uri: sessionKeyUri(publicKey),
      version: '1',
      chainId: account.chainId,
      nonce: nonce(),
      issuedAt: formatInstant(now()),
      expirationTime: plan.expiration,
      resources: plan.grants,
    })
  }

  async function checkWallet({ authSig, message }: Delegation): Promise<void> {
    if (!options.verifyWallet) return
    const { address, chainId } = message
    let isSigned: unknown
    try {
      isSigned = await options.verifyWallet({ address, chainId, message: authSig.signedMessage, signature: authSig.sig })
    } catch (cause) {
      throw new SessionError('verifier-unavailable', { port: 'verifyWallet' }, { cause })
    }
    if (isSigned !== true) throw new SessionError('wallet-signature-invalid', { address })
  }

  /** Nothing changes here until the storage has taken it. */
  async function keep(delegation: Delegation, session: LiveSession | undefined, key: SessionKey, toStore: StoredKey): Promise<void> {
    const account: Account = { address: delegation.message.address as Account['address'], chainId: delegation.message.chainId }
    const id = sessionId(account)
    const earlier = session && session.key.publicKey === key.publicKey ? session.delegations.filter((item) => isGoodNow(item, now())) : []
    const delegations = [...earlier, delegation]
    const kept: StoredSession = {
      key: toStore,
      delegations: delegations.map(({ authSig }) => authSig),
      createdAt: session?.stored.createdAt ?? formatInstant(now()),
    }
    const next: StoredSessions = { v: 1, current: id, sessions: { ...record.sessions, [id]: kept } }
    if (storage.keys !== 'none') await stored('set', () => storage.set(recordId, next))
    record = next
    current = { account, key, stored: kept, delegations }
    state.set(describe(current, now(), 'never'))
  }

  async function ask(plan: Plan, request: SessionSigsRequest<V>, own: SessionKey | undefined): Promise<void> {
    const callback = request.authNeededCallback
    if (!callback && !signer)
      throw new TypeError('A delegation is needed: give createSessionClient a signer, or getSessionSigs an authNeededCallback.')
    const account = !callback && signer ? await askAccount(signer) : undefined
    if (account) checkChain(account, request)
    const session = own ? undefined : account ? await liveSessionOf(account) : current
    const { key, toStore } = own ? { key: own, toStore: undefined } : await keyFor(session)
    const isOngoing = session?.key.publicKey === key.publicKey
    const answer =
      account && signer && !callback
        ? await askTheSigner(signer, account, plan, key.publicKey)
        : callback && (await askTheCallback(callback, plan, request, key.publicKey))
    const delegation = readDelegation(answer, {
      publicKey: key.publicKey,
      wanted: plan.wanted,
      vocabulary,
      now: now(),
      account: account ?? (isOngoing ? session?.account : undefined),
    })
    await checkWallet(delegation)
    if (toStore) await keep(delegation, session, key, toStore)
    else brought.set(key.publicKey, [...(brought.get(key.publicKey) ?? []).filter((item) => isGoodNow(item, now())), delegation])
  }

  /** One question at a time. Who waits for the same answer shares it, refusal included; who needs another asks when it is there. */
  async function ensure(plan: Plan, request: SessionSigsRequest<V>): Promise<Grant> {
    await opened()
    const own = request.sessionKey === undefined ? undefined : await importSessionKey(request.sessionKey)
    const what = JSON.stringify([own?.publicKey ?? null, plan.grants])
    for (;;) {
      const found = findGrant(plan, own)
      if (found) return found
      const waitingFor = asking
      if (waitingFor) {
        const failure = await waitingFor.answer.then(
          () => undefined,
          (error: unknown) => ({ error }),
        )
        if (failure && waitingFor.what === what) throw failure.error
        continue
      }
      const answer = ask(plan, request, own).finally(() => {
        asking = undefined
      })
      asking = { what, answer }
      await answer
    }
  }

  async function getSessionSigs(request: SessionSigsRequest<V> = {}): Promise<Record<string, SessionSig>> {
    const plan = planRequest(request, vocabulary, options.nodes, now())
    const others = (request.capabilityAuthSigs ?? []).map(readAuthSig)
    const { key, delegations } = await ensure(plan, request)
    const issuedAt = now()
    const expiration = Math.min(plan.sessionSigEnd, ...delegations.map(endOf))
    const capabilities = [...others, ...delegations.map(({ authSig }) => authSig)]
    return issueSessionSigs(
      key,
      { ...plan.wanted, capabilities, issuedAt: formatInstant(issuedAt), expiration: formatInstant(expiration) },
      plan.nodes,
    )
  }

  async function signIn(request: SessionSigsRequest<V> = {}): Promise<SessionState> {
    await ensure(planRequest(request, vocabulary, options.nodes, now()), request)
    return state.get()
  }

  async function signOut(): Promise<void> {
    await opened()
    const { [record.current ?? '']: _destroyed, ...sessions } = record.sessions
    const next: StoredSessions = { v: 1, sessions }
    if (Object.keys(sessions).length > 0) await stored('set', () => storage.set(recordId, next))
    else await stored('delete', () => storage.delete(recordId))
    record = next
    current = undefined
    brought.clear()
    state.set({ status: 'signed-out', reason: 'signed-out' })
  }

  return Object.freeze({ get: state.get, subscribe: state.subscribe, getSessionSigs, restore: opened, signIn, signOut })
}
