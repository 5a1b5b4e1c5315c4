/**
 * What both apps say, and how they write times, addresses, keys and resources.
 */
import type { Protection, SessionState, SessionView, SignedOutReason } from '@session-sigs/core'
import type { CallView, CheckView, DemoView, InspectionView, PowerChoice } from './view.ts'

const signedOutTitles: Readonly<Record<Exclude<SignedOutReason, 'never'>, string>> = {
  'signed-out': 'Signed out',
  expired: 'The session has ended',
  evicted: 'The session is gone',
  corrupt: 'The session is damaged',
  'account-changed': 'Another account',
  revoked: 'The session was revoked',
}

const signedOutWords: Readonly<Record<Exclude<SignedOutReason, 'never'>, string>> = {
  'signed-out': 'You signed out, here or in another tab. The session key has been destroyed.',
  expired: 'Its time is up. The key can sign nothing any more.',
  evicted: 'The browser no longer has what it kept of the session.',
  corrupt: 'What this browser kept of a session could not be used. Signing in replaces it.',
  'account-changed': 'The wallet is on another account, and that one has no session here. Go back to the first in your wallet, or sign in.',
  revoked: 'A node said that the session was revoked. It is of no more use anywhere.',
}

export const protectionWords: Readonly<Record<Protection, string>> = {
  'non-extractable': 'The browser keeps the key and gives it to nobody.',
  extractable: 'The key is stored as a text that any script of this site can read.',
  memory: 'The key is only in this page, and gone when it is reloaded.',
}

export const callWords: Readonly<Record<CallView['status'], string>> = {
  idle: 'Not called',
  busy: 'Calling…',
  accepted: 'Accepted',
  refused: 'Refused',
  down: 'No answer',
}

export const checkWords: Readonly<Record<CheckView['status'], string>> = {
  passed: 'passed',
  failed: 'failed',
  'not-reached': 'not reached',
}

export const checkMarks: Readonly<Record<CheckView['status'], string>> = { passed: '✓', failed: '✗', 'not-reached': '–' }

const two = (value: number): string => String(value).padStart(2, '0')

/** What is left of a session, in the two sizes that it is written in. */
export interface Countdown {
  /** `6 days`; none for a day and less. */
  readonly days: string
  /** `23:59:59` */
  readonly clock: string
}

export function countdown(seconds: number): Countdown {
  // A whole day is 24 hours: what was chosen as that is seen to begin as that.
  const days = seconds > 86_400 ? Math.floor(seconds / 86_400) : 0
  const rest = seconds - days * 86_400
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':')
  return { days: days === 0 ? '' : `${days} ${days === 1 ? 'day' : 'days'}`, clock }
}

/** The beginning and the end of a text that nobody reads to the last character. */
function ends(text: string, before: number, after: number): string {
  return text.length > before + after + 1 ? `${text.slice(0, before)}…${text.slice(-after)}` : text
}

/** `0x71C7…976F` */
export const shortAddress = (address: string): string => ends(address, 6, 4)

/** The two ends of a session public key. */
export const shortKey = (key: string): string => ends(key, 8, 8)

/** What is done with each of the five types. */
const purposes: Readonly<Record<string, string>> = {
  EncryptionCondition: 'Opens a note that was just sealed for you.',
  SigningCondition: 'Confirms that you may read demo.example/private.',
  PKP: 'Signs a text with the network’s key number 42.',
  RLI: 'Lets you go on when the free requests are used up.',
  Action: 'Runs a small program that greets you.',
}

/** Why a call was refused, for a row that has room for a line; the list of checks says it in full. */
const refusals: Readonly<Record<string, string>> = {
  'resource-not-requested': 'The signature was not made for this.',
  'delegation-scope': 'The wallet did not grant this.',
  'session-sig-expired': 'The signature has ended.',
  'session-sig-not-yet-valid': 'By the node’s clock, the signature begins later.',
  'delegation-expired': 'The session has ended.',
  'delegation-not-yet-valid': 'By the node’s clock, the session begins later.',
  'audience-mismatch': 'The signature is for another node.',
  'domain-mismatch': 'The wallet signed for another site.',
  revoked: 'The session was revoked.',
  'nonce-used': 'This request was received before.',
}

function withoutLongIds(text: string): string {
  return text.replace(/[0-9A-Za-z]{32,}/g, (id) => ends(id, 8, 6))
}

/** The first sentence of a text, and no long ids in it. */
function firstSentence(text: string): string {
  const [sentence = text] = /^.*?\.(?=\s|$)/.exec(text) ?? []
  return withoutLongIds(sentence)
}

/** What a call will do, and then what came of it: always something, so that a row has the same height before and after. */
export function wordsOf({ resource, status, words, code = '', checks }: CallView): string {
  if (status === 'idle' || status === 'busy') return purposes[/^lit(\w+):/.exec(resource)?.[1] ?? ''] ?? ''
  if (status === 'down') return 'The node is stopped, or cannot be reached.'
  return checks.length > 0 ? (refusals[code] ?? firstSentence(words)) : withoutLongIds(words)
}

