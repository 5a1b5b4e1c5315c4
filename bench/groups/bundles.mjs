/** What a page or a server bundle carries, minified and gzipped. What is loaded only when it is needed stands apart. */
import { builtinModules } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { loadedAtOnce } from '../../scripts/loaded-at-once.mjs'
import { sizeRow } from '../rows.mjs'

/** Parts of Node that some peers import, and packages that they can do without: nothing is put in their place, and nothing counted. */
const withoutNode = {
  name: 'without-node',
  setup({ onResolve, onLoad, resolve }) {
    const names = new Set(builtinModules)
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData?.isSecond || !from.importer.includes('node_modules')) return undefined
      const isMissing = async () => (await resolve(path, { ...from, pluginData: { isSecond: true } })).errors.length > 0
      return names.has(path.replace(/^node:/, '')) || (await isMissing()) ? { path, namespace: 'none' } : undefined
    })
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
}

async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['import'],
    plugins: [withoutNode],
    write: false,
    metafile: true,
    outdir: 'out',
    logLevel: 'silent',
  })
  const first = loadedAtOnce(metafile.outputs)
  const sizes = { atOnce: 0, later: 0 }
  for (const path of Object.keys(metafile.outputs)) {
    const { contents } = outputFiles.find((file) => file.path === resolve(path))
    sizes[first.has(path) ? 'atOnce' : 'later'] += gzipSync(contents, { level: 9 }).length
  }
  return sizes
}

const clients = [
  ['Lit SDK 7.4.0', "export { LitNodeClient } from 'lit-sdk-7'"],
  ['Lit SDK 2.1.161', "export { LitNodeClient } from 'lit-sdk-2'"],
  ['did-session 4.0.0', "export { DIDSession } from 'did-session'; export { EthereumWebAuth } from '@didtools/pkh-ethereum'"],
  ['@dfinity/identity 3.4.3', "export { DelegationChain, DelegationIdentity, Ed25519KeyIdentity } from '@dfinity/identity'"],
]
const verifiers = [
  [
    'dids 5.0.3',
    "export { DID } from 'dids'; export { default } from 'key-did-resolver'; export { getEIP191Verifier } from '@didtools/pkh-ethereum'",
  ],
  ['siwe 3.0.0, the message alone', "export { SiweMessage } from 'siwe'"],
  [
    'viem 2.57.20, the message alone',
    "export { parseSiweMessage, validateSiweMessage } from 'viem/siwe'; export { verifyMessage } from 'viem'",
  ],
]

function side(what, code, theirs, must) {
  return async () => {
    const ours = await bundle(code)
    const rows = []
    for (const [peer, theirCode] of theirs)
      rows.push(sizeRow({ what, peer, unit: 'bytes', ours: ours.atOnce, theirs: (await bundle(theirCode)).atOnce, must }))
    rows.push(sizeRow({ what: `${what}: what is loaded later, if at all`, unit: 'bytes', ours: ours.later }))
    return { rows }
  }
}

const title = (of) => `${of} bundle, minified and gzipped`

export const bundles = {
  name: 'bundles',
  title: 'Bundles',
  notes: [
    'Minified by esbuild for browsers, ES2022, each file gzipped by itself. What is loaded by `import()` later stands apart. For peers that need parts of Node, nothing is put in their place and nothing counted.',
  ],
  parts: {
    client: side(title('Client'), "export { createSessionClient } from '@session-sigs/core'", clients, { atMost: 13_000 }),
    verifier: side(title('Verifier'), "export { createVerifier } from '@session-sigs/core/verify'", verifiers, { atMost: 30_000 }),
  },
}
