/** What is on the disk: of a folder, and of a package with all that it depends on. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of a folder's files, without packages that are installed below it. */
export function sizeOf(folder) {
  let sum = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) sum += sizeOf(path)
    else if (entry.isFile()) sum += statSync(path).size
  }
  return sum
}

/** Where Node finds a package that is required in this place, by the paths of a lock file. */
function locate(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (packages[path]) return path
    if (!folder.includes('/node_modules/')) return packages[`node_modules/${name}`] ? `node_modules/${name}` : undefined
  }
}

/** All packages that npm installs for these, as they are in this folder: how many, and how many bytes. */
export function closureOf(folder, names) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'))
  const found = new Set()
  const add = (from, name) => {
    const path = locate(packages, from, name)
    if (path === undefined || found.has(path)) return
    found.add(path)
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = packages[path]
    const peers = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta[peer]?.optional)
    for (const next of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) add(path, next)
  }
  for (const name of names) add('', name)
  return { count: found.size, bytes: [...found].reduce((sum, path) => sum + sizeOf(join(folder, path)), 0) }
}
