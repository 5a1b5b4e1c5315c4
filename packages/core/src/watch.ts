import type { Readable } from './observable.ts'
import { startTimer } from './timers.ts'

/** What has to be done for a value while somebody looks at it. */
export interface Watching {
  /** Brings the value up to date. */
  update(): void
  /** Milliseconds until it changes by itself. */
  untilChange(): number
  /** Listens to others, until the returned function is called. */
  listen(): () => void
}

/** A timer sleeps with the machine and ends at 24.8 days; the clock does neither, so it is looked at this often, in milliseconds. */
const tick = 60_000

/** A readable value that is up to date whenever it is read, and that costs a timer and a listener only while somebody subscribes. */
export function watched<T>(value: Readable<T>, { update, untilChange, listen }: Watching): Readable<T> {
  const watchers = new Set<object>()
  let stop = (): void => undefined

  function watch(): () => void {
    let stopTimer = (): void => undefined
    const look = (): void => {
      update()
      plan()
    }
    const plan = (): void => {
      stopTimer()
      stopTimer = startTimer(look, Math.min(tick, Math.max(1, untilChange())))
    }
    const ends = [value.subscribe(plan), listen()]
    return () => {
      for (const end of ends) end()
      stopTimer()
    }
  }

  function subscribe(run: (value: T) => void): () => void {
    update()
    const end = value.subscribe(run)
    const watcher = {}
    watchers.add(watcher)
    if (watchers.size === 1) stop = watch()
    return () => {
      end()
      if (watchers.delete(watcher) && watchers.size === 0) stop()
    }
  }

  function get(): T {
    update()
    return value.get()
  }

  return { get, subscribe }
}
