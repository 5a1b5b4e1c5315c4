/** Every request ten times, at two verifiers: each is accepted once, whoever gets it first. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fire } from '../../scripts/http-load/load.mjs'
import { createSession } from '../../scripts/http-load/requests.mjs'
import type { Guarded } from '../../scripts/http-load/start.mjs'
import { hasRedis, type RedisServer, startRedis } from './redis.ts'
import { ask, origin, saidBy, startVerifier } from './verifiers.ts'

const distinct = 1000
const sends = 10_000
const connections = 24
const sessions = 10

/** Not so predictable that a test passes by its order, and the same again for the same number. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Which request is sent to which verifier, in order: each at least twice, the rest by chance. */
function planOf<T>(requests: readonly T[], random: () => number): { first: T[]; second: T[] } {
  const others = Array.from({ length: sends - 2 * requests.length }, () => Math.floor(random() * requests.length))
  const twice = [...requests.keys(), ...requests.keys()]
  const plan: { first: T[]; second: T[] } = { first: [], second: [] }
  for (const index of shuffled([...twice, ...others], random)) {
    const request = requests[index]
    if (request !== undefined) plan[random() < 0.5 ? 'first' : 'second'].push(request)
  }
  return plan
}

describe.skipIf(!hasRedis())('duplicates', () => {
  let redis: RedisServer
  const verifiers: Guarded[] = []

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterEach(async () => {
    await Promise.all(verifiers.splice(0).map((verifier) => verifier.kill()))
  })
  afterAll(() => redis.remove())

  async function startTwo(nonces: 'redis' | 'memory'): Promise<readonly [Guarded, Guarded]> {
    const options = { redis: redis.url, nonces, revocations: 'redis', stores: { timeoutSeconds: 5 } } as const
    const both = await Promise.all([startVerifier(options), startVerifier(options)])
    verifiers.push(...both)
    return both
  }

  /** Requests of several sessions that both verifiers know; some carry their delegation all the same. */
  async function signAll(both: readonly Guarded[]): Promise<Buffer[]> {
    const all: Buffer[] = []
    for (let i = 0; i < sessions; i += 1) {
      const session = await createSession()
      const known = await Promise.all(both.map(async ({ port }) => ask(port, await session.signWhole(`${origin}/pkp`))))
      expect(known.map(({ said }) => said)).toEqual(['200', '200'])
      await session.sign(`${origin}/pkp`)
      const signing = Array.from({ length: distinct / sessions }, (_, at) =>
        session[at % 4 === 0 ? 'signWhole' : 'sign'](`${origin}/pkp?at=${at}`),
      )
      all.push(...(await Promise.all(signing)))
    }
    return all
  }

  /** Sends all of them; how often each request was accepted, and what was said how often. */
  async function duplicate(both: readonly [Guarded, Guarded], seed: number): Promise<{ accepted: number[]; said: Record<string, number> }> {
    const requests = await signAll(both)
    const { first, second } = planOf(requests, randomFrom(seed))
    const accepted = new Map<Uint8Array, number>(requests.map((request) => [request, 0]))
    const said: Record<string, number> = {}
    const heard = (status: number, body: string, request: Uint8Array): void => {
      const what = saidBy(status, body)
      said[what] = (said[what] ?? 0) + 1
      if (what === '200') accepted.set(request, (accepted.get(request) ?? 0) + 1)
    }
    const plans = [first.values(), second.values()]
    await Promise.all(both.map(({ port }, i) => fire(port, connections, () => plans[i]?.next().value, heard)))
    return { accepted: [...accepted.values()], said }
  }

  it('10,000 sends of 1,000 requests: each is accepted once, and all others are refused as used', async () => {
    const both = await startTwo('redis')
    const { accepted, said } = await duplicate(both, 20_260_723)
    expect(accepted).toEqual(Array.from({ length: distinct }, () => 1))
    expect(said).toEqual({ '200': distinct, '401 nonce-used': sends - distinct })
    expect(both.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  it('verifiers that share nothing accept duplicates, which this finds', async () => {
    const { accepted, said } = await duplicate(await startTwo('memory'), 4_711)
    expect(Math.max(...accepted)).toBe(2)
    // Nearly every request was sent to both.
    expect(accepted.filter((count) => count === 2).length).toBeGreaterThan(distinct / 2)
    expect(Object.keys(said).toSorted()).toEqual(['200', '401 nonce-used'])
  })
})
