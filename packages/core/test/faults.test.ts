/**
 * Each call that a client makes of its storage, in each scenario, meets each fault: enumerated, not sampled. After each case the client must be usable, or cleanly
 * signed out; what that means stands in `judge`. All is the same in every run: keys and random bytes come in order, timers and the clock are the test's.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { LocalAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createSessionClient,
  isSessionError,
  type SessionClient,
  type SessionErrorCode,
  type SessionSig,
  type SessionState,
  type SessionStorage,
  type Signer,
  type StoredSession,
  type StoredSessions,
} from '../src/index.ts'
import { loadSession, readStoredSessions } from '../src/record.ts'
import { createVerifier } from '../src/verify.ts'
import { alice, bob, countingSigner, domain } from './wallet.ts'

const node = 'https://node-1.example:7470'
const start = Date.parse('2026-03-01T10:00:00.000Z')
type Resources = readonly ['litAction://a'] | readonly ['litPKP://1']
const resources: Resources = ['litAction://a']
const further: Resources = ['litPKP://1']
const verifier = createVerifier({ audience: node, domains: [domain] })
let cases = 0

// The platform, in order.

const { crypto: real } = globalThis
const curve = 'Ed25519'
const platform = { keys: 0, bytes: 0, busy: 0 }
let time = start
const pool: Promise<CryptoKeyPair>[] = []
const known = new Map<string, Promise<unknown>>()

/** Private keys by public key, as far as they are texts. */
const seeds = new Map<string, string>()

const viewOf = (data: BufferSource): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
const hex = (data: BufferSource): string => Buffer.from(viewOf(data)).toString('hex')
const digestOf = (data: BufferSource): string => createHash('sha256').update(viewOf(data)).digest('base64')
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'hex'))

/** Done once by the platform, and remembered: the cases differ little. */
function once<T>(name: string, work: () => Promise<T>): Promise<T> {
  const done = known.get(name) as Promise<T> | undefined
  if (done) return done
  platform.busy += 1
  const doing = work().finally(() => (platform.busy -= 1))
  known.set(name, doing)
  return doing
}

/** What stands for a key: a clone of it is as good. */
interface Handle {
  readonly algorithm: { readonly name: string }
  readonly place?: number
  readonly text?: string
}

async function keyOf({ place, text = '' }: Handle): Promise<CryptoKey> {
  if (place !== undefined) return (await pool[place])?.privateKey as CryptoKey
  return real.subtle.importKey(text.length > 64 ? 'pkcs8' : 'raw', bytesOf(text), curve, true, [text.length > 64 ? 'sign' : 'verify'])
}

const nameOf = ({ place, text }: Handle): string => text ?? `${place}`
const algorithm = { name: curve }

/**
 * The platform's own ed25519, but for what is random: the same case makes the same keys and messages. So each message is signed and verified once only, by session keys and
 * by wallets, and thousands of cases cost little.
 */
const orderly = {
  getRandomValues(bytes: Uint8Array) {
    bytes.fill(0xa5)
    new DataView(bytes.buffer).setUint32(0, ++platform.bytes)
    return bytes
  },
  subtle: {
    async generateKey() {
      const place = platform.keys++
      const pair = pool[place] ?? (real.subtle.generateKey(curve, false, ['sign', 'verify']) as Promise<CryptoKeyPair>)
      pool[place] = pair
      const text = await once(`generate ${place}`, async () => hex(await real.subtle.exportKey('raw', (await pair).publicKey)))
      return { publicKey: { algorithm, text }, privateKey: { algorithm, place } }
    },
    importKey: async (_: string, bytes: BufferSource): Promise<Handle> => ({ algorithm, text: hex(bytes) }),
    exportKey: (form: 'raw' | 'jwk', key: Handle) =>
      once(`export ${form} ${nameOf(key)}`, async () => {
        if (form === 'raw') return bytesOf(nameOf(key))
        const jwk = await real.subtle.exportKey('jwk', await keyOf(key))
        seeds.set(hex(Buffer.from(jwk.x ?? '', 'base64url')), nameOf(key).slice(-64))
        return jwk
      }),
    sign: (_: string, key: Handle, data: BufferSource) =>
      once(`sign ${nameOf(key)} ${digestOf(data)}`, async () => real.subtle.sign(curve, await keyOf(key), data)),
    verify: (_: string, key: Handle, sig: BufferSource, data: BufferSource) =>
      once(`verify ${nameOf(key)} ${hex(sig)} ${digestOf(data)}`, async () => real.subtle.verify(curve, await keyOf(key), sig, data)),
    digest: (name: string, data: BufferSource) => once(`digest ${digestOf(data)}`, () => real.subtle.digest(name, data)),
  },
}

