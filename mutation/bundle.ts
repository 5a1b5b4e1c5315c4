/**
 * A test file and the mutants it reaches, in one script that can be run again and again, from nothing each time.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** Packages as the test files see them: name → its exports. The test runner's own are put there by who runs the script. */
export type Outside = Record<string, Record<string, unknown>>

const isName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default'

type Adapt = (name: string, exports: Record<string, unknown>) => Record<string, unknown>

function outsidePlugin(outside: Outside, adapt: Adapt): Plugin {
  return {
    name: 'outside',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === 'inner' || kind === 'entry-point') return undefined
        if (!(path in outside)) {
          const found = await resolve(path, { importer, kind, resolveDir, pluginData: 'inner' })
          if (found.errors.length > 0) return { errors: found.errors }
          const exports: Record<string, unknown> = await import(found.external ? path : pathToFileURL(found.path).href)
          outside[path] = adapt(path, { ...exports })
        }
        return { path, namespace: 'outside' }
      })
      onLoad({ filter: /^/, namespace: 'outside' }, ({ path }) => {
        const names = Object.keys(outside[path] ?? {}).filter(isName)
        const from = `globalThis.$mutation.outside[${JSON.stringify(path)}]`
        return { contents: `const all = ${from}\nexport default all.default\nexport const { ${names.join(', ')} } = all`, loader: 'js' }
      })
    },
  }
}

function sourcesPlugin(instrumented: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'sources',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
        const contents = instrumented.get(path) ?? readFileSync(path, 'utf8')
        return { contents: contents.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' }
      })
    },
  }
}

/** The script of one test file; `instrumented` is by absolute path. What it imports from packages is added to `outside`. */
export async function bundle(testFile: string, instrumented: ReadonlyMap<string, string>, outside: Outside, adapt: Adapt): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [testFile],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'node',
    target: 'node20',
    conditions: ['@session-sigs/source'],
    plugins: [outsidePlugin(outside, adapt), sourcesPlugin(instrumented)],
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
