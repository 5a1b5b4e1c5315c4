/** Session keys: where the platform has the curve it is the platform that signs, and what is no key is refused with the half that is wrong. */
import { hashes } from '@noble/ed25519'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromHex, toUtf8 } from '../../src/bytes.ts'
import { verifySessionKey } from '../../src/ed25519.ts'
import { generateSessionKeyPair, importSessionKey, type SessionKeyPair } from '../../src/keypair.ts'
import { keyOfStoredSeed, pairOfSeed, randomSeed } from '../../src/seed.ts'
import { generateStoredKey, loadStoredKey } from '../../src/stored-key.ts'
import { refusedBy } from './help.ts'

/** Public keys whose base64url has every special character, and both of some twice. */
const seeds = Array.from({ length: 64 }, (_, i) => i.toString(16).padStart(64, '5'))
const message = toUtf8('to be signed')

let pair: SessionKeyPair
let other: SessionKeyPair

beforeEach(async () => {
  pair = await generateSessionKeyPair()
  other = await generateSessionKeyPair()
})

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The platform's WebCrypto, which tells what it was asked for and gave. */
function watchedPlatform(): { readonly imported: CryptoKey[]; readonly done: string[] } {
  const { subtle } = crypto
  const [imported, done]: [CryptoKey[], string[]] = [[], []]
  const watched = {
    importKey: async (...args: Parameters<SubtleCrypto['importKey']>) => {
      const key = await subtle.importKey(...args)
      imported.push(key)
      return key
    },
    exportKey: async (format: 'jwk', key: CryptoKey) => {
      const exported = await subtle.exportKey(format, key)
      done.push('export')
      return exported
    },
    sign: async (...args: Parameters<SubtleCrypto['sign']>) => {
      done.push('sign')
      return subtle.sign(...args)
    },
  }
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto), subtle: watched })
  return { imported, done }
}

const withoutPlatform = (): void => void vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })

describe('where the platform has the curve', () => {
  it('behavior: a seed is made a key of the platform that only signs and cannot be had back', async () => {
    const { imported, done } = watchedPlatform()
    const key = await importSessionKey(pair)
    expect(imported.map(({ extractable, usages }) => ({ extractable, usages }))).toEqual([
      { extractable: true, usages: ['sign'] },
      { extractable: false, usages: ['sign'] },
    ])
    const signature = await key.sign(message)
    expect(done).toEqual(['export', 'sign'])
    expect(await verifySessionKey(pair.publicKey, message, signature)).toBe(true)
  })

  it('behavior: its public keys are those of the curve in JavaScript', async () => {
    const { done } = watchedPlatform()
    const native = await Promise.all(seeds.map(pairOfSeed))
    expect(done.length).toBe(seeds.length)
    withoutPlatform()
    expect(native).toEqual(await Promise.all(seeds.map(pairOfSeed)))
  })

  it('behavior: a public key that the platform gives in another length is not believed', async () => {
    const expected = await pairOfSeed(seeds[0] ?? '')
    const { subtle } = crypto
    for (const x of ['', 'AAAA', Buffer.alloc(31).toString('base64url'), Buffer.alloc(33).toString('base64url')]) {
      vi.stubGlobal('crypto', { subtle: { importKey: subtle.importKey.bind(subtle), exportKey: async () => ({ x }) } })
      expect(await pairOfSeed(seeds[0] ?? ''), x).toEqual(expected)
    }
    vi.stubGlobal('crypto', { subtle: { importKey: subtle.importKey.bind(subtle), exportKey: async () => ({}) } })
    expect(await pairOfSeed(seeds[0] ?? '')).toEqual(expected)
  })
})

it('behavior: the public key is what the platform says it is, in whatever letters', async () => {
  const { subtle } = crypto
  const publicKeys = [Buffer.alloc(32, 0xfb), Buffer.alloc(32, 0xff), Buffer.alloc(32, 'abc'), Buffer.from(seeds[1] ?? '', 'hex')]
  for (const bytes of publicKeys) {
    const exported = { x: bytes.toString('base64url') }
    vi.stubGlobal('crypto', { subtle: { importKey: subtle.importKey.bind(subtle), exportKey: async () => exported } })
    expect((await pairOfSeed(seeds[0] ?? '')).publicKey).toBe(bytes.toString('hex'))
  }
})

it('behavior: a key is the same whatever signs for it, and cannot be changed', async () => {
  for (const enter of [() => undefined, withoutPlatform]) {
    enter()
    for (const key of [
      await importSessionKey(pair),
      await importSessionKey(JSON.stringify(pair)),
      await keyOfStoredSeed(pair.secretKey.slice(0, 64)),
    ]) {
      expect(Object.isFrozen(key)).toBe(true)
      expect(Object.keys(key)).toEqual(['publicKey', 'sign'])
      expect(key.publicKey).toBe(pair.publicKey)
      expect(await verifySessionKey(pair.publicKey, message, await key.sign(message))).toBe(true)
    }
  }
})

it('behavior: the curve in JavaScript brings its own hash, as WebCrypto’s may be missing', async () => {
  withoutPlatform()
  const seed = pair.secretKey.slice(0, 64)
  const withoutHash = async <T>(run: () => Promise<T>): Promise<T> => {
    hashes.sha512 = undefined
    return run()
  }
  expect(await withoutHash(() => pairOfSeed(seed))).toEqual(pair)
  const key = await keyOfStoredSeed(seed)
  const signature = await withoutHash(() => key.sign(message))
  expect(await verifySessionKey(pair.publicKey, message, signature)).toBe(true)
})

