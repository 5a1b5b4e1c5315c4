import fc from 'fast-check'
import { expect, it } from 'vitest'
import { memoryNonces } from '../src/nonces.ts'
import {
  isRevokedBy,
  memoryRevocations,
  type RevocationAnswer,
  type RevocationStore,
  revocationSubject,
  revocationSubjects,
} from '../src/revocations.ts'
import { alice, bob } from './wallet.ts'

const start = Date.parse('2026-03-01T10:00:00.000Z')
const minute = 60_000

/** A clock that is moved by hand. */
function clockAt(time = start) {
  const clock = { time, now: () => new Date(clock.time) }
  return clock
}

function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return 'nothing was thrown'
}

const full = (port: string) => expect.objectContaining({ code: 'verifier-unavailable', details: { port } })

it('nonces, default: fresh once, used from then on, whatever is said of its times; other names are others', () => {
  const store = memoryNonces()
  const times = { createdAt: Date.now(), until: Date.now() + minute }
  expect(['a', 'a', 'b', 'a ', 'A', 'á', 'a\u0301'].map((name) => store.consume(name, times))).toEqual([
    'fresh',
    'used',
    ...Array(5).fill('fresh'),
  ])
  expect(store.consume('a', { createdAt: Date.now(), until: Date.now() + 2 * minute })).toBe('used')
})

it('nonces: kept to the end of their time, and not taken as new after it', () => {
  const clock = clockAt()
  const store = memoryNonces({ now: clock.now, maxEntries: 1 })
  const times = { createdAt: start, until: start + 1500 }
  expect(store.consume('a', times)).toBe('fresh')
  clock.time = start + 1500
  expect(store.consume('a', times)).toBe('used')
  expect(thrown(() => store.consume('b', { createdAt: start, until: start + minute }))).toEqual(full('nonces'))
  clock.time = start + 3000
  expect(store.consume('a', times)).toBe('too-old')
  expect(store.consume('b', { createdAt: start, until: start + minute })).toBe('fresh')
})

it('nonces: full, it refuses what is new and forgets nothing', () => {
  const clock = clockAt()
  const store = memoryNonces({ now: clock.now, maxEntries: 3 })
  const times = { createdAt: start, until: start + minute }
  for (const name of ['a', 'b', 'c']) expect(store.consume(name, times)).toBe('fresh')
  for (const name of ['d', 'e']) expect(thrown(() => store.consume(name, times))).toEqual(full('nonces'))
  for (const name of ['a', 'b', 'c']) expect(store.consume(name, times)).toBe('used')
  clock.time = start + minute + 1000
  for (const name of ['d', 'e', 'f']) expect(store.consume(name, { createdAt: start, until: clock.time + minute })).toBe('fresh')
  expect(thrown(() => store.consume('g', { createdAt: start, until: clock.time + minute }))).toEqual(full('nonces'))
})

it('nonces: a clock that leaps ahead and comes back lets nothing be used twice', () => {
  const clock = clockAt()
  const store = memoryNonces({ now: clock.now })
  const times = { createdAt: start, until: start + 5 * minute }
  expect(store.consume('a', times)).toBe('fresh')
  clock.time = start + 60 * minute
  store.consume('b', { createdAt: clock.time, until: clock.time + minute })
  clock.time = start
  expect(store.consume('a', times)).toBe('too-old')
})

it('nonces: what a process before this one may have seen is refused where that is wanted', () => {
  const clock = clockAt()
  const until = start + 5 * minute
  const careful = memoryNonces({ now: clock.now, refuseOlderThanStore: true, clockToleranceSeconds: 30 })
  expect(careful.consume('a', { createdAt: start + 30_000, until })).toBe('too-old')
  expect(careful.consume('a', { createdAt: start + 30_001, until })).toBe('fresh')
  expect(memoryNonces({ now: clock.now }).consume('a', { createdAt: start - minute, until })).toBe('fresh')
})

