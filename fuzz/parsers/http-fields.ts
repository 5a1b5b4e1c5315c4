/** `Signature-Input` and `Signature`. */
import type { Incoming } from '../../packages/http/src/incoming.ts'
import { baseOf, checkCoverage, checkTimes, type RequestSignature, readSignature } from '../../packages/http/src/signature.ts'
import { type Fields, writeSignatureFields } from '../grammars/http.ts'
import { fieldsOf, textOf } from '../inputs.ts'
import { accepted, attempt, outcomeOf, type Result, refusedWith } from '../judge.ts'
import { isSame } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { now, pair } from '../samples.ts'

/** A request of these header fields alone. */
export function incomingOf(headers: Readonly<Record<string, string>>): Incoming {
  return { method: 'GET', target: '/a', hasBody: false, header: (name) => headers[name], read: async () => new Uint8Array() }
}

function plainOf({ value, error }: Result<RequestSignature | undefined>): unknown {
  return error ? { code: error.code, details: error.details } : value && { ...value, bytes: Buffer.from(value.bytes).toString('hex') }
}

function readFields(input: Json): Outcome {
  const given = fieldsOf(input)
  const [field, signature] = [textOf(given['input']), textOf(given['signature'])]
  const headers = { 'signature-input': field, signature, 'session-delegation': ':W10=:', 'content-digest': ':AA==:', 'x-other': ' b ' }
  const incoming = incomingOf(headers)
  const ours = attempt(() => readSignature(incoming))
  // With a space before it, which means nothing, no short cut recognises it: the library reads it.
  if (field.length < 4000) {
    const library = attempt(() => readSignature(incomingOf({ ...headers, 'signature-input': ` ${field}` })))
    must(isSame(plainOf(library), plainOf(ours)), 'signature-fields: the short cut reads what the library reads', {
      ours: plainOf(ours),
      library: plainOf(library),
    })
  }
  if (ours.error) return outcomeOf(ours)
  if (!ours.value) return refusedWith('no session key')
  const { sessionKey, created, expires, nonce, covered, params, bytes } = ours.value
  must(
    /^[0-9a-f]{64}$/.test(sessionKey) && bytes.length === 64 && nonce.length >= 16,
    'signature-fields: a key, 64 bytes and a nonce',
    input,
  )
  must(Number.isSafeInteger(created) && Number.isSafeInteger(expires), 'signature-fields: whole seconds', input)
  must(
    new Set(covered).size === covered.length && covered.every((name) => params.includes(`"${name}"`)),
    'signature-fields: what is covered stands in what is signed',
    input,
  )
  must(params.includes(`lit:session:${sessionKey}`) && !/[\n\r]/.test(params), 'signature-fields: one line that names the key', input)
  const rest = attempt(() => [
    checkCoverage(ours.value as RequestSignature, incoming),
    checkTimes(ours.value as RequestSignature, now.getTime(), 60),
  ])
  const base = attempt(() => baseOf(ours.value as RequestSignature, incoming, { prefix: 'http://a', authority: 'a', uri: 'http://a/a' }))
  if (base.value !== undefined)
    must(base.value.split('\n').length === covered.length + 1, 'signature-fields: a line for each component', base.value)
  return rest.error ? outcomeOf(rest) : base.error ? outcomeOf(base) : accepted
}

const goodFields: Fields = {
  input: `session=("@method" "@target-uri" "@authority" "session-delegation");created=1772359200;expires=1772359260;nonce="${'0a'.repeat(16)}";keyid="lit:session:${pair.publicKey}";alg="ed25519"`,
  signature: `session=:${Buffer.alloc(64, 7).toString('base64')}:`,
}

export const signatureFields: Parser = {
  name: 'signature-fields',
  reads: '`Signature-Input` and `Signature` by the short cut and by the library; coverage, times, signature base',
  weight: 4,
  seeds: () => [{ ...goodFields }, { input: goodFields.input.replace('session=', 's='), signature: goodFields.signature }],
  generate: (random) => ({ ...(random.chance(0.3) ? goodFields : writeSignatureFields(random)) }),
  speed: {
    run: (input) =>
      readSignature(
        incomingOf({
          'signature-input': textOf((input as Record<string, Json>)['input']),
          signature: textOf((input as Record<string, Json>)['signature']),
        }),
      ),
    busy: (length) => ({
      input: `a=(${'"b" '.repeat(Math.min(length, 3500) / 4)}"c"), ${goodFields.input}`,
      signature: goodFields.signature,
    }),
  },
  read: readFields,
}
