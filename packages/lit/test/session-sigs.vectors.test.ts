/** The same inputs as Lit's first client had give the same session signatures, byte for byte. */
import { createHash } from 'node:crypto'
import type { Network } from '@session-sigs/app-nodes'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { describeVectors, loadVectors } from '../../core/test/vectors.ts'
import { answer, countingCallback, payloadOf, sigOf, startNodes } from './app.ts'
import { commonParams, connectTo, type Sample, signed, siweMessage } from './sample.ts'

let network: Network

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('a fixed vector: the first account of the standard test mnemonic, and the seed 00, 01, … 1f', async () => {
  const node = 'https://serrano.litgateway.com:7370'
  const publicKey = '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8'
  const seed = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0')).join('')
  const client = await connectTo([node], network)
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2023-05-08T00:00:00.000Z') })
  const sigs = await client.getSessionSigs({
    chain: 'ethereum',
    resources: ['litAction://*'],
    sessionKey: { publicKey, secretKey: seed + publicKey },
    authNeededCallback: (asked) => answer(asked, { nonce: 'ZfYjGsNyaDDFlaftP', issuedAt: '2023-05-08T00:00:00.000Z' }),
  })
  expect(payloadOf(sigs).capabilities[0]?.sig).toBe(
    '0xa34133e763f77aa6662d4ead14c7df4d804ec12120272ada54c5d1d0d53742070e68601fe5399cd54cea189cbcaa5939b7e43cd24a298db797a8b000956db5971c',
  )
  const { signedMessage, sig } = sigOf(sigs, node)
  expect([signedMessage.length, createHash('sha256').update(signedMessage).digest('hex')]).toEqual([
    922,
    'cc74606eed00cf2409064599bbc0cbb250bf82489386ff1e8794206189277b03',
  ])
  expect(sig).toBe(
    '2513e412f7505f2160b15ffb130bf9f1109593ac14e93e308cfdf28b9bb8a934e00f5e4b8fe5e2d701436005ae9b60059f7833e004a0e2cb45620d24faea9e0a',
  )
})

describeVectors('vectors/lit of the first form', () => {
  for (const { name, inputs, sessionSigs } of loadVectors<{ samples: Sample[] }>('lit/v2/samples-2.1.161.json').samples) {
    const { resources = [], capabilitiesAsked = [] } = inputs
    const isEnough = !name.includes('another resource than requested')

    it(`${name}: ${isEnough ? 'made again byte for byte' : 'refused before anybody is asked'}`, async () => {
      const client = await connectTo(inputs.nodes, network)
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(inputs.now) })
      const authNeededCallback = countingCallback((asked) => signed(inputs, siweMessage(inputs, asked).prepareMessage()))
      // What theirs widens unasked, ours has to be told.
      const params = { ...commonParams(inputs), resources, sessionCapabilities: capabilitiesAsked, authNeededCallback }
      if (isEnough) expect(JSON.stringify(await client.getSessionSigs(params))).toBe(JSON.stringify(sessionSigs))
      else await expect(client.getSessionSigs(params)).rejects.toMatchObject({ code: 'delegation-scope' })
      expect(authNeededCallback.asked.length).toBe(isEnough ? 1 : 0)
    })
  }
})
