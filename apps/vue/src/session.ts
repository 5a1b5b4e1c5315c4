import type { SessionActions, SessionClient, SessionView } from '@session-sigs/core'
import { useSession } from '@session-sigs/vue'
import { effectScope, proxyRefs, type ShallowRef, shallowRef, watch } from 'vue'

/** What is known of the session and what can be done, the refs taken out. */
export type Session = SessionView & SessionActions

/**
 * The session of the client in use. Another storage has another client, and its session a scope of its own: so the page, and what was typed into it, stays.
 * A component that has one client for good calls `useSession(client)` in its setup, and needs none of this.
 */
export function useSessionOf(client: () => SessionClient | undefined): Readonly<ShallowRef<Session | undefined>> {
  const session = shallowRef<Session>()
  watch(
    client,
    (next, _, onCleanup) => {
      const scope = effectScope()
      session.value = next && scope.run(() => proxyRefs(useSession(next)))
      onCleanup(() => scope.stop())
    },
    { immediate: true },
  )
  return session
}