/** Everything happens that can happen by itself. What waits for a timer, or for a storage that hangs, does not. */
async function quiet(): Promise<void> {
  for (let idle = 0; idle < 3; idle++) {
    await turn()
    if (platform.busy > 0) idle = -1
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown } | 'pending'

/** What comes of it, however many timers it waits for, up to a bound. */
async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  let outcome: Outcome<T> = 'pending'
  work.then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { error }),
  )
  for (let waits = 0; outcome === 'pending' && waits < 200; waits++) {
    await quiet()
    if (outcome === 'pending') vi.advanceTimersToNextTimer()
  }
  return outcome
}

// The storage and what can be wrong with it.

type Operation = 'open' | 'get' | 'set' | 'delete'

interface Kind {
  readonly keys: 'handle' | 'seed'
  readonly isShared: boolean
}

/** What lies there, and everything that ever did. */
interface Disk {
  record: StoredSessions | undefined
  readonly history: StoredSessions[]
}

/** What a storage does with a call: `work` is what it should. */
type Meddle = (operation: Operation, work: () => unknown) => unknown

interface Fault {
  readonly name: string
  readonly on: readonly Operation[]
  /** For one call, for all that follow in the scenario, or for all that ever follow. */
  readonly lasts: 'once' | 'scenario' | 'ever'
  /** When what hangs is done after all. */
  readonly lands?: 'after the scenario' | 'after the sign-out'
  /** Whether it is a storage that tells something else than what is there: then a wallet may rightly be asked. */
  readonly lies?: boolean
  readonly act: (work: () => unknown, disk: Disk, held: (() => void)[]) => unknown
}

const never = (): Promise<never> => new Promise(() => undefined)
const broken = (): never => {
  throw new DOMException('out of order', 'InvalidStateError')
}
const later: Fault['act'] = (work, _, held) => new Promise((resolve) => held.push(() => resolve(work())))
const all: readonly Operation[] = ['open', 'get', 'set', 'delete']
const writes: readonly Operation[] = ['set', 'delete']

const failures: readonly Fault[] = [
  { name: 'fails', on: all, lasts: 'once', act: broken },
  { name: 'fails, and works again after the scenario', on: all, lasts: 'scenario', act: broken },
  { name: 'fails for ever', on: all, lasts: 'ever', act: broken },
  { name: 'hangs', on: all, lasts: 'once', act: never },
  { name: 'hangs, and works again after the scenario', on: all, lasts: 'scenario', act: never },
  { name: 'hangs for ever', on: all, lasts: 'ever', act: never },
  { name: 'lands after the scenario', on: all, lasts: 'once', lands: 'after the scenario', act: later },
  { name: 'lands after the sign-out', on: all, lasts: 'once', lands: 'after the sign-out', act: later },
  { name: 'all land after the sign-out', on: writes, lasts: 'scenario', lands: 'after the sign-out', act: later },
  { name: 'writes nothing', on: writes, lasts: 'once', act: () => undefined },
  { name: 'writes nothing in the scenario', on: writes, lasts: 'scenario', act: () => undefined },
  { name: 'writes nothing for ever', on: writes, lasts: 'ever', act: () => undefined },
  {
    name: 'fails, and has written',
    on: writes,
    lasts: 'once',
    act(work) {
      work()
      broken()
    },
  },
]

