/** Redis gone, hanging and back empty, while requests come in: they are refused in time and never twice accepted, no process ends, and all goes on by itself. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSession, type LoadSession } from '../../scripts/http-load/requests.mjs'
import type { Guarded } from '../../scripts/http-load/start.mjs'
import { hasRedis, type RedisServer, startRedis } from './redis.ts'
import { until } from './until.ts'
import { type Answer, ask, origin, startVerifier } from './verifiers.ts'

/** How long a verifier waits for Redis, and what a busy machine may add to it, in milliseconds. */
const bound = 300
const margin = 2500
/** Between two requests, in milliseconds. */
const pace = 8
/** How many answers are looked at while Redis is away. */
const enough = 120

const unavailable = '503 verifier-unavailable'

interface Sent extends Answer {
  readonly request: Buffer
  /** Whether it had been accepted when it was sent. */
  readonly isReplay: boolean
}

/** Requests at a steady rate to all verifiers, every third one that was accepted before, until `stop`. `all` is what was answered, in the order of the answers. */
function steadyLoad(verifiers: readonly Guarded[], session: LoadSession) {
  const all: Sent[] = []
  const accepted: Buffer[] = []
  const under = new Set<Promise<void>>()
  let isEnding = false

  async function one(index: number): Promise<void> {
    const replay = index % 3 === 2 ? accepted[Math.floor(Math.random() * accepted.length)] : undefined
    const request = replay ?? (await session.signWhole(`${origin}/pkp?at=${index}`))
    const answer = await ask(verifiers[index % verifiers.length]?.port ?? 0, request)
    all.push({ ...answer, request, isReplay: replay !== undefined })
    if (answer.said === '200') accepted.push(request)
  }

  async function run(): Promise<void> {
    for (let i = 0; !isEnding; i += 1) {
      const asking = one(i).finally(() => under.delete(asking))
      under.add(asking)
      await new Promise((resolve) => setTimeout(resolve, pace))
    }
    await Promise.all(under)
  }
  const running = run()

  return {
    all,
    accepted,
    async stop(): Promise<void> {
      isEnding = true
      await running
    },
    /** What is answered from now on, once there are enough of such answers that were not sent before now. */
    async next(count: number): Promise<Sent[]> {
      await Promise.all(under)
      const from = all.length
      await until(`${count} answers`, () => all.length >= from + count)
      return all.slice(from)
    },
  }
}

const saidIn = (answers: readonly Answer[]): string[] => [...new Set(answers.map(({ said }) => said))].toSorted()

/** Until all is as it should be: new ones accepted, replays refused. One that a busy machine made late is not held against anybody here. */
function untilSteady(load: ReturnType<typeof steadyLoad>): Promise<void> {
  return until('new requests are accepted, and replays refused', async () => saidIn(await load.next(20)).join() === '200,401 nonce-used')
}

