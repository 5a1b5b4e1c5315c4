/** What installing costs: bytes on the disk, packages, and the time that the import takes in a fresh process. Ours is packed and installed as a user would. */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closureOf } from '../closure.mjs'
import { paceOf } from '../measure.mjs'
import { sizeRow, timeRow } from '../rows.mjs'

const here = fileURLToPath(new URL('..', import.meta.url))
const core = fileURLToPath(new URL('../../packages/core', import.meta.url))

const peers = [
  ['Lit SDK 7.4.0', ['lit-sdk-7']],
  ['Lit SDK 2.1.161', ['lit-sdk-2']],
  ['did-session 4.0.0', ['did-session', '@didtools/pkh-ethereum']],
  ['@dfinity/identity 3.4.3', ['@dfinity/identity']],
  ['siwe 3.0.0', ['siwe']],
  ['viem 2.57.20', ['viem/siwe', 'viem']],
]

function npm(folder, ...args) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']
  const { status, stderr } = spawnSync('npm', [...args, ...quiet], { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`npm ${args[0]}: ${stderr}`)
}

/** An empty folder with core in it, as `npm install` puts it there. */
function installCore() {
  const folder = mkdtempSync(join(tmpdir(), 'session-sigs-bench-'))
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  npm(core, 'pack', '--pack-destination', folder)
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  npm(folder, 'install', `./${tarball}`, '--prefer-offline')
  return folder
}

function importTime(folder, names) {
  return Number(execFileSync(process.execPath, ['import-time.mjs', ...names], { cwd: folder, encoding: 'utf8' }))
}

async function sizes() {
  const folder = installCore()
  try {
    const ours = closureOf(folder, ['@session-sigs/core'])
    return {
      rows: peers.flatMap(([peer, names]) => {
        const theirs = closureOf(here, [...new Set(names.map((name) => name.replace(/^viem\/.*/, 'viem')))])
        const what = 'with its dependencies'
        return [
          sizeRow({
            what: `Installed size, ${what}`,
            peer,
            unit: 'bytes',
            ours: ours.bytes,
            theirs: theirs.bytes,
            must: { atMost: 3_000_000 },
          }),
          sizeRow({
            what: `Packages installed, ${what}`,
            peer,
            unit: 'packages',
            ours: ours.count,
            theirs: theirs.count,
            must: { atMost: 4 },
          }),
        ]
      }),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Each in a process of its own, by turns. */
async function imports(settings) {
  const folder = installCore()
  copyFileSync(join(here, 'import-time.mjs'), join(folder, 'import-time.mjs'))
  const ours = [
    ['client', ['@session-sigs/core']],
    ['verifier', ['@session-sigs/core/verify']],
  ]
  const all = [...ours.map(([name, names]) => [name, folder, names]), ...peers.map(([name, names]) => [name, here, names])]
  const times = Object.fromEntries(all.map(([name]) => [name, []]))
  try {
    for (let round = -1; round < paceOf(settings).rounds; round += 1) {
      for (const [name, where, names] of round % 2 === 0 ? all : all.toReversed()) {
        const time = importTime(where, names)
        // The first reads from the disk.
        if (round >= 0) times[name].push(time)
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  const must = { of: 'ours', atMost: 15 }
  return {
    rows: [
      ...peers.slice(0, 4).map(([peer]) => timeRow({ what: 'Import time, client', of: peer, peer, ours: 'client', times, must })),
      ...peers.slice(4).map(([peer]) => timeRow({ what: 'Import time, verifier', of: peer, peer, ours: 'verifier', times, must })),
    ],
  }
}

export const installed = {
  name: 'installed',
  title: 'Installing and importing',
  notes: [
    'Ours is packed and installed into an empty folder by npm. A peer is what npm installed for it here: itself, its dependencies and its required peers. Sizes are the sums of the files. Import times are of fresh processes, by turns.',
  ],
  parts: { sizes, imports },
}
