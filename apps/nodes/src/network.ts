import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createFacts, type NetworkFacts } from './network-facts.ts'
import { createNode } from './node.ts'
import { type Action, createPowers, nameOf } from './powers.ts'

export interface NetworkOptions {
  /** How many nodes; 3. */
  count?: number
  /** The first node's port, the others next to it; left out, any that are free. */
  port?: number
  /** Sites whose delegations are accepted, and whose pages may call the nodes; `localhost:3000`. */
  domains?: readonly string[]
  /** Whether refusals carry every check; yes. */
  development?: boolean
  /** How far clocks may differ; 60. */
  clockToleranceSeconds?: number
}

export interface Network {
  /** The nodes' URLs, as session signatures name them. */
  readonly urls: readonly string[]
  /** Names of the registered actions, by what they do. */
  readonly actions: { readonly greet: string }
  /** Has one node answer nobody, as if its machine were off. It is the same node when it is started again. */
  stop(url: string): Promise<void>
  start(url: string): Promise<void>
  close(): Promise<void>
}

const greet: Action = (params, runBy) => `Hello from ${runBy}, who sent ${JSON.stringify(params)}.`
const greeting = nameOf(greet.toString())

interface RunningNode {
  readonly url: string
  start(): Promise<void>
  stop(): Promise<void>
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** What the nodes of one network have in common. */
interface Common {
  readonly secret: Buffer
  readonly tellNetwork: () => NetworkFacts
}

async function startNode(wanted: number, { secret, tellNetwork }: Common, options: NetworkOptions): Promise<RunningNode> {
  const { domains = ['localhost:3000'], development = true, clockToleranceSeconds = 60 } = options
  // The node must know its own URL before it can check that a signature names it, and the port is known only once the server listens.
  const server = createServer()
  const port = await listen(server, wanted)
  const url = `http://127.0.0.1:${port}`
  const powers = createPowers(secret, new Map([[greeting, greet]]))
  server.on('request', getRequestListener(createNode({ url, domains, development, clockToleranceSeconds, powers, tellNetwork }).fetch))
  return {
    url,
    async start() {
      if (!server.listening) await listen(server, port)
    },
    async stop() {
      if (server.listening) await close(server)
    },
  }
}

/** Starts a small network of verifying nodes on the loopback interface. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const secret = randomBytes(32)
  const common = { secret, tellNetwork: createFacts(secret) }
  const running: RunningNode[] = []
  const close = async (): Promise<void> => {
    await Promise.all(running.map((node) => node.stop()))
  }
  try {
    for (let i = 0; i < (options.count ?? 3); i++) {
      running.push(await startNode(options.port === undefined ? 0 : options.port + i, common, options))
    }
  } catch (error) {
    await close()
    throw error
  }
  const nodeAt = (url: string): RunningNode | undefined => running.find((node) => node.url === url)
  return {
    urls: running.map(({ url }) => url),
    actions: { greet: greeting },
    stop: async (url) => nodeAt(url)?.stop(),
    start: async (url) => nodeAt(url)?.start(),
    close,
  }
}