describe.skipIf(!hasRedis())('redis', () => {
  let redis: RedisServer
  let session: LoadSession
  const verifiers: Guarded[] = []

  beforeAll(async () => {
    session = await createSession()
  })
  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(async () => {
    await Promise.all(verifiers.splice(0).map((verifier) => verifier.kill()))
    await redis.remove()
  })
  afterAll(() => session.client.signOut())

  async function start(stores: Readonly<Record<string, unknown>> = {}, guard: Readonly<Record<string, unknown>> = {}): Promise<Guarded> {
    const options = { redis: redis.url, nonces: 'redis', revocations: 'redis', guard } as const
    const verifier = await startVerifier({ ...options, stores: { timeoutSeconds: bound / 1000, ...stores } })
    verifiers.push(verifier)
    return verifier
  }

  const works = async ({ port }: Guarded): Promise<boolean> => (await ask(port, await session.signWhole(`${origin}/pkp`))).said === '200'
  const allWork = (): Promise<void> => until('all verifiers accept', async () => (await Promise.all(verifiers.map(works))).every(Boolean))

  /** They are the processes that were started, and had nothing to complain about. */
  function expectAlive(): void {
    for (const verifier of verifiers) {
      expect(verifier.isRunning()).toBe(true)
      expect(process.kill(verifier.pid, 0)).toBe(true)
      expect(verifier.complaints).toEqual([])
    }
  }

  function expectInTime(answers: readonly Answer[]): void {
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(bound + margin)
  }

  /** Whatever became of them: nothing was accepted as a replay, and nothing that was refused for Redis is accepted more than once when it comes again. */
  async function expectOnce(all: readonly Sent[]): Promise<void> {
    expect(all.filter(({ isReplay, said }) => isReplay && said === '200')).toEqual([])
    const [one, two] = verifiers
    if (!one || !two) throw new Error('There are two verifiers.')
    const given = all.filter(({ isReplay, said }) => !isReplay && said === unavailable).slice(-60)
    for (const { request } of given) {
      const answers = [await ask(one.port, request), await ask(two.port, request), await ask(one.port, request)]
      expect(answers.filter(({ said }) => said === '200').length).toBeLessThanOrEqual(1)
      expect(answers.at(-1)?.said).toBe('401 nonce-used')
    }
  }

  it('killed, and back empty: refused in time, and accepted again by the same processes', async () => {
    await Promise.all([start(), start()])
    await allWork()
    const load = steadyLoad(verifiers, session)
    await untilSteady(load)
    await redis.stop()
    const away = await load.next(enough)
    expect(saidIn(away)).toEqual([unavailable])
    expect(away.filter(({ isReplay }) => isReplay).length).toBeGreaterThan(10)
    // The replays would be accepted once by a Redis that knows nothing of them, so it is asked for nothing but new ones.
    await load.stop()
    await redis.start()
    await allWork()
    expectInTime(load.all)
    expect(saidIn(load.all)).toEqual(['200', '401 nonce-used', unavailable])
    await expectOnce(load.all)
    expectAlive()
  })

  it('hanging, and going on: refused in time, and accepted again by the same processes', async () => {
    await Promise.all([start(), start()])
    await allWork()
    const load = steadyLoad(verifiers, session)
    await untilSteady(load)
    for (let i = 0; i < 2; i += 1) {
      redis.pause()
      const away = await load.next(enough)
      expect(saidIn(away)).toEqual([unavailable])
      redis.resume()
      await untilSteady(load)
    }
    await load.stop()
    expectInTime(load.all)
    expect(saidIn(load.all)).toEqual(['200', '401 nonce-used', unavailable])
    await expectOnce(load.all)
    expectAlive()
  })

  it('slow, again and again for longer than it is waited for: some are refused, in time, and none is accepted twice', async () => {
    await Promise.all([start(), start()])
    await allWork()
    const load = steadyLoad(verifiers, session)
    await untilSteady(load)
    for (let i = 0; i < 8; i += 1) {
      redis.pause()
      // Shorter than the bound, and longer, in turns.
      await new Promise((resolve) => setTimeout(resolve, i % 2 === 0 ? bound / 2 : 2 * bound))
      redis.resume()
      await until('something is accepted again', async () => saidIn(await load.next(5)).includes('200'))
    }
    await load.stop()
    expectInTime(load.all)
    expect(saidIn(load.all)).toEqual(['200', '401 nonce-used', unavailable])
    await expectOnce(load.all)
    expectAlive()
  })

  it('back empty: a request from before is accepted once more, as documented', async () => {
    const [one, two] = await Promise.all([start(), start()])
    await allWork()
    const request = await session.signWhole(`${origin}/pkp`)
    expect((await ask(one.port, request)).said).toBe('200')
    await redis.stop()
    expect((await ask(two.port, request)).said).toBe(unavailable)
    await redis.start()
    await allWork()
    expect((await ask(two.port, request)).said).toBe('200')
    expect((await ask(one.port, request)).said).toBe('401 nonce-used')
    expectAlive()
  })

  it('back empty, with refuseOlderThanStore: never, and new ones are accepted after the tolerance', async () => {
    const strict = [{ refuseOlderThanStore: true, clockToleranceSeconds: 1 }, { clockToleranceSeconds: 1 }] as const
    const [one, two] = await Promise.all([start(...strict), start(...strict)])
    // The very first start looks like a loss.
    await allWork()
    const load = steadyLoad(verifiers, session)
    await load.next(30)
    const before = [...load.accepted]
    await redis.stop()
    expect(saidIn(await load.next(enough))).toEqual([unavailable])
    await redis.start()
    await until('all are accepted', async () => {
      const said = saidIn((await load.next(20)).filter(({ isReplay }) => !isReplay))
      return said.join() === '200'
    })
    await load.stop()
    expectInTime(load.all)
    expect(load.all.filter(({ isReplay, said }) => isReplay && said === '200')).toEqual([])
    expect(saidIn(load.all)).toEqual(['200', '401 nonce-used', '503 signature-too-old', unavailable])
    for (const [i, request] of before.slice(0, 40).entries())
      expect((await ask((i % 2 === 0 ? one : two).port, request)).said).toMatch(/^(?:503 signature-too-old|401 nonce-used)$/)
    expectAlive()
  })

  it('gone when a verifier starts: it refuses, and accepts when Redis is there', async () => {
    await redis.stop()
    const verifier = await start()
    const answers = [await ask(verifier.port, await session.signWhole(`${origin}/pkp`))]
    answers.push(await ask(verifier.port, await session.signWhole(`${origin}/pkp`)))
    expect(saidIn(answers)).toEqual([unavailable])
    expectInTime(answers)
    await redis.start()
    await allWork()
    expectAlive()
  })
})
