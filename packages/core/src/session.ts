import { createAsking } from './asking.ts'
import type { BroughtSessions } from './brought.ts'
import { cover, endOf } from './coverage.ts'
import type { Errand, Grant } from './errand.ts'
import { SessionError } from './errors.ts'
import type { WantedPart } from './further.ts'
import { issueSessionSigs, type SessionSig } from './issue.ts'
import type { StoredKey } from './keypair.ts'
import type { SessionKey } from './native.ts'
import {
  checkNames,
  checkNodes,
  endOfSessionSig,
  givenList,
  isOnChain,
  type Plan,
  planRequest,
  type SessionSigsRequest,
} from './request.ts'
import { type LitVocabulary, litVocabulary, type Resource, type ResourceAbilityRequest, type Vocabulary } from './resource.ts'
import { createClock, readRefusal } from './server-time.ts'
import type { AskOptions, KeyDelegation, SessionClient, SessionClientOptions, SignOutOptions } from './session-client.ts'
import type { Protection, SessionState } from './state.ts'
import { memoryStorage } from './storage.ts'
import { formatInstant } from './time.ts'
import { createTurns } from './turns.ts'
import { createVault } from './vault.ts'
import type { readEvents, WalletEvents } from './wallet-events.ts'

const optionNames = [
  'nodes',
  'storage',
  'minimumProtection',
  'signer',
  'domain',
  'statement',
  'vocabulary',
  'now',
  'verifyWallet',
  'sendRevocation',
  'warnSeconds',
  'takeOverSeconds',
]

/** Whether two requests ask for the same, as far as can be told without waiting. A request with a key of its own is not turned into a text. */
function isSameRequest(a: SessionSigsRequest<Vocabulary>, b: Errand['request']): boolean {
  return !a.sessionKey && !a.authNeededCallback === !b.authNeededCallback && JSON.stringify(a) === JSON.stringify(b)
}

const protections: readonly Protection[] = ['extractable', 'memory', 'non-extractable']

/**
 * The client: it asks the wallet for one delegation to a session key, and from then on signs with that key.
 *
 * @throws TypeError for options that cannot be used
 */
