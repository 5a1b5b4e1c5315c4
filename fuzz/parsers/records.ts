/** What storages kept: read as strictly as what a stranger sends. */

import type { StoredSessions } from '@session-sigs/core'
import { webStorage } from '@session-sigs/storage-web'
import { readStoredSessions, soundRecord } from '../../packages/core/src/record.ts'
import { litArea, recordName, type TextArea } from '../../packages/lit/src/area.ts'
import { createNonces } from '../../packages/storage-redis/src/nonces.ts'
import { createRevocations } from '../../packages/storage-redis/src/revocations.ts'
import { createSessions } from '../../packages/storage-redis/src/sessions.ts'
import { hostileOf, plainOf } from '../hostile.ts'
import { inputOf } from '../inputs.ts'
import { accepted, refusedWith } from '../judge.ts'
import { isSame } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { authSig, message, minutes, pair, seed, wallet } from '../samples.ts'
import { spell } from '../spell.ts'

const id = `1:${wallet.address}`
const good = inputOf({
  v: 1,
  current: id,
  sessions: { [id]: { key: { type: 'seed', seed }, delegations: [authSig], createdAt: minutes(0) } },
})
const rich = inputOf({
  ...(good as object),
  pending: { what: 'x', key: { type: 'seed', seed }, message },
  nextKey: { type: 'seed', seed: seed.replaceAll('0', '1') },
})
const strange = {
  v: 1,
  sessions: { [id]: { key: { type: 'handle', publicKey: pair.publicKey, privateKey: {} }, delegations: [], createdAt: '' } },
}

/** Reads what a storage gave, and looks at every session in it. */
async function readRecord(value: unknown): Promise<{ outcome: Outcome; sound: StoredSessions }> {
  const read = readStoredSessions(value)
  const { record, isCorrupt } = read
  must(
    record.current === undefined || Object.hasOwn(record.sessions, record.current),
    'record: the current session is there',
    record.current,
  )
  const sound = await soundRecord(record)
  for (const name of Object.keys(sound.sessions)) must(name === id, 'record: no session but of the wallet that signed', name)
  const isHandle = JSON.stringify(record).includes('"handle"')
  must(isHandle || isSame(readStoredSessions(inputOf(sound)).record, sound), 'record: what is written back is read the same', sound)
  if (isCorrupt) return { outcome: refusedWith('corrupt'), sound }
  return { outcome: Object.keys(sound.sessions).length > 0 ? accepted : refusedWith('no session'), sound }
}

export const records: Parser = {
  name: 'record',
  reads: 'stored sessions: `readStoredSessions`, `soundRecord`',
  weight: 2,
  seeds: () => [good, rich, strange, null, { v: 1, sessions: {} }],
  generate: (random) => random.pick([good, rich]),
  read: async (input) => (await readRecord(hostileOf(input))).outcome,
}

export const webRecords: Parser = {
  name: 'storage-web',
  reads: 'what an area of texts gives: `webStorage`',
  weight: 2,
  seeds: () => [JSON.stringify(good), good, '', '{'],
  generate: (random) => spell(random.pick([good, rich]), random),
  async read(input) {
    const kept = new Map<string, unknown>([['app', plainOf(input)]])
    const storage = webStorage({
      getItem: (name) => kept.get(name),
      setItem: (name, text) => kept.set(name, text),
      removeItem: (name) => kept.delete(name),
    })
    await storage.open?.()
    const { outcome, sound } = await readRecord(await storage.get('app'))
    await storage.set('app', sound)
    must(isSame(await storage.get('app'), inputOf(sound)), 'storage-web: what is kept is given back', sound)
    return outcome
  },
}

const litNames = { key: 'lit-session-key', sig: 'lit-wallet-sig', rest: 'lit-sessions' } as const

/** Local storage, as far as it is needed. */
function areaOf(texts: ReadonlyMap<string, string>): TextArea & { readonly kept: Map<string, string> } {
  const kept = new Map(texts)
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => kept.set(name, text),
    removeItem: (name) => kept.delete(name),
  }
}