function openStorage(disk: Disk, kind: Kind, place: string, meddle: Meddle = (_, work) => work()): SessionStorage {
  const call = async (operation: Operation, work: () => unknown): Promise<never> => (await meddle(operation, work)) as never
  const set = (value: StoredSessions): void => {
    disk.record = value
    disk.history.push(value)
  }
  return {
    keys: kind.keys,
    ...(kind.isShared ? { sharedAs: place } : {}),
    open: () => call('open', () => undefined),
    get: () => call('get', () => structuredClone(disk.record)),
    set: (_, value) => {
      const copy = structuredClone(value)
      return call('set', () => set(copy))
    },
    delete: () =>
      call('delete', () => {
        disk.record = undefined
      }),
  }
}

// Foreign records.

interface Samples {
  /** Alice's session in some other place: another key. */
  readonly alice: StoredSessions
  readonly bob: StoredSessions
}

const idOf = (account: LocalAccount): string => `1:${account.address}`

function first({ current, sessions }: StoredSessions): [string, StoredSession] {
  const [entry] = Object.entries(sessions).sort(([id]) => (id === current ? -1 : 1))
  if (!entry) throw new Error('a record with a session is needed')
  return entry
}

const throwing = (): never => {
  throw new TypeError('not to be read')
}
const trap = (): unknown => new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getOwnPropertyDescriptor: throwing })

/** Whatever a storage should not return, made of what lies there. */
function foreignRecords(samples: Samples): Readonly<Record<string, (disk: Disk) => unknown>> {
  const base = ({ record }: Disk): StoredSessions =>
    structuredClone(record && Object.keys(record.sessions).length > 0 ? record : samples.alice)
  const [, ofBob] = first(samples.bob)
  const changed = (change: (session: StoredSession) => unknown) => (disk: Disk) => {
    const record = base(disk)
    const [id, session] = first(record)
    return { ...record, current: id, sessions: { ...record.sessions, [id]: change(session) } }
  }
  const [otherDelegation] = ofBob.delegations
  return {
    undefined: () => undefined,
    null: () => null,
    'a text': () => 'record',
    'a number': () => 7,
    'an empty object': () => ({}),
    'a list': () => [],
    'an empty record': () => ({ v: 1, sessions: {} }),
    'another version': (disk) => ({ ...base(disk), v: 2 }),
    'a trap': trap,
    'a trap for sessions': () => ({ v: 1, sessions: trap() }),
    'a getter that throws': (disk) => Object.defineProperty({ ...base(disk) }, 'sessions', { enumerable: true, get: throwing }),
    'the session of another account': () => structuredClone(samples.bob),
    'a session of another device': () => structuredClone(samples.alice),
    'a current session that is not there': (disk) => ({ ...base(disk), current: `1:0x${'1'.repeat(40)}` }),
    'no current session': ({ record }) => ({ v: 1, sessions: base({ record, history: [] }).sessions }),
    'a session under the name of another account': (disk) => {
      const [, session] = first(base(disk))
      return { v: 1, current: idOf(bob), sessions: { [idOf(bob)]: session } }
    },
    'no session but a text': changed(() => 'session'),
    'a session that is a trap': changed(trap),
    'a key that is not of its delegations': changed((session) => ({ ...session, key: ofBob.key })),
    'half a handle': changed((session) => ({ ...session, key: { ...session.key, privateKey: {} } })),
    'half a seed': changed((session) => ({ ...session, key: { type: 'seed', seed: 'ab'.repeat(16) } })),
    'a key of another kind': changed((session) => ({ ...session, key: { type: 'other', seed: 'ab'.repeat(32) } })),
    'no key': changed(({ key: _, ...session }) => session),
    'no delegations': changed(({ delegations: _, ...session }) => session),
    'an empty list of delegations': changed((session) => ({ ...session, delegations: [] })),
    'a foreign delegation': changed((session) => ({ ...session, delegations: [otherDelegation] })),
    'a foreign delegation more': changed((session) => ({ ...session, delegations: [...session.delegations, otherDelegation] })),
    'a delegation of another text': changed((session) => ({
      ...session,
      delegations: session.delegations.map((item) => ({ ...item, signedMessage: `${item.signedMessage} and more` })),
    })),
    'a delegation that is a trap': changed((session) => ({ ...session, delegations: [trap()] })),
    'too many delegations': changed((session) => ({ ...session, delegations: Array.from({ length: 65 }, () => session.delegations[0]) })),
    'a session without its time': changed((session) => ({ ...session, createdAt: 'yesterday' })),
    'a question that is none': (disk) => ({ ...base(disk), pending: { what: '', key: { type: 'seed', seed: 'x' }, message: '' } }),
  }
}

