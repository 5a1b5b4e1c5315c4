import type { SessionState, SessionView } from '@session-sigs/core'
import { describe, expect, it } from 'vitest'
import { createDemo } from '../src/demo.ts'
import { headingOf, pageOf, stageOf } from '../src/stages.ts'
import { announcementOf } from '../src/texts.ts'
import type { DemoView } from '../src/view.ts'

const first = createDemo().get()
const ready: DemoView = { ...first, network: { status: 'ready', nodes: [], isControllable: false } }

const signedOut = (reason: 'never' | 'expired'): SessionState => ({ status: 'signed-out', reason })
const signedIn = (endsSoon: boolean): SessionState => ({
  status: 'signed-in',
  address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  chainId: 1,
  sessionKey: '',
  expiresAt: '',
  endsSoon,
  capabilities: [],
  protection: 'memory',
})
const session = (state: SessionState, change: Partial<SessionView> = {}): SessionView => ({
  state,
  address: undefined,
  secondsLeft: 0,
  scope: [],
  protection: 'memory',
  pending: undefined,
  error: undefined,
  ...change,
})

describe('pageOf', () => {
  it.each([
    ['', 'inspector', 'session'],
    ['#session', 'inspector', 'session'],
    ['#inspector', 'session', 'inspector'],
    ['#main', 'inspector', 'inspector'],
  ] as const)('"%s" after %s is %s', (hash, before, page) => expect(pageOf(hash, before)).toBe(page))
})

describe('stageOf', () => {
  it('default', () => {
    expect(stageOf(first, undefined, 'loading')).toBe('loading')
    expect(stageOf(ready, session(signedOut('never')), 'loading')).toBe('choices')
    expect(stageOf(ready, session(signedIn(false)), 'choices')).toBe('session')
    expect(stageOf({ ...first, network: { status: 'failed', reason: '' } }, undefined, 'loading')).toBe('failed')
  })

  it('behavior: what is on the page stays while the storage of another client is looked at', () => {
    const unknown = session(signedOut('never'), { protection: undefined })
    expect(stageOf(ready, unknown, 'loading')).toBe('loading')
    expect(stageOf(ready, unknown, 'choices')).toBe('choices')
    expect(stageOf(ready, unknown, 'failed')).toBe('loading')
  })
})

describe('headingOf', () => {
  it('default', () => {
    const message = { text: '', site: '', address: '', key: '', powers: [], until: '' }
    expect(headingOf('loading', first, undefined)).toBeUndefined()
    expect(headingOf('failed', first, undefined)).toBe('failed-title')
    expect(headingOf('choices', ready, session(signedOut('never')))).toBe('powers-title')
    expect(headingOf('choices', ready, session(signedOut('expired')))).toBe('ended-title')
    expect(headingOf('choices', { ...ready, message }, session(signedOut('expired')))).toBe('message-title')
    expect(headingOf('session', ready, session(signedIn(false)))).toBe('session-title')
  })
})

describe('announcementOf', () => {
  it.each([
    ['while nodes are looked for', first, undefined, 'Looking for the nodes.'],
    ['while the wallet is connected', { ...ready, isReading: true }, undefined, 'Connecting the wallet.'],
    ['while the wallet is asked', ready, session(signedOut('never'), { pending: 'signIn' }), 'Waiting for the wallet.'],
    ['signed in', ready, session(signedIn(false)), 'Signed in as 0xf39F…2266.'],
    ['while it is signed for nodes', ready, session(signedIn(false), { pending: 'getSessionSigs' }), 'Signed in as 0xf39F…2266.'],
    ['near the end', ready, session(signedIn(true)), 'Signed in as 0xf39F…2266. The session ends soon.'],
    ['before anybody signed in', ready, session(signedOut('never')), ''],
    ['after the end', ready, session(signedOut('expired')), 'Its time is up. The key can sign nothing any more.'],
  ])('%s', (_, view, seen, text) => expect(announcementOf(view, seen)).toBe(text))
})
