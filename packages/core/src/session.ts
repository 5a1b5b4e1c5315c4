import { askForDelegation, isOnChain, signDelegation } from './ask.ts'
import type { VerifyDelegation } from './check-wallet.ts'
import { cover, endOf, isGoodNow } from './coverage.ts'
import { askAccount, type Delegation, readAuthSig, readDelegation } from './delegation.ts'
import { SessionError } from './errors.ts'
import { generateStoredKey, importSessionKey, loadStoredKey, type StoredKey } from './keypair.ts'
import type { SessionKey } from './native.ts'
import type { Readable } from './observable.ts'
import { checkNames, checkNodes, endOfSessionSig, givenList, type Plan, planRequest, type SessionSigsRequest } from './request.ts'
import { type LitVocabulary, litVocabulary, type Vocabulary } from './resource.ts'
import { issueSessionSigs, type SessionSig } from './session-sig.ts'
import type { Account, Signer } from './signer.ts'
import { type LiveSession, maxDelegations, memoryStorage, type SessionStorage, sessionId } from './storage.ts'
import { formatInstant } from './time.ts'
import { createVault, type SessionState } from './vault.ts'

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
  /** Asked about a new delegation's wallet signature before it is used, for who wants to be sure at once; only `true` lets it through. */
  verifyWallet?: VerifyDelegation
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

function accountOf({ message: { address, chainId } }: Delegation): Account {
  return { address: address as Account['address'], chainId }
}

/** Delegations by which a request can be signed, and their key. */
interface Grant {
  readonly key: SessionKey
  readonly delegations: readonly Delegation[]
}

const optionNames = ['nodes', 'storage', 'signer', 'domain', 'statement', 'vocabulary', 'now', 'verifyWallet']

/**
 * The client: it asks the wallet for one delegation to a session key, and from then on signs with that key.
 *
 * @throws TypeError for options that cannot be used
 */
