/** A value that changes, by the Svelte store contract: `subscribe` calls `run` at once and then on every change, and returns what ends it. */
export interface Readable<T> {
  get(): T
  subscribe(run: (value: T) => void): () => void
}

export interface Writable<T> extends Readable<T> {
  set(value: T): void
}

/** A readable value and the power to change it. A subscriber that throws does not keep the others from hearing. */
export function writable<T>(initial: T): Writable<T> {
  let current = initial
  const runs = new Set<{ run: (value: T) => void }>()

  function set(value: T): void {
    current = value
    for (const subscriber of [...runs]) {
      // One that left meanwhile must not hear of it; one that throws is its owner's matter, told like every uncaught error.
      if (!runs.has(subscriber)) continue
      try {
        subscriber.run(current)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  function subscribe(run: (value: T) => void): () => void {
    const subscriber = { run }
    run(current)
    runs.add(subscriber)
    return () => void runs.delete(subscriber)
  }

  return { get: () => current, set, subscribe }
}
