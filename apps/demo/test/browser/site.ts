/** A demo app as it is published, served with a network of its own. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Network, type NetworkOptions, serveNetwork, startNetwork } from '@session-sigs/app-nodes'
import { build } from 'vite'

export const allApps = ['vue', 'svelte'] as const

/** DEMO_APPS names one, where both would take too long. */
export const apps = allApps.filter((app) => (process.env['DEMO_APPS'] ?? app) === app)

export type AppName = (typeof allApps)[number]

/** Path → contents. */
type Files = ReadonlyMap<string, string | Uint8Array>

const built = new Map<AppName, Promise<Files>>()

async function buildApp(app: AppName): Promise<Files> {
  const root = fileURLToPath(new URL(`../../../${app}`, import.meta.url))
  const results = await build({ root, mode: 'production', logLevel: 'error', build: { write: false } })
  const outputs = Array.isArray(results) ? results : [results]
  const files = outputs.flatMap((result) => ('output' in result ? result.output : []))
  return new Map(files.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]))
}

/** Built once for all tests of a file. */
function filesOf(app: AppName): Promise<Files> {
  const known = built.get(app) ?? buildApp(app)
  built.set(app, known)
  return known
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

function send(response: ServerResponse, path: string, contents: string | Uint8Array | undefined): void {
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
  response.statusCode = contents === undefined ? 404 : 200
  response.end(contents)
}

export interface Site {
  readonly origin: string
  readonly network: Network
  /** While it is off, the site says nothing of its network. */
  tellsOfNetwork: boolean
  close(): Promise<void>
}

/** Serves an app on a free port, and nodes that accept what is signed for it. */
export async function startSite(app: AppName, options: NetworkOptions = {}): Promise<Site> {
  const files = await filesOf(app)
  let tell = (_: Network): void => undefined
  const serve = serveNetwork(new Promise((resolve) => (tell = resolve)))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = pathname === '/' ? '/index.html' : pathname
    const sendFile = (): void => send(response, path, files.get(path))
    if (site.tellsOfNetwork) serve(request, response, sendFile)
    else sendFile()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const domain = `localhost:${(server.address() as AddressInfo).port}`
  const network = await startNetwork({ clockToleranceSeconds: 5, ...options, domains: [domain] })
  tell(network)
  const closeServer = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const site: Site = {
    origin: `http://${domain}`,
    network,
    tellsOfNetwork: true,
    close: async () => void (await Promise.all([network.close(), closeServer()])),
  }
  return site
}
