/** Where and with what it was measured. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'

const here = new URL('.', import.meta.url)

function first(command, ...args) {
  const { status, stdout } = spawnSync(command, args, { cwd: here, encoding: 'utf8' })
  return status === 0 ? stdout.trim().split('\n')[0] : undefined
}

/** The commit, and whether files that count were changed since: those that the bench itself writes do not. */
function commit() {
  const changed = first('git', 'status', '--porcelain', '--', '../packages', '*.mjs', 'groups', 'peers')
  const hash = first('git', 'rev-parse', '--short=12', 'HEAD')
  return hash === undefined ? 'unknown' : `${hash}${changed ? ', with changes' : ''}`
}

export function describeMachine() {
  const all = cpus()
  return {
    processor: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    system: `${platform()} ${release()} ${arch()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.versions.node,
    opensslOfNode: process.versions.openssl,
    ...(first('openssl', 'version') ? { openssl: first('openssl', 'version').split(' ')[1] } : {}),
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
  }
}

/** The peers, exactly. */
export function peerVersions() {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', here), 'utf8'))
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => {
      const [, real = name, exact = version] = /^npm:(.+)@([^@]+)$/.exec(version) ?? []
      return [real === name ? name : `${real} (${exact})`, exact]
    }),
  )
}