export function createSessionClient<V extends Vocabulary = LitVocabulary>(options: SessionClientOptions<V>): SessionClient<V> {
  checkNames(options, optionNames)
  if (!Array.isArray(options.nodes)) throw new TypeError('nodes is a list of URLs.')
  const { signer, storage = memoryStorage(), now: clock = (): Date => new Date() } = options
  if (signer && typeof signer.account !== 'function') throw new TypeError('signer is what viemSigner(…) or the like returns.')
  const given: readonly string[] = [...options.nodes]
  const vocabulary: Vocabulary = options.vocabulary ?? litVocabulary
  const vault = createVault(storage, `session-sigs:${vocabulary.prefix}`, now)

  /** Sessions of keys that callers brought with them: by public key, never stored. */
  const brought = new Map<string, Pick<LiveSession, 'account' | 'delegations'>>()
  /** The question that the wallet is being asked, and how signing out ends the wait for its answer. */
  let asking: { readonly what: string; readonly answer: Promise<void>; readonly cancel: () => void } | undefined
  /** Counts sign-outs: whatever was begun before one comes to nothing. */
  let signOuts = 0

  /** The client's own nodes, looked at once: they do not change. */
  let checked: readonly string[] | undefined
  const nodes = (): readonly string[] => (checked ??= checkNodes(given))

  function now(): number {
    const time = clock().getTime()
    if (Number.isNaN(time)) throw new TypeError('now() gave no valid Date.')
    return time
  }

  function findGrant(plan: Plan, own: SessionKey | undefined): Grant | undefined {
    const current = vault.current()
    const key = own ?? current?.key
    const session = own ? brought.get(own.publicKey) : current
    // With a signer, a session on another chain than the one named is not the one meant.
    if (!key || !session || !isOnChain(plan, session.account)) return undefined
    const delegations = cover(session.delegations, plan, now())
    return delegations && { key, delegations }
  }

  function goodOnes(delegations: readonly Delegation[] = []): readonly Delegation[] {
    return delegations.filter((item) => isGoodNow(item, now()))
  }

  /** The session with one more delegation; those that have ended are left out. */
  function extend(
    account: Account,
    earlier: LiveSession | undefined,
    key: SessionKey,
    form: StoredKey,
    delegation: Delegation,
  ): LiveSession {
    const delegations = [...goodOnes(earlier?.delegations).slice(1 - maxDelegations), delegation]
    const createdAt = earlier?.stored.createdAt ?? formatInstant(now())
    return { account, key, stored: { key: form, delegations: delegations.map(({ authSig }) => authSig), createdAt }, delegations }
  }

  /** A key that another account delegates to begins anew: one request must not act for two. Keys that have nothing good left are forgotten. */
  function keepBrought(delegation: Delegation, account: Account, key: string): void {
    const earlier = brought.get(key)
    const others = earlier && sessionId(earlier.account) === sessionId(account) ? goodOnes(earlier.delegations) : []
    for (const [name, { delegations }] of brought) if (goodOnes(delegations).length === 0) brought.delete(name)
    brought.set(key, { account, delegations: [...others, delegation] })
  }

  /** Called as the first thing of a call, it gives the check that nobody signed out since. */
  function begin(): () => void {
    const before = signOuts
    return () => {
      if (signOuts !== before) throw new SessionError('signed-out', { during: 'signIn' })
    }
  }

  /** One question to the callback or the signer, for a key, and its answer judged. */
  async function delegate(plan: Plan, request: SessionSigsRequest<V>, key: SessionKey, account: Account | undefined): Promise<Delegation> {
    const callback = request.authNeededCallback
    let answer: unknown
    if (callback) answer = await askForDelegation(callback, plan, request, options, key.publicKey)
    else if (signer && account) answer = await signDelegation(signer, account, plan, options, key.publicKey, now())
    const delegation = readDelegation(answer, { publicKey: key.publicKey, scope: plan, now: now(), account })
    if (options.verifyWallet) await (await import('./check-wallet.ts')).checkWallet(options.verifyWallet, delegation)
    return delegation
  }

  async function ask(plan: Plan, request: SessionSigsRequest<V>, own: SessionKey | undefined, stillWanted: () => void): Promise<void> {
    const account = signer && !request.authNeededCallback ? await askAccount(signer) : undefined
    if (account && !isOnChain(plan, account)) {
      throw new SessionError('chain-mismatch', { chain: `${request.chain}`, expected: plan.chainId ?? 0, actual: account.chainId })
    }
    if (own) {
      const delegation = await delegate(plan, request, own, account)
      stillWanted()
      return keepBrought(delegation, accountOf(delegation), own.publicKey)
    }

    const found = account ? await vault.sessionOf(account) : vault.current()
    if (found && found !== vault.current() && cover(found.delegations, plan, now())) {
      // The wallet was switched to an account that has a session: it is selected, and nobody is asked.
      return vault.select(found, stillWanted)
    }
    // The account's own key as long as its session lasts, else a fresh one in the form that the storage can keep.
    const ongoing = goodOnes(found?.delegations).length > 0 ? found : undefined
    const form = ongoing?.stored.key ?? (await generateStoredKey(storage.keys === 'seed' ? 'seed' : 'handle'))
    const key = ongoing?.key ?? (await loadStoredKey(form))
    const delegation = await delegate(plan, request, key, account ?? ongoing?.account)
    await vault.select(extend(accountOf(delegation), ongoing, key, form, delegation), stillWanted)
  }

  /** Begins a question that signing out can end, however long the wallet takes. */
  function startAsking(
    what: string,
    plan: Plan,
    request: SessionSigsRequest<V>,
    own: SessionKey | undefined,
    stillWanted: () => void,
  ): Promise<void> {
    let cancel = (): void => undefined
    const cancelled = new Promise<void>((_, reject) => {
      cancel = () => reject(new SessionError('signed-out', { during: 'signIn' }))
    })
    const question = {
      what,
      cancel,
      answer: Promise.race([ask(plan, request, own, stillWanted), cancelled]).finally(() => {
        if (asking === question) asking = undefined
      }),
    }
    asking = question
    return question.answer
  }

  /** One question at a time. Who waits for the same answer shares it, refusal included; who needs another asks when it is there. */
  async function ensure(plan: Plan, request: SessionSigsRequest<V>, stillWanted: () => void): Promise<Grant> {
    const { sessionKey, authNeededCallback, chain, switchChain } = request
    const own = sessionKey === undefined ? undefined : await importSessionKey(sessionKey)
    await vault.opened()
    // A sign-out that is under way comes first.
    await vault.settled()
    const what = JSON.stringify([own?.publicKey, plan.grants, authNeededCallback !== undefined, chain, switchChain])
    for (let isAnswered = false; ; ) {
      stillWanted()
      const grant = findGrant(plan, own)
      if (grant) return grant
      // One call asks once, whatever the clock or the answer does.
      if (isAnswered) throw new SessionError('delegation-lifetime', { reason: 'it ended' })
      if (!signer && !authNeededCallback) throw new TypeError('A signer or authNeededCallback is needed.')
      const waitingFor = asking
      if (!waitingFor) {
        await startAsking(what, plan, request, own, stillWanted)
        isAnswered = true
        continue
      }
      const failure = await waitingFor.answer.then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      if (failure && waitingFor.what === what) throw failure.error
    }
  }

  async function getSessionSigs(request: SessionSigsRequest<V> = {}): Promise<Record<string, SessionSig>> {
    const stillWanted = begin()
    const plan = await planRequest(request, vocabulary, nodes, now())
    const others = (givenList(request.capabilityAuthSigs) ?? []).map(readAuthSig)
    const { key, delegations } = await ensure(plan, request, stillWanted)
    const capabilities = [...others, ...delegations.map(({ authSig }) => authSig)]
    const time = now()
    const issuedAt = formatInstant(time)
    const expiration = formatInstant(Math.min(endOfSessionSig(plan.sessionSigExpiration, time), ...delegations.map(endOf)))
    return issueSessionSigs(key, { ...plan.wanted, capabilities, issuedAt, expiration }, plan.nodes)
  }

  async function signIn(request: SessionSigsRequest<V> = {}): Promise<SessionState> {
    const stillWanted = begin()
    await ensure(await planRequest(request, vocabulary, nodes, now()), request, stillWanted)
    return vault.state.get()
  }

  async function signOut(): Promise<void> {
    signOuts += 1
    brought.clear()
    asking?.cancel()
    asking = undefined
    await vault.remove()
  }

  const { get, subscribe } = vault.state
  return Object.freeze({ get, subscribe, getSessionSigs, restore: vault.opened, signIn, signOut })
}
