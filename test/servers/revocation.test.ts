/** A session that ended at one verifier is of no use at any other, from its very next request on. */
import { askRevocation } from '@session-sigs/core'
import { revocationSender } from '@session-sigs/http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSession, createSigner, type LoadSession } from '../../scripts/http-load/requests.mjs'
import type { Guarded } from '../../scripts/http-load/start.mjs'
import { hasRedis, type RedisServer, startRedis } from './redis.ts'
import { ask, origin, revocationBytes, startVerifier } from './verifiers.ts'

const url = `${origin}/pkp`

describe.skipIf(!hasRedis())('revocation', () => {
  let redis: RedisServer
  const verifiers: Guarded[] = []
  let first: Guarded
  let second: Guarded

  beforeAll(async () => {
    redis = await startRedis()
  })
  beforeEach(async () => {
    ;[first, second] = await Promise.all([start(), start()])
  })
  afterEach(async () => {
    await Promise.all(verifiers.splice(0).map((verifier) => verifier.kill()))
  })
  afterAll(() => redis.remove())

  async function start(revocations: 'redis' | 'memory' = 'redis'): Promise<Guarded> {
    const verifier = await startVerifier({ redis: redis.url, nonces: 'redis', revocations, stores: { timeoutSeconds: 5 } })
    verifiers.push(verifier)
    return verifier
  }

  const tellFirst = (statement: Parameters<ReturnType<typeof revocationSender>>[0]) =>
    revocationSender(`http://127.0.0.1:${first.port}/session/revoke`)(statement)

  const askBoth = async (sign: LoadSession['sign'], ports = [first.port, second.port]): Promise<string[]> => {
    const answers = await Promise.all(ports.map(async (port) => ask(port, await sign(url))))
    return answers.map(({ said }) => said)
  }

  /** A session that both have in memory, and that has used its delegation's name at both. */
  async function used(options: Parameters<typeof createSession>[0] = {}): Promise<LoadSession> {
    const session = await createSession({ sendRevocation: tellFirst, ...options })
    expect(await askBoth(session.signWhole)).toEqual(['200', '200'])
    await session.sign(url)
    expect(await askBoth(session.sign)).toEqual(['200', '200'])
    return session
  }

  /** Requests that were signed before their session ended: by the delegation's name, and with it whole. One each for both, and for a third. */
  async function kept(session: LoadSession): Promise<Buffer[]> {
    return Promise.all(Array.from({ length: 6 }, (_, i) => session[i < 3 ? 'sign' : 'signWhole'](url)))
  }

  async function expectRevoked(requests: readonly Buffer[], verifier: Guarded): Promise<void> {
    for (const request of requests) expect((await ask(verifier.port, request)).said).toBe('401 revoked')
  }

  it('by the key: refused at both at once, and also by a verifier that was started after it', async () => {
    const account = createSigner()
    const [session, sibling, stranger] = [await used({ signer: account }), await used({ signer: account }), await used()]
    const [a, b, c, d, e, f] = await kept(session)
    if (!a || !b || !c || !d || !e || !f) throw new Error('Six were signed.')
    await session.client.signOut({ revoke: true })
    // The one that only shares the store comes first.
    await expectRevoked([a, d], second)
    await expectRevoked([b, e], first)
    await second.kill()
    // It knows nothing but what Redis knows: the delegation has to come whole.
    await expectRevoked([f], await start())
    const [, , again] = verifiers
    if (!again) throw new Error('A third was started.')
    expect(await askBoth(sibling.signWhole, [first.port, again.port])).toEqual(['200', '200'])
    expect(await askBoth(stranger.signWhole, [first.port, again.port])).toEqual(['200', '200'])
    // The one that stayed refuses it as before.
    await expectRevoked([c], first)
  })

  it('by the wallet: all sessions of the account, at both, and no others', async () => {
    const account = createSigner()
    const [one, two, stranger] = [await used({ signer: account }), await used({ signer: account }), await used()]
    const requests = await Promise.all([one, two].map(kept))
    const statement = await askRevocation(account, { domain: 'app.example' })
    expect((await ask(first.port, revocationBytes(statement))).said).toBe('204')
    for (const [a, b, c, d, e, f] of requests) {
      if (!a || !b || !c || !d || !e || !f) throw new Error('Six were signed.')
      await expectRevoked([a, d], second)
      await expectRevoked([b, e], first)
      await expectRevoked([f], await start())
    }
    expect(await askBoth(stranger.sign)).toEqual(['200', '200'])
    // Whoever signs in after it starts anew.
    await used({ signer: account })
  })

  it('verifiers that do not share their revocations go on accepting, which this finds', async () => {
    ;[first, second] = await Promise.all([start('memory'), start('memory')])
    const session = await used()
    const [a, b] = await kept(session)
    if (!a || !b) throw new Error('Six were signed.')
    await session.client.signOut({ revoke: true })
    await expectRevoked([a], first)
    expect((await ask(second.port, b)).said).toBe('200')
  })
})
