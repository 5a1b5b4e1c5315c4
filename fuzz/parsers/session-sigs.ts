/** Session signatures that were changed after they were signed. */
import { inspectSessionSig } from '@session-sigs/core/verify'
import { hostileOf } from '../hostile.ts'
import { inputOf } from '../inputs.ts'
import { defaults, first, inspectAll, outcomeOfReport } from '../inspecting.ts'
import { isFields, isSame, jsonOf, keysIn, keysOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { resigned, secondSessionSig, sessionSig } from '../samples.ts'
import { spell } from '../spell.ts'

async function readSig(input: Json): Promise<Outcome> {
  // Proxies that say another thing at every look give no two readings that could be compared.
  const sig = hostileOf(input)
  const isThorough = JSON.stringify(input).length % 32 === 0
  const report = await inspectAll(sig, first, isThorough)
  const value = jsonOf(sig)
  must(!report.ok || isSame(value, { ...sessionSig }), 'verifier: nothing is accepted but what was signed', input)
  if (typeof sig === 'string' && isFields(value) && report.error?.code !== 'input-too-large' && keysIn(sig) === keysOf(value)) {
    const { error } = await inspectSessionSig(value, { ...defaults, ...first })
    must(
      report.error?.code === 'json-invalid' || error?.code === report.error?.code,
      'verifier: a text and its value are judged the same',
      input,
    )
  }
  return outcomeOfReport(report)
}

export const sessionSigs: Parser = {
  name: 'session-sig',
  reads: 'session signatures as text and as value: `verifySessionSig`, `inspectSessionSig`, `createVerifier`',
  weight: 2,
  seeds: () => [
    JSON.stringify(sessionSig),
    inputOf(sessionSig),
    JSON.stringify(secondSessionSig),
    { $: 'throws' },
    { $: 'proxy' },
    { $: 'getter' },
    { $: 'revoked' },
  ],
  generate: (random) => (random.chance(0.8) ? spell(inputOf(sessionSig), random) : inputOf(random.pick([sessionSig, secondSessionSig]))),
  speed: {
    run: (input) => inspectSessionSig(hostileOf(input), { ...defaults, ...first }),
    busy: (length) => JSON.stringify(resigned(sessionSig.signedMessage.padEnd(length))),
  },
  read: readSig,
}
