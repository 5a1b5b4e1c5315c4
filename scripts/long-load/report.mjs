/** What a run found: as JSON, in a few lines, and as what was not as it has to be. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'

/** The commit of what was run; nothing where that is not known. */
function commit() {
  const { stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: new URL('.', import.meta.url), encoding: 'utf8' })
  return stdout?.trim() || undefined
}

function machine(redis) {
  return { processor: cpus()[0]?.model ?? '', cores: cpus().length, platform: process.platform, node: process.version, redis }
}

/** So few requests may find nobody outside of faults, as other programs of the machine take their time, too. */
const rare = (answers) => Math.max(10, answers / 1000)

/** How much the server that lives as long as the run does has in use at its end, more than after a sixth of it, in MB. */
function grownBy(memory) {
  const [early, late] = [memory[1] ?? memory[0], memory.at(-1)].map(({ servers: [{ heapMB, externalMB }] }) => heapMB + externalMB)
  return Math.round((late - early) * 10) / 10
}

/** It may be so much more: a little for noise, and for what is remembered up to a bound. */
const mostGrown = 8

/** What must not be, in sentences. */
function failuresOf({ totals, broken, ledger, unfounded, complaints, memory, faults }) {
  const grown = grownBy(memory)
  const sockets = Math.max(...memory.at(-1).servers.map((server) => server.sockets))
  const all = {
    [`${totals.wrong} wrong answers`]: totals.wrong > 0,
    [`${ledger.replays} requests accepted more than once`]: ledger.replays > 0,
    [`${ledger.bad} bad requests accepted`]: ledger.bad > 0,
    [`${ledger.nonsense} handlers called for what nobody sent`]: ledger.nonsense > 0,
    [`${unfounded} answers of 200 without a handler`]: unfounded > 0,
    [`${totals.unavailable} requests without a verdict outside of faults`]: totals.unavailable > rare(totals.answers),
    [`${complaints.length} complaints: ${complaints.slice(0, 10).join(' | ')}`]: complaints.length > 0,
    [`${sockets} sockets left at a server`]: sockets > 2,
    [`The load itself failed: ${broken[0]}`]: broken.length > 0,
    [`The first server grew by ${grown} MB`]: !(grown <= mostGrown),
    'No fault happened': faults.length === 0,
  }
  return Object.keys(all).filter((sentence) => all[sentence])
}

/** Says what came of it, writes it down where `out` says so, and gives what was not as it has to be. */
export function report(results, out) {
  const failures = failuresOf(results)
  if (out) {
    mkdirSync(dirname(out), { recursive: true })
    const { redisVersion, ...found } = results
    const all = { date: new Date().toISOString().slice(0, 10), commit: commit(), machine: machine(redisVersion), failures, ...found }
    writeFileSync(out, `${JSON.stringify(all, null, 2)}\n`)
  }
  const { totals, ledger, faults, busy, seconds, heldBack } = results
  console.log(
    `${totals.answers} answers in ${seconds} s: ${totals.right} right, ${totals.excused} excused by a fault, ${totals.wrong} wrong`,
  )
  console.log(
    `${ledger.accepted} accepted: ${ledger.replays} twice, ${ledger.bad} that were bad. ${totals.unavailable} without a verdict, ${heldBack} held back.`,
  )
  for (const { name, times, recoverySeconds, otherwise } of faults)
    console.log(
      `  ${name}, ${times} times: right again after ${recoverySeconds.median} s, at most ${recoverySeconds.longest} s ${JSON.stringify(otherwise)}`,
    )
  console.log(`  the machine busy with something else, ${busy.times} times: ${JSON.stringify(busy.otherwise)}`)
  return failures
}
