import {
  type LitVocabulary,
  observeSession,
  type SessionActions,
  type SessionClient,
  type SessionView,
  type SessionViewOptions,
  type Vocabulary,
} from '@session-sigs/core'
import { untrack } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'

/** What is known of the session, each part a getter that effects and templates follow, and what can be done. */
export type UsedSession<V extends Vocabulary = LitVocabulary> = SessionView & SessionActions<V>

/**
 * A client's session for components and other code with runes. It is followed while an effect or a template reads it; on a server it is the `hint`, or signed out. Whoever is
 * first has the client restore what the storage kept. Not to be taken apart: the getters are what is followed.
 */
export function useSession<V extends Vocabulary = LitVocabulary>(
  client: SessionClient<V>,
  options: SessionViewOptions = {},
): UsedSession<V> {
  const session = observeSession(client, options)

  /** Reads one part. What follows it runs again only when that part is another. */
  function part<K extends keyof SessionView>(name: K): () => SessionView[K] {
    let followed: SessionView | undefined
    const follow = createSubscriber((update) => {
      const end = session.subscribe((view) => {
        const before = followed
        followed = view
        // The news may come while something is computed; it is no part of that.
        if (before && view[name] !== before[name]) untrack(update)
      })
      return () => {
        end()
        followed = undefined
      }
    })
    return () => {
      follow()
      // What is followed was told, and is not asked for: reading must change nothing.
      return (followed ?? session.get())[name]
    }
  }

  const names = ['state', 'address', 'secondsLeft', 'scope', 'protection', 'pending', 'error'] as const
  const parts = Object.fromEntries(names.map((name) => [name, { get: part(name), enumerable: true }]))
  return Object.freeze(Object.defineProperties({ ...session.actions }, parts) as UsedSession<V>)
}