/** What a storage may also go on saying: what was true once, and one of each kind of what never was. */
const lasting = /^(?:record \d|undefined|null|the session of another account|a session of another device|a getter that throws)/

/** What one call, or every call from there on, is told instead of the truth. */
function told(name: string, record: (disk: Disk) => unknown): Fault[] {
  const fault = { on: ['get'], lies: true, act: (_: unknown, disk: Disk) => record(disk) } as const
  const forOnce: Fault = { ...fault, name: `gives ${name}`, lasts: 'once' }
  return lasting.test(name) ? [forOnce, { ...fault, name: `gives ${name} from then on`, lasts: 'scenario' }] : [forOnce]
}

// A page and the people before it.

const signatures = new Map<string, ReturnType<LocalAccount['signMessage']>>()

/** Signs a message once, and remembers. */
function remembering(account: LocalAccount): LocalAccount {
  const signMessage: LocalAccount['signMessage'] = ({ message }) => {
    const name = `${account.address} ${JSON.stringify(message)}`
    const signature = signatures.get(name) ?? account.signMessage({ message })
    signatures.set(name, signature)
    return signature
  }
  return { ...account, signMessage }
}

const people = { alice: remembering(alice), bob: remembering(bob) }

/** A wallet as the port wants it: it does not sign as somebody who is not selected. */
function strictSigner() {
  const signer = countingSigner(people.alice)
  const signMessage: Signer['signMessage'] = async (message, account) => {
    if ((await signer.account()).address !== account.address) throw new Error('another account is selected')
    return signer.signMessage(message, account)
  }
  return { ...signer, signMessage }
}

function openPage(storage: SessionStorage) {
  const signer = strictSigner()
  const client = createSessionClient({ nodes: [node], domain, signer, storage, now: () => new Date(time) })
  const listeners = new Map<string, (value: never) => void>()
  client.follow({ on: (event, listener) => listeners.set(event, listener), removeListener: () => undefined })
  const switchTo = async (account: LocalAccount): Promise<void> => {
    signer.switchTo(account)
    listeners.get('accountsChanged')?.([account.address] as never)
    await quiet()
  }
  return { client, signer, switchTo, atWrite: (): void => undefined }
}

type Page = ReturnType<typeof openPage>

/** Signs out at the worst moment: what the wallet gave is being stored. */
async function signOutWhile(page: Page, begin: () => Promise<unknown>): Promise<void> {
  let out: Promise<void> | undefined
  page.atWrite = () => {
    out ??= page.client.signOut()
    out.catch(() => undefined)
  }
  await begin().catch((error: unknown) => {
    if (!isSessionError(error)) throw error
  })
  page.atWrite = () => undefined
  await (out ?? page.client.signOut())
}

interface Step {
  readonly name: string
  readonly mayAsk: boolean
  run(page: Page): Promise<unknown>
}

const steps = {
  restore: { name: 'restore', mayAsk: false, run: ({ client }) => client.restore() },
  signIn: { name: 'signIn', mayAsk: true, run: ({ client }) => client.signIn({ resources }) },
  sign: { name: 'getSessionSigs', mayAsk: true, run: ({ client }) => client.getSessionSigs({ resources }) },
  require: { name: 'require', mayAsk: true, run: ({ client }) => client.require(further) },
  renew: { name: 'renew', mayAsk: true, run: ({ client }) => client.renew() },
  signOut: { name: 'signOut', mayAsk: false, run: ({ client }) => client.signOut() },
  signInAndOut: { name: 'signIn and signOut', mayAsk: true, run: (page) => signOutWhile(page, () => page.client.signIn({ resources })) },
  renewAndOut: { name: 'renew and signOut', mayAsk: true, run: (page) => signOutWhile(page, () => page.client.renew()) },
  prepare: { name: 'prepare', mayAsk: false, run: ({ client }) => client.prepare({ resources }) },
  toBob: { name: 'accountsChanged', mayAsk: false, run: ({ switchTo }) => switchTo(people.bob) },
  toAlice: { name: 'accountsChanged', mayAsk: false, run: ({ switchTo }) => switchTo(people.alice) },
} satisfies Record<string, Step>

