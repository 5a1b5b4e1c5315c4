/** What went wrong, in words for the person, and the button that leads out of it. */
import {
  isSessionError,
  type RevocationStatement,
  type SessionError,
  type SessionErrorCode,
  type SignedOutReason,
} from '@session-sigs/core'
import type { Notice, RemedyName } from './view.ts'

/** What the person asked for when it went wrong. */
export type Asked = 'read' | 'sign-in' | 'renew' | 'require' | 'sign-out' | 'call-nodes' | 'call-powers'

/** `again`: what was asked for, once more. `anew`: the same, but a message that was shown is out of date. */
type Way = RemedyName | 'again' | 'anew'

interface Explanation {
  readonly title: string
  /** Left out: the error's own sentence. */
  readonly text?: string
  readonly way: Way
  readonly label?: string
}

const labels: Readonly<Record<RemedyName, string>> = {
  load: 'Look for the nodes again',
  read: 'Write a new message',
  'sign-in': 'Sign in again',
  renew: 'Renew again',
  require: 'Ask again',
  'sign-out': 'Sign out again',
  revoke: 'Tell it again',
  'call-nodes': 'Call again',
  'call-powers': 'Use them again',
  'start-nodes': 'Start it again',
  memory: 'Keep the session in memory',
}

const signedOut: Explanation = {
  title: 'You are signed out',
  text: 'Somebody signed out, perhaps in another tab, or the browser lost the session. Nothing is signed any more until you sign in.',
  way: 'sign-in',
}
const ended: Explanation = { title: 'The session has ended', text: 'It lived as long as you chose. Sign in to go on.', way: 'sign-in' }
const tooOld: Explanation = {
  title: 'The message is too old',
  text: 'The end that it names is past. A new one is written at once.',
  way: 'anew',
}
const badAnswer: Explanation = { title: 'The wallet’s answer cannot be used', way: 'again', label: 'Ask the wallet again' }
const badClock = 'The clock of this device and that of the other side do not agree. Set the clock, then try again.'
const badResource: Explanation = { title: 'This power cannot be asked for', way: 'anew' }

const explanations: Partial<Readonly<Record<SessionErrorCode, Explanation>>> = {
  'wallet-refused': {
    title: 'You said no in the wallet',
    text: 'Nothing was signed, and everything is as it was.',
    way: 'again',
    label: 'Ask again',
  },
  'wallet-failed': { title: 'The wallet did not do it', way: 'again' },
  'signed-out': signedOut,
  revoked: { title: 'The session was revoked', text: 'A node no longer accepts it. Sign in to get a new one.', way: 'sign-in' },
  'storage-failed': {
    title: 'The browser’s storage failed',
    text: 'What it holds of the session can neither be read nor changed at the moment. In memory the session lives as long as this page.',
    way: 'memory',
  },
  'protection-too-low': { title: 'The key cannot be kept well enough', way: 'memory' },
  'expiration-past': tooOld,
  'delegation-expired': ended,
  'delegation-lifetime': {
    title: 'The session ended too soon',
    text: 'It ended before it could be used. Choose a longer one.',
    way: 'sign-in',
  },
  'lifetime-too-long': { title: 'That is too long', way: 'anew' },
  'delegation-not-yet-valid': { title: 'A clock is wrong', text: badClock, way: 'again' },
  'time-invalid': { title: 'A time cannot be read', way: 'anew' },
  'chain-mismatch': { title: 'The wallet is on another chain', way: 'again' },
  'account-mismatch': badAnswer,
  'address-invalid': badAnswer,
  'wallet-signature-invalid': badAnswer,
  'delegation-malformed': badAnswer,
  'delegation-key-mismatch': badAnswer,
  'delegation-scope': badAnswer,
  'siwe-invalid': { title: 'The message cannot be written', way: 'anew' },
  'resource-malformed': badResource,
  'resource-type-unknown': badResource,
  'resource-wildcard': badResource,
  'resource-is-capability': badResource,
  'resources-empty': { ...badResource, title: 'No power was chosen', text: 'Choose at least one.' },
  'nodes-empty': { title: 'There are no nodes', text: 'The site names none.', way: 'load' },
  'node-invalid': { title: 'A node’s address cannot be used', way: 'load' },
}

function remedyFor(way: Way, asked: Asked, label: string | undefined): Notice['remedy'] {
  const name = way === 'again' ? asked : way === 'anew' ? (asked === 'sign-in' ? 'read' : asked) : way
  return { name, label: label ?? (way === 'again' ? 'Try again' : labels[name]) }
}

