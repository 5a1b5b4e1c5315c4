import type { NonceAnswer, NonceStore } from '@session-sigs/core/verify'
import { assert, moment, type TestFunction } from './assert.ts'
import { similarNames } from './names.ts'

export interface NonceSubject {
  /** A store that has taken nothing yet. Called for each test. */
  create(): NonceStore | Promise<NonceStore>
  /** The same place once more, as another process has it; left out where there is none. */
  reopen?(store: NonceStore): NonceStore | Promise<NonceStore>
}

/** In milliseconds. */
const hour = 3_600_000

/** Made after the store began, whatever clocks it allows for, and needed for an hour. */
function later(): { createdAt: number; until: number } {
  const createdAt = Date.now() + hour
  return { createdAt, until: createdAt + hour }
}

function expectAll(answers: readonly NonceAnswer[], expected: NonceAnswer, otherwise: (index: number) => string): void {
  const index = answers.findIndex((answer) => answer !== expected)
  assert(index === -1, `${otherwise(index)}: ${answers[index]}`)
}

/**
 * The contract of the `NonceStore` port as tests, for any store: `testNonces(test, { create })`. A store that answers `too-old` is held to it for signatures made after it began.
 */
export function testNonces(test: TestFunction, subject: NonceSubject): void {
  /** Two ways to one place, where there are two. */
  async function both(): Promise<readonly [NonceStore, NonceStore]> {
    const store = await subject.create()
    return [store, (await subject.reopen?.(store)) ?? store]
  }

  test('nonces: one is fresh once, and used from then on', async () => {
    const [store, other] = await both()
    assert((await store.consume('a', later())) === 'fresh', 'the first was not fresh')
    for (const each of [store, other, store]) assert((await each.consume('a', later())) === 'used', 'it was not used a second time')
  })

  test('nonces: of a hundred at the same time, exactly one is fresh', async () => {
    const stores = await both()
    const answers = await Promise.all(Array.from({ length: 100 }, async (_, i) => (stores[i % 2] ?? stores[0]).consume('a', later())))
    const fresh = answers.filter((answer) => answer === 'fresh').length
    assert(fresh === 1, `${fresh} were fresh`)
    assert(answers.filter((answer) => answer === 'used').length === 99, 'the others were not used')
  })

  test('nonces: others do not matter, also at the same time', async () => {
    const store = await subject.create()
    const names = Array.from({ length: 100 }, (_, i) => `key:${i}`)
    const answers = await Promise.all(names.map((name) => store.consume(name, later())))
    expectAll(answers, 'fresh', (i) => `${names[i]} was not fresh`)
  })

  test('nonces: names that look alike are different names', async () => {
    const store = await subject.create()
    const ask = async (): Promise<NonceAnswer[]> => {
      const answers: NonceAnswer[] = []
      for (const name of similarNames) answers.push(await store.consume(name, later()))
      return answers
    }
    expectAll(await ask(), 'fresh', (i) => `${JSON.stringify(similarNames[i])} was taken for another name`)
    expectAll(await ask(), 'used', (i) => `${JSON.stringify(similarNames[i])} was not taken`)
  })

  test('nonces: the times of a later request change nothing', async () => {
    const store = await subject.create()
    const { createdAt, until } = later()
    await store.consume('a', { createdAt, until })
    for (const times of [
      { createdAt: createdAt + hour, until: until + hour },
      { createdAt, until: Date.now() + 1 },
      { createdAt, until },
    ]) {
      assert((await store.consume('a', times)) === 'used', 'it was not used')
    }
  })

  test('nonces: none is forgotten before its time', async () => {
    const [store, other] = await both()
    const until = Date.now() + 1500
    const createdAt = later().createdAt
    assert((await store.consume('short', { createdAt, until })) === 'fresh', 'the first was not fresh')
    let asked = 0
    for (;;) {
      const answer = await other.consume('short', { createdAt, until })
      if (Date.now() >= until) break
      assert(answer === 'used', `it was ${answer} ${until - Date.now()} ms before its time`)
      asked += 1
      // Others of the same kind come and go meanwhile.
      await store.consume(`other:${asked}`, { createdAt, until: Date.now() + 5 })
      await moment()
    }
    assert(asked > 0, 'it took too long to be asked in time')
  })

  test('nonces: one may be needed for long', async () => {
    const store = await subject.create()
    const times = { createdAt: later().createdAt, until: Date.now() + 40 * 24 * hour }
    assert((await store.consume('long', times)) === 'fresh', 'it was not fresh')
    assert((await store.consume('long', times)) === 'used', 'it was not kept')
  })
}