it('behavior: seeds are 32 random bytes', () => {
  const made = Array.from({ length: 20 }, randomSeed)
  for (const seed of made) expect(fromHex(seed)?.length).toBe(32)
  expect(new Set(made).size).toBe(20)
})

describe('a pair that is none', () => {
  const half = 'ab'.repeat(32)
  const ofPublicKey: readonly unknown[] = [
    undefined,
    7,
    '',
    half.slice(1),
    `${half}0`,
    `${half}x`,
    `x${half}`,
    half.toUpperCase(),
    `${half.slice(1)}g`,
    [half],
  ]
  const whole = half + half
  const ofSecretKey: readonly unknown[] = [
    undefined,
    7,
    '',
    half,
    whole.slice(1),
    `${whole}0`,
    `x${whole}`,
    `${whole}x`,
    whole.toUpperCase(),
    `${whole.slice(1)}g`,
    [whole],
  ]

  it.each(ofPublicKey.map((publicKey) => ({ publicKey })))('error: publicKey $publicKey', async ({ publicKey }) => {
    const { code, details } = await refusedBy(() => importSessionKey({ ...pair, publicKey: publicKey as string }))
    expect({ code, details }).toEqual({ code: 'key-malformed', details: { reason: expect.stringMatching(/^publicKey /) } })
  })

  it.each(ofSecretKey.map((secretKey) => ({ secretKey })))('error: secretKey $secretKey', async ({ secretKey }) => {
    const { code, details } = await refusedBy(() => importSessionKey({ ...pair, secretKey: secretKey as string }))
    expect({ code, details }).toEqual({ code: 'key-malformed', details: { reason: expect.stringMatching(/^secretKey is not/) } })
  })

  it('error: halves that do not belong together, either of them', async () => {
    const seed = pair.secretKey.slice(0, 64)
    const wrong = [
      { publicKey: other.publicKey, secretKey: pair.secretKey },
      { publicKey: pair.publicKey, secretKey: seed + other.publicKey },
      { publicKey: other.publicKey, secretKey: seed + other.publicKey },
      { publicKey: pair.publicKey, secretKey: other.secretKey.slice(0, 64) + pair.publicKey },
    ]
    for (const one of wrong) {
      const { code, details } = await refusedBy(() => importSessionKey(one))
      expect({ code, details }).toEqual({ code: 'key-malformed', details: { reason: expect.stringMatching(/^secretKey does not belong/) } })
    }
  })

  it('error: no JSON, and JSON of something else', async () => {
    const reasons = []
    for (const text of ['', '{', `${JSON.stringify(pair)}x`, 'null', '7', '[]', '"x"']) {
      const { code, details } = await refusedBy(() => importSessionKey(text))
      expect(code).toBe('key-malformed')
      reasons.push((details as { reason: string }).reason)
    }
    expect(new Set(reasons.slice(0, 3)).size).toBe(1)
    expect(new Set(reasons.slice(3)).size).toBe(1)
    expect(reasons[0]).not.toBe(reasons[3])
  })
})

describe('a key that a storage kept', () => {
  it('error: a seed that is none', async () => {
    for (const seed of ['', 'ab', 'ab'.repeat(31), 'ab'.repeat(33), `${'ab'.repeat(31)}ag`, 'AB'.repeat(32)]) {
      for (const run of [() => keyOfStoredSeed(seed), () => loadStoredKey({ type: 'seed', seed })]) {
        const { code, details } = await refusedBy(run)
        expect({ code, details }).toEqual({ code: 'key-malformed', details: { reason: expect.stringMatching(/./) } })
      }
    }
  })

  it('behavior: in the form asked for, and read back as the key that signs', async () => {
    for (const form of ['handle', 'seed'] as const) {
      const stored = await generateStoredKey(form)
      expect(stored.type).toBe(form)
      const key = await loadStoredKey(stored)
      expect(await verifySessionKey(key.publicKey, message, await key.sign(message))).toBe(true)
      if (stored.type === 'handle') {
        expect(key.publicKey).toBe(stored.publicKey)
        expect(stored.privateKey.extractable).toBe(false)
        expect(stored.privateKey.usages).toEqual(['sign'])
      }
    }
  })

  it('error: a handle that signs for another key, or for none', async () => {
    const stored = await generateStoredKey('handle')
    for (const publicKey of [other.publicKey, '', 'zz', '00'.repeat(32)]) {
      const { code, details } = await refusedBy(() => loadStoredKey({ ...stored, publicKey } as typeof stored))
      expect({ code, details }).toEqual({ code: 'key-malformed', details: { reason: expect.stringMatching(/./) } })
    }
  })

  it('error: a handle that somebody could export, though it signs', async () => {
    const { privateKey, publicKey } = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
    const name = Buffer.from(await crypto.subtle.exportKey('raw', publicKey)).toString('hex')
    expect((await refusedBy(() => loadStoredKey({ type: 'handle', publicKey: name, privateKey }))).code).toBe('key-malformed')
  })

  it('behavior: where the platform has no curve there is a seed in place of a handle', async () => {
    withoutPlatform()
    expect(await generateStoredKey('handle')).toEqual({ type: 'seed', seed: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })
})
