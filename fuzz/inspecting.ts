/** Looking at a session signature in every way there is. */
import { checkNames, createVerifier, inspectSessionSig, type Report, type VerifyOptions, verifySessionSig } from '@session-sigs/core/verify'
import { accepted, attemptLater } from './judge.ts'
import { isSame } from './model.ts'
import { must, type Outcome } from './parser.ts'
import { isValidForNode, withoutPlatform } from './platform.ts'
import { ability, audience, domain, now, resource, secondResource } from './samples.ts'

export const defaults = { audience, domains: [domain] }
export const first = { resource, now }
export const second = { resource: secondResource, ability, now }
/** Remembers what it found good, as a server does. */
const verifier = createVerifier(defaults)

/** Curves as a server may plug them in: one without the strictness that is asked for, and one that always fails. */
const curves = {
  ed25519: isValidForNode,
  secp256k1: (): never => {
    throw new Error('no curve')
  },
}

/** What a report says, without what is an object of its own each time. */
function sayingOf({ checks, session, error }: Report): unknown {
  return { checks, session, code: error?.code, message: error?.message }
}

function checkReport(report: Report): void {
  const names = report.checks.map(({ name }) => name)
  must(
    checkNames.every((name) => names.includes(name)),
    'verifier: every check is in the report',
    names,
  )
  must(
    report.checks.every(({ status, code }) => (code !== undefined) === (status === 'failed')),
    'verifier: each failure has a code',
    names,
  )
  must(report.ok === (report.session !== undefined) && report.ok === (report.error === undefined), 'verifier: a session or an error', names)
  must(report.ok || report.checks.some(({ status }) => status === 'failed'), 'verifier: what is refused failed a check', names)
  must(
    !report.ok || report.checks.every(({ name, status }) => name.startsWith('delegation.') || name === 'revocation' || status === 'passed'),
    'verifier: good where no check failed',
    names,
  )
}

/** Looks at a session signature in every way there is; all have to say the same. */
export async function inspectAll(sig: unknown, asked: typeof first | typeof second, isThorough: boolean): Promise<Report> {
  const options: VerifyOptions = { ...defaults, ...asked }
  const report = await inspectSessionSig(sig, options)
  checkReport(report)
  const thrown = await attemptLater(() => verifySessionSig(sig, options))
  must(
    thrown.error?.code === report.error?.code && isSame(thrown.value, report.session),
    'verifier: verify throws what inspect tells',
    report.error?.code,
  )
  must(isSame(sayingOf(await verifier.inspect(sig, asked)), sayingOf(report)), 'verifier: a memory changes nothing', report.error?.code)
  if (isThorough) {
    const elsewhere = await withoutPlatform(() => inspectSessionSig(sig, options))
    must(isSame(sayingOf(elsewhere), sayingOf(report)), 'verifier: without the platform it says the same', report.error?.code)
  }
  if (isThorough) {
    const plugged = await inspectSessionSig(sig, { ...options, curves })
    must(isSame(sayingOf(plugged), sayingOf(report)), 'verifier: with curves of others it says the same', report.error?.code)
  }
  return report
}

export function outcomeOfReport({ error }: Report): Outcome {
  return error
    ? {
        code: error.code,
        reason: Object.values(error.details)
          .filter((one) => typeof one === 'string')
          .join(' ')
          .replace(/["0-9(].*/s, ''),
      }
    : accepted
}
