/**
 * What both apps say, and how they write times, addresses, keys and resources.
 */
import type { Protection, SessionState, SessionView, SignedOutReason } from '@session-sigs/core'
import type { CallView, CheckView, DemoView, InspectionView, PowerChoice } from './view.ts'

export const signedOutTitles: Readonly<Record<Exclude<SignedOutReason, 'never'>, string>> = {
  'signed-out': 'Signed out',
  expired: 'The session has ended',
  evicted: 'The session is gone',
  corrupt: 'The session is damaged',
  'account-changed': 'Another account',
  revoked: 'The session was revoked',
}

export const signedOutWords: Readonly<Record<Exclude<SignedOutReason, 'never'>, string>> = {
  'signed-out': 'You signed out, here or in another tab. The session key has been destroyed.',
  expired: 'Its time is up, as the wallet was told. The key can sign nothing any more.',
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

/** `23:59:59`, and `6 d 23:59:59` for more than a day. */
export function countdown(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return days > 0 ? `${days} d ${clock}` : clock
}

/** The beginning and the end of a text that nobody reads to the last character. */
function ends(text: string, before: number, after: number): string {
  return text.length > before + after + 1 ? `${text.slice(0, before)}…${text.slice(-after)}` : text
}

/** `0x71C7…976F` */
export const shortAddress = (address: string): string => ends(address, 6, 4)

/** The two ends of a session public key. */
export const shortKey = (key: string): string => ends(key, 8, 8)

/** What came of a call, in a line or two: the first sentence where the checks tell the rest, and no long ids. */
export function wordsOf({ words, checks }: CallView): string {
  const [sentence] = /^.*?\.(?=\s|$)/.exec(words) ?? []
  return (checks.length > 0 ? (sentence ?? words) : words).replace(/[0-9A-Za-z]{32,}/g, (id) => ends(id, 8, 6))
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

/** `2 accepted, 1 refused`; nothing before the last answer is there. */
export function summaryOf(calls: readonly CallView[]): string {
  if (calls.some(({ status }) => status === 'busy')) return ''
  return (['accepted', 'refused', 'down'] as const)
    .map((status) => ({ status, count: calls.filter((call) => call.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${callWords[status].toLowerCase()}`)
    .join(', ')
}

function stateWords(state: SessionState): string {
  if (state.status === 'signed-out') return state.reason === 'never' ? '' : signedOutWords[state.reason]
  return state.endsSoon
    ? `Signed in as ${shortAddress(state.address)}. The session ends soon.`
    : `Signed in as ${shortAddress(state.address)}.`
}

/** What is said aloud, beside what is seen: it changes seldom, and never with the seconds. */
export function announcementOf(view: DemoView, session: SessionView | undefined): string {
  if (view.network.status === 'loading') return 'Looking for the nodes.'
  if (view.isReading) return 'Connecting the wallet.'
  if (!session || session.pending === 'restore' || session.pending === 'signOut') return ''
  return session.pending === undefined || session.pending === 'getSessionSigs' ? stateWords(session.state) : 'Waiting for the wallet.'
}

/** `all 16 passed`, or how far a verifier came. */
export function passedOf({ checks }: InspectionView): string {
  const passed = checks.filter(({ status }) => status === 'passed').length
  return passed === checks.length ? `all ${passed} passed` : `${passed} of ${checks.length} passed`
}
