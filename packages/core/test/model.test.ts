/**
 * The state machine against a simple model of it: 10,000 random runs of some tabs over one storage, one wallet of two accounts, and a clock. In half of them calls come one
 * after another, and the model says what each does, exactly. In the other half they overlap, storage and wallet answer in whatever order, and what the model allows is looked
 * at when nothing is under way any more. `MODEL_RUNS` sets how many; a failure prints the seed to run again with.
 */
import { readdirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { LocalAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import {
  createSessionClient,
  isSessionError,
  parseSiweMessage,
  type SessionClient,
  type SessionSig,
  type SessionState,
  type SessionStorage,
  type Signer,
  type StoredSessions,
} from '../src/index.ts'
import { alice, bob, domain, refusal } from './wallet.ts'

const runs = Number(process.env['MODEL_RUNS'] ?? 10_000)
/** In milliseconds. */
const timeout = Math.max(180_000, runs * 30)
const node = 'https://node-1.example:7470'
const start = Date.parse('2026-03-01T10:00:00.000Z')
const minute = 60_000
const life = 60 * minute
const warning = 5 * minute
let played = 0

// What is asked for, by whom.

type Scope = 'a' | 'b'
type Name = 'alice' | 'bob'
const accounts: Readonly<Record<Name, LocalAccount>> = { alice, bob }
const nameOf = (address: string): Name => (address === alice.address ? 'alice' : 'bob')

/** A call that needs a grant. */
interface Need {
  readonly type: 'signIn' | 'getSessionSigs' | 'require'
  readonly tab: number
  readonly scope: Scope
}

type Call = Need | { readonly type: 'renew' | 'signOut' | 'restore' | 'reload'; readonly tab: number }

type Operation =
  | Call
  | { readonly type: 'switch'; readonly to: Name; readonly isTold: boolean }
  | { readonly type: 'wait'; readonly minutes: number }
  | { readonly type: 'refuse' }

const tabs = 3
const tab = fc.nat(tabs - 1)
const scope = fc.constantFrom<Scope>('a', 'b')
const of = <const T extends Operation['type']>(type: T): fc.Arbitrary<T> => fc.constant(type)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.oneof(of('signIn'), of('getSessionSigs'), of('require')), tab, scope }) },
  { weight: 4, arbitrary: fc.record({ type: fc.oneof(of('renew'), of('signOut'), of('restore'), of('reload')), tab }) },
  // Not every app listens to its wallet.
  { weight: 1, arbitrary: fc.record({ type: of('switch'), to: fc.constantFrom<Name>('alice', 'bob'), isTold: fc.boolean() }) },
  // Past the warning, past the end, or some of the way.
  { weight: 1, arbitrary: fc.record({ type: of('wait'), minutes: fc.constantFrom(20, 56, 61) }) },
  { weight: 1, arbitrary: fc.record({ type: of('refuse') }) },
)

// The model.

interface Granted {
  readonly scopes: readonly Scope[]
  readonly ends: number
}

interface Session {
  readonly account: Name
  /** Keys are numbered in the order in which they are first used. */
  readonly key: number
  readonly granted: readonly Granted[]
}

interface Tab {
  readonly session?: Session
  readonly reason: 'never' | 'signed-out' | 'account-changed'
  /** Somebody signed out elsewhere. */
  readonly isBarred: boolean
}

interface Model {
  time: number
  selected: Name
  refuses: boolean
  keys: number
  /** What is stored; nothing before anybody signed in. */
  record: { current?: Name; sessions: Partial<Record<Name, Session>> } | undefined
  readonly tabs: Tab[]
  readonly isShared: boolean
}

type Result = 'done' | 'signed-out' | 'wallet-refused' | 'wallet-failed'

interface Predicted {
  readonly result: Result
  readonly asked: number
}

const fresh: Tab = { reason: 'never', isBarred: false }

const isOpen = ({ ends }: Granted, time: number): boolean => ends > time
const grants = (session: Session | undefined, scope: Scope, time: number): boolean =>
  session?.granted.some((item) => isOpen(item, time) && item.scopes.includes(scope)) ?? false

