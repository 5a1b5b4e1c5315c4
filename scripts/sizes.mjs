/**
 * What each import costs a user, minified and gzipped, against its budget. Measures what is built: run the build first.
 * What is only loaded when it is needed (a dynamic import) stands apart and is not counted. `--why` lists what each module costs, before gzip.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { loadedAtOnce } from './loaded-at-once.mjs'

const why = process.argv.includes('--why')

/** Bytes; `from` is the folder that the import is resolved from, as a package may import itself by name. */
const budgets = [
  { from: 'packages/core', code: "export { createSessionClient } from '@session-sigs/core'", budget: 12_000 },
  { from: 'packages/core', code: "export { createVerifier } from '@session-sigs/core/verify'", budget: 30_000 },
  {
    from: 'packages/ethers-signer',
    code: "export * from '@session-sigs/ethers-signer'",
    budget: 500,
    external: ['ethers', '@session-sigs/core'],
  },
  {
    from: 'packages/http',
    code: "export { createSessionFetch } from '@session-sigs/http'",
    budget: 2_500,
    external: ['@session-sigs/core'],
  },
  // All of ours but core: what Lit's own API costs on top.
  {
    from: 'packages/lit',
    code: "export * from '@session-sigs/lit'",
    budget: 6_000,
    external: ['@session-sigs/core', '@session-sigs/core/chains', '@session-sigs/storage-web'],
  },
  {
    from: 'packages/storage-indexeddb',
    code: "export * from '@session-sigs/storage-indexeddb'",
    budget: 2_000,
    external: ['@session-sigs/core'],
  },
  { from: 'packages/storage-web', code: "export * from '@session-sigs/storage-web'", budget: 1_250, external: ['@session-sigs/core'] },
  {
    from: 'packages/viem-signer',
    code: "export * from '@session-sigs/viem-signer'",
    budget: 500,
    external: ['viem', '@session-sigs/core'],
  },
  {
    from: 'packages/viem-signer',
    code: "export * from '@session-sigs/viem-signer/verify'",
    budget: 1_500,
    external: ['viem', '@session-sigs/core'],
  },
  {
    from: 'apps/demo',
    name: 'core, viem-signer and storage-indexeddb, together',
    code: [
      '{ createSessionClient } from "@session-sigs/core"',
      '* from "@session-sigs/viem-signer"',
      '* from "@session-sigs/storage-indexeddb"',
    ]
      .map((part) => `export ${part}`)
      .join('\n'),
    budget: 17_000,
    external: ['viem'],
  },
  { from: 'packages/vue', code: "export * from '@session-sigs/vue'", budget: 600, external: ['vue', '@session-sigs/core'] },
  { from: 'packages/svelte', code: "export * from '@session-sigs/svelte'", budget: 600, external: ['svelte', '@session-sigs/core'] },
]

function bundle({ from, code, external = [] }) {
  return build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL(`../${from}`, import.meta.url)) },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    mainFields: ['module'],
    // The built files come in few pieces; only the source tells which module it is that costs.
    conditions: why ? ['@session-sigs/source', 'import'] : ['import'],
    external,
    write: false,
    metafile: true,
    outdir: 'out',
    logLevel: 'error',
  })
}

async function measure(item) {
  const { outputFiles, metafile } = await bundle(item)
  const paths = Object.keys(metafile.outputs)
  const contentsOf = (path) => outputFiles.find((file) => file.path === resolve(path)).contents
  const first = loadedAtOnce(metafile.outputs)
  const sum = (some) => some.reduce((total, path) => total + gzipSync(contentsOf(path), { level: 9 }).length, 0)
  const modules = [...first]
    .flatMap((path) => Object.entries(metafile.outputs[path].inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
  return { ...item, size: sum([...first]), later: sum(paths.filter((path) => !first.has(path))), modules }
}

/** Demo apps as they are published, everything in: the framework, the look, the built-in wallet. */
const apps = [
  { name: 'demo app with Vue: script and style', folder: 'vue', budget: 80_000 },
  { name: 'demo app with Svelte: script and style', folder: 'svelte', budget: 71_000 },
]

function measureApp({ folder, ...item }) {
  const dist = fileURLToPath(new URL(`../apps/${folder}/dist/`, import.meta.url))
  const page = readFileSync(`${dist}index.html`, 'utf8')
  const sizes = readdirSync(`${dist}assets`).map((file) => ({
    // The page names what it loads at once, and nothing else.
    isFirst: page.includes(`/assets/${file}`),
    size: gzipSync(readFileSync(`${dist}assets/${file}`), { level: 9 }).length,
  }))
  const sum = (some) => some.reduce((total, { size }) => total + size, 0)
  return { ...item, size: sum(sizes.filter(({ isFirst }) => isFirst)), later: sum(sizes.filter(({ isFirst }) => !isFirst)), modules: [] }
}

const number = (value, width) => value.toLocaleString('en').padStart(width)
const results = [...(await Promise.all(budgets.map(measure))), ...apps.map(measureApp)]

console.log(`${'import'.padEnd(64)}${'bytes'.padStart(8)}${'budget'.padStart(9)}  loaded later`)
for (const { code = '', name = code.replace('export', 'import'), size, budget, later, modules } of results) {
  const over = size > budget ? `  over by ${number(size - budget, 0)}` : ''
  console.log(`${name.padEnd(64)}${number(size, 8)}${number(budget, 9)}${number(later, 14)}${over}`)
  if (why)
    for (const [path, { bytesInOutput }] of modules) console.log(`${number(bytesInOutput, 14)}  ${path.replace(/^.*node_modules\//, '')}`)
}
if (results.some(({ size, budget }) => size > budget)) process.exitCode = 1
