import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** packages/core/src in reading order: a file imports only from a lower level. */
const levels: readonly (readonly string[])[] = [
  [
    'errors',
    'encode',
    'values',
    'observable',
    'timers',
    'keccak',
    'uri',
    'chains',
    'software',
    'copy-once',
    'expiring',
    'store-options',
    'least-recent',
  ],
  ['bytes', 'refusals', 'unfit', 'time', 'address', 'native', 'watch', 'curves'],
  ['json', 'resource', 'secp256k1', 'wallet-hash'],
  ['signer', 'wallet-signature'],
  ['seed', 'ed25519', 'siwe', 'report', 'server-time'],
  ['keypair', 'siwe-reading', 'scope', 'recap', 'verify-options'],
  ['delegation', 'recap-grant', 'stored-key', 'grant', 'verified-session'],
  [
    'auth-sig',
    'issue',
    'storage',
    'coverage',
    'recap-scope',
    'delegation-cache',
    'check-wallet',
    'revocation-text',
    'wallet-proof',
    'ask-signer',
  ],
  ['session-sig', 'record', 'brought', 'request', 'state', 'turns', 'pending', 'further', 'verify-delegation', 'nonces', 'revocations'],
  ['ask', 'place', 'errand', 'verify-envelope', 'verify-capabilities', 'verify-revocation', 'pattern'],
  ['vault', 'callback', 'presented', 'revocation', 'recall'],
  ['question', 'renewal', 'wallet-events', 'verify', 'revoking'],
  ['asking', 'session-client', 'parts'],
  ['session', 'session-view'],
  ['index'],
]

const folder = new URL('../packages/core/src/', import.meta.url)
const files = readdirSync(folder).map((name) => name.replace(/\.ts$/, ''))
const levelOf = (file: string) => levels.findIndex((level) => level.includes(file))

/** Every module that a file names: imported, re-exported, or loaded later. */
function importsOf(file: string): string[] {
  const source = readFileSync(new URL(`${file}.ts`, folder), 'utf8')
  return [...source.matchAll(/(?:from|import\() ?'([^']+)'/g)].map((match) => match[1] ?? '')
}

it('every file has a level, and every level only files that exist', () => {
  expect(levels.flat().toSorted()).toEqual(files.toSorted())
})

for (const file of files) {
  it(`${file}.ts imports only from lower levels, and from no library but noble's`, () => {
    for (const name of importsOf(file)) {
      if (name.startsWith('./')) expect(levelOf(name.slice(2, -3)), `${file} imports ${name}`).toBeLessThan(levelOf(file))
      else expect(name).toMatch(/^@noble\//)
    }
  })
}

it('what a web page loads never reaches secp256k1, nor the software curve before it is needed', () => {
  const reached = new Set<string>()
  const visit = (file: string): void => {
    if (reached.has(file)) return
    reached.add(file)
    const source = readFileSync(new URL(`${file}.ts`, folder), 'utf8')
    for (const match of source.matchAll(/from '\.\/([^']+)\.ts'/g)) visit(match[1] ?? '')
  }
  visit('index')
  for (const file of [
    'wallet-signature',
    'wallet-proof',
    'verify-revocation',
    'verify',
    'verify-delegation',
    'verify-envelope',
    'delegation-cache',
    'software',
  ])
    expect(reached).not.toContain(file)
})

it('packages depend on core, and core on none of them', () => {
  for (const name of [
    'ethers-signer',
    'viem-signer',
    'vue',
    'svelte',
    'storage-web',
    'storage-indexeddb',
    'storage-redis',
    'conformance',
    'lit',
  ]) {
    for (const file of readdirSync(new URL(`../packages/${name}/src/`, import.meta.url))) {
      const source = readFileSync(new URL(`../packages/${name}/src/${file}`, import.meta.url), 'utf8')
      for (const match of source.matchAll(/^import (type )?[^']*from '(?!\.)([^']+)'/gm)) {
        const known = [
          '@session-sigs/core',
          '@session-sigs/core/verify',
          '@session-sigs/core/chains',
          '@session-sigs/storage-web',
          'ethers',
          'viem',
          'idb-keyval',
          'vue',
          'svelte',
          'svelte/reactivity',
        ]
        expect(known).toContain(match[2])
        // Signers and storages are types only: nothing of core or of the wallet's library is loaded for them. What is for servers may load core.
        const isForServers = file === 'verify.ts' || name === 'storage-redis'
        if (/signer|storage/.test(name) && !isForServers && match[2] !== 'idb-keyval') expect(match[1]).toBe('type ')
      }
    }
  }
})

/** The files of a folder, at any depth, and which of them each imports by its path. */
function importsWithin(root: URL): Map<string, string[]> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:ts|vue|svelte)$/.test(name))
  const paths = new Set(names.map((name) => new URL(name, root).pathname))
  return new Map(
    [...paths].map((path) => {
      const found = readFileSync(path, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)
      return [path, [...found].map((match) => new URL(match[1] ?? '', `file://${path}`).pathname).filter((target) => paths.has(target))]
    }),
  )
}

/** A circle of imports that can be walked from a file, or nothing. */
function circleFrom(
  path: string,
  imports: Map<string, string[]>,
  way: readonly string[] = [],
  done = new Set<string>(),
): string[] | undefined {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
  if (done.has(path)) return undefined
  for (const next of imports.get(path) ?? []) {
    const circle = circleFrom(next, imports, [...way, path], done)
    if (circle) return circle
  }
  done.add(path)
  return undefined
}

const folders = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(new URL(`../${kind}/`, import.meta.url)).map((name) => new URL(`../${kind}/${name}/src/`, import.meta.url)),
)

it('no file imports itself by way of others', () => {
  for (const root of folders) {
    const imports = importsWithin(root)
    expect(imports.size, root.pathname).toBeGreaterThan(0)
    for (const path of imports.keys()) expect(circleFrom(path, imports)).toBeUndefined()
  }
})
