/** A value that changes, by the Svelte store contract: `subscribe` calls `run` at once and then on every change, and returns what ends it. */
export interface Readable<T> {
  get(): T
  subscribe(run: (value: T) => void): () => void
}

export interface Writable<T> extends Readable<T> {
  set(value: T): void
}

interface Subscriber<T> {
  readonly run: (value: T) => void
  isBusy: boolean
}

/**
 * A readable value and the power to change it. A subscriber that throws does not keep the others from hearing; one that changes the value, or has it changed, hears of that as
 * soon as it is through: what it hears last is how things are.
 */
export function writable<T>(initial: T): Writable<T> {
  let current = initial
  const subscribers = new Set<Subscriber<T>>()

  function tell(subscriber: Subscriber<T>): void {
    // One that left meanwhile must not hear of it.
    if (subscriber.isBusy || !subscribers.has(subscriber)) return
    const told = current
    subscriber.isBusy = true
    try {
      subscriber.run(told)
    } finally {
      subscriber.isBusy = false
      if (told !== current) tellSafely(subscriber)
    }
  }

  /** What is thrown is its owner's matter, told like every uncaught error. */
  function tellSafely(subscriber: Subscriber<T>): void {
    try {
      tell(subscriber)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  function set(value: T): void {
    current = value
    for (const subscriber of [...subscribers]) tellSafely(subscriber)
  }

  function subscribe(run: (value: T) => void): () => void {
    const subscriber = { run, isBusy: false }
    subscribers.add(subscriber)
    try {
      tell(subscriber)
    } catch (error) {
      subscribers.delete(subscriber)
      throw error
    }
    return () => void subscribers.delete(subscriber)
  }

  return { get: () => current, set, subscribe }
}