/** A tab looks at what is stored. */
function look(model: Model, index: number): Tab {
  const { record } = model
  const tab = model.tabs[index] ?? fresh
  const stored = record?.current && record.sessions[record.current]
  const next: Tab = stored
    ? { ...tab, session: stored, isBarred: false }
    : tab.session
      ? // Its very session is there still, and only not selected.
        record?.sessions[tab.session.account]?.key === tab.session.key
        ? { reason: 'account-changed', isBarred: false }
        : { reason: 'signed-out', isBarred: true }
      : { ...tab, reason: record && tab.reason === 'never' ? 'signed-out' : tab.reason }
  model.tabs[index] = next
  return next
}

function keep(model: Model, index: number, session: Session): Predicted {
  model.record = { current: session.account, sessions: { ...model.record?.sessions, [session.account]: session } }
  model.tabs[index] = { ...(model.tabs[index] ?? fresh), session, isBarred: false }
  return { result: 'done', asked: 1 }
}

/** The wallet is asked, or says no. */
function ask(model: Model, by: Name): Result {
  if (model.selected !== by) return 'wallet-failed'
  const isRefused = model.refuses
  model.refuses = false
  return isRefused ? 'wallet-refused' : 'done'
}

function obtain(model: Model, { type, tab, scope }: Need): Predicted {
  const { session, isBarred } = look(model, tab)
  const { selected, time } = model
  if (grants(session, scope, time)) return { result: 'done', asked: 0 }
  if (isBarred && type !== 'signIn') return { result: 'signed-out', asked: 0 }
  const found = model.record?.sessions[selected]
  if (found && grants(found, scope, time)) return { ...keep(model, tab, found), asked: 0 }
  const result = ask(model, selected)
  if (result !== 'done') return { result, asked: 1 }
  const left = found?.granted.filter((item) => isOpen(item, time)) ?? []
  const key = found && left.length > 0 ? found.key : ++model.keys
  return keep(model, tab, { account: selected, key, granted: [...left, { scopes: [scope], ends: time + life }] })
}

function renew(model: Model, index: number): Predicted {
  const { session } = look(model, index)
  const open = session?.granted.filter((item) => isOpen(item, model.time)) ?? []
  if (!session || open.length === 0) return { result: 'signed-out', asked: 0 }
  const result = ask(model, session.account)
  if (result !== 'done') return { result, asked: 1 }
  const scopes = [...new Set(open.flatMap((item) => item.scopes))]
  return keep(model, index, { account: session.account, key: ++model.keys, granted: [{ scopes, ends: model.time + life }] })
}

/** Of the account that the tab shows; of the stored one where it shows none. */
function signOut(model: Model, index: number): Predicted {
  const { record } = model
  const account = model.tabs[index]?.session?.account ?? record?.current
  const { [account ?? 'alice']: _, ...others } = record?.sessions ?? {}
  const sessions = account ? others : (record?.sessions ?? {})
  const current = record?.current === account ? {} : { ...(record?.current && { current: record.current }) }
  // Where others look, nothing at all would look like a loss.
  model.record = Object.keys(sessions).length > 0 || model.isShared ? { ...current, sessions } : undefined
  model.tabs[index] = { reason: 'signed-out', isBarred: false }
  return { result: 'done', asked: 0 }
}

function switchTo(model: Model, to: Name, isTold: boolean): Predicted {
  model.selected = to
  for (let index = 0; isTold && index < tabs; index++) {
    const tab = look(model, index)
    if (tab.session?.account === to) continue
    const next = model.record?.sessions[to]
    if (!next && !tab.session) continue
    model.record = { ...(next && { current: to }), sessions: model.record?.sessions ?? {} }
    model.tabs[index] = next ? { ...tab, session: next, isBarred: false } : { reason: 'account-changed', isBarred: tab.isBarred }
  }
  return { result: 'done', asked: 0 }
}

