/** Wallet signatures: the one spelling that each has, and what is believed of a curve that is plugged in. */
import { describe, expect, it } from 'vitest'
import { readCurves } from '../../src/curves.ts'
import { recoverAddress } from '../../src/wallet-signature.ts'
import { alice } from '../wallet.ts'

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const prime = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn
const hex = (value: bigint): string => value.toString(16).padStart(64, '0')
const pointOf = (x: bigint, y: bigint, head = '04'): Uint8Array => Uint8Array.from(Buffer.from(`${head}${hex(x)}${hex(y)}`, 'hex'))

/** The base point, whose key is 1, and the point with x = 1. */
const [gx, gy] = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
]
const addressOfOne = '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'
const oneY = 0x4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7een

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % prime]
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}

/** A point whose y is so small that y and the prime together still fit into 32 bytes. */
function pointOfSmallY(): { x: bigint; y: bigint } {
  for (let y = 1n; ; y++) {
    const cube = (y * y - 7n + prime) % prime
    // The prime is 7 more than a multiple of 9: so a cube's root is found.
    const x = power(cube, (prime + 2n) / 9n)
    if (power(x, 3n) === cube) return { x, y }
  }
}
const small = pointOfSmallY()

describe('the spelling of a signature', () => {
  const asked: unknown[] = []
  const plugged = (hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Uint8Array => {
    asked.push([hash.length, Buffer.from(signature).toString('hex'), recovery])
    return pointOf(gx, gy)
  }
  const recover = (signature: string) => recoverAddress('text', signature, plugged)

  it('behavior: r and s within the order, s in its lower half, to the last number', async () => {
    const half = (order - 1n) / 2n
    for (const [r, s] of [
      [1n, 1n],
      [order - 1n, half],
      [1n, half],
      [order - 1n, 1n],
    ] as const)
      expect(await recover(`0x${hex(r)}${hex(s)}1b`)).toBe(addressOfOne)
    const before = asked.length
    for (const [r, s] of [
      [0n, 1n],
      [1n, 0n],
      [0n, 0n],
      [order, 1n],
      [1n, half + 1n],
      [order, half + 1n],
      [1n, order],
      [order + 1n, 1n],
    ] as const)
      expect(await recover(`0x${hex(r)}${hex(s)}1b`)).toBeUndefined()
    expect(asked.length).toBe(before)
  })

  it('behavior: v is 0, 1, 27 or 28, and says which point', async () => {
    const recoveries: Record<string, number> = { '00': 0, '01': 1, '1b': 0, '1c': 1 }
    for (let v = 0; v < 256; v++) {
      const text = v.toString(16).padStart(2, '0')
      asked.length = 0
      expect(await recover(`0x${hex(5n)}${hex(7n)}${text}`), text).toBe(text in recoveries ? addressOfOne : undefined)
      expect(asked).toEqual(text in recoveries ? [[32, hex(5n) + hex(7n), recoveries[text]]] : [])
    }
  })

  it('error: not 65 bytes of hex after 0x', async () => {
    const good = `0x${hex(5n)}${hex(7n)}1b`
    for (const bad of [
      '',
      '0x',
      good.slice(2),
      `${good}00`,
      good.slice(0, -2),
      good.slice(0, -1),
      `${good}0`,
      good.replace('0x', '0X'),
      good.replace('5', 'g'),
      ` ${good.slice(1)}`,
    ])
      expect(await recover(bad), bad).toBeUndefined()
    expect(await recover(`0x${good.slice(2).toUpperCase()}`)).toBe(addressOfOne)
  })
})

describe('a curve that is plugged in', () => {
  const recover = async (answer: unknown) =>
    recoverAddress(
      'text',
      await alice.signMessage({ message: 'text' }),
      () => (typeof answer === 'function' ? answer() : answer) as Uint8Array,
    )

  it('behavior: a point is believed, and so is none', async () => {
    expect(await recover(pointOf(gx, gy))).toBe(addressOfOne)
    expect(await recover(pointOf(1n, oneY))).not.toBe(alice.address.toLowerCase())
    expect(await recover(pointOf(gx, prime - gy))).not.toBe(alice.address.toLowerCase())
    for (const none of [undefined, null]) expect(await recover(none)).toBeUndefined()
  })

  it('behavior: what is no point is passed over for the curve that is built in', async () => {
    const wrong = [
      pointOf(gx, gy).slice(0, 64),
      Uint8Array.from([...pointOf(gx, gy), 0]),
      Uint8Array.from([...pointOf(gx, gy).subarray(0, 33), 0, ...pointOf(gx, gy).subarray(33)]),
      pointOf(small.x, small.y + prime),
      pointOf(gx, gy, '02'),
      pointOf(gx, gy, '05'),
      pointOf(gx, gy + 1n),
      pointOf(gx + 1n, gy),
      pointOf(0n, 0n),
      pointOf(1n + prime, oneY),
      pointOf(0n, prime),
      [...pointOf(gx, gy)],
      Buffer.from(pointOf(gx, gy)).toString('hex'),
      true,
      7,
      Promise.resolve(pointOf(gx, gy)),
      async (): Promise<never> => Promise.reject(new Error('no')),
    ]
    for (const [i, answer] of wrong.entries()) expect(await recover(answer), String(i)).toBe(alice.address.toLowerCase())
  })

  it('behavior: one that throws is passed over, and none can change what is judged after it', async () => {
    const signature = await alice.signMessage({ message: 'text' })
    const spoiling = (hash: Uint8Array, bytes: Uint8Array): Uint8Array => {
      hash.fill(0)
      bytes.fill(0)
      throw new Error('no')
    }
    for (const curve of [spoiling, undefined]) expect(await recoverAddress('text', signature, curve)).toBe(alice.address.toLowerCase())
    expect(await recoverAddress('another', signature, spoiling)).not.toBe(alice.address.toLowerCase())
  })

  it('behavior: one that answers later, in vain, is nobody’s failure', async () => {
    const unheard: unknown[] = []
    const hear = (reason: unknown): void => void unheard.push(reason)
    process.on('unhandledRejection', hear)
    const late = () => Promise.reject(new Error('late')) as unknown as Uint8Array
    expect(await recoverAddress('text', await alice.signMessage({ message: 'text' }), late)).toBe(alice.address.toLowerCase())
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })

  it('behavior: its own point of a small y is a point', async () => {
    expect(await recover(pointOf(small.x, small.y))).not.toBe(alice.address.toLowerCase())
  })

  it('error: curves that are none, by name', () => {
    for (const bad of [null, 7, 'x']) expect(() => readCurves(bad)).toThrow(/^curves is an object/)
    for (const name of ['ed448', '', 'toString'])
      expect(() => readCurves({ [name]: () => true })).toThrow(`There is no curve "${name}"; known are ed25519, secp256k1.`)
    for (const name of ['ed25519', 'secp256k1']) {
      for (const bad of [null, true, {}, 'x']) expect(() => readCurves({ [name]: bad })).toThrow(`curves.${name} is a function.`)
      const curve = () => undefined
      expect(readCurves({ [name]: curve })).toEqual({ [name]: curve })
      expect(() => readCurves({ [name]: undefined })).not.toThrow()
    }
    expect(readCurves()).toEqual({})
    const given = {}
    expect(readCurves(given)).not.toBe(given)
  })
})