it('nonces: any order of calls, ends and clock: never fresh twice, used while it is kept', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    life: fc.integer({ min: -2000, max: 90_000 }),
    wait: fc.oneof(fc.nat(3000), fc.nat(200_000)),
  })
  let [fresh, past] = [0, 0]
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const clock = clockAt()
      const store = memoryNonces({ now: clock.now, maxEntries: 4 })
      const kept = new Map<string, number>()
      for (const { name, life, wait } of steps) {
        const until = clock.time + life
        const answer = store.consume(name, { createdAt: clock.time, until })
        const end = kept.get(name)
        if (end !== undefined && end >= clock.time) expect(answer).toBe('used')
        else if (life >= 0) expect(['fresh', 'used']).toContain(answer)
        if (answer === 'fresh') {
          expect(until).toBeGreaterThan(end ?? 0)
          kept.set(name, until)
          fresh += 1
        } else past += 1
        clock.time += wait
      }
    }),
    { numRuns: 500 },
  )
  expect(Math.min(fresh, past)).toBeGreaterThan(500)
})

it('nonces: hours of many requests in a bounded store', () => {
  const clock = clockAt()
  // Ten a second for three hours, each kept for 40 seconds; never more than 410 at a time.
  const store = memoryNonces({ now: clock.now, maxEntries: 420 })
  for (let i = 0; i < 108_000; i++) {
    expect(store.consume(`n${i}`, { createdAt: clock.time, until: clock.time + 40_000 })).toBe('fresh')
    clock.time += 100
  }
})

it('stores, error: options and times that cannot be used', () => {
  for (const make of [memoryNonces, memoryRevocations]) {
    for (const options of [{ maxEntries: 0 }, { maxEntries: 1.5 }, { maxEntries: 1e9 }, { size: 1 }, { now: 7 }, null]) {
      expect(thrown(() => make(options as never))).toBeInstanceOf(TypeError)
    }
  }
  for (const options of [{ clockToleranceSeconds: -1 }, { clockToleranceSeconds: 'a' }, { refuseOlderThanStore: 'yes' }]) {
    expect(thrown(() => memoryNonces(options as never))).toBeInstanceOf(TypeError)
  }
  expect(thrown(() => memoryNonces().consume('a', { createdAt: 0, until: Number.NaN }))).toBeInstanceOf(TypeError)
  expect(thrown(() => memoryRevocations().revoke('a', { before: Number.NaN, until: 0 }))).toBeInstanceOf(TypeError)
})

it('revocations, default: the latest of each subject, in the order asked, as of now', () => {
  const clock = clockAt()
  const store = memoryRevocations({ now: clock.now })
  store.revoke('a', { before: start - 10, until: start + minute })
  store.revoke('b', { before: start - 20, until: start + minute })
  store.revoke('a', { before: start - 30, until: start + 2 * minute })
  expect(store.find(['b', 'x', 'a', 'b'])).toEqual({ before: [start - 20, undefined, start - 10, start - 20], asOf: start })
  expect(store.find([])).toEqual({ before: [], asOf: start })
  // The later end stands as well.
  clock.time = start + 2 * minute
  expect(store.find(['a', 'b'])).toEqual({ before: [start - 10, undefined], asOf: clock.time })
})

it('revocations: full, it says so and forgets none; what is there already is still brought up to date', () => {
  const clock = clockAt()
  const store = memoryRevocations({ now: clock.now, maxEntries: 2 })
  const until = start + minute
  for (const subject of ['a', 'b']) store.revoke(subject, { before: 1, until })
  expect(thrown(() => store.revoke('c', { before: 1, until }))).toEqual(full('revocations'))
  store.revoke('a', { before: 2, until: until + minute })
  expect(store.find(['a', 'b', 'c'])).toMatchObject({ before: [2, 1, undefined] })
  clock.time = until + 1000
  store.revoke('c', { before: 3, until: until + minute })
  expect(thrown(() => store.revoke('d', { before: 1, until: until + minute }))).toEqual(full('revocations'))
  expect(store.find(['a', 'b', 'c'])).toMatchObject({ before: [2, undefined, 3] })
})

it('revocations: what has ended already takes no room', () => {
  const store = memoryRevocations({ now: () => new Date(start), maxEntries: 1 })
  for (let i = 0; i < 10; i++) store.revoke(`old ${i}`, { before: 1, until: start - minute })
  store.revoke('a', { before: 1, until: start + minute })
  expect(store.find(['a'])).toMatchObject({ before: [1] })
})