function predict(model: Model, operation: Operation): Predicted {
  const nothing: Predicted = { result: 'done', asked: 0 }
  if ('scope' in operation) return obtain(model, operation)
  if (operation.type === 'switch') return switchTo(model, operation.to, operation.isTold)
  if (operation.type === 'renew') return renew(model, operation.tab)
  if (operation.type === 'signOut') return signOut(model, operation.tab)
  if (operation.type === 'wait') model.time += operation.minutes * minute
  else if (operation.type === 'refuse') model.refuses = true
  else if (operation.type === 'reload') model.tabs[operation.tab] = fresh
  else if (operation.type === 'restore') look(model, operation.tab)
  return nothing
}

/** What a tab shows, with the model's numbers for keys. */
type Shown =
  | { readonly reason: string }
  | { readonly account: Name; readonly key: number; readonly endsSoon: boolean; readonly scopes: readonly string[] }

function shown({ time }: Model, { session, reason }: Tab): Shown {
  if (!session) return { reason }
  const ends = Math.max(...session.granted.map((item) => item.ends))
  if (ends <= time) return { reason: 'expired' }
  const scopes = session.granted.filter((item) => isOpen(item, time)).flatMap((item) => item.scopes)
  return { account: session.account, key: session.key, endsSoon: ends <= time + warning, scopes }
}

// The real thing.

/** Keys that are numbers: what the platform does takes its own time, and a run must be the same when it is run again. */
const curve = {
  made: 0,
  async generateKey() {
    const key = { number: ++this.made }
    return { publicKey: key, privateKey: key }
  },
  exportKey: async (_: string, { number }: { number: number }) =>
    Uint8Array.from({ length: 32 }, (_, i) => (number >> (8 * i)) & (i < 4 ? 0xff : 0)),
  importKey: async (_: string, bytes: Uint8Array) => ({ number: bytes.reduceRight((sum, byte) => sum * 256 + byte, 0) }),
  sign: async (_: string, { number }: { number: number }) => new Uint8Array(64).fill(number & 0xff),
  verify: async (_: string, { number }: { number: number }, sig: Uint8Array) => sig[0] === (number & 0xff),
}

/** Waits until it is this answer's turn. */
type Wait = (what: string) => Promise<void>

interface Tracked {
  readonly client: SessionClient
  emit(event: string, value: unknown): void
}

/** What the wallet was asked by a tab. Moments are counted, not measured. */
interface Question {
  readonly client: SessionClient
  readonly signature: string
  readonly asked: number
  answered: number
}

interface World {
  time: number
  moment: number
  selected: Name
  refuses: boolean
  /** The wallet does not answer. */
  isSilent: boolean
  readonly disk: { record: StoredSessions | undefined }
  readonly storage: SessionStorage
  readonly wait: Wait
  readonly questions: Question[]
  /** Questions that the wallet shows at the same time. */
  open: number
  mostOpen: number
  readonly tabs: Tracked[]
}

function createWorld(isShared: boolean, wait: Wait): World {
  const disk: World['disk'] = { record: undefined }
  const storage: SessionStorage = {
    keys: 'handle',
    ...(isShared ? { sharedAs: 'place' } : {}),
    get: () => wait('get').then(() => structuredClone(disk.record)),
    set: (_, value) => {
      const copy = structuredClone(value)
      return wait('set').then(() => {
        disk.record = copy
      })
    },
    delete: () =>
      wait('delete').then(() => {
        disk.record = undefined
      }),
  }
  const world: World = {
    time: start,
    moment: 0,
    selected: 'alice',
    refuses: false,
    isSilent: false,
    disk,
    storage,
    wait,
    questions: [],
    open: 0,
    mostOpen: 0,
    tabs: [],
  }
  for (let index = 0; index < tabs; index++) openTab(world, index)
  return world
}

