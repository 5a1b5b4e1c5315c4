/** Serves what was built, and documents with it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SessionState } from '@session-sigs/core'
import { nodes } from '../../../packages/core/test/wallet.ts'

/** What a server rendered, and what with. */
export interface Rendered {
  readonly component: string
  readonly html: string
  readonly hint?: SessionState | undefined
  readonly renderedAt?: string | undefined
}

/** What a document tells its scripts. */
export interface Told {
  readonly nodes: readonly string[]
  readonly rendered: Omit<Rendered, 'html'> | undefined
}

export interface Site {
  readonly origin: string
  /** What `/` gives from now on: an empty page, or one that was rendered. */
  show(rendered?: Rendered): void
  close(): Promise<void>
}

function documentOf(shown: Rendered | undefined): string {
  const { html = '', ...rendered } = shown ?? {}
  const told = JSON.stringify({ nodes, rendered: shown && rendered }).replaceAll('<', '\\u003c')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"><div id="app">${html}</div>
<script type="application/json" id="told">${told}</script><script type="module" src="/page.js"></script></html>`
}

export async function openSite(modules: ReadonlyMap<string, string>): Promise<Site> {
  let shown: Rendered | undefined
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost')
    const module = modules.get(pathname)
    response.setHeader('cache-control', 'no-store')
    response.setHeader('content-type', pathname === '/' ? 'text/html' : 'text/javascript')
    response.statusCode = pathname === '/' || module !== undefined ? 200 : 404
    response.end(pathname === '/' ? documentOf(shown) : module)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    show: (rendered) => {
      shown = rendered
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Browsers keep connections open for later.
        server.closeAllConnections()
      }),
  }
}
