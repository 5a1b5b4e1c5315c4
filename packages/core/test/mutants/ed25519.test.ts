/** Strict ed25519: what is refused before any curve is asked, and which curve is asked then. A curve that says yes to everything shows what came so far. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { concat, fromHex, toUtf8 } from '../../src/bytes.ts'
import { prepareSessionKey, readyKey, verifySessionKey } from '../../src/ed25519.ts'
import { generateSessionKeyPair, importSessionKey, type SessionKeyPair } from '../../src/keypair.ts'
import { sodium } from '../plugged.ts'

const prime = 2n ** 255n - 19n
const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n
const littleEndian = (value: bigint): string => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex')
const bytesOf = (hex: string) => fromHex(hex) ?? expect.fail(`no hex: ${hex}`)
/** The same y, of the point on the other side. */
const negative = (hex: string): string => hex.slice(0, 62) + (Number.parseInt(hex.slice(62), 16) ^ 0x80).toString(16).padStart(2, '0')

const message = toUtf8('signed')
const [goodPoint, goodS] = ['66'.repeat(32), littleEndian(7n)]
const isLetThrough = (publicKey: string, r = goodPoint, s = goodS): Promise<boolean> =>
  prepareSessionKey(publicKey, { ed25519: () => true }).verify(message, bytesOf(r + s))

const small = [0n, 1n, prime - 1n]
  .map(littleEndian)
  .concat(
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  )

describe('what is let through to a curve', () => {
  it('behavior: a key and an R that are a point’s one encoding, of a large order', async () => {
    const good = [2n, 3n, prime - 2n, 2n ** 200n, 0x05n * 2n ** 248n, 0x7an * 2n ** 248n, 0x7fn * 2n ** 248n, 255n].map(littleEndian)
    const wrong = [...small, ...[prime, prime + 1n, prime + 18n].map(littleEndian)]
    for (const [encodings, verdict] of [
      [good, true],
      [wrong, false],
    ] as const)
      for (const encoding of encodings)
        for (const point of [encoding, negative(encoding)])
          expect([point, await isLetThrough(point), await isLetThrough(goodPoint, point)]).toEqual([point, verdict, verdict])
  })

  it('behavior: an S below the order of the group', async () => {
    for (const s of [0n, 1n, order - 1n, order - 2n ** 8n, 2n ** 252n, 2n ** 251n])
      expect(await isLetThrough(goodPoint, goodPoint, littleEndian(s)), String(s)).toBe(true)
    const wrong = [order, order + 1n, order + 2n ** 8n, 0x11n * 2n ** 248n, 2n ** 253n, 2n ** 255n, 2n ** 256n - 1n, order + 2n ** 130n]
    for (const s of wrong) expect(await isLetThrough(goodPoint, goodPoint, littleEndian(s)), String(s)).toBe(false)
  })

  it('error: of another length, or no hex', async () => {
    for (const key of [
      '',
      goodPoint.slice(2),
      `${goodPoint}66`,
      goodPoint.slice(1),
      'gg'.repeat(32),
      goodPoint.toUpperCase().replace('66', 'AA'),
    ]) {
      expect(await isLetThrough(key), key).toBe(false)
      expect(readyKey(key).publicKey).toBe(key)
    }
    const { verify } = prepareSessionKey(goodPoint, { ed25519: () => true })
    const good = bytesOf(goodPoint + goodS)
    expect(await verify(message, good)).toBe(true)
    for (const bad of [good.slice(1), good.slice(0, 63), concat(good, [0]), new Uint8Array()])
      expect(await verify(message, bad)).toBe(false)
    const prepared = prepareSessionKey(goodPoint)
    expect([Object.isFrozen(prepared), prepared.publicKey, readyKey(goodPoint).publicKey]).toEqual([true, goodPoint, goodPoint])
  })
})

