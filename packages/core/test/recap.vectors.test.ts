import { expect, it } from 'vitest'
import { isSessionError } from '../src/errors.ts'
import { type Attenuations, decodeRecap, encodeRecap, recapStatement } from '../src/recap.ts'
import { isRecapGranted, mergeRecaps, recapOf } from '../src/recap-grant.ts'
import { formatPkpResource } from '../src/resource.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { describeVectors, isScored, loadVectors } from './vectors.ts'

function succeeds(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (isSessionError(error)) return false
    throw error
  }
}

describeVectors('vectors/recap', () => {
  interface Encode {
    name: string
    att: Attenuations
    prf: string[]
    recapUri: string | null
    statement: string | null
  }
  for (const item of loadVectors<{ cases: Encode[] }>('recap/encode.json').cases.filter(isScored)) {
    it(`encode: ${item.name}`, () => {
      if (item.recapUri !== null) {
        expect(encodeRecap(item)).toBe(item.recapUri)
        expect(decodeRecap(item.recapUri)).toEqual({ att: item.att, prf: item.prf })
      }
      if (item.statement !== null) expect(recapStatement(item)).toBe(item.statement)
    })
  }

  interface Decode {
    name: string
    recapUri: string
    valid: boolean
    att?: Attenuations
    prf?: string[]
  }
  for (const item of loadVectors<{ cases: Decode[] }>('recap/decode.json').cases.filter(isScored)) {
    it(`decode: ${item.name}`, () => {
      expect(succeeds(() => decodeRecap(item.recapUri))).toBe(item.valid)
      if (item.valid && item.att) expect(decodeRecap(item.recapUri)).toEqual({ att: item.att, prf: item.prf ?? [] })
    })
  }

  for (const item of loadVectors<{ cases: { name: string; message: string; valid: boolean }[] }>('recap/siwe-statement.json').cases.filter(
    isScored,
  )) {
    it(`siwe-statement: ${item.name}`, () => expect(succeeds(() => recapOf(parseSiweMessage(item.message)))).toBe(item.valid))
  }

  for (const item of loadVectors<{ cases: { name: string; a: Attenuations; b: Attenuations; att: Attenuations; statement: string }[] }>(
    'recap/merge.json',
  ).cases.filter(isScored)) {
    it(`merge: ${item.name}`, () => {
      const merged = mergeRecaps({ att: item.a, prf: [] }, { att: item.b, prf: [] })
      expect(merged.att).toEqual(item.att)
      expect(recapStatement(merged)).toBe(item.statement)
    })
  }

  interface Match {
    name: string
    att: Attenuations
    resourceKey: string
    litAbility: string
    covered: boolean
  }
  for (const item of loadVectors<{ cases: Match[] }>('recap/ability-match.json').cases.filter(isScored)) {
    it(`ability-match: ${item.name}`, () => expect(isRecapGranted(item, item.resourceKey, item.litAbility)).toBe(item.covered))
  }

  for (const { name, input, output } of loadVectors<{ cases: { name: string; input: string; output: string | null }[] }>(
    'recap/lit-pkp-resource-id.json',
  ).cases) {
    it(`lit-pkp-resource-id: ${name}`, () => {
      if (output === null) expect(() => formatPkpResource(input)).toThrow()
      else expect(formatPkpResource(input)).toBe(output)
    })
  }
})
