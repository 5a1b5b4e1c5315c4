/** Bodies of requests, and what servers answer. */
import { createHash } from 'node:crypto'
import { bodyOf, checkBody } from '../../packages/http/src/body.ts'
import { readHint, readProblem } from '../../packages/http/src/problem.ts'
import type { RequestSignature } from '../../packages/http/src/signature.ts'
import { writeJson } from '../grammars/json.ts'
import { fieldsOf, textOf } from '../inputs.ts'
import { accepted, attempt, attemptLater, outcomeOf, refusedWith } from '../judge.ts'
import { isSame, jsonOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { incomingOf } from './http-fields.ts'

async function readBody(input: Json): Promise<Outcome> {
  const given = fieldsOf(input)
  const bytes = new Uint8Array(Buffer.from(textOf(given['hex']), 'hex'))
  const headers: Readonly<Record<string, string>> = {
    'content-type': textOf(given['type']),
    'content-encoding': textOf(given['encoding']),
    'content-digest': textOf(given['digest']),
  }
  const incoming = incomingOf(headers)
  const body = bodyOf(bytes, incoming)
  const [text, value] = [attempt(() => body.text()), attempt(() => body.json())]
  if (text.value !== undefined) must(Buffer.from(text.value).equals(bytes), 'body: its text is its bytes', input)
  if (!value.error)
    must(text.value !== undefined && isSame(JSON.parse(text.value), value.value), 'body: its JSON is that of its text', input)
  if (!value.error) must(!/charset=(?!"?utf-8"?\s*$)/i.test(headers['content-type'] ?? ''), 'body: of no charset but UTF-8', input)
  const signature = { covered: ['content-digest'] } as unknown as RequestSignature
  const checked = await attemptLater(() => checkBody(bytes, signature, incoming))
  if (!checked.error) {
    const hashes = (['sha256', 'sha512'] as const).map((name) => createHash(name).update(bytes).digest('base64'))
    must(
      hashes.some((hash) => headers['content-digest']?.includes(hash.replace(/=+$/, ''))),
      'body: its digest is that of its bytes',
      input,
    )
    return accepted
  }
  return value.error ? outcomeOf(value) : outcomeOf(checked)
}

function bodyWith(text: string, type = 'application/json'): Json {
  const bytes = Buffer.from(text)
  return { hex: bytes.toString('hex'), type, encoding: '', digest: `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` }
}

export const bodies: Parser = {
  name: 'body',
  reads: 'bodies: `Content-Type`, `Content-Encoding`, `Content-Digest`, UTF-8 and JSON',
  weight: 2,
  seeds: () => [
    bodyWith('{"a":1}'),
    bodyWith('{"a":1}', 'application/json; charset=utf-8'),
    bodyWith('x', 'text/plain'),
    bodyWith('+AGE-', 'application/json; charset=utf-7'),
    { hex: '', digest: 'md5=:AA==:' },
  ],
  generate: (random) =>
    bodyWith(
      writeJson(random),
      random.pick([
        'application/json',
        'text/plain;charset=UTF-8',
        'application/x+json',
        '',
        'application/json; charset="utf-8"',
        'text/html',
      ]),
    ),
  speed: {
    run: (input) =>
      attempt(() =>
        bodyOf(new Uint8Array(), {
          header: (name) => (name === 'content-type' ? textOf((input as Record<string, Json>)['type']) : ''),
        }).json(),
      ),
    busy: (length) => ({ type: `application/${'a.'.repeat(length / 2)}+json;charset=utf-8` }),
  },
  read: readBody,
}

async function readAnswer(input: Json): Promise<Outcome> {
  const given = fieldsOf(input)
  const status = typeof given['status'] === 'number' ? given['status'] : 401
  const body = textOf(given['body'])
  let response: Response
  try {
    response = new Response(body, {
      status: status >= 200 && status <= 599 && ![204, 205, 304].includes(status) ? status : 401,
      headers: { 'content-type': textOf(given['type']), 'www-authenticate': textOf(given['authenticate']), date: textOf(given['date']) },
    })
  } catch {
    return refusedWith('no answer')
  }
  const [problem, hint] = [await readProblem(response), readHint(response)]
  must(!response.bodyUsed, 'answer: its body stays to be read', input)
  if (hint)
    must(
      /^[a-z-]+$/.test(hint.code) && (hint.time === '' || !Number.isNaN(Date.parse(hint.time))),
      'answer: a hint is a code and a time',
      input,
    )
  if (!problem) return hint ? accepted : refusedWith('no problem')
  must(
    typeof problem.code === 'string' && isSame(problem, jsonOf(Buffer.from(body).toString())),
    'answer: a problem is what was sent',
    input,
  )
  return accepted
}

export const answers: Parser = {
  name: 'answer',
  reads: 'what a server answers: `readProblem`, `readHint`',
  weight: 2,
  seeds: () => [
    {
      status: 401,
      type: 'application/problem+json',
      body: '{"code":"nonce-used"}',
      authenticate: 'SessionSig realm="https://a.example", error="nonce-used"',
      date: 'Sun, 01 Mar 2026 10:00:00 GMT',
    },
    { status: 200, body: '{}' },
  ],
  generate: (random) => ({
    status: random.pick([400, 401, 403, 503]),
    type: 'application/problem+json',
    body: random.chance(0.5) ? '{"code":"x","time":"y"}' : writeJson(random),
    authenticate: 'SessionSig realm="a", error="x"',
  }),
  speed: {
    run: (input) =>
      readHint(
        new Response('', {
          status: 401,
          headers: { 'www-authenticate': textOf((input as Record<string, Json>)['authenticate']).replace(/[^\x20-\x7e]/g, '') },
        }),
      ),
    busy: (length) => ({ authenticate: `SessionSig ${'error="a'.repeat(length / 8)}"` }),
  },
  read: readAnswer,
}
