import { explainControl } from './explain.ts'
import { control, findNodes, isUp, type Nodes } from './nodes.ts'
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
}

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

  return {
    known: () => known,
    load,
    mark,
    change: async (what, node) => void (await set(what, node)),
    async startAll() {
      const { network } = screen.get()
      const down = network.status === 'ready' ? network.nodes.filter((node) => !node.isUp) : []
      return (await Promise.all(down.map(({ url }) => set('start', url)))).every((isDone) => isDone)
    },
  }
}
