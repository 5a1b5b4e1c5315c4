/**
 * Behind `pnpm mutants [file…]`: compiles the tool, and runs it.
 */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const outfile = `${here}../node_modules/.cache/mutants/main.mjs`
await build({
  entryPoints: [`${here}main.ts`],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})
await import(pathToFileURL(outfile).href)
