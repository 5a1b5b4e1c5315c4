import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Network } from './network.ts'

/** What a site's pages are told of the network, as JSON at `/network.json`. */
export interface NetworkInfo {
  /** The nodes' URLs. */
  readonly nodes: readonly string[]
  /** The registered action's id. */
  readonly action: string
  /** Where nodes are stopped and started: POST `{ node }` to this and `/stop` or `/start`. */
  readonly control: string
}

/**
 * For the server of a site, while developing: tells its pages of the network, and lets them stop and start nodes. Answers what is under `/network` and leaves the rest to
 * whoever comes next. `network` is waited for, as a site may have to be up before its network can be told of it.
 */
export function serveNetwork(network: Promise<Network>): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  const app = new Hono()

  app.get('/network.json', async (c) => {
    const { urls, actions } = await network
    c.header('cache-control', 'no-store')
    return c.json<NetworkInfo>({ nodes: urls, action: actions.greet, control: '/network' })
  })

  app.post('/network/:what{stop|start}', bodyLimit({ maxSize: 1024 }), async (c) => {
    // Browsers let another site's page send JSON only where it is allowed, and here it is not.
    if (!c.req.header('content-type')?.startsWith('application/json')) return c.body(null, 415)
    const body: { node?: unknown } | null = await c.req.json().catch(() => null)
    const node = body?.node
    const running = await network
    if (typeof node !== 'string' || !running.urls.includes(node)) return c.body(null, 404)
    await (c.req.param('what') === 'stop' ? running.stop(node) : running.start(node))
    return c.body(null, 204)
  })

  const answer = getRequestListener(app.fetch)
  return (request, response, next) => {
    if (request.url?.startsWith('/network')) void answer(request, response)
    else next()
  }
}