function createSigner(world: World, client: () => SessionClient): Signer {
  return {
    account: async () => {
      await world.wait('account')
      return { address: accounts[world.selected].address, chainId: 1 }
    },
    signMessage: async (_, { address }) => {
      // Each is another, as a wallet's are; the client does not look at more.
      const signature = `0x${(world.questions.length + 1).toString(16).padStart(130, '0')}` as const
      const question = { client: client(), signature, asked: ++world.moment, answered: Number.POSITIVE_INFINITY }
      world.questions.push(question)
      world.open += 1
      world.mostOpen = Math.max(world.mostOpen, world.open)
      if (world.isSilent) await new Promise(() => undefined)
      await world.wait('signature')
      world.open -= 1
      question.answered = ++world.moment
      if (nameOf(address) !== world.selected) throw new Error('another account is selected')
      const isRefused = world.refuses
      world.refuses = false
      if (isRefused) throw refusal()
      return signature
    },
  }
}

function openTab(world: World, index: number): void {
  const { storage } = world
  const signer = createSigner(world, () => client)
  const client = createSessionClient({ nodes: [node], domain, storage, signer, now: () => new Date(world.time) })
  const listeners = new Map<string, (value: never) => void>()
  client.follow({ on: (event, listener) => listeners.set(event, listener), removeListener: () => undefined })
  world.tabs[index] = { client, emit: (event, value) => listeners.get(event)?.(value as never) }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new Error(`there is no ${index}`)
  return item
}

/** What a call gave: signatures where it was for them. */
async function call(world: World, operation: Call): Promise<Record<string, SessionSig> | undefined> {
  if (operation.type === 'reload') {
    openTab(world, operation.tab)
    return undefined
  }
  const { client } = at(world.tabs, operation.tab)
  const expiration = new Date(world.time + life).toISOString()
  if ('scope' in operation) {
    const resources = [`litAction://${operation.scope}`] as const
    if (operation.type === 'getSessionSigs') return client.getSessionSigs({ resources, expiration })
    if (operation.type === 'require') await client.require(resources, { expiration })
    else await client.signIn({ resources, expiration })
  } else if (operation.type === 'restore') await client.restore()
  else if (operation.type === 'signOut') await client.signOut()
  else await client.renew({ expiration })
  return undefined
}

function codeOf(error: unknown): string {
  return isSessionError(error) ? error.code : `no SessionError but ${String(error)}`
}

/** What a signature says of itself: the key, and whether the delegations in it were open when it was issued, for this key, and by one account. */
function readSig(sigs: Record<string, SessionSig>): { readonly key: string; readonly account: Name; readonly isSound: boolean } {
  const sig = sigs[node]
  const { capabilities, issuedAt, expiration } = JSON.parse(sig?.signedMessage ?? '')
  const key = sig?.address ?? ''
  const messages = (capabilities as { signedMessage: string }[]).map(({ signedMessage }) => parseSiweMessage(signedMessage))
  const [first] = messages
  const isSound = messages.every(({ uri, address, expirationTime = '' }) => {
    return uri === `lit:session:${key}` && address === first?.address && issuedAt < expirationTime && expiration <= expirationTime
  })
  return { key, account: nameOf(first?.address ?? ''), isSound: isSound && messages.length > 0 }
}

beforeAll(async () => {
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto), subtle: curve })
  // What is loaded only when it is needed is loaded now: it would come in its own time.
  for (const file of readdirSync(new URL('../src/', import.meta.url))) await import(`../src/${file.slice(0, -3)}.ts`)
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

afterAll(() => {
  vi.unstubAllGlobals()
  console.log(`model: ${played.toLocaleString('en')} runs`)
})

// One after another.

/** What a tab shows. Real keys get the model's numbers as they are first seen. */
function seen(state: SessionState, numbers: Map<string, number>, key: number): Shown {
  if (state.status === 'signed-out') return { reason: state.reason }
  if (!numbers.has(state.sessionKey) && ![...numbers.values()].includes(key)) numbers.set(state.sessionKey, key)
  const { address, endsSoon, capabilities } = state
  const scopes = capabilities.map((name) => name.replace('litActionCapability://', ''))
  return { account: nameOf(address), key: numbers.get(state.sessionKey) ?? Number.NaN, endsSoon, scopes }
}

