/** A tab's client, used from outside. */
import type { SessionClient, SessionState } from '@session-sigs/core'
import { verifySessionSig } from '@session-sigs/core/verify'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { alice, nodes } from '../../packages/core/test/wallet.ts'
import type { ClientSetup, StorageName } from './pages/client.ts'
import type { Outcome } from './pages/outcome.ts'
import type { WorkerAnswer } from './pages/worker.ts'
import type { Profile } from './tabs.ts'

/** Storages that all tabs of an origin share. */
export const sharedStorages = ['indexedDB', 'localStorage'] as const

/** What a tab's `window.client` is from now on. */
export function openClient(tab: Page, storage: StorageName, setup: Partial<ClientSetup> = {}): Promise<void> {
  return tab.evaluate(([name, options]) => window.app.openClient(name, options), [storage, { nodes, ...setup }] as const)
}

/** A tab with a client. */
export async function newClient(profile: Profile, storage: StorageName, setup?: Partial<ClientSetup>): Promise<Page> {
  const tab = await profile.newTab()
  await openClient(tab, storage, setup)
  return tab
}

export function newClients(profile: Profile, count: number, storage: StorageName, setup?: Partial<ClientSetup>): Promise<Page[]> {
  return Promise.all(Array.from({ length: count }, () => newClient(profile, storage, setup)))
}

export async function newPair(profile: Profile, storage: StorageName, setup?: Partial<ClientSetup>): Promise<readonly [Page, Page]> {
  return [await newClient(profile, storage, setup), await newClient(profile, storage, setup)]
}

type Method = 'getSessionSigs' | 'restore' | 'prepare' | 'signIn' | 'require' | 'renew' | 'signOut'

/** What came of a call. */
export function call<M extends Method>(
  tab: Page,
  method: M,
  ...args: Parameters<SessionClient[M]>
): Promise<Outcome<Awaited<ReturnType<SessionClient[M]>>>> {
  return tab.evaluate(
    ([name, given]) => {
      const run = window.client[name] as (...args: readonly unknown[]) => Promise<Awaited<ReturnType<SessionClient[M]>>>
      return window.app.outcome(run(...given))
    },
    [method, args] as const,
  )
}

export function stateOf(tab: Page): Promise<SessionState> {
  return tab.evaluate(() => window.client.get())
}

/** What a call gave that must not fail. */
export function valueIn<T>(outcome: Outcome<T>): T {
  return 'value' in outcome ? outcome.value : expect.fail(`${outcome.code}: ${outcome.message}`)
}

/** What a call failed with, or `done`. */
export function codeOf(outcome: Outcome<unknown>): string {
  return 'code' in outcome ? outcome.code : 'done'
}

interface Expected {
  /** One of those asked for. */
  readonly resource?: string
  readonly address?: string
}

/** Each signature as its node would check it. */
export async function expectAccepted(answer: Outcome<WorkerAnswer>, origin: string, expected: Expected = {}): Promise<void> {
  const { resource = 'litAction://QmExample', address = alice.address } = expected
  const sigs = valueIn(answer)
  expect(Object.keys(sigs)).toEqual(nodes)
  for (const [node, sig] of Object.entries(sigs)) {
    const session = await verifySessionSig(sig, { audience: node, domains: [new URL(origin).host], resource })
    expect(session.address).toBe(address)
  }
}

/** The session keys of signatures, each once. */
export function keysOf(answers: readonly Outcome<WorkerAnswer>[]): string[] {
  return [...new Set(answers.flatMap((answer) => Object.values(valueIn(answer)).map(({ address }) => address)))]
}

/** When that many tabs and workers wait for another. */
export async function whenWaiting(tab: Page, count: number): Promise<void> {
  await tab.waitForFunction(async (expected) => (await navigator.locks.query()).pending?.length === expected, count, { polling: 10 })
}
