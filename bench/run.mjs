/**
 * The one command: measures every group, each part in a process of its own, prints the table, writes `results.json`, the charts and what the documents show of it, and fails
 * where something is not as it must be. `--only <name>` measures one group and `--quick` takes too few rounds to say anything; neither writes, but
 * `--json <path>` writes what was measured to another place.
 */
import { fork, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { reasonOf } from './explained.mjs'
import { describeMachine, peerVersions } from './machine.mjs'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, json: { type: 'string' } },
})
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

function leave(reason) {
  console.error(reason)
  process.exit(1)
}

if (spawnSync(process.execPath, [here('install.mjs')], { stdio: 'inherit' }).status !== 0) leave('The peers could not be installed.')
for (const name of ['core', 'http', 'viem-signer', 'ethers-signer'])
  if (!existsSync(here(`../packages/${name}/dist`))) leave('What is measured is what is built: run the build first.')

const { groups } = await import('./groups.mjs')
if (options.only && !groups.some(({ name }) => name === options.only))
  leave(`There is no group "${options.only}"; there are ${groups.map(({ name }) => name).join(', ')}.`)

/** What a part has to say. Where it fails, what it complained about. */
async function runPart(group, part) {
  const args = [group.name, part, JSON.stringify({ quick: options.quick })]
  const child = fork(here('child.mjs'), args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: group.execArgv ?? [] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4000)
  })
  return new Promise((resolve, reject) => {
    let result
    child.on('message', (message) => {
      result = message.result
    })
    child.on('exit', () => (result ? resolve(result) : reject(new Error(said))))
  })
}

const failed = []

async function runGroup(group) {
  const results = []
  for (const part of Object.keys(group.parts)) {
    process.stderr.write(`${group.name}, ${part} …`)
    const start = performance.now()
    const result = await runPart(group, part).catch(({ message }) => {
      failed.push(`${group.name}, ${part}: ${message}`)
      return { rows: [] }
    })
    process.stderr.write(` ${Math.round((performance.now() - start) / 1000)} s\n`)
    results.push(result)
  }
  const series = results.flatMap((result) => result.series ?? [])
  const stages = results.flatMap((result) => result.stages ?? [])
  const { title, notes } = group
  return {
    title,
    rows: results.flatMap(({ rows }) => rows),
    ...(series.length > 0 ? { series } : {}),
    ...(stages.length > 0 ? { stages } : {}),
    ...(notes ? { notes } : {}),
  }
}

function write(results) {
  writeFileSync(here('results.json'), `${JSON.stringify(results, undefined, 2)}\n`)
  const { status } = spawnSync(process.execPath, [here('write.mjs')], { stdio: 'inherit' })
  if (status !== 0) failed.push('The documents could not be written.')
}

const measured = []
for (const group of groups) if (!options.only || group.name === options.only) measured.push(await runGroup(group))
const results = {
  isWhole: !options.quick && !options.only && failed.length === 0,
  machine: describeMachine(),
  peers: peerVersions(),
  groups: measured,
}
const { cellsOf, missedOf, printNotes, printTable, stageTables } = await import('./table.mjs')
printTable(measured)
printNotes(measured)
if (measured.some(({ stages }) => stages)) console.log(`\n${stageTables(measured)}`)
console.log(`\n${Object.values(results.machine).join(' · ')}`)
console.log(
  Object.entries(results.peers)
    .map((pair) => pair.join(' '))
    .join(' · '),
)
if (options.json) writeFileSync(options.json, JSON.stringify(results, undefined, 2))
if (results.isWhole) write(results)
else console.log('\nNot written: a run that is quick, or of one group, or that failed, says too little.')
for (const reason of failed) console.error(`FAILED ${reason}`)
const missed = missedOf(measured)
for (const row of missed) {
  const reason = reasonOf(row)
  console.error(`${reason ? 'NOT REACHED' : 'MISSED'} ${cellsOf(row).filter(Boolean).join(' · ')}${reason ? `\n  ${reason}` : ''}`)
}
process.exitCode = failed.length + missed.filter((row) => !reasonOf(row)).length > 0 ? 1 : 0
