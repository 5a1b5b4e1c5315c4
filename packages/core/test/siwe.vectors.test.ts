import { expect, it } from 'vitest'
import { isChecksumAddress, isSameAddress } from '../src/address.ts'
import { checkDelegationTime } from '../src/delegation.ts'
import { isSessionError } from '../src/errors.ts'
import { formatSiweMessage, type SiweMessage } from '../src/siwe.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { recoverWallet } from '../src/wallet-signature.ts'
import { describeVectors, isScored, loadVectors } from './vectors.ts'

interface TextCase {
  name: string
  message: string
  fields: Partial<SiweMessage> | null
  absent?: string[]
  valid: boolean
}

/** What a careful call gives: the value, or the `SessionError`; anything else that is thrown is a bug and passes through. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (isSessionError(error)) return undefined
    throw error
  }
}

describeVectors('vectors/siwe', () => {
  for (const file of ['parsing', 'grammar', 'differential']) {
    for (const item of loadVectors<{ cases: TextCase[] }>(`siwe/${file}.json`).cases.filter(isScored)) {
      it(`${file}: ${item.name}`, () => {
        const parsed = attempt(() => parseSiweMessage(item.message))
        expect(parsed !== undefined).toBe(item.valid)
        if (!parsed) return
        expect(parsed).toMatchObject(item.fields ?? {})
        for (const field of item.absent ?? []) expect(parsed).not.toHaveProperty(field)
        expect(formatSiweMessage(parsed)).toBe(item.message)
      })
    }
  }

  for (const item of loadVectors<{ cases: { name: string; object: SiweMessage; message?: string; valid: boolean }[] }>(
    'siwe/objects.json',
  ).cases.filter(isScored)) {
    it(`objects: ${item.name}`, () => {
      const text = attempt(() => formatSiweMessage(item.object))
      expect(text !== undefined).toBe(item.valid)
      if (text !== undefined && item.message !== undefined) expect(text).toBe(item.message)
    })
  }

  for (const { address, valid } of loadVectors<{ cases: { address: string; valid: boolean }[] }>('siwe/eip55.json').cases) {
    it(`eip55: ${address}`, () => expect(isChecksumAddress(address)).toBe(valid))
  }

  interface Verification {
    name: string
    message: string | null
    fields: SiweMessage | null
    signature: string
    now: string | null
    expectDomain: string | null
    expectNonce: string | null
    valid: boolean
  }
  for (const item of loadVectors<{ cases: Verification[] }>('siwe/verification.json').cases.filter(isScored)) {
    it(`verification: ${item.name}`, async () => {
      const verdict = async (): Promise<boolean> => {
        const message = parseSiweMessage(item.message ?? formatSiweMessage(item.fields ?? expect.fail('neither text nor fields')))
        if (item.now !== null && item.now !== undefined) {
          const expirationTime = message.expirationTime ?? '9999-12-31T23:59:59Z'
          // Two cases give an end before the issue: their verdict is about the end alone.
          const issuedAt = message.expirationTime === undefined ? message.issuedAt : '2000-01-01T00:00:00Z'
          checkDelegationTime({ ...message, issuedAt, expirationTime }, Date.parse(item.now))
        }
        if (item.expectDomain && message.domain !== item.expectDomain) return false
        if (item.expectNonce && message.nonce !== item.expectNonce) return false
        return isSameAddress((await recoverWallet(formatSiweMessage(message), item.signature)) ?? '', message.address)
      }
      expect(await verdict().catch(() => false)).toBe(item.valid)
    })
  }

  interface Wild {
    name: string
    message: string
    signature: string
    address: string
    valid: boolean
    siweValid: boolean
  }
  for (const item of loadVectors<{ cases: Wild[] }>('siwe/wild-authsigs.json').cases) {
    it(`wild: ${item.name}`, async () => {
      expect(isSameAddress((await recoverWallet(item.message, item.signature)) ?? '', item.address)).toBe(item.valid)
      const parsed = attempt(() => parseSiweMessage(item.message))
      expect(parsed !== undefined).toBe(item.siweValid)
      if (parsed) expect(formatSiweMessage(parsed)).toBe(item.message)
    })
  }
})
