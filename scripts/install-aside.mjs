/**
 * Installs a folder of its own, outside the workspace: what its lock file says, with no install script run. Does nothing where that is there already.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

function npm(folder, ...args) {
  const all = [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync('npm', all, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status === 0) return
  console.error(`npm ${args[0]} failed${error ? `: ${error.message}` : '; what it said is above.'}`)
  process.exit(1)
}

/** A lock file names versions and what they hash to, and no place on the net: neither where to get them, which `.npmrc` sees to, nor who wants money for them. */
function renew(folder, lock) {
  npm(folder, 'install', '--package-lock-only')
  const { packages, ...rest } = JSON.parse(readFileSync(lock, 'utf8'))
  const kept = Object.entries(packages).map(([path, { funding, deprecated, ...facts }]) => [path, facts])
  writeFileSync(lock, `${JSON.stringify({ ...rest, packages: Object.fromEntries(kept) }, null, 2)}\n`)
}

/** `folder` ends in a slash. Called with `renew` as the program's argument, it writes a new lock file instead, after a version was changed in package.json. */
export function installAside(folder) {
  const lock = `${folder}package-lock.json`
  // Copied when all is there: npm empties the folder first, so an installation that was broken off has none.
  const installed = `${folder}node_modules/.installed-lock.json`
  if (process.argv[2] === 'renew') return renew(folder, lock)
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')) return
  npm(folder, 'ci')
  copyFileSync(lock, installed)
}