async function perform(world: World, operation: Operation): Promise<{ result: string; sigs?: Record<string, SessionSig> | undefined }> {
  if (operation.type === 'wait') world.time += operation.minutes * minute
  else if (operation.type === 'refuse') world.refuses = true
  else if (operation.type === 'switch') {
    world.selected = operation.to
    for (const { emit } of operation.isTold ? world.tabs : []) {
      emit('accountsChanged', [accounts[operation.to].address])
      await turn()
    }
  } else
    return call(world, operation).then(
      (sigs) => ({ result: 'done', sigs }),
      (error: unknown) => ({ result: codeOf(error) }),
    )
  return { result: 'done' }
}

it('one after another: each call does what the model says', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(operation, { minLength: 1, maxLength: 24, size: 'max' }), async (isShared, operations) => {
      played += 1
      const world = createWorld(isShared, async () => undefined)
      const model: Model = {
        time: start,
        selected: 'alice',
        refuses: false,
        keys: 0,
        record: undefined,
        isShared,
        tabs: world.tabs.map(() => fresh),
      }
      const numbers = new Map<string, number>()
      for (const operation of operations) {
        const before = world.questions.length
        const { asked, result } = predict(model, operation)
        const real = await perform(world, operation)
        expect({ result: real.result, asked: world.questions.length - before }).toEqual({ result, asked })
        world.tabs.forEach(({ client }, index) => {
          const tab = at(model.tabs, index)
          expect({ tab: index, ...seen(client.get(), numbers, tab.session?.key ?? 0) }).toEqual({ tab: index, ...shown(model, tab) })
        })
        if (real.sigs && 'tab' in operation) {
          const { key, isSound } = readSig(real.sigs)
          expect([numbers.get(key), isSound]).toEqual([at(model.tabs, operation.tab).session?.key, true])
        }
      }
    }),
    { numRuns: runs / 2 },
  )
})

// All at once.

/** What became of one call that others overlapped. */
interface Done {
  readonly operation: Operation
  readonly client: SessionClient | undefined
  readonly began: number
  /** The key that the tab showed when the call was made. */
  readonly key: string | undefined
  readonly result: string
  readonly sigs?: Record<string, SessionSig> | undefined
}

const keyIn = (state: SessionState): string | undefined => (state.status === 'signed-in' ? state.sessionKey : undefined)

const keysOf = ({ record }: World['disk']): string[] =>
  Object.values(record?.sessions ?? {}).map(({ key }) => (key.type === 'handle' ? key.publicKey : key.seed))

const always: readonly string[] = ['done', 'signed-out', 'wallet-refused', 'wallet-failed'] satisfies Result[]
/** Where the clock moves while a call is under way, what it asks for may be past before it is given. */
const late: readonly string[] = ['expiration-past', 'delegation-expired', 'delegation-lifetime']

/** Begins all the operations in an order that the scheduler chooses, and lets storage and wallet answer in such an order, until nothing is under way. */
async function overlap(
  world: World,
  operations: readonly Operation[],
  scheduler: fc.Scheduler,
  dead: Map<string, number>,
): Promise<Done[]> {
  const done: Done[] = []
  const begin = async (operation: Operation): Promise<void> => {
    await scheduler.schedule(Promise.resolve(), operation.type)
    const began = ++world.moment
    const client = 'tab' in operation ? at(world.tabs, operation.tab).client : undefined
    const key = client && keyIn(client.get())
    const before = keysOf(world.disk)
    const { result, sigs } = await perform(world, operation)
    done.push({ operation, client, began, key, result, sigs })
    world.moment += 1
    // Who destroys a key has told everybody by the end of the call.
    const after = keysOf(world.disk)
    const destroys = (operation.type === 'signOut' || operation.type === 'renew') && result === 'done'
    for (const name of before) if (destroys && !after.includes(name) && !dead.has(name)) dead.set(name, world.moment)
  }
  for (const operation of operations) void begin(operation)
  for (let waits = 0; ; ) {
    await turn()
    if (scheduler.count() > 0) await scheduler.waitOne()
    else if (done.length === operations.length) return done
    else {
      // Somebody waits for a refusal to arrive, if there is one.
      if (++waits > 100) throw new Error(`pending for ever: ${JSON.stringify(operations)}`)
      vi.advanceTimersByTime(250)
    }
  }
}