it('revocations: any order of calls and clock: what is still needed is there', () => {
  const step = fc.record({
    subject: fc.constantFrom('a', 'b', 'c'),
    before: fc.nat(1000),
    life: fc.integer({ min: -2000, max: 90_000 }),
    wait: fc.oneof(fc.nat(3000), fc.nat(200_000)),
  })
  let needed = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 40 }), (steps) => {
      const clock = clockAt()
      const store = memoryRevocations({ now: clock.now, maxEntries: 3 })
      const model = new Map<string, { before: number; until: number }>()
      for (const { subject, before, life, wait } of steps) {
        store.revoke(subject, { before, until: clock.time + life })
        const known = model.get(subject)
        const alive = known && known.until >= clock.time ? known : { before, until: 0 }
        model.set(subject, { before: Math.max(alive.before, before), until: Math.max(alive.until, clock.time + life) })
        clock.time += wait
        for (const [name, { before, until }] of model) {
          if (until < clock.time) continue
          needed += 1
          const [found] = (store.find([name]) as RevocationAnswer).before
          expect(found).toBeGreaterThanOrEqual(before)
        }
      }
    }),
    { numRuns: 500 },
  )
  expect(needed).toBeGreaterThan(500)
})

const sessionKey = 'ab'.repeat(32)
const session = { address: alice.address, chainId: 10, sessionKey, delegatedAt: new Date(start).toISOString(), nonce: 'abcdefgh' }

it('a session is ended by its key, by its account or by a contract on its chain, and by nothing else', async () => {
  const account = (address: string, chainId?: number) => ({ address, chainId })
  const ending = [
    { sessionKey },
    { sessionKey, account: account(alice.address) },
    { sessionKey, account: account(alice.address.toLowerCase(), 10) },
    { sessionKey: undefined, account: account(alice.address) },
    { sessionKey: undefined, account: account(alice.address, 10) },
  ].map(revocationSubject)
  expect(new Set(ending)).toEqual(new Set(revocationSubjects(session)))
  const sparing = [
    { sessionKey: 'cd'.repeat(32) },
    { sessionKey, account: account(bob.address) },
    { sessionKey, account: account(alice.address, 1) },
    { sessionKey: 'cd'.repeat(32), account: account(alice.address) },
    { sessionKey: undefined, account: account(bob.address, 10) },
    { sessionKey: undefined, account: account(alice.address, 1) },
  ].map(revocationSubject)
  const ask = async (subject: string, before: number) => {
    const store = memoryRevocations()
    await store.revoke(subject, { before, until: Date.now() + minute })
    return isRevokedBy(store)(session)
  }
  for (const subject of ending) {
    expect(await ask(subject, start)).toMatchObject({ revoked: true })
    expect(await ask(subject, start - 1)).toMatchObject({ revoked: false })
  }
  for (const subject of sparing) expect(await ask(subject, start + minute)).toMatchObject({ revoked: false })
  for (const subject of [...ending, ...sparing]) expect(subject.length).toBeLessThanOrEqual(256)
})

it('says as of when it knows', async () => {
  const { now } = clockAt(start + minute)
  expect(await isRevokedBy(memoryRevocations({ now }))(session)).toEqual({ revoked: false, asOf: new Date(start + minute) })
})

it('error: a store that fails, or gives no answer, lets nobody through', async () => {
  const none = Array(5).fill(undefined)
  const answers: unknown[] = [
    undefined,
    null,
    {},
    { before: none },
    { before: none, asOf: 'now' },
    { before: none, asOf: Number.NaN },
    { before: none.slice(1), asOf: start },
    { before: [...none, undefined], asOf: start },
    { before: [...none.slice(1), null], asOf: start },
    { before: [...none.slice(1), 'never'], asOf: start },
    { before: [...none.slice(1), Number.NaN], asOf: start },
    { before: { length: 5 }, asOf: start },
  ]
  for (const answer of answers) {
    const store = { revoke: () => undefined, find: () => answer } as unknown as RevocationStore
    await expect(isRevokedBy(store)(session), JSON.stringify(answer)).rejects.toThrow()
  }
  const good = { revoke: () => undefined, find: () => ({ before: none, asOf: start }) }
  expect(await isRevokedBy(good)(session)).toMatchObject({ revoked: false })
  await expect(isRevokedBy(good)({ ...session, delegatedAt: 'yesterday' })).rejects.toThrow()
  expect(() => isRevokedBy({} as RevocationStore)).toThrow(TypeError)
})
