import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toHex } from '../src/bytes.ts'
import { keccak256Block } from '../src/keccak.ts'

it('default: the hash of nothing', () => {
  expect(toHex(keccak256Block(new Uint8Array()))).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
})

it('behavior: the same as the library, for every length that fits into the block', () => {
  for (let length = 0; length <= 135; length++) {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
        expect(toHex(keccak256Block(bytes))).toBe(toHex(keccak_256(bytes)))
      }),
      { numRuns: 10 },
    )
  }
})