/** What the wallet itself said, where it said anything. */
function wordsOfWallet(error: Error): string {
  const { cause } = error
  // It goes on the page: no line breaks, nothing that turns the direction of what stands beside it.
  const said = cause instanceof Error ? cause.message.replace(/\p{C}+/gu, ' ').trim() : ''
  return said ? `It said: ${said.slice(0, 300)}` : 'It gave no reason. It may be locked, or not connected.'
}

/** An error, and what the person can do about it. Any error at all is given a way out. */
export function explain(error: unknown, asked: Asked): Notice {
  if (!isSessionError(error)) {
    const text = error instanceof Error && error.message ? error.message : 'Nothing more is known.'
    return { title: 'Something went wrong', text, remedy: remedyFor('again', asked, undefined) }
  }
  if (error.code === 'storage-failed' && asked === 'sign-out') {
    const text = 'This page has forgotten the key, but the browser may still hold it. Sign out once more, or clear the site’s data.'
    return { title: 'The browser’s storage did not delete', text, remedy: remedyFor('again', asked, labels['sign-out']) }
  }
  const { title, text, way, label }: Explanation = explanations[error.code] ?? { title: 'That did not work', way: 'again' }
  const own = error.code === 'wallet-failed' ? wordsOfWallet(error) : error.message
  return { title, text: text ?? own, remedy: remedyFor(way, asked, label) }
}

/** What is said where a message was shown for so long that the end it names is past. */
export function explainTooOld(): Notice {
  const { title, text = '', way, label } = tooOld
  return { title, text, remedy: remedyFor(way, 'sign-in', label) }
}

/** What is said where something needs a session, and there is none. */
export function explainSignedOut(reason: SignedOutReason): Notice {
  const { title, text = '', way, label } = reason === 'expired' ? ended : signedOut
  return { title, text, remedy: remedyFor(way, 'sign-in', label) }
}

/** What is said where nodes gave no answer. */
export function explainDown(nodes: readonly string[], isControllable: boolean, asked: 'call-nodes' | 'call-powers'): Notice {
  const [title, text] =
    nodes.length === 1
      ? ['A node did not answer', `${nodes[0]} is down. The session is as good as before, and the other nodes do without it.`]
      : [`${nodes.length} nodes did not answer`, `${nodes.join(' and ')} are down. The session is as good as before.`]
  const name = isControllable ? 'start-nodes' : asked
  return { title, text, remedy: { name, label: isControllable && nodes.length > 1 ? 'Start them again' : labels[name] } }
}

/** What is said where signatures were sent after their end. */
export function explainExpired(asked: 'call-nodes' | 'call-powers'): Notice {
  return {
    title: 'The signatures have ended',
    text: 'Nodes no longer take them: whoever copied one has nothing. The session key makes new ones, and the wallet is not asked.',
    remedy: { name: asked, label: 'Sign new ones' },
  }
}

/** What is said where signed requests were sent a second time. */
export function explainUsed(asked: 'call-nodes' | 'call-powers'): Notice {
  return {
    title: 'Each was good once',
    text: 'The node knows these requests already: whoever copied one has nothing. The session key signs new ones, and the wallet is not asked.',
    remedy: { name: asked, label: 'Sign new ones' },
  }
}

/** What is said where nodes were not told that a session is over. */
export function explainUntold(down: readonly string[], isControllable: boolean): Notice {
  const [title, who] =
    down.length > 1 ? [`${down.length} nodes were not told`, down.join(' and ')] : ['A node was not told', down[0] ?? 'One']
  const text = `You are signed out, and the key is destroyed here. ${who} did not hear of it, and takes a copied signature until it ends.`
  const label = isControllable && down.length > 0 ? (down.length > 1 ? 'Start and tell them' : 'Start and tell it') : labels.revoke
  return { title, text, remedy: { name: 'revoke', label } }
}

/** What keys said of their own end, and did not get through with. */
export function statementsOf(error: SessionError | undefined): readonly RevocationStatement[] {
  if (!isSessionError(error, 'revocation-failed')) return []
  const all: readonly unknown[] = error.cause instanceof AggregateError ? [error, ...error.cause.errors] : [error]
  const texts = all.flatMap((one) => (isSessionError(one, 'revocation-failed') ? [one.details.statement] : []))
  return [...new Set(texts)].map((text) => JSON.parse(text) as RevocationStatement)
}

/** What is said where a node could not be stopped or started. */
export function explainControl(what: 'stop' | 'start', node: string): Notice {
  const text = `The site did not ${what} ${node}. Look at what its terminal says.`
  return { title: `The node could not be ${what === 'stop' ? 'stopped' : 'started'}`, text, remedy: { name: 'load', label: labels.load } }
}
