/** The verifier on the web's `Request`, where a test can hold its clock and its stores. */
import { issueSessionSig, type KeyDelegation, revokeSessionKey, SessionError } from '@session-sigs/core'
import { createVerifier, type NonceAnswer } from '@session-sigs/core/verify'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRequestVerifier, memoryNonces, memoryRevocations, type RequestVerifierOptions, verifyRequest } from '../src/verify.ts'
import { countingNonces } from './servers.ts'
import { alice, type Draft, digestOf, domain, newClient, newSession, packed, requestOf, resource, seconds, sign } from './signing.ts'

const origin = 'https://api.example'
const url = `${origin}/pkp`
const options = (changes: Partial<RequestVerifierOptions> = {}): RequestVerifierOptions => ({
  origin,
  domains: [domain],
  nonces: memoryNonces(),
  ...changes,
})

let session: KeyDelegation
beforeAll(async () => {
  session = await newSession()
})
afterEach(() => {
  vi.useRealTimers()
})

const signed = async (draft: Draft = {}, by = session): Promise<Request> => requestOf(await sign(by, url, draft))

describe('verifyRequest', () => {
  it('default', async () => {
    const verified = await verifyRequest(await signed(), { ...options(), resource })
    expect(verified).toMatchObject({
      address: alice.address,
      chainId: 1,
      sessionKey: session.key.publicKey,
      resource,
      domain,
      revocationAsOf: null,
    })
    expect(Object.isFrozen(verified)).toBe(true)
  })

  it('gives the same as core does', async () => {
    const now = new Date()
    const [issuedAt, expiration] = [0, 60_000].map((later) => new Date(Math.floor(now.getTime() / 1000) * 1000 + later).toISOString()) as [
      string,
      string,
    ]
    const sig = await issueSessionSig(session.key, {
      resources: [resource],
      capabilities: session.capabilities,
      issuedAt,
      expiration,
      nodeAddress: origin,
    })
    const cores = await createVerifier({ audience: origin, domains: [domain] }).verify(sig, { resource, now })
    const request = await signed({ created: Date.parse(issuedAt) / 1000, life: 60 })
    expect(await verifyRequest(request, { ...options(), resource, now })).toEqual(cores)
  })

  it('remembers no delegation', async () => {
    const nonces = memoryNonces()
    await verifyRequest(await signed(), { ...options({ nonces }), resource })
    await expect(verifyRequest(await signed({ by: 'id' }), { ...options({ nonces }), resource })).rejects.toMatchObject({
      code: 'delegation-unknown',
    })
  })

  it('leaves the body to who comes next, in any way of reading', async () => {
    for (const read of ['text', 'json', 'arrayBuffer', 'blob', 'bytes', 'stream'] as const) {
      const request = await signed({ body: '{"a":1}' })
      await verifyRequest(request, { ...options(), resource })
      expect(request.bodyUsed).toBe(false)
      if (read === 'stream') {
        const parts: Uint8Array[] = []
        for await (const part of request.body ?? []) parts.push(part)
        expect(Buffer.concat(parts).toString()).toBe('{"a":1}')
      } else if (read === 'bytes') expect(Buffer.from(await request.clone().arrayBuffer()).toString()).toBe('{"a":1}')
      else expect(await request[read]()).toBeTruthy()
    }
  })

  it('error: TypeError for a body that was read before', async () => {
    const request = await signed({ body: 'x' })
    await request.text()
    await expect(verifyRequest(request, { ...options(), resource })).rejects.toThrow(TypeError)
  })

  it.each<[string, unknown]>([
    ['none', undefined],
    ['no origin', { ...options(), origin: undefined }],
    ['an origin with a slash', options({ origin: `${origin}/` })],
    ['an origin in capitals', options({ origin: 'https://API.example' })],
    ['an origin with its own port', options({ origin: 'https://api.example:443' })],
    ['an origin with a query', options({ origin: `${origin}/a?b` })],
    ['an origin that is no web page', options({ origin: 'ftp://api.example' })],
    ['no origins', options({ origin: [] })],
    ['origins of which one is wrong', options({ origin: [origin, 'api.example'] })],
    ['no nonces', { ...options(), nonces: undefined }],
    ['nonces that are none', { ...options(), nonces: {} }],
    ['revocations that are half', { ...options(), revocations: { find: () => undefined } }],
    ['two ways to ask about revocation', options({ revocations: memoryRevocations(), isRevoked: () => false })],
    ['no domains', { ...options(), domains: undefined }],
    ['an unknown option', { ...options(), origins: [origin] }],
    ['an audience', { ...options(), audience: origin }],
    ['a lifetime', { ...options(), maxLifetimeSeconds: 10 }],
    ['a size below 0', options({ maxBodyBytes: -1 })],
    ['a size that is none', options({ maxBodyBytes: Number.NaN })],
    ['explain that is no boolean', { ...options(), explain: 'no' }],
    ['session signatures without an audience', { ...options(), sessionSigs: {} }],
    ['an unknown option of session signatures', { ...options(), sessionSigs: { audience: origin, fields: 'x' } }],
    ['a field without a name', options({ sessionSigs: { audience: origin, field: '' } })],
  ])('error: TypeError for options: %s', async (_, given) => {
    expect(() => createRequestVerifier(given as RequestVerifierOptions)).toThrow(TypeError)
  })
})