export function createSessionClient<V extends Vocabulary = LitVocabulary>(options: SessionClientOptions<V>): SessionClient<V> {
  checkNames(options, optionNames)
  const { signer, sendRevocation, storage = memoryStorage(), minimumProtection: minimum = 'extractable' } = options
  const { warnSeconds = 300, takeOverSeconds = 60 } = options
  if (signer && typeof signer.account !== 'function') throw new TypeError('signer is what viemSigner(…) or the like returns.')
  // What timers of the platform can wait for.
  if (![warnSeconds, takeOverSeconds].every((seconds) => seconds >= 0 && seconds < 2e6))
    throw new TypeError('warnSeconds and takeOverSeconds are seconds.')
  if (!protections.includes(minimum)) throw new TypeError(`minimumProtection is one of ${protections}.`)
  const given = givenList(options.nodes)?.slice()
  const vocabulary: Vocabulary = options.vocabulary ?? litVocabulary
  const recordId = `session-sigs:${vocabulary.prefix}`
  const clock = createClock(options.now ?? ((): Date => new Date()))
  const { now } = clock
  const turns = createTurns(storage, recordId)
  const loadRevoking = (): Promise<typeof import('./revoking.ts')> => import('./revoking.ts')
  // There already when somebody signs out without a network: the statement can be made only then, though it may be sent later.
  if (sendRevocation) loadRevoking().catch(() => undefined)
  const vault = createVault(storage, turns, recordId, { now, minimum, warning: warnSeconds * 1000 })

  /** Sessions of keys that callers brought with them. */
  let brought: BroughtSessions | undefined
  /** Counts sign-outs: whatever was begun before one comes to nothing. */
  let signOuts = 0
  /** Said to the person who is asked once more, and could wonder why. */
  let remark: string | undefined
  /** What a `signIn()` without a request is for, also when the question is no longer prepared. */
  let lastPrepared: SessionSigsRequest<V> = {}
  /** Whether the latest `prepare()` is still wanted. */
  let isPreparing = false

  /** The client's own nodes, looked at once: they do not change. */
  let checked: readonly string[] | undefined
  const nodes = (): readonly string[] => (checked ??= given ? checkNodes(given) : [])
  const asking = createAsking(vault, turns, {
    ...options,
    isShared: storage.sharedAs !== undefined,
    patience: takeOverSeconds * 1000,
    now,
    remark: () => remark,
    keepBrought: (...given) => brought?.keep(...given),
  })

  function findGrant(plan: Plan, own: SessionKey | undefined): Grant | undefined {
    const current = vault.current()
    const key = own ?? current?.key
    const session = own ? brought?.sessionOf(own) : current
    // With a signer, a session on another chain than the one named is not the one meant.
    if (!key || !session || !isOnChain(plan, session.account)) return undefined
    const delegations = cover(session.delegations, plan, now())
    return delegations && { key, delegations }
  }

  /** Called as the first thing of a call, it gives the check that nobody signed out since. */
  function begin(): () => void {
    const before = signOuts
    return () => {
      if (signOuts !== before) throw new SessionError('signed-out', { during: 'signIn' })
    }
  }

  async function errandFor(request: SessionSigsRequest<V>, stillWanted: () => void, isSignIn: boolean): Promise<Errand> {
    const plan = await planRequest(request, vocabulary, nodes, now())
    const { sessionKey, authNeededCallback, chain, switchChain } = request
    let own: SessionKey | undefined
    if (sessionKey !== undefined) {
      const { createBroughtSessions } = await import('./brought.ts')
      brought ??= createBroughtSessions(now)
      own = await brought.read(sessionKey)
    }
    // Looked at only where the wallet is asked.
    const what = (): string => JSON.stringify([own?.publicKey, plan.grants, authNeededCallback !== undefined, chain, switchChain])
    return { what, plan, request, own, renews: undefined, isSignIn, stillWanted, found: () => findGrant(plan, own) }
  }

  async function obtain(errand: Errand): Promise<Grant> {
    const grant = await asking.ensure(errand)
    remark = undefined
    return grant
  }

  async function getSessionSigs(request: SessionSigsRequest<V> = {}): Promise<Record<string, SessionSig>> {
    const errand = await errandFor(request, begin(), false)
    const { plan } = errand
    if (plan.nodes.length === 0) checkNodes([])
    const further = givenList(request.capabilityAuthSigs) ?? []
    const others = further.length > 0 ? further.map((await import('./auth-sig.ts')).readAuthSig) : []
    const { key, delegations } = await obtain(errand)
    const capabilities = [...others, ...delegations.map(({ authSig }) => authSig)]
    const time = now()
    const issuedAt = formatInstant(time)
    const expiration = formatInstant(Math.min(endOfSessionSig(plan.sessionSigExpiration, time), ...delegations.map(endOf)))
    return issueSessionSigs(key, plan.wanted, { capabilities, issuedAt, expiration }, plan.nodes)
  }

  async function getDelegation(request?: SessionSigsRequest<V>): Promise<KeyDelegation> {
    let grant: Grant | undefined
    if (request) grant = await obtain(await errandFor(request, begin(), false))
    else {
      await vault.sync()
      const current = vault.current()
      const delegations = current?.delegations.filter((item) => endOf(item) > now()) ?? []
      if (!current || delegations.length === 0) throw new SessionError('signed-out', { during: 'call' })
      grant = { key: current.key, delegations }
    }
    return { key: grant.key, capabilities: grant.delegations.map(({ authSig }) => authSig) }
  }

  async function stateAfter(errand: Errand | Promise<Errand>): Promise<SessionState> {
    await obtain(await errand)
    return vault.state.get()
  }

  function signIn(request?: SessionSigsRequest<V>): Promise<SessionState> {
    const put = asking.putPrepared((errand) => request === undefined || isSameRequest(request, errand.request))
    return put ? put.then(vault.state.get) : stateAfter(errandFor(request ?? lastPrepared, begin(), true))
  }

  async function prepare(request: SessionSigsRequest<V> = {}): Promise<string | undefined> {
    lastPrepared = { ...request }
    isPreparing = true
    const message = await asking.prepare(await errandFor(lastPrepared, begin(), true))
    // Withdrawn meanwhile, and nothing else prepared since.
    if (!isPreparing) asking.withdraw()
    return message
  }

  function withdraw(): void {
    isPreparing = false
    asking.withdraw()
  }

  async function require(
    resources: readonly Resource<V>[] | readonly ResourceAbilityRequest[],
    asked: AskOptions = {},
  ): Promise<SessionState> {
    const stillWanted = begin()
    const { missingOf } = await import('./further.ts')
    await vault.sync()
    const errand = (part: WantedPart): Promise<Errand> => errandFor({ ...asked, ...part } as SessionSigsRequest<V>, stillWanted, false)
    const missing = await missingOf(
      givenList(resources as readonly string[]) ?? [],
      async (part) => (await errand(part)).found() !== undefined,
    )
    return missing ? stateAfter(errand(missing)) : vault.state.get()
  }

  async function renew(asked: AskOptions = {}): Promise<SessionState> {
    const stillWanted = begin()
    const { renewalOf } = await import('./renewal.ts')
    await vault.sync()
    const plan = await planRequest(asked, vocabulary, nodes, now())
    const account = vault.current()?.account
    // Once more when its turn has come: another tab's question, which it waits for, may have added to what is renewed, or the wallet be on another account.
    const refresh = async (): Promise<Errand> => {
      const renews = account && (await vault.sessionOf(account))
      return { ...(await renewalOf(vault, renews, plan, now())), request: asked, stillWanted, refresh }
    }
    return stateAfter(refresh())
  }

  /** Whatever was begun comes to nothing. */
  async function end(why: 'signed-out' | 'revoked', dead?: StoredKey[], all?: boolean): Promise<void> {
    signOuts += 1
    brought = undefined
    asking.cancel()
    await vault.remove(why, dead, all)
  }

  async function signOut(asked?: SignOutOptions): Promise<void> {
    // A button may hand its event to this; whoever presses it gets signed out.
    if (Object.prototype.toString.call(asked) === '[object Object]') checkNames(asked, ['revoke', 'all'])
    const all = asked?.all === true
    if (!asked?.revoke) return end('signed-out', undefined, all)
    if (!sendRevocation) throw new TypeError('revoke needs the option sendRevocation.')
    const dead: StoredKey[] = []
    const own = brought?.keys()
    const ended = end('signed-out', dead, all)
    // Told below, and not before.
    ended.catch(() => undefined)
    return (await loadRevoking()).tellServers(ended, dead, own, sendRevocation, now)
  }

  /** Of several that were refused at once, the first puts the clock right: the others were signed `before` that, and may be signed again as well. */
  function heed(refusal: unknown, before = clock.ahead()): boolean {
    const { code, time } = readRefusal(refusal)
    if (code === 'revoked') void end('revoked').catch(() => undefined)
    if (!/^(?:session-sig|delegation)-(?:expired|not-yet-valid)$/.test(code) || (!clock.learn(time) && clock.ahead() === before))
      return false
    const minutes = Math.round(clock.ahead() / 60_000)
    if (minutes > 0) remark = `Asked again because the clock of this device is ${minutes} min fast.`
    return true
  }

  async function send<T>(request: SessionSigsRequest<V>, deliver: (sigs: Record<string, SessionSig>) => Promise<T>): Promise<T> {
    // As it is before anything is signed: another's refusal may put the clock right while this is.
    const before = clock.ahead()
    const sigs = await getSessionSigs(request)
    try {
      return await deliver(sigs)
    } catch (error) {
      if (!heed(error, before)) throw error
    }
    return deliver(await getSessionSigs(request))
  }

  function follow(wallet: WalletEvents): () => void {
    let reading: ReturnType<typeof readEvents> | undefined
    const ends = ['accountsChanged', 'chainChanged', 'disconnect'].map((event) => {
      const heard = async (value: unknown): Promise<void> => {
        const { readEvents } = await import('./wallet-events.ts')
        reading ??= readEvents(vault.select)
        await reading(event, value)
      }
      // Wallets do not wait for what comes of an event; who hands one on may.
      const listener = (value: unknown): Promise<void> => heard(value).catch(() => undefined)
      wallet.on(event as never, listener as never)
      return (): unknown => wallet.removeListener(event as never, listener as never)
    })
    return () => {
      for (const end of ends) {
        try {
          end()
        } catch {
          // A wallet's own trouble; it is left all the same.
        }
      }
    }
  }

  const { get, subscribe } = vault.state
  return Object.freeze({
    get,
    subscribe,
    get protection() {
      return vault.protection()
    },
    now: () => new Date(now()),
    getSessionSigs,
    getDelegation,
    restore: vault.sync,
    prepare,
    withdraw,
    signIn,
    require,
    renew,
    signOut,
    send,
    heed,
    follow,
  })
}