const endings: readonly Step[] = [steps.signOut, steps.signInAndOut, steps.renewAndOut]

interface Scenario {
  /** Done by pages that are gone. */
  readonly before: readonly Step[]
  readonly steps: readonly Step[]
}

/** Signed in, with a session before that was signed out of and one that was renewed: a storage may remember them. */
const aliceBefore = [steps.signIn, steps.signOut, steps.signIn, steps.renew]
const bothBefore = [steps.toBob, steps.signIn, steps.toAlice, steps.signIn, steps.renew]

const scenarios: Readonly<Record<string, Scenario>> = {
  'sign-in': { before: [], steps: [steps.signIn, steps.sign] },
  'sign-in where somebody signed out': { before: [steps.signIn, steps.signOut], steps: [steps.restore, steps.signIn, steps.sign] },
  'sign-in as a second account': { before: aliceBefore, steps: [steps.restore, steps.toBob, steps.signIn, steps.sign] },
  'more scope': { before: aliceBefore, steps: [steps.restore, steps.require, steps.sign] },
  renew: { before: aliceBefore, steps: [steps.restore, steps.renew, steps.sign] },
  'sign-out': { before: aliceBefore, steps: [steps.restore, steps.signOut] },
  'sign-out while a sign-in is stored': { before: [], steps: [steps.signInAndOut] },
  'sign-out while a renewal is stored': { before: aliceBefore, steps: [steps.restore, steps.renewAndOut] },
  'sign-out by a page that has not looked yet': { before: aliceBefore, steps: [steps.signOut] },
  'sign-out of one of two accounts': { before: bothBefore, steps: [steps.restore, steps.signOut] },
  'sign-out and in again': { before: aliceBefore, steps: [steps.restore, steps.signOut, steps.signIn, steps.sign] },
  'a fresh page': { before: aliceBefore, steps: [steps.restore, steps.sign] },
  'a prepared sign-in': { before: [], steps: [steps.prepare, steps.signIn, steps.sign] },
}

const kinds: readonly Kind[] = [
  { keys: 'handle', isShared: false },
  { keys: 'handle', isShared: true },
  { keys: 'seed', isShared: false },
  { keys: 'seed', isShared: true },
]

/** What was there before a case: it begins with a copy. */
interface Past {
  readonly disk: Disk
  readonly keys: number
  readonly bytes: number
}

async function pastOf({ before }: Pick<Scenario, 'before'>, kind: Kind): Promise<Past> {
  const disk: Disk = { record: undefined, history: [] }
  const page = openPage(openStorage(disk, kind, 'the past'))
  for (const step of before) {
    time += 1000
    const outcome = await outcomeOf(step.run(page))
    if (outcome === 'pending' || 'error' in outcome) throw new Error(`${step.name} in the past`)
  }
  return { disk, keys: platform.keys, bytes: platform.bytes }
}

// A case and what must hold.

/** What went on in a case, and what was wrong. */
interface Case {
  readonly scenario: Scenario
  readonly kind: Kind
  readonly past: Past
  readonly fault: Fault | undefined
  /** The call that the fault befalls. */
  readonly at: number
}

/** Of a run: its calls, each with the number of records written before it, and how often the wallet was asked. */
interface Trace {
  readonly calls: { readonly operation: Operation; readonly written: number }[]
  asked: number
  readonly complaints: string[]
}

const reasons = ['never', 'signed-out', 'evicted', 'corrupt', 'account-changed']

