import { type TestFunction, testNonces, testRevocations } from '@session-sigs/conformance'
import { memoryNonces, memoryRevocations, type NonceStore, type RevocationStore } from '@session-sigs/core/verify'
import { describe, expect, it } from 'vitest'

testNonces(it, { create: () => memoryNonces() })
describe('that refuses what is older than itself', () => testNonces(it, { create: () => memoryNonces({ refuseOlderThanStore: true }) }))
testRevocations(it, { create: () => memoryRevocations() })

/** Runs the one test of a suite that has these words in its name. */
async function runOne(suite: (test: TestFunction) => void, words: string): Promise<void> {
  const runs: (() => Promise<void>)[] = []
  suite((name, run) => {
    if (name.includes(words)) runs.push(run)
  })
  if (runs.length !== 1) expect.fail(`${runs.length} tests are named so`)
  await runs[0]?.()
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/** Asks, and only later takes. */
function slowNonces(): NonceStore {
  const taken = new Set<string>()
  return {
    async consume(name) {
      if (taken.has(name)) return 'used'
      await later()
      taken.add(name)
      return 'fresh'
    },
  }
}

const brokenNonces: Record<string, () => NonceStore> = {
  'of a hundred at the same time': slowNonces,
  'names that look alike': () => {
    const store = memoryNonces()
    return { consume: (name, times) => store.consume(name.normalize('NFKC'), times) }
  },
  'none is forgotten before its time': () => {
    const store = memoryNonces({ now: () => new Date(Date.now() + 2000) })
    return { consume: (name, times) => store.consume(name, times) }
  },
  'one may be needed for long': () => {
    const store = memoryNonces()
    const day = 86_400_000
    return {
      consume: (name, { createdAt, until }) => (until > Date.now() + 30 * day ? 'fresh' : store.consume(name, { createdAt, until })),
    }
  },
}

for (const [name, create] of Object.entries(brokenNonces)) {
  it(`a store of nonces is caught: ${name}`, async () => {
    await expect(runOne((test) => testNonces(test, { create }), name)).rejects.toThrow(/^(?!.*are named so)/)
  })
}

/** The last word stands, not the later one. */
function forgetful(): RevocationStore {
  const known = new Map<string, number>()
  return {
    revoke: (subject, { before }) => void known.set(subject, before),
    find: (subjects) => ({ before: subjects.map((subject) => known.get(subject)), asOf: Date.now() }),
  }
}

const brokenRevocations: Record<string, () => RevocationStore> = {
  'the later instant stands': forgetful,
  'none is forgotten before its time': () => {
    const store = memoryRevocations({ now: () => new Date(Date.now() + 3000) })
    return { revoke: store.revoke, find: async (subjects) => ({ ...(await store.find(subjects)), asOf: Date.now() }) }
  },
  'the instant comes back as it was given': () => {
    const store = memoryRevocations()
    const find: RevocationStore['find'] = async (subjects) => {
      const { before, asOf } = await store.find(subjects)
      return { before: before.map((instant) => instant || undefined), asOf }
    }
    return { revoke: store.revoke, find }
  },
  'find answers in the order of the question': () => {
    const store = memoryRevocations()
    return { revoke: store.revoke, find: (subjects) => store.find([...new Set(subjects)]) }
  },
  'subjects that look alike': () => {
    const store = memoryRevocations()
    const cut = (subject: string): string => subject.slice(0, 255)
    return { revoke: (subject, entry) => store.revoke(cut(subject), entry), find: (subjects) => store.find(subjects.map(cut)) }
  },
  'not in the future': () => {
    const store = memoryRevocations()
    return { revoke: store.revoke, find: async (subjects) => ({ ...(await store.find(subjects)), asOf: Date.now() + 1000 }) }
  },
  'after asOf may be missing': () => {
    const store = memoryRevocations()
    const find: RevocationStore['find'] = async (subjects) => {
      const { before } = await store.find(subjects)
      await later()
      await later()
      return { before, asOf: Date.now() }
    }
    return { revoke: store.revoke, find }
  },
}

for (const [name, create] of Object.entries(brokenRevocations)) {
  it(`a store of revocations is caught: ${name}`, async () => {
    await expect(runOne((test) => testRevocations(test, { create }), name)).rejects.toThrow(/^(?!.*are named so)/)
  })
}
