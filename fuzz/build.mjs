/** Bundles the fuzzer with our packages' source, counters put in. */
import { readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { instrument } from './instrument.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const edgesPath = fileURLToPath(new URL('edges.ts', import.meta.url))
let builds = 0
const ownSource = /\/packages\/[^/]+\/src\/[^/]+\.ts$/

/** Puts counters into every file of ours; `found` is told of them. `change` may make another source of a file's. */
function counters(found, change) {
  return {
    name: 'counters',
    setup: ({ onLoad }) => {
      onLoad({ filter: ownSource }, ({ path }) => {
        const { text, count, words } = instrument(path, change(relative(root, path), readFileSync(path, 'utf8')), found.edges, edgesPath)
        found.edges += count
        for (const word of words) found.words.add(word)
        return { contents: text, loader: 'ts' }
      })
    },
  }
}

/** The fuzzer, ready to run: its `main`, and how many places are counted. */
export async function load(change = (_, source) => source) {
  const found = { edges: 0, words: new Set() }
  const outfile = `${root}.cache/fuzz/main-${process.pid}-${builds++}.mjs`
  await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@session-sigs/source'],
    // Second opinions come as they are.
    external: ['ethers', 'siwe', 'viem', 'viem/*'],
    logLevel: 'warning',
    plugins: [counters(found, change)],
  })
  const { main } = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  return { main, root, edges: found.edges, words: [...found.words].toSorted() }
}