/** What comes of it without anybody having to wait for long: nothing is left that is in the way. */
async function soon<T>(what: string, work: Promise<T>): Promise<T> {
  let isDone = false
  const settle = (): void => {
    isDone = true
  }
  work.then(settle, settle)
  for (let waits = 0; !isDone && waits < 8; waits++) {
    await turn()
    if (!isDone) vi.advanceTimersByTime(250)
  }
  expect(isDone, `${what} waits for something`).toBe(true)
  return work
}

function checkCalls(world: World, done: readonly Done[], dead: ReadonlyMap<string, number>): void {
  const kinds = new Set(done.map(({ operation }) => operation.type))
  const allowed = kinds.has('wait') ? [...always, ...late] : always
  for (const { operation, result, sigs, began } of done) {
    expect(allowed).toContain(result)
    if (!sigs || !('tab' in operation)) continue
    const { key, isSound } = readSig(sigs)
    expect(isSound, 'a signature holds only what was open when it was made').toBe(true)
    expect(began, 'nothing begun after a key was destroyed signs with it').toBeLessThan(dead.get(key) ?? Number.POSITIVE_INFINITY)
    const signedOutHere = done.some(
      (other) => other.operation.type === 'signOut' && other.operation.tab === operation.tab && other.key === key && other.began < began,
    )
    expect(signedOutHere, 'what a tab destroys, it uses no more').toBe(false)
  }
  const stored = JSON.stringify(world.disk.record ?? {})
  for (const { operation, client, result, key, began } of done) {
    if (operation.type !== 'signOut' || result !== 'done') continue
    if (key) expect(keysOf(world.disk), 'what was signed out of is gone').not.toContain(key)
    for (const question of world.questions) {
      const isTooLate = question.client === client && question.asked < began && began < question.answered
      if (isTooLate) expect(stored, 'what is answered after a sign-out comes to nothing').not.toContain(question.signature)
    }
  }
  if (!kinds.has('signOut')) expect(world.mostOpen, 'the wallet is asked one question at a time').toBeLessThanOrEqual(1)
}

/** All who look see the same; and it is what is stored. */
async function checkAgreement(world: World): Promise<void> {
  for (const { client } of world.tabs) await client.restore()
  const states = world.tabs.map(({ client }) => client.get())
  const { record } = world.disk
  const stored = record?.current === undefined ? undefined : record.sessions[record.current]
  for (const state of states) {
    if (state.status === 'signed-in') expect({ ...state, protection: '' }).toEqual({ ...states[0], protection: '' })
    else if (state.reason !== 'expired') expect(stored, `signed out for ${state.reason}, and somebody is signed in`).toBeUndefined()
    const key = keyIn(state)
    if (key) expect(stored?.key).toMatchObject({ publicKey: key })
  }
}

/** A tab shows only reasons that there are. */
function checkReasons(world: World, operations: readonly Operation[]): void {
  const has = (type: Operation['type']): boolean => operations.some((operation) => operation.type === type)
  const reasons = new Set(['never'])
  // Also who comes to where nobody is signed in any more, or finds a fresh key instead of the one it had.
  if (has('signOut') || has('switch')) reasons.add('signed-out')
  if (has('switch')) reasons.add('account-changed')
  if (has('wait')) reasons.add('expired')
  for (const { client } of world.tabs) {
    const state = client.get()
    if (state.status === 'signed-out') expect([...reasons]).toContain(state.reason)
  }
}

/** Nothing that the wallet gave is lost while nobody signs out. */
function checkNothingLost(world: World, before: readonly string[], done: readonly Done[]): void {
  if (done.some(({ operation }) => operation.type === 'signOut')) return
  const ids = Object.keys(world.disk.record?.sessions ?? {})
  for (const id of before) expect(ids).toContain(id)
  for (const { sigs } of done) if (sigs) expect(ids).toContain(`1:${accounts[readSig(sigs).account].address}`)
}

