/** A package's fixtures, built in memory as its users' bundlers do: with Vite, from source, in the framework's development mode, so that it warns. */
import { fileURLToPath } from 'node:url'
import { build, defaultClientConditions, defaultServerConditions, type InlineConfig, type PluginOption, type Rolldown } from 'vite'

const source = '@session-sigs/source'

/** The folder with `page.ts` and `server.ts`, and the framework's plugin. */
export interface Fixtures {
  readonly folder: URL
  readonly plugin: () => PluginOption
}

async function chunksOf({ folder, plugin }: Fixtures, config: InlineConfig): Promise<Rolldown.OutputChunk[]> {
  const built = await build({
    configFile: false,
    root: fileURLToPath(folder),
    mode: 'development',
    logLevel: 'error',
    plugins: [plugin()],
    ...config,
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { write: false, minify: false, target: 'es2022', modulePreload: false, ...config.build },
  })
  if ('close' in built) throw new Error('Vite watches instead of building.')
  return [built].flat().flatMap(({ output }) => output.filter((item) => item.type === 'chunk'))
}

/** What the page loads, at once and later: path → text. It begins with `/page.js`. */
export async function buildPage(fixtures: Fixtures): Promise<ReadonlyMap<string, string>> {
  const chunks = await chunksOf(fixtures, {
    resolve: { conditions: [source, ...defaultClientConditions] },
    build: { rolldownOptions: { input: 'page.ts', output: { entryFileNames: '[name].js' } } },
  })
  return new Map(chunks.map(({ fileName, code }) => [`/${fileName}`, code]))
}

/** What `server.ts` exports, with the framework's build for servers. */
export async function loadServer<T>(fixtures: Fixtures): Promise<T> {
  const [chunk] = await chunksOf(fixtures, {
    resolve: { conditions: [source, ...defaultServerConditions] },
    ssr: { noExternal: true, resolve: { conditions: [source, ...defaultServerConditions] } },
    build: { ssr: 'server.ts', rolldownOptions: { output: { codeSplitting: false } } },
  })
  const module: unknown = await import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(chunk?.code ?? '').toString('base64')}`
  )
  return module as T
}