const keyNamedIn = (message = ''): string => /lit:session:(\w+)/.exec(message)?.[1] ?? ''

/** The account and the key of which a client would sign out. */
interface InUse {
  readonly address: string
  readonly key: string
  /** A page that has not looked signs out of what lies there. */
  readonly isShown: boolean
}

function inUse(client: SessionClient, { record }: Disk): InUse | undefined {
  const state = client.get()
  if (state.status === 'signed-in') return { address: state.address, key: state.sessionKey, isShown: true }
  const [delegation] = record?.sessions[record.current ?? '']?.delegations ?? []
  return delegation && { address: delegation.address, key: keyNamedIn(delegation.signedMessage), isShown: false }
}

const isGood = (sig: SessionSig | undefined, [resource]: Resources): Promise<boolean> =>
  once(`good ${resource} ${sig?.sig}`, () =>
    verifier.verify(sig, { resource, now: new Date(time) }).then(
      () => true,
      () => false,
    ),
  )

/** What a page finds that comes after. */
interface Finding {
  readonly state: SessionState
  readonly complaints: readonly string[]
}

/** No key is stored without its delegations, and a page that comes after signs with what is stored, and without a question. */
async function lookAt(disk: Disk, kind: Kind): Promise<Finding> {
  const complaints: string[] = []
  const { record, isCorrupt } = readStoredSessions(structuredClone(disk.record ?? { v: 1, sessions: {} }))
  const ids = Object.keys(disk.record?.sessions ?? {})
  if (isCorrupt || Object.keys(record.sessions).length !== ids.length) complaints.push('the record is corrupt')
  for (const [id, session] of Object.entries(record.sessions)) {
    if (!(await loadSession(id, session))) complaints.push('a session is stored that is none')
  }
  const next = openPage(openStorage({ record: disk.record, history: [] }, kind, 'afterwards'))
  await next.client.restore()
  const state = next.client.get()
  if (state.status === 'signed-out') {
    if (record.current !== undefined) complaints.push(`the next page is signed out for ${state.reason}`)
    return { state, complaints }
  }
  const granted = state.capabilities.includes('litActionCapability://a') ? resources : further
  const sigs = await next.client.getSessionSigs({ resources: granted }).catch((): Record<string, SessionSig> => ({}))
  if (next.signer.signed.length > 0 || !(await isGood(sigs[node], granted))) complaints.push('the next page cannot sign')
  return { state, complaints }
}

