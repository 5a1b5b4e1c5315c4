/** The packages of this project, and what is installed with them. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Names = Readonly<Record<string, string>>

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly license?: string
  readonly packageManager?: string
  readonly files?: readonly string[]
  readonly scripts?: Names
  readonly dependencies?: Names
  readonly devDependencies?: Names
  readonly peerDependencies?: Names
  readonly optionalDependencies?: Names
  readonly exports?: Readonly<Record<string, Names>>
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean; readonly exports?: Readonly<Record<string, Names>> }
}

/** A manifest, and where it stands. */
export interface Found {
  readonly path: string
  readonly manifest: Manifest
}

export const root = fileURLToPath(new URL('..', import.meta.url))

export function foundAt(path: string): Found {
  return { path, manifest: JSON.parse(readFileSync(path, 'utf8')) }
}

/** Those of `packages/`: what is published. */
export const published: readonly Found[] = readdirSync(`${root}packages`).map((folder) => foundAt(`${root}packages/${folder}/package.json`))

export const isOurs = (name: string): boolean => name.startsWith('@session-sigs/')

/** The package of that name that another one gets, whatever of it can be imported. */
export function installedFor({ path }: Found, name: string): Found {
  // Where it really is: what stands beside a link is another package's.
  const places = createRequire(realpathSync(path)).resolve.paths(name) ?? []
  const found = places.map((place) => join(place, name, 'package.json')).find((candidate) => existsSync(candidate))
  if (found === undefined) throw new Error(`${name} is not installed for ${path}.`)
  return foundAt(found)
}

/** All that is there when a package of ours was installed, by name, with itself; without what the app brings, and without what only some platforms get. */
export function treeOf(package_: Found, found = new Map<string, Found>()): Map<string, Found> {
  if (found.has(package_.manifest.name)) return found
  found.set(package_.manifest.name, package_)
  for (const name of Object.keys(package_.manifest.dependencies ?? {})) treeOf(installedFor(package_, name), found)
  return found
}

/** Whether a version is in a union of caret ranges. `undefined` where the range is anything else. */
export function isWithin(version: string, range: string): boolean | undefined {
  const parts = range.split(' || ').map((part) => /^\^([1-9]\d*)\.(\d+)\.(\d+)$/.exec(part)?.slice(1).map(Number))
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (parts.includes(undefined)) return undefined
  return parts.some((part) => {
    const [first = 0, second = 0, third = 0] = part ?? []
    return major === first && (minor > second || (minor === second && patch >= third))
  })
}