describe('time', () => {
  const now = seconds()
  const at = async (draft: Draft): Promise<unknown> =>
    verifyRequest(await signed(draft), {
      ...options({ nonces: memoryNonces({ now: () => new Date(now * 1000) }) }),
      resource,
      now: new Date(now * 1000),
    }).then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    )

  it('is exact to the second, with a minute for clocks', async () => {
    expect(await at({ created: now + 60 })).toBe('accepted')
    expect(await at({ created: now + 61 })).toBe('session-sig-not-yet-valid')
    expect(await at({ created: now - 300, life: 240 })).toBe('accepted')
    expect(await at({ created: now - 300, life: 239 })).toBe('session-sig-expired')
    expect(await at({ created: now - 360, life: 300 })).toBe('accepted')
    expect(await at({ created: now - 361, life: 300 })).toBe('session-sig-expired')
    expect(await at({ created: now, life: 300 })).toBe('accepted')
    expect(await at({ created: now, life: 301 })).toBe('session-sig-lifetime')
  })

  it("a delegation's end counts every time, also when it is known", async () => {
    const verifier = createRequestVerifier(options())
    await verifier.verify(await signed(), { resource })
    const later = Math.floor(Date.now() / 1000) + 25 * 3600
    const late = await signed({ created: later, by: 'id' })
    await expect(verifier.verify(late, { resource, now: new Date(later * 1000) })).rejects.toMatchObject({ code: 'delegation-expired' })
  })
})

describe('nonces', () => {
  it('are named by key and nonce, for as long as the signature can be accepted', async () => {
    const asked: unknown[] = []
    const consume = (...given: unknown[]): NonceAnswer => {
      asked.push(given)
      return 'fresh'
    }
    const created = seconds()
    await verifyRequest(await signed({ created, life: 100, nonce: 'n'.repeat(128) }), {
      ...options({ nonces: { consume }, clockToleranceSeconds: 7 }),
      resource,
    })
    expect(asked).toEqual([[`${session.key.publicKey}:${'n'.repeat(128)}`, { createdAt: created * 1000, until: (created + 107) * 1000 }]])
  })

  it('are asked last, after the resource and revocation', async () => {
    const order: string[] = []
    const counted = countingNonces()
    const nonces = {
      consume: (...given: Parameters<typeof counted.consume>) => {
        order.push('nonce')
        return counted.consume(...given)
      },
    }
    const isRevoked = (): boolean => {
      order.push('revocation')
      return false
    }
    const asked = (): string => {
      order.push('resource')
      return resource
    }
    await createRequestVerifier(options({ nonces, isRevoked })).verify(await signed({ body: 'x' }), { resource: asked })
    expect(order).toEqual(['resource', 'revocation', 'nonce'])
  })

  it('a full store takes nothing more, and lets nothing through', async () => {
    const verifier = createRequestVerifier(options({ nonces: memoryNonces({ maxEntries: 2 }) }))
    for (let i = 0; i < 2; i++) await verifier.verify(await signed(), { resource })
    const error = await verifier.verify(await signed(), { resource }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'verifier-unavailable' })
    expect(verifier.respond(error).status).toBe(503)
  })

  it('are not used up by what is refused', async () => {
    const revocations = memoryRevocations()
    const verifier = createRequestVerifier(options({ revocations }))
    const request = await sign(session, url, { body: 'right' })
    const wrongs: [Request, string][] = [
      [requestOf({ ...request, body: 'wrong' }), resource],
      [requestOf({ ...request, method: 'PUT' }), resource],
      [requestOf(request), 'litPKP://7'],
    ]
    for (const [wrong, asked] of wrongs) await expect(verifier.verify(wrong, { resource: asked })).rejects.toBeInstanceOf(SessionError)
    await expect(verifier.verify(requestOf(request), { resource })).resolves.toMatchObject({ address: alice.address })
    await expect(verifier.verify(requestOf(request), { resource })).rejects.toMatchObject({ code: 'nonce-used' })
  })
})

