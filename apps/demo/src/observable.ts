import type { Readable } from '@session-sigs/core'

export interface Writable<T> extends Readable<T> {
  set(value: T): void
}

/** A value that changes, for any number of subscribers. */
export function writable<T>(initial: T): Writable<T> {
  let current = initial
  const subscribers = new Set<{ readonly run: (value: T) => void }>()
  return {
    get: () => current,
    set(value) {
      current = value
      // One that is told may have another leave.
      for (const subscriber of [...subscribers]) if (subscribers.has(subscriber)) subscriber.run(current)
    },
    subscribe(run) {
      const subscriber = { run }
      subscribers.add(subscriber)
      run(current)
      return () => void subscribers.delete(subscriber)
    },
  }
}
