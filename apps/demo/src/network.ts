import type { RevocationStatement } from '@session-sigs/core'
import { revocationSender } from '@session-sigs/http'
import { explainControl } from './explain.ts'
import { control, findNodes, isUp, limits, type Nodes } from './nodes.ts'
import type { Screen } from './screen.ts'
import type { NodeView } from './view.ts'

/** The nodes, as the page shows them. */
export interface Network {
  /** What is known of them; nothing before they were found. */
  known(): Nodes | undefined
  /** Looks for them; gives what was found, and nothing where another look has begun meanwhile. */
  load(origin: string): Promise<Nodes | undefined>
  mark(node: string, isUp: boolean): void
  change(what: 'stop' | 'start', node: string): Promise<void>
  /** Starts those that are down; whether nothing was in the way. */
  startAll(): Promise<boolean>
  /** Those that are down, as far as is known. */
  down(): readonly string[]
  /** Tells nodes of a revocation; rejects where one of them did not hear it, and then it is known which are down. */
  tell(nodes: readonly string[], statement: RevocationStatement): Promise<void>
}

/** Does not wait for ever. */
const patient: typeof fetch = (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(limits.call) })

export function createNetwork(screen: Screen): Network {
  let known: Nodes | undefined
  let looks = 0

  function mark(node: string, isUp: boolean): void {
    const { network } = screen.get()
    if (network.status !== 'ready') return
    const nodes = network.nodes.map((other): NodeView => (other.url === node ? { url: node, isUp } : other))
    screen.change({ network: { ...network, nodes } })
  }

  async function load(origin: string): Promise<Nodes | undefined> {
    looks += 1
    const mine = looks
    screen.change({ network: { status: 'loading' } })
    try {
      const found = await findNodes(origin)
      const nodes = await Promise.all(found.urls.map(async (url): Promise<NodeView> => ({ url, isUp: await isUp(url) })))
      if (mine !== looks) return undefined
      known = found
      screen.change({ network: { status: 'ready', nodes, isControllable: found.control !== undefined } })
      return found
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'The nodes cannot be found.'
      if (mine === looks) screen.change({ network: { status: 'failed', reason } })
      return undefined
    }
  }

  async function set(what: 'stop' | 'start', node: string): Promise<boolean> {
    const place = known?.control
    if (place === undefined) return false
    try {
      await control(place, what, node)
      // Not what was asked for, but what came of it.
      mark(node, await isUp(node))
      return true
    } catch {
      screen.change({ notice: explainControl(what, node) })
      return false
    }
  }

  function down(): readonly string[] {
    const { network } = screen.get()
    return network.status === 'ready' ? network.nodes.flatMap((node) => (node.isUp ? [] : [node.url])) : []
  }

  async function tell(nodes: readonly string[], statement: RevocationStatement): Promise<void> {
    const send = revocationSender(
      nodes.map((url) => `${url}/session/revoke`),
      { fetch: patient },
    )
    try {
      await send(statement)
      if (screen.get().revocation !== 'not-told') screen.change({ revocation: 'told' })
    } catch (error) {
      screen.change({ revocation: 'not-told' })
      await Promise.all(nodes.map(async (url) => mark(url, await isUp(url))))
      throw error
    }
  }

  return {
    known: () => known,
    down,
    tell,
    load,
    mark,
    change: async (what, node) => void (await set(what, node)),
    async startAll() {
      return (await Promise.all(down().map((url) => set('start', url)))).every((isDone) => isDone)
    },
  }
}
