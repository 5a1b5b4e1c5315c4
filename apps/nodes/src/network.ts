import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createNode } from './node.ts'
import { type Action, createPowers, nameOf } from './powers.ts'

export interface NetworkOptions {
  /** How many nodes; 3. */
  count?: number
  /** The first node's port, the others next to it; left out, any that are free. */
  port?: number
  /** Sites whose delegations are accepted; `localhost:3000`. */
  domains?: readonly string[]
  /** Whether refusals carry the whole report; yes. */
  development?: boolean
}

export interface Network {
  /** The nodes' URLs, as session signatures name them. */
  readonly urls: readonly string[]
  /** Names of the registered actions, by what they do. */
  readonly actions: { readonly greet: string }
  close(): Promise<void>
}

const greet: Action = (params, runBy) => `Hello from ${runBy}, who sent ${JSON.stringify(params)}.`
const greeting = nameOf(greet.toString())

interface RunningNode {
  readonly url: string
  close(): Promise<void>
}

async function startNode(port: number, networkSecret: Buffer, options: NetworkOptions): Promise<RunningNode> {
  const { domains = ['localhost:3000'], development = true } = options
  // The node must know its own URL before it can check that a signature names it, and the port is known only once the server listens.
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const powers = createPowers(networkSecret, new Map([[greeting, greet]]))
  server.on('request', getRequestListener(createNode({ url, domains, development, powers }).fetch))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, close }
}

/** Starts a small network of verifying nodes on the loopback interface. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const networkSecret = randomBytes(32)
  const running: RunningNode[] = []
  const close = async (): Promise<void> => {
    await Promise.all(running.map((node) => node.close()))
  }
  try {
    for (let i = 0; i < (options.count ?? 3); i++) {
      running.push(await startNode(options.port === undefined ? 0 : options.port + i, networkSecret, options))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { urls: running.map(({ url }) => url), actions: { greet: greeting }, close }
}
