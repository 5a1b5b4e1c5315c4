/** What a stranger makes a verifier do grows with the length of what was sent, and no faster. */
import { expect, it } from 'vitest'
import { issueSessionSig } from '../src/session-sig.ts'
import { generateStoredKey, loadStoredKey } from '../src/stored-key.ts'
import { inspectSessionSig } from '../src/verify.ts'
import { authSigFor, domain } from './wallet.ts'

const audience = 'https://node.example'
const options = { audience, domains: [domain], resource: 'litAction://Qm1' }
const iso = (fromNow: number): string => new Date(Date.now() + fromNow).toISOString()

/** As long as asked for, to the letter. */
const filled = (head: string, part: (i: number) => string, length: number): string => {
  const parts: string[] = []
  for (let i = 0, size = head.length; size < length; i++) {
    const next = part(i)
    parts.push(next)
    size += next.length
  }
  return (head + parts.join('')).slice(0, length)
}

/** Texts that are looked at before anything is proven. */
const texts: Readonly<Record<string, (length: number) => string>> = {
  spaces: (length) => filled('', () => ' ', length),
  'keys, all different': (length) => filled('{', (i) => `"k${i}":0,`, length),
  escapes: (length) => filled('{"sig":"', () => '\\u0041', length),
  'a number': (length) => filled('{"sig":', () => '9', length),
  'a list of lists': (length) => filled('[', () => '[],', length),
  'strings that do not end': (length) => filled('', () => '"', length),
}

/** Lines of a message that its wallet signed, in a session signature that its key signed: all of it is read. */
const lines: Readonly<Record<string, (length: number) => Parameters<typeof authSigFor>[1]>> = {
  'a statement': (length) => ({ statement: 'a'.repeat(length) }),
  resources: (length) => ({
    resources: Array.from({ length: length / 40 }, (_, i) => `litActionCapability://${String(i).padStart(8, '0')}`),
  }),
  'one resource': (length) => ({ resources: [`litActionCapability://${'%41'.repeat(length / 3)}`] }),
  'a request id': (length) => ({ requestId: 'a:'.repeat(length / 2) }),
}

/** The least of several: whatever else the machine does only adds to it. In milliseconds. */
async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 7; i++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}

/** Eight times the length: a square would take 64 times as long. Half a millisecond is too short to be told from nothing. */
async function expectLinear(make: (length: number) => Promise<unknown>): Promise<void> {
  const [short, long] = [await make(30_000), await make(240_000)]
  const inspect = (sig: unknown) => async () => {
    const { error } = await inspectSessionSig(sig, options)
    // Refused because of what it says, and not because of its length.
    expect(['json-invalid', 'session-sig-malformed', 'delegation-scope']).toContain(error?.code)
  }
  const before = await timeOf(inspect(short))
  expect(await timeOf(inspect(long))).toBeLessThan(28 * Math.max(before, 0.5))
}

it.each(Object.entries(texts))('a text of %s', async (_, make) => {
  expect(make(30_000).length).toBe(30_000)
  await expectLinear(async (length) => make(length))
})

it.each(Object.entries(lines))('a delegation with %s as long as it likes', async (_, changesFor) => {
  const key = await loadStoredKey(await generateStoredKey('handle'))
  await expectLinear(async (length) => {
    const params = { chain: undefined, uri: `lit:session:${key.publicKey}`, expiration: iso(60_000), resources: ['litPKPCapability://1'] }
    const capabilities = [await authSigFor(params, changesFor(length))]
    const content = { resources: ['litAction://Qm1'], capabilities, issuedAt: iso(0), expiration: iso(60_000), nodeAddress: audience }
    return issueSessionSig(key, content)
  })
})
