/** Who subscribes and leaves, leaves nothing behind. */
import { expect, it } from 'vitest'
import { call, newClient, sharedStorages, valueIn } from './clients.ts'
import { describeInBrowser } from './suite.ts'

/** Runs before the page does: counts what is open. */
function watchOpen(): void {
  const channels = new Set<BroadcastChannel>()
  const timers = new Set<number>()
  const [start, stop] = [window.setTimeout, window.clearTimeout]
  window.countOpen = () => [channels.size, timers.size]
  window.BroadcastChannel = class extends BroadcastChannel {
    constructor(name: string) {
      super(name)
      channels.add(this)
    }
    override close(): void {
      channels.delete(this)
      super.close()
    }
  }
  const setTimer = (run: () => void, delay?: number): number => {
    const timer = start(() => {
      timers.delete(timer)
      run()
    }, delay)
    timers.add(timer)
    return timer
  }
  Object.assign(window, {
    setTimeout: setTimer,
    clearTimeout: (timer: number) => {
      timers.delete(timer)
      stop(timer)
    },
  })
}

describeInBrowser('2,000 subscribers', (rig) => {
  for (const storage of sharedStorages) {
    it(`${storage}: one after the other, and all at once`, async () => {
      const profile = await rig.newProfile()
      await profile.context.addInitScript(watchOpen)
      const tab = await newClient(profile, storage)
      valueIn(await call(tab, 'signIn'))
      const counts = await tab.evaluate(() => {
        // What signing in may have left open for a while does not end before this does.
        const before = window.countOpen()
        const seen: number[][] = []
        const count = () => seen.push(window.countOpen().map((open, i) => open - (before[i] ?? 0)))
        const subscribe = () => window.client.subscribe(() => undefined)
        for (let i = 0; i < 2000; i++) {
          const leave = subscribe()
          if (i === 0) count()
          leave()
          leave()
        }
        count()
        const all = Array.from({ length: 2000 }, subscribe)
        count()
        for (const leave of all) leave()
        count()
        return seen
      })
      // One channel and one timer for all who look.
      expect(counts).toEqual([
        [1, 1],
        [0, 0],
        [1, 1],
        [0, 0],
      ])
      await tab.waitForFunction(() => window.countOpen().every((open) => open === 0))
    })
  }
})

declare global {
  interface Window {
    /** How many channels and timers are open. */
    countOpen(): number[]
  }
}