async function play({ scenario, kind, past, fault, at }: Case): Promise<Trace> {
  Object.assign(platform, { keys: past.keys, bytes: past.bytes })
  time = start + 60_000
  const place = `place-${++cases}`
  const disk: Disk = { record: past.disk.record, history: [...past.disk.history] }
  const trace: Trace = { calls: [], asked: 0, complaints: [] }
  const complain = (what: string): void => void trace.complaints.push(what)
  const held: (() => void)[] = []
  let isOver = false
  let isHit = fault === undefined

  const meddle: Meddle = (operation, work) => {
    if (operation === 'set') page.atWrite()
    const call = isOver ? -1 : trace.calls.push({ operation, written: disk.history.length }) - 1
    if (!fault || (isOver && fault.lasts !== 'ever') || !fault.on.includes(operation)) return work()
    if (call === at) isHit = true
    const isDue = call === at || ((isOver || call > at) && fault.lasts !== 'once')
    return isDue ? fault.act(work, disk, held) : work()
  }
  const page = openPage(openStorage(disk, kind, place, meddle))
  const { client, signer } = page
  /** Keys that this client destroyed; and of those the ones that no storage may have any more. */
  const destroyed = new Set<string>()
  const gone = new Set<string>()
  /** Who signed out last. */
  let signedOut: string | undefined

  const codeOf = (error: unknown): SessionErrorCode | undefined => (isSessionError(error) ? error.code : undefined)

  /** To who is lied to, the wallet may be on another account than the one to renew, and what it gave may seem to be gone again. */
  const mayFail = (code: SessionErrorCode | undefined): boolean =>
    code === 'storage-failed' ||
    code === 'signed-out' ||
    (fault?.lies === true && (code === 'wallet-failed' || code === 'delegation-lifetime'))

  /** Signatures are good, and not by a key that was destroyed. */
  async function judgeSigs(sigs: unknown, where: string): Promise<void> {
    const sig = (sigs as Record<string, SessionSig>)[node]
    if (destroyed.has(sig?.address ?? '')) complain(`${where}: signed with a destroyed key`)
    if (!(await isGood(sig, resources))) complain(`${where}: the signature is not good`)
  }

  /** A write that fails once is tried once more, and nobody hears of it. */
  function isForgiven(): boolean {
    const befallen = trace.calls[at]?.operation
    return fault?.lasts === 'once' && befallen !== undefined && writes.includes(befallen)
  }

  /** Notes what a step destroyed. A client cannot destroy what it never knew; and where it is lied to, something else may be in use by then. */
  function note(step: Step, isDone: boolean, asked: number, using: InUse | undefined): void {
    const isSame = !fault?.lies || step === steps.signOut || (asked > 0 && step !== steps.renew)
    const isEnding = endings.includes(step)
    const ends = isDone ? isEnding || (step === steps.renew && asked > 0) : step === steps.signOut && using?.isShown
    if (using && isSame && ends) destroyed.add(using.key)
    if (!isEnding) return
    signedOut = isDone && isSame ? using?.address : undefined
    if (isDone && isSame && using) gone.add(using.key)
    if (isDone && asked > 0) gone.add(keyNamedIn(signer.signed.at(-1)))
  }

  /** Takes a step, which settles, asks at most once, and fails only as it may. */
  async function take(step: Step, where: string): Promise<Outcome<unknown>> {
    const before = signer.signed.length
    const using = inUse(client, disk)
    // To who is lied to, nothing else can be in use than what it shows.
    const known = fault?.lies && !using?.isShown ? undefined : using
    const outcome = await outcomeOf(step.run(page))
    const asked = signer.signed.length - before
    const isDone = outcome !== 'pending' && 'value' in outcome
    if (outcome === 'pending') complain(`${where}: ${step.name} never settles`)
    else if ('error' in outcome && !mayFail(codeOf(outcome.error))) complain(`${where}: ${step.name} failed with ${String(outcome.error)}`)
    if (asked > (step.mayAsk ? 1 : 0)) complain(`${where}: ${step.name} asked ${asked} times`)
    if (!isDone && isForgiven()) complain(`${where}: ${step.name} fails because one write did`)
    note(step, isDone, asked, known)
    if (isDone && step === steps.sign) await judgeSigs(outcome.value, where)
    return outcome
  }

  /** Signed in and able to sign without a question; or signed out, and able to sign in. */
  async function judgeUse(where: string): Promise<void> {
    // What was a lie, or was overwritten late, is noticed when it is looked at again.
    if (kind.isShared && (fault?.lies || fault?.lands)) await take(steps.restore, where)
    const state = client.get()
    if (state.status === 'signed-out' && !reasons.includes(state.reason)) complain(`${where}: signed out for ${state.reason}`)
    if (state.status === 'signed-out') {
      const outcome = await take(steps.signIn, where)
      if (outcome === 'pending' || 'error' in outcome) return judgeFailure(where, steps.signIn, outcome)
      if (client.get().status !== 'signed-in') complain(`${where}: signIn() resolved, and nobody is signed in`)
    }
    const before = signer.signed.length
    const outcome = await take(steps.sign, where)
    if (outcome === 'pending' || 'error' in outcome) judgeFailure(where, steps.sign, outcome)
    if (signer.signed.length > before) complain(`${where}: signed in, and the wallet is asked`)
  }

  /** A storage that never works again may keep a client from signing in, but says so, and nobody is signed in then. */
  function judgeFailure(where: string, { name }: Step, outcome: Outcome<unknown>): void {
    const code = outcome === 'pending' ? 'pending' : 'error' in outcome ? codeOf(outcome.error) : undefined
    const isExcused = fault?.lasts === 'ever' && code === 'storage-failed' && client.get().status === 'signed-out'
    if (!isExcused) complain(`${where}: ${name} fails with ${code ?? 'a foreign error'}, state ${JSON.stringify(client.get())}`)
  }

  /** What lies there can be used, and is nothing that was destroyed. */
  async function judgeDisk(where: string): Promise<void> {
    const text = JSON.stringify(disk.record ?? {})
    const { state, complaints } = await once(`look ${kind.keys} ${kind.isShared} ${text}`, () => lookAt(disk, kind))
    for (const complaint of complaints) complain(`${where}: ${complaint}`)
    for (const key of gone) if (text.includes(key) || text.includes(seeds.get(key) ?? key)) complain(`${where}: a destroyed key is stored`)
    const isIn = state.status === 'signed-in' && state.address === signedOut
    if (isIn && client.get().status === 'signed-out') complain(`${where}: the next page is signed in`)
  }

  async function land(when: Fault['lands']): Promise<void> {
    if (fault?.lands !== when) return
    for (const work of held.splice(0)) work()
    await quiet()
  }

  async function judge(): Promise<void> {
    const works = fault?.lasts !== 'ever'
    await land('after the scenario')
    const isOut = endings.some((step) => step === scenario.steps.at(-1))
    if (isOut && works && fault?.lands === undefined) await judgeDisk('after the scenario')
    await judgeUse('after the scenario')
    if (works && fault?.lands !== 'after the sign-out') await judgeDisk('then')
    const out = await take(steps.signOut, 'at the end')
    if (works && out !== 'pending' && 'error' in out) complain(`at the end: signOut fails with ${codeOf(out.error)}`)
    if (client.get().status !== 'signed-out') complain('at the end: signed out, and signed in')
    await land('after the sign-out')
    if (works) await judgeDisk('at the end')
    await judgeUse('and in again')
    if (works) await judgeDisk('and in again')
  }

  for (const step of scenario.steps) {
    time += 1000
    await take(step, 'in the scenario')
  }
  await quiet()
  trace.asked = signer.signed.length
  isOver = true
  if (!isHit) complain('the call was not made')
  await judge()
  return trace
}

