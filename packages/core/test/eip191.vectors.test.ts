import { expect, it } from 'vitest'
import { isSameAddress } from '../src/address.ts'
import { toHex } from '../src/bytes.ts'
import { hashPersonalMessage, recoverWallet } from '../src/wallet-signature.ts'
import { describeVectors, isScored, loadVectors } from './vectors.ts'

describeVectors('vectors/eip191', () => {
  for (const { name, message, hash } of loadVectors<{ cases: { name: string; message: string; hash: string }[] }>(
    'eip191/hash-message.json',
  ).cases) {
    it(`hash: ${name}`, async () => expect(`0x${toHex(await hashPersonalMessage(message))}`).toBe(hash))
  }

  interface Case {
    name: string
    message: string
    signature: string
    address: string
    valid: boolean
  }
  for (const item of loadVectors<{ cases: Case[] }>('eip191/personal-sign.json').cases.filter(isScored)) {
    it(`recover: ${item.name}`, async () => {
      expect(isSameAddress((await recoverWallet(item.message, item.signature)) ?? '', item.address)).toBe(item.valid)
    })
  }
})
