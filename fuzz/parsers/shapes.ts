/** Values of a known shape: AuthSigs, session signatures, payloads, keys, refusals. */
import { inspect } from 'node:util'
import type { SessionKeyPair } from '@session-sigs/core'
import { readAuthSig } from '../../packages/core/src/auth-sig.ts'
import { importSessionKey } from '../../packages/core/src/keypair.ts'
import { readRefusal } from '../../packages/core/src/server-time.ts'
import { parsePayload, readSessionSig } from '../../packages/core/src/session-sig.ts'
import { prepareSessionKey } from '../../packages/core/src/verify.ts'
import { writeJson } from '../grammars/json.ts'
import { hostileOf, plainOf } from '../hostile.ts'
import { inputOf } from '../inputs.ts'
import { accepted, attempt, attemptLater, outcomeOf, refusedWith, secrets } from '../judge.ts'
import { type Fields, isFields, isSame, jsonOf, keysIn, keysOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { audience, authSig, minutes, pair, secondSessionSig, sessionSig } from '../samples.ts'
import { spell } from '../spell.ts'

const fields = ['sig', 'derivedVia', 'signedMessage', 'address', 'algo']

export const authSigs: Parser = {
  name: 'auth-sig',
  reads: 'AuthSigs of any make: `readAuthSig`',
  weight: 4,
  seeds: () => [inputOf(authSig), { ...(inputOf(authSig) as object), algo: null }, { $: 'throws' }, { $: 'inherits' }, { $: 'revoked' }],
  generate: (random) =>
    Object.fromEntries(
      fields.slice(0, 4 + random.below(2)).map((name) => [name, random.chance(0.9) ? 'x' : JSON.parse(JSON.stringify(random.next()))]),
    ),
  read(input) {
    const value = hostileOf(input)
    const ours = attempt(() => readAuthSig(value))
    if (ours.error) return outcomeOf(ours)
    const copy = ours.value as unknown as Fields
    must(copy !== value && Object.keys(copy).every((name) => fields.includes(name)), 'auth-sig: a copy of the five fields', input)
    must(
      fields.slice(0, 4).every((name) => typeof copy[name] === 'string' && copy[name] !== ''),
      'auth-sig: four texts that are not empty',
      input,
    )
    must(copy['algo'] === undefined || copy['algo'] === null || typeof copy['algo'] === 'string', 'auth-sig: algo is a text or none', input)
    return accepted
  },
}

export const envelopes: Parser = {
  name: 'envelope',
  reads: 'the five fields of a session signature: `readSessionSig`',
  weight: 3,
  seeds: () => [inputOf(sessionSig), inputOf(secondSessionSig)],
  generate: () => inputOf(sessionSig),
  read(input) {
    const value = plainOf(input)
    if (!isFields(value)) return refusedWith('no object')
    const ours = attempt(() => readSessionSig(value))
    if (ours.error) return outcomeOf(ours)
    must(isSame({ ...ours.value }, { ...value }), 'envelope: nothing is changed', input)
    must(/^[0-9a-f]{128}$/.test(ours.value.sig) && /^[0-9a-f]{64}$/.test(ours.value.address), 'envelope: lower-case hex', input)
    return accepted
  },
}

/** The shape of a payload, said once more. */
function isPayload(value: unknown): boolean {
  if (!isFields(value)) return false
  const own = (name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)
  const isRequest = (item: unknown): boolean =>
    isFields(item) &&
    typeof item['ability'] === 'string' &&
    isFields(item['resource']) &&
    ['resource', 'resourcePrefix'].every((name) => typeof (item['resource'] as Fields)[name] === 'string')
  const [resources, requests, capabilities] = [own('resources'), own('resourceAbilityRequests'), own('capabilities')]
  const list = Object.hasOwn(value, 'resources') ? resources : requests
  const isElement = Object.hasOwn(value, 'resources') ? (item: unknown): boolean => typeof item === 'string' : isRequest
  return (
    ['sessionKey', 'issuedAt', 'expiration', 'nodeAddress'].every((name) => typeof own(name) === 'string') &&
    Object.hasOwn(value, 'resources') !== Object.hasOwn(value, 'resourceAbilityRequests') &&
    Array.isArray(list) &&
    list.length > 0 &&
    list.every(isElement) &&
    Array.isArray(capabilities) &&
    capabilities.length > 0
  )
}

function readPayload(input: Json): Outcome {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const ours = attempt(() => parsePayload(text))
  const value = jsonOf(text)
  if (ours.error) return outcomeOf(ours)
  must(isPayload(value) && keysIn(text) === keysOf(value), 'payload: all fields of their types, each once', text)
  must(isSame(JSON.parse(JSON.stringify(ours.value)), JSON.parse(JSON.stringify(value))), 'payload: nothing is changed', text)
  must(
    Object.hasOwn(ours.value, 'resources') && Object.hasOwn(ours.value, 'resourceAbilityRequests'),
    'payload: nothing is inherited',
    text,
  )
  return accepted
}

export const payloads: Parser = {
  name: 'payload',
  reads: 'what a session key signed, in both forms: `parsePayload`',
  weight: 4,
  seeds: () => [sessionSig.signedMessage, secondSessionSig.signedMessage],
  generate: (random) =>
    spell(
      {
        sessionKey: pair.publicKey,
        resources: [random.chance(0.9) ? 'litAction://*' : JSON.parse(JSON.stringify(random.next()))],
        capabilities: [null],
        issuedAt: minutes(0),
        expiration: '',
        nodeAddress: audience,
      },
      random,
    ),
  speed: {
    run: (input) => parsePayload(String(input)),
    busy: (length) => sessionSig.signedMessage.replace('"capabilities":[', `"capabilities":[${'{"a":["b",1]},'.repeat(length / 14)}`),
  },
  read: readPayload,
}

async function readPair(input: Json): Promise<Outcome> {
  const value = plainOf(input)
  for (const [run] of JSON.stringify(input)
    .replaceAll(pair.publicKey, '')
    .matchAll(/[0-9a-fA-F]{24}/g))
    secrets.add(run)
  const ours = await attemptLater(() => importSessionKey(value as SessionKeyPair))
  if (ours.error) return outcomeOf(ours)
  const given = (typeof value === 'string' ? jsonOf(value) : value) as SessionKeyPair
  const { publicKey, sign } = ours.value
  must(publicKey === given.publicKey && given.secretKey.endsWith(publicKey), 'key-pair: the public key is the one that was given', '')
  const message = new TextEncoder().encode('probe')
  must(await prepareSessionKey(publicKey).verify(message, await sign(message)), 'key-pair: it signs for its public key', '')
  const shown = JSON.stringify(ours.value) + inspect(ours.value, { depth: 5, showHidden: true }) + String(ours.value)
  must(!shown.includes(given.secretKey.slice(0, 24)), 'key-pair: nothing shows the secret', '')
  return accepted
}

export const keyPairs: Parser = {
  name: 'key-pair',
  reads: 'session keys, as objects and as JSON: `importSessionKey`',
  weight: 2,
  seeds: () => [
    { ...pair },
    JSON.stringify(pair),
    JSON.stringify(pair).slice(0, -2),
    pair.secretKey,
    { ...pair, secretKey: pair.publicKey + pair.publicKey },
  ],
  generate: (random) => (random.chance(0.5) ? { ...pair } : spell({ ...pair }, random)),
  read: readPair,
}

export const refusals: Parser = {
  name: 'refusal',
  reads: "a server's refusal and its time: `readRefusal`",
  weight: 2,
  seeds: () => [{ code: 'session-sig-expired', details: { now: minutes(0) } }, { code: 'x', time: minutes(0) }, null, 'x'],
  generate: (random) => (random.chance(0.5) ? { code: 'session-sig-not-yet-valid', time: minutes(random.below(100)) } : writeJson(random)),
  read(input) {
    const { code, time } = readRefusal(plainOf(input))
    must(typeof code === 'string' && typeof time === 'number', 'refusal: a code and a time', input)
    return Number.isNaN(time) ? refusedWith(code === '' ? 'nothing' : 'no time') : accepted
  },
}