describe('which curve is asked', () => {
  let pair: SessionKeyPair
  let signature: Uint8Array<ArrayBuffer>
  let forged: Uint8Array<ArrayBuffer>

  beforeAll(async () => {
    pair = await generateSessionKeyPair()
    const key = await importSessionKey(pair)
    signature = await key.sign(message)
    forged = await key.sign(toUtf8('another'))
  })

  afterEach(() => {
    vi.unstubAllGlobals()
  })

  const verdicts = async (verify: (message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => boolean | Promise<boolean>) => [
    await verify(message, signature),
    await verify(message, forged),
    await verify(message, signature),
  ]

  it('behavior: one that is plugged in is believed where it says yes or no, at once or later', async () => {
    for (const says of [true, false])
      for (const ed25519 of [() => says, async () => says])
        expect(await verdicts(prepareSessionKey(pair.publicKey, { ed25519 }).verify)).toEqual([says, says, says])
    expect(await verdicts(prepareSessionKey(pair.publicKey, sodium).verify)).toEqual([true, false, true])
    expect(await verifySessionKey(pair.publicKey, message, forged, () => true)).toBe(true)
    expect(typeof readyKey(pair.publicKey, () => true).check(message, signature)).toBe('boolean')
  })

  it('behavior: one that throws, or says neither, is passed over, and cannot change what is judged after it', async () => {
    const failing = [
      () => {
        throw new Error('no')
      },
      () => Promise.reject(new Error('no')),
      () => 'yes',
      () => undefined,
      () => 1,
      async () => 'no',
      async () => undefined,
    ]
    for (const [i, fail] of failing.entries()) {
      const ed25519 = (...given: Uint8Array[]) => {
        for (const bytes of given) bytes.fill(0)
        return fail() as unknown as boolean
      }
      expect(await verdicts(prepareSessionKey(pair.publicKey, { ed25519 }).verify), String(i)).toEqual([true, false, true])
    }
  })

  it('behavior: Node’s own, with a key that is made once', async () => {
    const node = process.getBuiltinModule('node:crypto')
    const calls: string[] = []
    const watched = {
      createPublicKey: (key: Parameters<typeof node.createPublicKey>[0]) => {
        calls.push('key')
        return node.createPublicKey(key)
      },
      verify: (...args: Parameters<typeof node.verify>) => {
        calls.push('verify')
        return node.verify(...args)
      },
    }
    vi.stubGlobal('process', { ...process, getBuiltinModule: () => watched })
    expect(await verdicts(prepareSessionKey(pair.publicKey).verify)).toEqual([true, false, true])
    expect(calls).toEqual(['key', 'verify', 'verify', 'verify'])
    const failing = { ...watched, verify: (...args: unknown[]) => (args.at(-1) as (error: Error) => void)(new Error('no')) }
    vi.stubGlobal('process', { ...process, getBuiltinModule: () => failing })
    expect(await verdicts(prepareSessionKey(pair.publicKey).verify)).toEqual([true, false, true])
  })

  it('behavior: WebCrypto’s where there is no Node or it has not got the curve, with a key that is made once', async () => {
    const { subtle } = crypto
    const without = {
      createPublicKey: () => {
        throw new Error('no such curve')
      },
    }
    for (const stub of [undefined, {}, { getBuiltinModule: () => undefined }, { getBuiltinModule: () => without }]) {
      const calls: string[] = []
      const importKey = (...args: Parameters<SubtleCrypto['importKey']>) => {
        calls.push('import')
        return subtle.importKey(...args)
      }
      const verify = (...args: Parameters<SubtleCrypto['verify']>) => {
        calls.push('verify')
        return subtle.verify(...args)
      }
      vi.stubGlobal('crypto', { subtle: { importKey, verify } })
      const prepared = prepareSessionKey(pair.publicKey)
      // Only while the platform is looked at: what runs the tests needs its `process`.
      const found = await verdicts((message, signature) => {
        const { process } = globalThis
        Object.assign(globalThis, { process: stub })
        try {
          return prepared.verify(message, signature)
        } finally {
          Object.assign(globalThis, { process })
        }
      })
      vi.unstubAllGlobals()
      expect(found).toEqual([true, false, true])
      expect(calls).toEqual(['import', 'verify', 'verify', 'verify'])
    }
  })

  it('behavior: the one in JavaScript where WebCrypto gives up', async () => {
    const { subtle } = crypto
    const verify = () => Promise.reject(new Error('no'))
    for (const other of [{ importKey: subtle.importKey.bind(subtle), verify }, { importKey: verify }, undefined]) {
      const prepared = prepareSessionKey(pair.publicKey)
      vi.stubGlobal('crypto', { subtle: other })
      vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
      const found = await verdicts(prepared.verify)
      vi.unstubAllGlobals()
      expect(found).toEqual([true, false, true])
    }
  })
})