describe('stores that do not answer', () => {
  const never = new Promise<never>(() => undefined)
  it.each<[string, Partial<RequestVerifierOptions>]>([
    ['nonces', { nonces: { consume: () => never } }],
    ['revocations', { revocations: { find: () => never, revoke: () => never } }],
    ['isRevoked', { isRevoked: () => never }],
  ])('%s: 503, after five seconds', async (_, changes) => {
    const verifier = createRequestVerifier(options(changes))
    const request = await signed()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let error: unknown
    const done = verifier.verify(request, { resource }).catch((thrown: unknown) => {
      error = thrown
    })
    // The checks before it take threads of their own, so the timer is waited for.
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(4900)
    expect(error).toBeUndefined()
    await vi.advanceTimersByTimeAsync(200)
    await done
    expect(error).toMatchObject({ code: 'verifier-unavailable' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a revocation that cannot be stored: 503', async () => {
    const verifier = createRequestVerifier(options({ revocations: { find: () => never, revoke: () => never } }))
    const body = JSON.stringify(await revokeSessionKey(session.key))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let answer: Response | undefined
    const done = verifier.revoke(new Request(`${origin}/revoke`, { method: 'POST', body })).then((given) => {
      answer = given
    })
    // The body's own timer comes first, and is gone before the store is asked.
    while (answer === undefined) {
      await new Promise((resolve) => setImmediate(resolve))
      await vi.advanceTimersByTimeAsync(500)
    }
    await done
    expect(answer.status).toBe(503)
  })

  it('leave no timer behind where they answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const slow = memoryNonces()
    const nonces = { consume: async (...given: Parameters<typeof slow.consume>) => slow.consume(...given) }
    await verifyRequest(await signed({ body: 'x' }), { ...options({ nonces, isRevoked: async () => false }), resource })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('bodies', () => {
  /** A request whose body comes as the source says. */
  async function streamed(source: UnderlyingDefaultSource<Uint8Array>, body: string, length?: number): Promise<Request> {
    const { headers } = await sign(session, url, { body })
    const fields = { ...headers, ...(length === undefined ? {} : { 'content-length': String(length) }) }
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: fields,
      body: new ReadableStream(source, { highWaterMark: 0 }),
      duplex: 'half',
    }
    return new Request(url, init)
  }

  it('in pieces', async () => {
    const parts = ['a', '', 'bc', 'd'].map((text) => new TextEncoder().encode(text))
    const request = await streamed(
      {
        pull(controller) {
          const part = parts.shift()
          if (part === undefined) controller.close()
          else if (part.length > 0) controller.enqueue(part)
          else controller.enqueue(new Uint8Array(0))
        },
      },
      'abcd',
    )
    await verifyRequest(request, { ...options(), resource })
    expect(await request.text()).toBe('abcd')
  })

  it('error: too large is refused as soon as it is there, and no more is asked for', async () => {
    let pulled = 0
    const request = await streamed(
      {
        pull(controller) {
          pulled += 1
          controller.enqueue(new Uint8Array(1000))
        },
      },
      'x',
    )
    const verifier = createRequestVerifier(options({ maxBodyBytes: 5000 }))
    const error = await verifier.verify(request, { resource }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'input-too-large', details: { limit: 5000 } })
    expect(verifier.respond(error).status).toBe(413)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pulled).toBeLessThan(10)
  })

  it('error: too large by what it says of itself is not read', async () => {
    let pulled = 0
    const request = await streamed(
      {
        pull: () => {
          pulled += 1
        },
      },
      'x',
      5001,
    )
    await expect(verifyRequest(request, { ...options({ maxBodyBytes: 5000 }), resource })).rejects.toMatchObject({
      code: 'input-too-large',
    })
    expect(pulled).toBe(0)
  })

  it('error: slow, or broken off', async () => {
    const slow = await streamed({ pull: () => new Promise(() => undefined) }, 'x')
    const verifier = createRequestVerifier(options({ bodySeconds: 0.05 }))
    const error = await verifier.verify(slow, { resource }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'body-incomplete' })
    expect(verifier.respond(error).status).toBe(408)
    const broken = await streamed({ pull: (controller) => controller.error(new Error('reset')) }, 'x')
    await expect(verifyRequest(broken, { ...options(), resource })).rejects.toMatchObject({ code: 'body-incomplete' })
  })

  it('a resource is found out from what was signed, and from nothing else', async () => {
    const asked = vi.fn((body: { text(): string }) => `litPKP://${body.text()}`)
    const verifier = createRequestVerifier(options())
    const request = await sign(session, url, { body: '42' })
    await expect(verifier.verify(requestOf({ ...request, body: '7' }), { resource: asked })).rejects.toMatchObject({
      code: 'body-mismatch',
    })
    expect(asked).not.toHaveBeenCalled()
    await expect(verifier.verify(requestOf(request), { resource: asked })).resolves.toMatchObject({ resource: 'litPKP://42' })
    await expect(verifier.verify(await signed({ body: '*x' }), { resource: asked })).rejects.toMatchObject({ code: 'resource-wildcard' })
    // What a function does wrong is no client's doing.
    const boom = new Error('the database is gone')
    await expect(verifier.verify(await signed(), { resource: () => Promise.reject(boom) })).rejects.toBe(boom)
    await expect(verifier.verify(await signed(), { resource: () => undefined as never })).rejects.toThrow(TypeError)
    await expect(verifier.verify(await signed(), { resource: 'nonsense' })).rejects.toThrow(TypeError)
  })

  it('a resource of the second form', async () => {
    const resource = { resource: 'lit-pkp://42', ability: 'pkp-signing' }
    const client = newClient()
    await client.signIn({ resourceAbilityRequests: [{ resource: { resource: '42', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }] })
    const request = await signed({}, await client.getDelegation())
    await expect(verifyRequest(request, { ...options(), resource: () => resource })).resolves.toMatchObject(resource)
    // One of the first form grants no abilities.
    await expect(verifyRequest(await signed(), { ...options(), resource })).rejects.toBeInstanceOf(SessionError)
    await expect(verifyRequest(await signed(), { ...options(), resource: { ...resource, ability: 'nonsense' } })).rejects.toThrow(TypeError)
  })

  it('both digests have to be right', async () => {
    const digest = `${digestOf('x')}, ${digestOf('x', 'sha512')}`
    await verifyRequest(await signed({ body: 'x', headers: { 'content-digest': digest } }), { ...options(), resource })
    for (const wrong of [digestOf('y'), digestOf('y', 'sha512')]) {
      const mixed = wrong.startsWith('sha-256') ? `${wrong}, ${digestOf('x', 'sha512')}` : `${digestOf('x')}, ${wrong}`
      await expect(
        verifyRequest(await signed({ body: 'x', headers: { 'content-digest': mixed } }), { ...options(), resource }),
      ).rejects.toMatchObject({
        code: 'body-mismatch',
      })
    }
  })
})

describe('known delegations', () => {
  it("an id is no key: somebody else's delegation by its name", async () => {
    const verifier = createRequestVerifier(options())
    const thief = await newSession(['litPKP://7'])
    await verifier.verify(await signed(), { resource })
    const stolen = await signed({ by: 'id', headers: { 'session-delegation-id': packed(session).id } }, thief)
    await expect(verifier.verify(stolen, { resource })).rejects.toMatchObject({ code: 'delegation-key-mismatch' })
    // And that did not make the thief's key the one that is known.
    await expect(verifier.verify(await signed({ by: 'id' }), { resource })).resolves.toMatchObject({ sessionKey: session.key.publicKey })
  })

  it.each([true, false])('what was granted once is a grant of nothing else, and at no other time (explained: %s)', async (explain) => {
    const revocations = memoryRevocations()
    const verifier = createRequestVerifier(options({ explain, revocations }))
    const [mine, created] = [await newSession(['litPKP://42', 'litPKP://43']), seconds()]
    const ask = async (asked: string | { resource: string; ability: string }, at = created): Promise<string> =>
      verifier
        .verify(await signed({ created: at, by: at === created ? 'id' : 'whole' }, mine), { resource: asked, now: new Date(at * 1000) })
        .then(
          (verified) => `${verified.resource} ${verified.ability ?? ''}`.trim(),
          (error: { code: string }) => error.code,
        )
    await verifier.verify(await signed({}, mine), { resource })
    expect(await ask('litPKP://42')).toBe('litPKP://42')
    expect(await ask('litPKP://43')).toBe('litPKP://43')
    expect(await ask('litPKP://44')).toBe('delegation-scope')
    expect(await ask('litAction://42')).toBe('delegation-scope')
    expect(await ask('litPKP://42')).toBe('litPKP://42')
    expect(await ask({ resource: 'lit-pkp://42', ability: 'pkp-signing' })).not.toContain('lit-pkp')
    expect(await ask('litPKP://42', created - 3600)).toBe('delegation-not-yet-valid')
    expect(await ask('litPKP://42', created + 25 * 3600)).toBe('delegation-expired')
    expect(await ask('litPKP://42')).toBe('litPKP://42')
    const until = Date.now() + 86_400_000
    await revocations.revoke(`all:${alice.address.toLowerCase()}`, { before: Date.now() + 1000, until })
    expect(await ask('litPKP://42')).toBe('revoked')
  })

  it('what was refused is not known', async () => {
    const verifier = createRequestVerifier(options())
    await expect(verifier.verify(await signed(), { resource: 'litPKP://7' })).rejects.toMatchObject({ code: 'delegation-scope' })
    await expect(verifier.verify(await signed({ by: 'id' }), { resource })).rejects.toMatchObject({ code: 'delegation-unknown' })
  })

  it('the least recently used is forgotten first', async () => {
    const sessions = await Promise.all(Array.from({ length: 3 }, () => newSession()))
    const [a, b, c] = sessions as [KeyDelegation, KeyDelegation, KeyDelegation]
    const known = async (bytes: number): Promise<string> => {
      const verifier = createRequestVerifier(options({ delegationBytes: bytes }))
      for (const one of [a, b]) await verifier.verify(await signed({}, one), { resource })
      await verifier.verify(await signed({ by: 'id' }, a), { resource }).catch(() => undefined)
      await verifier.verify(await signed({}, c), { resource })
      const verdicts = sessions.map(async (one) =>
        verifier.verify(await signed({ by: 'id' }, one), { resource }).then(
          () => 'known',
          () => 'forgotten',
        ),
      )
      return (await Promise.all(verdicts)).join(' ')
    }
    const one = 8 * JSON.stringify(a.capabilities).length + 4096 + 3072
    expect(await known(0)).toBe('forgotten forgotten forgotten')
    expect(await known(one * 1.2)).toBe('forgotten forgotten known')
    expect(await known(one * 2.2)).toBe('known forgotten known')
    expect(await known(one * 4)).toBe('known known known')
  })
})

describe('answers', () => {
  it('a refusal of this verifier, with its checks where they are shown', async () => {
    for (const explain of [true, false]) {
      const verifier = createRequestVerifier(options({ explain }))
      const error = await verifier.verify(await signed(), { resource: 'litPKP://7' }).catch((error: unknown) => error)
      const response = verifier.respond(error)
      expect(response.status).toBe(403)
      const problem = await response.json()
      expect(problem).toMatchObject({ code: 'delegation-scope', missing: ['litPKP://7'] })
      expect([problem.details !== undefined, Array.isArray(problem.checks)]).toEqual([explain, explain])
    }
  })

  it('what is no refusal is thrown on', () => {
    const verifier = createRequestVerifier(options())
    for (const error of [new TypeError('x'), new Error('x'), undefined, 'x', { code: 'revoked' }]) {
      const answer = (): Response => verifier.respond(error)
      expect(answer).toThrow()
    }
    expect(verifier.respond(new SessionError('revoked', { address: alice.address })).status).toBe(401)
  })

  it('the realm is an origin, not what the request says', async () => {
    const verifier = createRequestVerifier(options({ origin: ['https://a.example/x', origin] }))
    const error = await verifier.verify(new Request('https://evil.example/"'), { resource }).catch((error: unknown) => error)
    expect(verifier.respond(error).headers.get('www-authenticate')).toBe(
      'SessionSig realm="https://a.example/x", error="signature-missing"',
    )
  })

  it('revocations', async () => {
    const mine = await newSession()
    const verifier = createRequestVerifier(options({ revocations: memoryRevocations() }))
    const before = await verifier.verify(await signed({}, mine), { resource })
    expect(Math.abs(Date.parse(before.revocationAsOf ?? '') - Date.now())).toBeLessThan(5000)
    const body = JSON.stringify(await revokeSessionKey(mine.key))
    const post = (init: RequestInit): Promise<Response> => verifier.revoke(new Request(`${origin}/revoke`, { method: 'POST', ...init }))
    expect((await post({ body, method: 'PUT' })).status).toBe(400)
    expect((await verifier.revoke(new Request(`${origin}/revoke`))).status).toBe(400)
    expect((await post({ body: body.slice(1) })).status).toBe(400)
    expect((await post({ body: body.replace(/"sig":"../, '"sig":"00') })).status).toBeGreaterThanOrEqual(400)
    await verifier.verify(await signed({}, mine), { resource })
    expect((await post({ body })).status).toBe(204)
    await expect(verifier.verify(await signed({ by: 'id' }, mine), { resource })).rejects.toMatchObject({ code: 'revoked' })
    await expect(createRequestVerifier(options()).revoke(new Request(`${origin}/revoke`, { method: 'POST', body }))).rejects.toThrow(
      TypeError,
    )
  })
})
