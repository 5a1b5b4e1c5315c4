import type { Readable, SessionError } from '@session-sigs/core'
import { lifetimes, signatureLifetimes, storages } from './choices.ts'
import { developmentChoice } from './development-wallet.ts'
import { writable } from './observable.ts'
import { firstMissing, powerChoices, withChange } from './powers.ts'
import { nodeRows, powerRows } from './rows.ts'
import { firstSettings } from './settings.ts'
import type { DemoView, PowerChoice } from './view.ts'

/** What the page shows, and how it is changed. */
export interface Screen extends Readable<DemoView> {
  change(change: Partial<DemoView>): void
  /** Notes the session's error that is on the page. */
  see(error: SessionError | undefined): void
  /** The one that was noted last. */
  seen(): SessionError | undefined
  /** Takes away what is said of something that went wrong. */
  clear(): void
}

/** One more power, as it is offered beside what is granted. */
export function moreThan(capabilities: readonly string[]): PowerChoice {
  const type = firstMissing(capabilities)
  const choice = powerChoices.find((other) => other.type === type) ?? firstChoice
  return withChange(choice, { isWanted: true })
}

const [firstChoice] = firstSettings.powers as readonly [PowerChoice, ...PowerChoice[]]

/** Complete from the start, so that nothing moves when the page comes to life. */
const first: DemoView = {
  ...firstSettings,
  network: { status: 'loading' },
  client: undefined,
  wallets: [developmentChoice],
  lifetimes,
  storages,
  problem: undefined,
  isReading: false,
  message: undefined,
  more: moreThan([]),
  signatureLifetimes,
  nodeCalls: nodeRows(undefined, undefined),
  powerCalls: powerRows(undefined),
  isCalling: false,
  kept: undefined,
  revocation: 'none',
  copies: undefined,
  question: undefined,
  notice: undefined,
  dismissed: undefined,
}

function problemOf({ powers, wallet, network }: DemoView): string | undefined {
  if (!powers.some(({ isWanted }) => isWanted)) return 'Choose at least one power.'
  if (powers.some(({ problem }) => problem !== undefined)) return 'One of the powers is not complete yet.'
  if (network.status === 'failed') return 'There are no nodes to sign for.'
  if (network.status === 'loading') return 'The nodes are being looked for.'
  return wallet === '' ? 'Choose a wallet.' : undefined
}

export function createScreen(): Screen {
  const view = writable<DemoView>({ ...first, problem: problemOf(first) })
  let seen: SessionError | undefined

  function change(change: Partial<DemoView>): void {
    const next = { ...view.get(), ...change }
    view.set({ ...next, problem: problemOf(next) })
  }

  return {
    get: view.get,
    subscribe: view.subscribe,
    change,
    see(error) {
      seen = error
    },
    seen: () => seen,
    clear: () => change({ notice: undefined, dismissed: seen ?? view.get().dismissed }),
  }
}
