import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Network, serveNetwork, startNetwork } from '@session-sigs/app-nodes'
import { requestHeaders, responseHeaders } from '@session-sigs/http'
import { afterAll, beforeAll, expect, it } from 'vitest'

let network: Network
let server: Server
let site = ''

beforeAll(async () => {
  network = await startNetwork({ count: 2, domains: ['localhost:3000', 'app.example'] })
  const serve = serveNetwork(Promise.resolve(network))
  server = createServer((request, response) => serve(request, response, () => response.writeHead(418).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await Promise.all([network.close(), new Promise((resolve) => server.close(resolve))])
})

const json = { 'content-type': 'application/json' }
const control = (what: string, node: unknown, headers: Record<string, string> = json): Promise<Response> =>
  fetch(`${site}/network/${what}`, { method: 'POST', headers, body: JSON.stringify({ node }) })
const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/web/handshake`, { method: 'POST' }).then(
    ({ ok }) => ok,
    () => false,
  )

it('default: pages are told of the network, and the rest is left to the site', async () => {
  expect(await (await fetch(`${site}/network.json`)).json()).toEqual({
    nodes: network.urls,
    action: network.actions.greet,
    control: '/network',
  })
  expect((await fetch(`${site}/`)).status).toBe(418)
})

it('behavior: a node is stopped and started, and stays the same', async () => {
  const [node = '', other = ''] = network.urls
  expect((await control('stop', node)).status).toBe(204)
  expect([await isUp(node), await isUp(other)]).toEqual([false, true])
  expect((await control('stop', node)).status).toBe(204)
  expect((await control('start', node)).status).toBe(204)
  expect(await isUp(node)).toBe(true)
  expect((await control('start', node)).status).toBe(204)
})

it('error: a node that is not of the network, an unknown command, a form of another site’s', async () => {
  const [node = ''] = network.urls
  expect((await control('stop', 'http://127.0.0.1:1')).status).toBe(404)
  expect((await control('stop', undefined)).status).toBe(404)
  for (const body of ['null', '[]', '{', '7'])
    expect((await fetch(`${site}/network/stop`, { method: 'POST', headers: json, body })).status).toBe(404)
  expect((await control('burn', node)).status).toBe(404)
  expect((await control('stop', node, { 'content-type': 'text/plain' })).status).toBe(415)
  expect(await isUp(node)).toBe(true)
})

const ask = (origin: string): Promise<Response> => {
  const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,signature' }
  return fetch(`${network.urls[0]}/action`, { method: 'OPTIONS', headers })
}
const preflight = async (origin: string): Promise<string | null> => (await ask(origin)).headers.get('access-control-allow-origin')

const listed = (answer: Response, header: string): string[] => (answer.headers.get(header) ?? '').split(/\s*,\s*/)

it('behavior: pages of the sites that the nodes serve may call them, and others may not', async () => {
  expect(await preflight('http://localhost:3000')).toBe('http://localhost:3000')
  expect(await preflight('https://app.example')).toBe('https://app.example')
  expect(await preflight('https://other.example')).toBe(null)
})

it('behavior: they may send all that a signed request has, and what Lit’s clients send, and nothing else', async () => {
  const allowed = listed(await ask('http://localhost:3000'), 'access-control-allow-headers')
  const ofLit = ['accept', 'x-lit-sdk-version', 'x-lit-sdk-type', 'x-request-id']
  expect(allowed.toSorted()).toEqual(['authorization', 'content-type', ...ofLit, ...requestHeaders].toSorted())
})

it('behavior: a refusal can be read across origins, too, with its headers', async () => {
  const headers = { ...json, origin: 'http://localhost:3000' }
  const answer = await fetch(`${network.urls[0]}/action`, { method: 'POST', headers, body: '{"id":"x"}' })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, 'http://localhost:3000'])
  expect(listed(answer, 'access-control-expose-headers')).toEqual([...responseHeaders])
  expect(answer.headers.get('www-authenticate')).toContain('signature-missing')
})