async function readArea(input: Json): Promise<Outcome> {
  const given = Object(input) as Readonly<Record<string, Json>>
  const texts = Object.entries(litNames).flatMap(([name, key]): [string, string][] => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    return value === undefined ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)]]
  })
  const own = areaOf(new Map(texts))
  const area = litArea(own)
  const text = await area.getItem(recordName)
  must(typeof text === 'string' || text === null, 'lit-area: gives a text', text)
  let value: unknown = text
  try {
    value = JSON.parse(String(text)) ?? undefined
  } catch {
    // Core says that it is corrupt.
  }
  const { outcome, sound } = await readRecord(value)
  area.setItem(recordName, JSON.stringify(sound))
  const again = JSON.parse(String(await area.getItem(recordName))) ?? { v: 1, sessions: {} }
  must(isSame(readStoredSessions(again).record, sound), 'lit-area: what is kept is given back', sound)
  area.removeItem(recordName)
  must(own.kept.size === 0, 'lit-area: what is removed is gone', [...own.kept.keys()])
  return outcome
}

const rest = inputOf({
  v: 1,
  current: id,
  sessions: { [id]: { key: { type: litNames.key, publicKey: pair.publicKey }, delegations: [authSig], createdAt: minutes(0) } },
})

export const litAreas: Parser = {
  name: 'lit-area',
  reads: "local storage under the names of Lit's client: `litArea`",
  weight: 2,
  seeds: () => [
    { key: JSON.stringify(pair), sig: JSON.stringify(authSig), rest: JSON.stringify(rest) },
    { key: JSON.stringify(pair), sig: JSON.stringify(authSig) },
    { key: JSON.stringify(pair) },
    { rest: JSON.stringify(good) },
    { rest: '{"v":1,"current":"__proto__","sessions":{}}', key: JSON.stringify(pair) },
  ],
  generate: (random) => ({ key: spell({ ...pair }, random), sig: spell(inputOf(authSig), random), rest: spell(rest, random) }),
  read: readArea,
}

/** What the stores make of any answer that Redis could give. */
async function readReply(input: Json): Promise<Outcome> {
  const reply = plainOf(input)
  const run = async (): Promise<unknown> => reply
  const nonce = { createdAt: Date.now(), until: Date.now() + 60_000 }
  const { outcome } = await readRecord(await createSessions(run, 'p:', 60_000).get('app'))
  const [taken, found] = await Promise.allSettled([
    createNonces(run, { prefix: 'p:' }).consume('n', nonce),
    createRevocations(run, 'p:').find(['s']),
  ])
  must(
    taken.status === 'rejected' || taken.value === 'used' || reply === 'OK',
    'storage-redis: a nonce is fresh where Redis says OK',
    input,
  )
  if (found.status === 'fulfilled') {
    const [before] = found.value.before
    must(before === undefined ? reply === null : !Number.isNaN(before), 'storage-redis: what is no time is not "not revoked"', input)
  }
  const [known] = await Promise.allSettled([createNonces(run, { prefix: 'p:', tolerance: 0 }).consume('n', nonce)])
  must(
    known.status === 'rejected' || known.value !== 'fresh' || (Array.isArray(reply) && Number(reply[2]) === 1),
    'storage-redis: a nonce is fresh where it was taken',
    input,
  )
  return outcome.code === 'accepted' ? outcome : refusedWith(`${taken.status} ${found.status}`)
}

export const redisReplies: Parser = {
  name: 'storage-redis',
  reads: 'answers of Redis: sessions, nonces, revocations',
  weight: 2,
  seeds: () => [JSON.stringify(good), 'OK', null, '1772359200000', [0, 1000, 1], [1, 0, 0], 1, ''],
  generate: (random) =>
    random.pick<Json>([spell(good, random), 'OK', null, String(random.below(1e12)), [random.below(2), random.below(1e6), random.below(2)]]),
  read: readReply,
}
