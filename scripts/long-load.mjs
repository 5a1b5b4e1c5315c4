/**
 * A service under load for an hour, with a fault every minute: two servers, one Redis, one Ethereum node, all real and in processes of their own. Every request has a known right
 * answer. Nothing bad may ever be accepted, nothing good be called bad, nothing be accepted twice; and after each fault all has to be right again by itself.
 *
 * `--minutes 60 --every 60 --rate 150 --seed 1`; `--out` is where the results go as JSON. `--nonces memory` is a service that shares no nonces, which this has to find. It runs
 * what is built.
 */
import { parseArgs } from 'node:util'
import { report } from './long-load/report.mjs'
import { run } from './long-load/run.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    every: { type: 'string', default: '60' },
    rate: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    nonces: { type: 'string', default: 'redis' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
})

function numberOf(name, least) {
  const value = Number(values[name])
  if (value >= least) return value
  throw new TypeError(`--${name} is a number, at least ${least}.`)
}

// So that what was started is ended, too.
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) process.once(signal, () => process.exit(code))

const start = performance.now()
const log = (line) => console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  ${line}`)
const settings = {
  ...{ minutes: numberOf('minutes', 0.1), every: numberOf('every', 3), rate: numberOf('rate', 1), seed: numberOf('seed', 0) },
  ...{ nonces: values.nonces, only: values.only },
}
const results = await run(settings, log)
const faults = report(results, values.out)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