// What is loaded only when it is needed takes its time, and nothing here waits for a disk.
beforeAll(async () => {
  for (const file of readdirSync(new URL('../src/', import.meta.url))) await import(`../src/${file.slice(0, -3)}.ts`)
})

describe.each(kinds)('a storage of $keys keys, shared: $isShared', (kind) => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.stubGlobal('crypto', orderly)
    Object.assign(platform, { keys: 0, bytes: 0 })
    time = start
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it.each(Object.entries(scenarios))('%s', async (name, scenario) => {
    const samples = {
      alice: (await pastOf({ before: [steps.signIn, steps.renew] }, kind)).disk.record as StoredSessions,
      bob: (await pastOf({ before: [steps.toBob, steps.signIn] }, kind)).disk.record as StoredSessions,
    }
    const past = await pastOf(scenario, kind)
    const common = { scenario, kind, past }
    const faultless = await play({ ...common, fault: undefined, at: 0 })
    expect(faultless.complaints).toEqual([])
    const wrong: string[] = []
    for (const [at, { operation, written }] of faultless.calls.entries()) {
      const records = { ...foreignRecords(samples) }
      for (let i = 0; i < written; i++) records[`record ${i} of before`] = ({ history }) => structuredClone(history[i])
      const lies = Object.entries(records).flatMap(([what, record]) => told(what, record))
      for (const fault of [...failures, ...lies].filter(({ on }) => on.includes(operation))) {
        const { asked, complaints } = await play({ ...common, fault, at })
        if (!fault.lies && asked > faultless.asked) complaints.push(`asked ${asked} times instead of ${faultless.asked}`)
        for (const complaint of complaints) wrong.push(`${name}: ${operation}, call ${at}, ${fault.name}: ${complaint}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

it('all of them were played', () => {
  expect(cases).toBeGreaterThan(4000)
})

afterAll(() => {
  console.log(`faults: ${cases.toLocaleString('en')} cases`)
})
