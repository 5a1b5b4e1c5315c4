import {
  createSessionClient,
  defineVocabulary,
  type Protection,
  type Resource,
  type SessionError,
  type SessionSig,
  type SessionState,
} from '@session-sigs/core'
import { type UsedSession, useSession } from '@session-sigs/svelte'
import { expectTypeOf, it } from 'vitest'

const acme = defineVocabulary({ prefix: 'acme', types: ['Invoice'] })
const session = useSession(createSessionClient({ nodes: [] }))

it('every part is a readonly value', () => {
  expectTypeOf(session.state).toEqualTypeOf<SessionState>()
  expectTypeOf(session.address).toEqualTypeOf<string | undefined>()
  expectTypeOf(session.secondsLeft).toEqualTypeOf<number>()
  expectTypeOf(session.scope).toEqualTypeOf<readonly string[]>()
  expectTypeOf(session.protection).toEqualTypeOf<Protection | undefined>()
  expectTypeOf(session.pending).toEqualTypeOf<'signIn' | 'getSessionSigs' | 'require' | 'renew' | 'signOut' | 'restore' | undefined>()
  expectTypeOf(session.error).toEqualTypeOf<SessionError | undefined>()
  // @ts-expect-error the session is not the page's to change
  session.address = 'somebody'
})

it('actions resolve with whether they succeeded; signatures with themselves', () => {
  for (const action of [session.signIn, session.renew, session.signOut]) expectTypeOf(action()).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(session.require(['litPKP://1'])).toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(session.getSessionSigs()).toEqualTypeOf<Promise<Record<string, SessionSig>>>()
})

it('an action is no event handler: what an event brings is no request', () => {
  expectTypeOf(session.signIn).not.toExtend<(event: PointerEvent) => unknown>()
  expectTypeOf(session.renew).not.toExtend<(event: PointerEvent) => unknown>()
})

it('signing out is one, and can be told more', () => {
  expectTypeOf(session.signOut).toExtend<(event: PointerEvent) => unknown>()
  expectTypeOf(session.signOut({ revoke: true })).toEqualTypeOf<Promise<boolean>>()
  // @ts-expect-error a misspelt option
  session.signOut({ revok: true })
})

it('resources are of the client’s vocabulary', () => {
  const own = useSession(createSessionClient({ nodes: [], vocabulary: acme }))
  expectTypeOf(own).toEqualTypeOf<UsedSession<typeof acme>>()
  expectTypeOf(own.signIn)
    .parameter(0)
    .exclude<undefined>()
    .toHaveProperty('resources')
    .toEqualTypeOf<readonly Resource<typeof acme>[] | undefined>()
  expectTypeOf(own.require).toBeCallableWith(['acmeInvoice://1'])
})

it('a hint is a state', () => {
  const client = createSessionClient({ nodes: [] })
  expectTypeOf(useSession).toBeCallableWith(client, { hint: client.get(), renderedAt: new Date().toISOString() })
  expectTypeOf(useSession).toBeCallableWith(client, { hint: undefined })
  // @ts-expect-error there is no such reason
  useSession(client, { hint: { status: 'signed-out', reason: 'bored' } })
})
