import { afterEach, expect, it, vi } from 'vitest'
import { fromHex, toHex } from '../src/bytes.ts'
import { verifySessionKey } from '../src/ed25519.ts'
import { importSessionKey } from '../src/keypair.ts'
import { describeVectors, loadVectors } from './vectors.ts'

interface Case {
  name: string
  seed?: string
  publicKey: string
  message: string
  signature: string
  lit: 'accept' | 'reject'
}

const files = ['rfc8032', 'sign-input', 'speccheck', 'wycheproof', 'zip215-small-order']
const bytes = (hex: string) => fromHex(hex) ?? expect.fail(`not hex: ${hex}`)

/** A platform without ed25519, as it looks to us: WebCrypto is there and knows no such algorithm, or is not there at all. */
const withoutNode = (): void => void vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
const platforms: Record<string, () => void> = {
  'native, Node': () => undefined,
  'native, WebCrypto': withoutNode,
  'software, WebCrypto without the curve': () => {
    withoutNode()
    const unsupported = () => Promise.reject(new DOMException('Unrecognized algorithm name', 'NotSupportedError'))
    vi.stubGlobal('crypto', {
      getRandomValues: crypto.getRandomValues.bind(crypto),
      subtle: { importKey: unsupported, generateKey: unsupported },
    })
  },
  'software, no WebCrypto': () => {
    withoutNode()
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  },
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describeVectors('vectors/ed25519', () => {
  const cases = files.flatMap((file) => loadVectors<{ cases: Case[] }>(`ed25519/${file}.json`).cases)

  it('are all there', () => {
    expect(cases.length).toBe(427)
  })

  for (const [platform, enter] of Object.entries(platforms)) {
    it(`verify as column lit says: ${platform}`, async () => {
      enter()
      const wrong: string[] = []
      for (const { name, publicKey, message, signature, lit } of cases) {
        const isValid = await verifySessionKey(publicKey, bytes(message), bytes(signature))
        if (isValid !== (lit === 'accept')) wrong.push(name)
      }
      expect(wrong).toEqual([])
    })

    it(`sign what RFC 8032 fixes: ${platform}`, async () => {
      enter()
      let count = 0
      for (const { seed, publicKey, message, signature } of cases) {
        if (seed === undefined) continue
        const key = await importSessionKey({ publicKey, secretKey: seed + publicKey })
        expect(toHex(await key.sign(bytes(message)))).toBe(signature)
        count++
      }
      expect(count).toBe(68)
    })
  }
})
