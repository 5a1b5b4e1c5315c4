/** The site that the browser tests visit. */
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

const folder = fileURLToPath(new URL('.', import.meta.url))

const bundling = {
  absWorkingDir: folder,
  bundle: true,
  write: false,
  target: 'es2022',
  conditions: ['@session-sigs/source', 'import'],
  logLevel: 'silent',
} as const satisfies BuildOptions

/** The modules of `pages/`, with what they load at once and what they load later, by path. */
async function bundlePages(): Promise<Map<string, string>> {
  const entries = readdirSync(`${folder}pages`).filter((name) => extname(name) === '.ts')
  const { outputFiles } = await build({
    ...bundling,
    entryPoints: entries.map((name) => `./pages/${name}`),
    format: 'esm',
    splitting: true,
    outdir: 'served',
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
}

const scripts = new Map<string, Promise<string>>()

/** A file of `injected/` as one classic script; what it exports is in a variable `exported`. */
export function bundleScript(name: string): Promise<string> {
  const known = scripts.get(name)
  if (known) return known
  const made = build({ ...bundling, entryPoints: [`./injected/${name}.ts`], format: 'iife', globalName: 'exported' })
  const text = made.then(({ outputFiles }) => outputFiles[0]?.text ?? '')
  scripts.set(name, text)
  return text
}

function documentOf(module: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title><script type="module" src="${module}"></script></html>`
}

export interface Pages {
  /** A secure context: browsers trust this machine as they trust https. */
  readonly origin: string
  /** The same site under a name that they do not trust: no `crypto.subtle`, no `navigator.locks`. `openBrowser` knows the name. */
  readonly insecureOrigin: string
  /** A page of no origin at all, as in a frame with `sandbox`: every storage throws when it is touched. */
  readonly sandboxed: string
  close(): Promise<void>
}

/** Stands for any site that is not this machine; only browsers of `openBrowser` find it. */
export const insecureHost = 'insecure.example'

/**
 * Serves `pages/NAME.ts` as the module `/NAME.js` and a page `/NAME` that loads it; `/` is `/client`.
 */
export async function startPages(): Promise<Pages> {
  const modules = await bundlePages()
  const server = createServer(({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const page = `${pathname === '/' ? '/client' : pathname}.js`
    const module = modules.get(pathname)
    const isPage = modules.has(page)
    response.setHeader('cache-control', 'no-store')
    // Those who have no origin get modules from here, too.
    response.setHeader('access-control-allow-origin', '*')
    if (searchParams.has('sandboxed')) response.setHeader('content-security-policy', 'sandbox allow-scripts')
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript')
    response.statusCode = isPage || module !== undefined ? 200 : 404
    response.end(isPage ? documentOf(page) : module)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    insecureOrigin: `http://${insecureHost}:${port}`,
    sandboxed: `http://localhost:${port}/?sandboxed`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Browsers keep connections open for later.
        server.closeAllConnections()
      }),
  }
}
