/** What is read at a glance is what the library reads. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Incoming } from '../src/incoming.ts'
import { readSignature } from '../src/signature.ts'

function incoming(fields: Readonly<Record<string, string>>): Incoming {
  return { method: 'GET', target: '/', header: (name) => fields[name], hasBody: false, read: async () => new Uint8Array() }
}

/** What comes of reading it: the signature, or the code. */
function outcome(input: string, signature: string): unknown {
  try {
    return readSignature(incoming({ 'signature-input': input, signature }))
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

/** A second member of the dictionary: the same signature, which only the library reads. */
const beside = (input: string): string => `${input}, other=1`

const key = 'ab'.repeat(32)
const usual = ['@method', '@target-uri', '@authority', 'session-delegation']
const bytes = (text: string): string => `:${Buffer.from(text).toString('base64')}:`
const sixtyFour = 'x'.repeat(64)

/** Mostly what is good, so that what is wrong is mostly one thing. */
const mostly = <T>(good: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: other })

const name = mostly(
  fc.constantFrom(...usual, 'content-digest', '@path', '@query', 'date', 'x-more'),
  fc.oneof(fc.constantFrom('@status', '-', '@', 'x', '--', '@-'), fc.stringMatching(/^[a-z@-]{1,8}$/)),
)
const names = mostly(fc.uniqueArray(name, { minLength: 3, maxLength: 8 }), fc.array(name, { maxLength: 10 }))
const number = mostly(
  fc.nat().map(String),
  fc.constantFrom('0', '00', '01', '-1', '1.0', '1.5', '999999999999999', '1000000000000000', '9007199254740993', '?1', '"1"', ''),
)
const nonce = mostly(fc.stringMatching(/^[0-9a-f]{32}$/), fc.constantFrom('', 'short', 'A'.repeat(32), 'g'.repeat(32), '\\"'.repeat(16)))
const label = mostly(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), fc.constantFrom('A', '1', '_', 'a-b', 'a b', '*', 'constructor'))
const keyid = mostly(fc.constant(`lit:session:${key}`), fc.constantFrom(`lit:session:${key.toUpperCase()}`, 'lit:session:', 'their-key'))
const tail = mostly(fc.constant(''), fc.constantFrom(' ', ';alg="ed25519"', ';tag="x"', ',', ', a=1'))
const space = mostly(fc.constant(' '), fc.constantFrom('  ', ''))
const signatureText = mostly(
  fc.uint8Array({ minLength: 64, maxLength: 64 }).map((value) => `:${Buffer.from(value).toString('base64')}:`),
  fc.constantFrom(
    bytes('x'.repeat(63)),
    bytes(''),
    '::',
    ':',
    'x',
    `:${'A'.repeat(85)}B==:`,
    `:${'A'.repeat(86)}:`,
    `:${'-'.repeat(86)}==:`,
  ),
)

describe('a signature', () => {
  it('is read the same at a glance and by the library', () => {
    const seen = { read: 0, refused: 0 }
    const check = fc.property(
      fc.record({
        names,
        created: number,
        expires: number,
        nonce,
        label,
        other: mostly(fc.constant(null), label),
        keyid,
        tail,
        space,
        signatureText,
      }),
      (given) => {
        const list = `(${given.names.map((name) => `"${name}"`).join(given.space)})`
        const params = `;created=${given.created};expires=${given.expires};nonce="${given.nonce}";keyid="${given.keyid}";alg="ed25519"`
        const input = `${given.label}=${list}${params}${given.tail}`
        const signature = `${given.other ?? given.label}=${given.signatureText}`
        const found = outcome(input, signature)
        if (typeof found === 'object') seen.read += 1
        else seen.refused += 1
        expect(found).toEqual(outcome(beside(input), signature))
      },
    )
    fc.assert(check, { numRuns: 20_000 })
    expect(seen.read).toBeGreaterThan(1000)
    expect(seen.refused).toBeGreaterThan(1000)
  })

  it('of createSessionFetch is read at a glance, in no time at all however it goes on', () => {
    const list = usual.map((name) => `"${name}"`).join(' ')
    const input = `session=(${list});created=1;expires=2;nonce="${'0'.repeat(32)}";keyid="lit:session:${key}";alg="ed25519"`
    expect(outcome(input, `session=${bytes(sixtyFour)}`)).toMatchObject({ sessionKey: key, covered: usual, created: 1, expires: 2 })
    const start = performance.now()
    for (const part of ['"', '"a" ', 'a', '(', '("a" "b" ', ' ', '"@', '",'])
      for (const head of ['', 'session=', 'session=(', 'session=("a" "b" "c" ', `session=(${list});created=`])
        outcome(head + part.repeat(Math.floor((4096 - head.length) / part.length)), `session=:${'A'.repeat(4000)}`)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
