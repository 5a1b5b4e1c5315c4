/** Whether a copy is still good: what the session key signed just before somebody signed out. */
import { issueSessionSig, type Resource, type SessionClient, type SessionSig } from '@session-sigs/core'
import { defaults, endOf, signatureLifetimes } from './choices.ts'
import type { Network } from './network.ts'
import { post } from './nodes.ts'
import { resourcesOf } from './powers.ts'
import { busy, shown, useRow } from './rows.ts'
import type { Screen } from './screen.ts'
import { grantedUses, type Use } from './uses.ts'

/** Requests, and a signature for each by its node. */
interface Copied {
  readonly sessionKey: string
  readonly uses: readonly Use[]
  readonly sigs: Readonly<Record<string, SessionSig>>
}

export interface Copies {
  /** Has the session sign for every node, as if somebody read along; nothing where nobody is signed in, or nothing was granted that would show it. */
  take(client: SessionClient): Promise<Copied | undefined>
  show(copied: Copied | undefined): void
  /** Sends them, whatever became of the session. */
  use(): Promise<void>
  /** Forgets them, once another session has begun. */
  dropFor(sessionKey: string): void
  drop(): void
}

/** By what the session has: whoever signs out is asked nothing, and waits for nobody who is asked. */
async function signAll(client: SessionClient, nodes: readonly string[], resources: readonly Resource[]): Promise<Copied['sigs']> {
  const { key, capabilities } = await client.getDelegation()
  const issuedAt = client.now().toISOString()
  const expiration = endOf(signatureLifetimes, defaults.signatureLifetime, client.now())
  const sign = async (nodeAddress: string): Promise<[string, SessionSig]> => {
    return [nodeAddress, await issueSessionSig(key, { resources, capabilities, issuedAt, expiration, nodeAddress })]
  }
  return Object.fromEntries(await Promise.all(nodes.map(sign)))
}

export function createCopies(screen: Screen, { known, mark }: Pick<Network, 'known' | 'mark'>): Copies {
  let copied: Copied | undefined

  function show(next: Copied | undefined): void {
    copied = next
    screen.change({ copies: next && { calls: next.uses.map(useRow), isBusy: false } })
  }

  async function take(client: SessionClient): Promise<Copied | undefined> {
    const [state, nodes] = [client.get(), known()]
    if (state.status !== 'signed-in' || !nodes) return undefined
    const { capabilities, sessionKey } = state
    const uses = grantedUses(nodes.urls, nodes.action, capabilities)
    if (uses.length === 0) return undefined
    try {
      return { sessionKey, uses, sigs: await signAll(client, nodes.urls, resourcesOf(capabilities)) }
    } catch {
      return undefined
    }
  }

  async function use(): Promise<void> {
    const mine = copied
    const { copies } = screen.get()
    if (!mine || !copies || copies.isBusy) return
    screen.change({ copies: { calls: copies.calls.map(busy), isBusy: true } })
    const calls = await Promise.all(
      mine.uses.map(async (use) => {
        const answer = await post(use.node + use.path, { ...use.fields, authSig: mine.sigs[use.node] })
        mark(use.node, answer.status !== 'down')
        return { ...useRow(use), ...shown(use, answer) }
      }),
    )
    if (mine === copied) screen.change({ copies: { calls, isBusy: false } })
  }

  return {
    take,
    show,
    use,
    dropFor(sessionKey) {
      if (copied && copied.sessionKey !== sessionKey) show(undefined)
    },
    drop: () => show(undefined),
  }
}
