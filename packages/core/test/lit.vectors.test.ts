import { expect, it } from 'vitest'
import type { AuthSig } from '../src/delegation.ts'
import type { SessionSig, SessionSigContent } from '../src/issue.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import { formatSiweMessage } from '../src/siwe.ts'
import { parseSiweMessage } from '../src/siwe-reading.ts'
import { createVerifier, inspectSessionSig, type VerifyOptions, verifySessionSig } from '../src/verify.ts'
import { describeVectors, isScored, loadVectors } from './vectors.ts'

interface Row {
  node?: string
  resource: string
  resourcePrefix?: string
  ability?: string
  now: string
  expect: 'accept' | 'reject'
  reason?: string
}

interface Sample {
  name: string
  inputs: { sessionKey: { publicKey: string; secretKey: string }; nodes: string[]; now: string }
  sessionSigs: Record<string, SessionSig>
  verify: Row[]
}

function optionsFor(row: Omit<Row, 'expect'>, audience: string): VerifyOptions {
  const what =
    row.resourcePrefix === undefined
      ? { resource: row.resource }
      : { resource: `${row.resourcePrefix}://${row.resource}`, ability: row.ability ?? '' }
  return { ...what, audience, domains: '*', now: new Date(row.now) }
}

async function verdict(sig: unknown, options: VerifyOptions): Promise<'accept' | 'reject'> {
  const { ok, checks } = await inspectSessionSig(sig, options)
  const throws = await verifySessionSig(sig, options).then(
    () => false,
    () => true,
  )
  expect(throws).toBe(!ok)
  if (!ok) expect(checks.some(({ status, code, hint }) => status === 'failed' && code !== undefined && hint !== undefined)).toBe(true)
  return ok ? 'accept' : 'reject'
}

describeVectors('vectors/lit samples', () => {
  for (const file of ['v2/samples-2.1.161', 'v2/samples-2.2.63', 'v7/samples-7.4.0']) {
    for (const sample of loadVectors<{ samples: Sample[] }>(`lit/${file}.json`).samples) {
      it(`${sample.name}: re-created byte for byte`, async () => {
        for (const [node, sessionSig] of Object.entries(sample.sessionSigs)) {
          const { capabilities, issuedAt, expiration, nodeAddress, ...rest } = JSON.parse(sessionSig.signedMessage) as SessionSigContent & {
            capabilities: AuthSig[]
            nodeAddress: string
            sessionKey: string
          }
          expect(nodeAddress).toBe(node)
          expect(
            await issueSessionSig(sample.inputs.sessionKey, { ...rest, capabilities, issuedAt, expiration, nodeAddress }),
          ).toStrictEqual(sessionSig)
          for (const { signedMessage } of capabilities) expect(formatSiweMessage(parseSiweMessage(signedMessage))).toBe(signedMessage)
        }
      })

      it(`${sample.name}: every row at every node`, async () => {
        for (const node of sample.inputs.nodes) {
          for (const row of sample.verify.filter(isScored)) {
            const sig = sample.sessionSigs[node]
            expect.soft(await verdict(sig, optionsFor(row, node)), `${node}: ${row.reason ?? ''}`).toBe(row.expect)
            expect.soft(await verdict(JSON.stringify(sig), optionsFor(row, node))).toBe(row.expect)
          }
        }
      })
    }
  }
})

describeVectors('vectors/lit mutations', () => {
  for (const file of ['v2/mutations', 'v7/mutations']) {
    const cases = loadVectors<{
      cases: {
        id: string
        name: string
        sessionSig?: SessionSig
        raw?: string
        expect: 'accept' | 'reject'
        expectAddress?: string
        verify: Required<Row>
      }[]
    }>(`lit/${file}.json`).cases
    it(`${file}: 0 wrong accepts, 0 wrong refusals`, async () => {
      const wrong: string[] = []
      for (const item of cases.filter(isScored)) {
        const found = await verdict(item.raw ?? item.sessionSig, optionsFor(item.verify, item.verify.node))
        if (found !== item.expect) wrong.push(`${item.id} ${item.name}: ${found}`)
      }
      expect(wrong).toEqual([])
    })

    it(`${file}: the same with one verifier that remembers`, async () => {
      const wrong: string[] = []
      const verifiers = new Map<string, ReturnType<typeof createVerifier>>()
      for (const item of [...cases, ...cases].filter(isScored)) {
        const { audience, domains, ...request } = optionsFor(item.verify, item.verify.node)
        const name = String(audience)
        const verifier = verifiers.get(name) ?? createVerifier({ audience, domains })
        verifiers.set(name, verifier)
        const report = await verifier.inspect(item.raw ?? item.sessionSig, request)
        if (report.ok !== (item.expect === 'accept')) wrong.push(`${item.id} ${item.name}`)
        if (item.expectAddress) expect(report.session?.address).toBe(item.expectAddress)
      }
      expect(wrong).toEqual([])
    })
  }
})

describeVectors('vectors/lit wild', () => {
  for (const item of loadVectors<{
    cases: { name: string; sessionSig: SessionSig; outerSignatureValid: boolean; verify: Required<Row>[] }[]
  }>('lit/v7/wild.json').cases) {
    it(item.name, async () => {
      for (const row of item.verify) {
        const report = await inspectSessionSig(item.sessionSig, optionsFor(row, row.node))
        const outer = report.checks.find(({ name }) => name === 'session-signature')
        expect(outer?.status).toBe(item.outerSignatureValid ? 'passed' : 'failed')
        if (isScored(row)) expect(report.ok).toBe(row.expect === 'accept')
        // What only the network's own key can prove must never pass offline.
        else if (String(Reflect.get(row, 'policy')).includes('LIT_BLS')) expect(report.ok).toBe(false)
      }
    })
  }
})
