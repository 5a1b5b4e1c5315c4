import type { RevocationAnswer, RevocationStore } from '@session-sigs/core/verify'
import { assert, moment, type TestFunction } from './assert.ts'
import { similarNames } from './names.ts'

export interface RevocationSubject {
  /** A store in which nothing is revoked. Called for each test. */
  create(): RevocationStore | Promise<RevocationStore>
  /** The same place once more, as another process has it; left out where there is none. */
  reopen?(store: RevocationStore): RevocationStore | Promise<RevocationStore>
}

/** In milliseconds. */
const hour = 3_600_000

/**
 * The contract of the `RevocationStore` port as tests, for any store: `testRevocations(test, { create })`.
 */
export function testRevocations(test: TestFunction, subject: RevocationSubject): void {
  /** Two ways to one place, where there are two. */
  async function both(): Promise<readonly [RevocationStore, RevocationStore]> {
    const store = await subject.create()
    return [store, (await subject.reopen?.(store)) ?? store]
  }

  const soon = (): number => Date.now() + hour

  async function expectBefore(store: RevocationStore, subjects: readonly string[], expected: RevocationAnswer['before']): Promise<void> {
    const { before } = await store.find(subjects)
    assert(before.length === expected.length, `${before.length} answers for ${expected.length} subjects`)
    for (const [i, subject] of subjects.entries()) {
      assert(before[i] === expected[i], `${JSON.stringify(subject)} is revoked up to ${before[i]}, not up to ${expected[i]}`)
    }
  }

  test('revocations: what was never revoked is not', async () => {
    await expectBefore(await subject.create(), ['a'], [undefined])
  })

  test('revocations: what was revoked is in every later answer', async () => {
    const [store, other] = await both()
    await store.revoke('a', { before: 1000, until: soon() })
    for (const each of [store, other, store]) await expectBefore(each, ['a', 'b'], [1000, undefined])
    await other.revoke('b', { before: 2000, until: soon() })
    await expectBefore(store, ['a', 'b'], [1000, 2000])
  })

  test('revocations: the instant comes back as it was given', async () => {
    const store = await subject.create()
    const instants = [0, 1, 999, 1_700_000_000_000, 1_700_000_000_001, Date.now(), 253_402_300_799_999]
    for (const before of instants) await store.revoke(`at ${before}`, { before, until: soon() })
    await expectBefore(
      store,
      instants.map((before) => `at ${before}`),
      instants,
    )
  })

  test('revocations: the later instant stands, in whatever order they come', async () => {
    const store = await subject.create()
    for (const before of [2000, 1000, 3000, 900, 10_000, 2500]) await store.revoke('a', { before, until: soon() })
    await expectBefore(store, ['a'], [10_000])
    const [one, other] = await both()
    const instants = Array.from({ length: 50 }, (_, i) => 1000 + ((i * 37) % 50))
    await Promise.all(instants.map(async (before, i) => (i % 2 ? one : other).revoke('b', { before, until: soon() })))
    await expectBefore(one, ['b'], [1049])
  })

  test('revocations: none is forgotten before its time, and the later time stands', async () => {
    const [store, other] = await both()
    const short = Date.now() + 1500
    await store.revoke('short', { before: 1000, until: short })
    await store.revoke('long first', { before: 1000, until: soon() })
    await store.revoke('long first', { before: 2000, until: short })
    await store.revoke('long last', { before: 2000, until: short })
    await store.revoke('long last', { before: 1000, until: soon() })
    let asked = 0
    for (;;) {
      await moment()
      const { before } = await other.find(['short', 'long first', 'long last'])
      const isOver = Date.now() >= short
      assert(before[1] === 2000 && before[2] === 2000, 'a revocation was forgotten at its earlier time')
      // A while longer, as what is forgotten too early may go a moment late.
      if (isOver && Date.now() >= short + 500) break
      if (isOver) continue
      assert(before[0] === 1000, `it was forgotten ${short - Date.now()} ms before its time`)
      asked += 1
    }
    assert(asked > 0, 'it took too long to be asked in time')
  })

  test('revocations: find answers in the order of the question, also twice, and for nobody', async () => {
    const store = await subject.create()
    await store.revoke('a', { before: 1000, until: soon() })
    await store.revoke('b', { before: 2000, until: soon() })
    await expectBefore(store, [], [])
    await expectBefore(store, ['b', 'none', 'a', 'b'], [2000, undefined, 1000, 2000])
    const many = Array.from({ length: 200 }, (_, i) => (i % 3 ? `none ${i}` : 'a'))
    await expectBefore(
      store,
      many,
      many.map((name) => (name === 'a' ? 1000 : undefined)),
    )
  })

  test('revocations: subjects that look alike are different subjects', async () => {
    const store = await subject.create()
    for (const [i, name] of similarNames.entries()) {
      await expectBefore(store, [name], [undefined])
      await store.revoke(name, { before: i, until: soon() })
    }
    await expectBefore(
      store,
      similarNames,
      similarNames.map((_, i) => i),
    )
  })

  test('revocations: asOf is an instant, and not in the future', async () => {
    const store = await subject.create()
    for (const subjects of [[], ['a'], ['a', 'b']]) {
      const { asOf } = await store.find(subjects)
      assert(Number.isFinite(asOf), `asOf is ${String(asOf)}`)
      assert(asOf <= Date.now(), `asOf is ${asOf - Date.now()} ms ahead`)
    }
  })

  test('revocations: what was revoked after asOf may be missing, and nothing else', async () => {
    const [store, other] = await both()
    for (let i = 0; i < 20; i += 1) {
      const answering = Promise.resolve(store.find(['a']))
      await other.revoke('a', { before: 1000 + i, until: soon() })
      const known = Date.now()
      const { before, asOf } = await answering
      assert(before[0] === 1000 + i || asOf <= known, 'it is said to be known as of a time at which more was known')
    }
  })
}