/** What there is to see beside that, behind a row; none where there is nothing. */
export function moreOf({ checks }: CallView): string | undefined {
  return checks.length > 1 ? 'All checks' : checks.length === 1 ? 'Why' : undefined
}

/** A resource or capability whose id is shortened where it is long; the type stays whole. */
export function shortResource(resource: string): string {
  const id = resource.indexOf('://') + 3
  return id < 3 ? ends(resource, 16, 8) : resource.slice(0, id) + ends(resource.slice(id), 8, 6)
}

const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const timeOnly = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

function format(instant: string, { format: write }: Intl.DateTimeFormat): string {
  const time = Date.parse(instant)
  return Number.isNaN(time) ? instant : write(time)
}

/** An RFC 3339 instant as the clock on the wall shows it: `22 Nov 2024, 14:05:09`. */
export const localTime = (instant: string): string => format(instant, dateAndTime)

/** `14:05:09` */
export const localClock = (instant: string): string => format(instant, timeOnly)

/** One of the five types beside what of it was granted. */
export interface Grant {
  readonly type: string
  readonly title: string
  /** `any`, `only 42`; none where nothing of the type was granted. */
  readonly extents: readonly string[]
}

/** Whether the built-in wallet is in use. */
export function isDevelopment({ wallets, wallet }: DemoView): boolean {
  return wallets.some(({ id, isDevelopment }) => id === wallet && isDevelopment)
}

/** What was granted, for each of the types: so there is the same to see whatever was granted. */
export function grantsOf(scope: readonly string[], powers: readonly PowerChoice[]): readonly Grant[] {
  return powers.map(({ type, title }) => {
    const granted = `lit${type}Capability://`
    const ids = scope.filter((capability) => capability.startsWith(granted)).map((capability) => capability.slice(granted.length))
    return { type, title, extents: ids.includes('*') ? ['any'] : ids.map((id) => `only ${ends(id, 8, 6)}`) }
  })
}

/** Whether the key may do that already, so that there is nothing to ask for. */
export function isGranted(scope: readonly string[], { type, extent, id }: PowerChoice): boolean {
  const granted = `lit${type}Capability://`
  return scope.includes(`${granted}*`) || (extent === 'one' && scope.includes(granted + id.trim()))
}

/** `2 accepted, 1 refused`; nothing before the last answer is there. */
export function summaryOf(calls: readonly CallView[]): string {
  if (calls.some(({ status }) => status === 'busy')) return ''
  return (['accepted', 'refused', 'down'] as const)
    .map((status) => ({ status, count: calls.filter((call) => call.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${callWords[status].toLowerCase()}`)
    .join(', ')
}

/** Why nobody is signed in any more. */
export interface Ending {
  readonly title: string
  readonly words: string
  /** What is to be thought of what was signed before. */
  readonly about: string
}

const destroyed = 'The session key has been destroyed'

const revocations: Readonly<Record<Exclude<DemoView['revocation'], 'none'>, Pick<Ending, 'title' | 'words'>>> = {
  'under-way': { title: 'Signed out', words: `${destroyed}. The nodes are being told.` },
  told: { title: 'Signed out and revoked', words: `${destroyed}, and every node has been told to refuse what it signed.` },
  'not-told': { title: 'Signed out', words: `${destroyed}. Not every node has been told yet.` },
}

/** What is said of a session that is over; nothing while there is one, or before there was. */
export function endingOf({ revocation }: DemoView, state: SessionState): Ending | undefined {
  if (state.status !== 'signed-out' || state.reason === 'never') return undefined
  const plain = { title: signedOutTitles[state.reason], words: signedOutWords[state.reason] }
  if (state.reason !== 'signed-out' || revocation === 'none')
    return {
      ...plain,
      about: 'Suppose that somebody copied a signature just before. The nodes were not told, and it is good until it ends.',
    }
  return { ...revocations[revocation], about: 'Suppose that somebody copied a signature just before. It has not ended yet.' }
}

function stateWords(view: DemoView, state: SessionState): string {
  if (state.status === 'signed-out') return endingOf(view, state)?.words ?? ''
  return state.endsSoon
    ? `Signed in as ${shortAddress(state.address)}. The session ends soon.`
    : `Signed in as ${shortAddress(state.address)}.`
}

/** What is said aloud, beside what is seen: it changes seldom, and never with the seconds. */
export function announcementOf(view: DemoView, session: SessionView | undefined): string {
  if (view.network.status === 'loading') return 'Looking for the nodes.'
  if (view.isReading) return 'Connecting the wallet.'
  if (!session || session.pending === 'restore' || session.pending === 'signOut') return ''
  return session.pending === undefined || session.pending === 'getSessionSigs' ? stateWords(view, session.state) : 'Waiting for the wallet.'
}

/** `all 16 passed`, or how far a verifier came. */
export function passedOf({ checks }: InspectionView): string {
  const passed = checks.filter(({ status }) => status === 'passed').length
  return passed === checks.length ? `all ${passed} passed` : `${passed} of ${checks.length} passed`
}