/** Where nothing but grants is wanted, the wallet is asked once for each that is missing, and all of them are there in the end. */
function checkGrants(world: World, asked: number, done: readonly Done[]): void {
  if (!done.every(({ operation }) => ['signIn', 'getSessionSigs', 'require', 'restore', 'reload'].includes(operation.type))) return
  const stored = Object.values(world.disk.record?.sessions ?? {}).flatMap(({ delegations }) => delegations)
  const granted = stored.flatMap(({ signedMessage }) => parseSiweMessage(signedMessage).resources ?? [])
  const wanted = new Set<Scope>()
  for (const { operation, result } of done) {
    if (!('scope' in operation)) continue
    wanted.add(operation.scope)
    if (result === 'done') expect(granted).toContain(`litActionCapability://${operation.scope}`)
  }
  // A "no" is for those who waited for it; who comes after asks anew.
  if (!done.some(({ result }) => result === 'wallet-refused')) expect(asked, 'the same is asked once').toBeLessThanOrEqual(wanted.size)
}

/** Whoever signs out is heard by all; only who signs in ends it, and then for all. */
async function checkSignOut(world: World): Promise<void> {
  world.refuses = false
  const [here, there] = [at(world.tabs, 0).client, at(world.tabs, 1).client]
  const resources = ['litAction://a'] as const
  await here.signIn({ resources })
  await there.getSessionSigs({ resources })
  const key = keyIn(here.get())
  const before = world.questions.length
  await here.signOut()
  expect(await there.getSessionSigs({ resources }).then(() => 'signed', codeOf)).toBe('signed-out')
  expect(there.get()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  expect(world.questions.length).toBe(before)
  await there.signIn({ resources })
  const sigs = await Promise.all(world.tabs.map(({ client }) => client.getSessionSigs({ resources })))
  const keys = new Set(sigs.map((item) => readSig(item).key))
  expect([keys.size, keys.has(key ?? ''), world.questions.length <= before + 1]).toEqual([1, false, true])
}

/** Signing out ends every wait for the wallet, also where it never answers; and it is in nobody's way. */
async function checkSilence(world: World): Promise<void> {
  const [here, there] = [at(world.tabs, 0).client, at(world.tabs, 1).client]
  const resources = ['litPKP://1'] as const
  world.isSilent = true
  const waiting = [here.signIn({ resources }), here.getSessionSigs({ resources })].map((work) => work.then(() => 'signed', codeOf))
  await turn()
  await here.signOut()
  expect(await Promise.all(waiting)).toEqual(['signed-out', 'signed-out'])
  world.isSilent = false
  expect((await there.signIn({ resources })).status).toBe('signed-in')
}

it('all at once: what comes of it is what the model allows', { timeout }, async () => {
  const some = fc.array(operation, { maxLength: 5 })
  const many = fc.array(operation, { minLength: 2, maxLength: 7, size: 'max' })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), some, many, fc.scheduler(), async (isShared, first, operations, scheduler) => {
      played += 1
      let isFree = true
      const world = createWorld(isShared, async (what) => (isFree ? undefined : scheduler.schedule(Promise.resolve(), what)))
      for (const operation of first) await perform(world, operation)
      const before = Object.keys(world.disk.record?.sessions ?? {})
      const askedBefore = world.questions.length
      isFree = false
      const dead = new Map<string, number>()
      const done = await overlap(world, operations, scheduler, dead)
      isFree = true
      const mayAsk = done.filter(({ operation }) => 'scope' in operation || operation.type === 'renew')
      expect(world.questions.length - askedBefore, 'a call asks once').toBeLessThanOrEqual(mayAsk.length)
      checkCalls(world, done, dead)
      checkNothingLost(world, before, done)
      checkGrants(world, world.questions.length - askedBefore, done)
      await soon('restore', checkAgreement(world))
      checkReasons(world, [...first, ...operations])
      await soon('sign-out', checkSignOut(world))
      await soon('silence', checkSilence(world))
    }),
    { numRuns: runs / 2 },
  )
})

it('as many as were asked for', () => {
  expect(played).toBeGreaterThanOrEqual(runs - 1)
})
