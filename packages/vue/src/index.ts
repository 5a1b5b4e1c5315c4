import {
  type LitVocabulary,
  observeSession,
  type SessionActions,
  type SessionClient,
  type SessionView,
  type SessionViewOptions,
  type Vocabulary,
} from '@session-sigs/core'
import { computed, getCurrentInstance, getCurrentScope, onMounted, onScopeDispose, type Ref, shallowRef } from 'vue'

/** What is known of the session, each part as a readonly ref, and what can be done. */
export type UsedSession<V extends Vocabulary = LitVocabulary> = {
  readonly [K in keyof SessionView]: Readonly<Ref<SessionView[K]>>
} & SessionActions<V>

/**
 * A client's session in a component's `setup`, or in any effect scope of a page. It is followed from when the component is mounted until its scope ends; on a server it is
 * the `hint`, or signed out. Whoever is first has the client restore what the storage kept.
 *
 * @throws TypeError outside of both
 */
export function useSession<V extends Vocabulary = LitVocabulary>(
  client: SessionClient<V>,
  options: SessionViewOptions = {},
): UsedSession<V> {
  const scope = getCurrentScope()
  if (!scope) throw new TypeError('useSession is called in setup(), or in an effect scope.')
  const component = getCurrentInstance()
  const session = observeSession(client, options)
  // What a component finds in the page, a server rendered: it begins with the same. Shallow: a view is replaced, never changed, and a client is not Vue's to look into.
  const view = shallowRef(component?.vnode.el ? session.rendered : session.get())
  const part = <K extends keyof SessionView>(name: K): Readonly<Ref<SessionView[K]>> => computed(() => view.value[name])
  let end = (): void => undefined
  const follow = (): void => {
    // A scope within a component can be over before that is mounted.
    if (!scope.active) return
    end = session.subscribe((next) => {
      view.value = next
    })
  }

  // Not before it is mounted: servers mount nothing, and what one rendered is taken over as it is.
  if (component && !component.isMounted) onMounted(follow)
  else if (typeof window !== 'undefined') follow()
  onScopeDispose(() => end())

  return {
    state: part('state'),
    address: part('address'),
    secondsLeft: part('secondsLeft'),
    scope: part('scope'),
    protection: part('protection'),
    pending: part('pending'),
    error: part('error'),
    ...session.actions,
  }
}
