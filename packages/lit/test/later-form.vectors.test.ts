/** The same inputs as Lit's later clients had give the same session signatures, byte for byte. */
import type { Network } from '@session-sigs/app-nodes'
import { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeVectors, loadVectors } from '../../core/test/vectors.ts'
import {
  type AuthCallbackParams,
  type AuthSig,
  createSiweMessage,
  type GetSessionSigsParams,
  generateAuthSig,
  newSessionCapabilityObject,
} from '../src/index.ts'
import { countingCallback, type Payload, payloadOf, startNodes } from './app.ts'
import { commonParams, connectTo, type Inputs, type Sample, signed, siweMessage } from './sample.ts'

let network: Network

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** The sentence that their helper puts where the app has none. */
const theirs = 'This is a test statement.  You can put anything you want here.'

/** With our helpers of the same names. */
const withHelpers =
  (inputs: Inputs) =>
  async ({ uri, expiration, resourceAbilityRequests }: AuthCallbackParams): Promise<AuthSig> => {
    const toSign = await createSiweMessage({
      uri,
      expiration: inputs.siweExpiration ?? expiration,
      resources: resourceAbilityRequests,
      walletAddress: inputs.walletAddress,
      nonce: inputs.nonce,
      domain: inputs.domain,
      statement: inputs.statement ?? theirs,
      chainId: inputs.chainId,
    })
    return generateAuthSig({ signer: new Wallet(inputs.walletPrivateKey), toSign })
  }

/** With the `siwe` package alone. */
const plain = (inputs: Inputs) => (asked: AuthCallbackParams) => signed(inputs, siweMessage(inputs, asked).prepareMessage())

function paramsFor(inputs: Inputs, { capabilities }: Payload): GetSessionSigsParams {
  const { resourceAbilityRequests, sessionCapabilityAttenuations: attenuations } = inputs
  const others = capabilities.slice(0, -1)
  return {
    ...commonParams(inputs),
    resourceAbilityRequests,
    ...(others.length > 0 ? { capabilityAuthSigs: others } : {}),
    ...(attenuations ? { sessionCapabilityObject: newSessionCapabilityObject(attenuations) } : {}),
  }
}

describeVectors('vectors/lit of the later form', () => {
  describe('samples of 7.4.0', () => {
    for (const { name, inputs, sessionSigs } of loadVectors<{ samples: Sample[] }>('lit/v7/samples-7.4.0.json').samples) {
      it(`${name}: made again byte for byte`, async () => {
        const client = await connectTo(inputs.nodes, network)
        vi.useFakeTimers({ toFake: ['Date'], now: new Date(inputs.now) })
        const make = inputs.authNeededCallback?.startsWith('auth-helpers') ? withHelpers : plain
        const authNeededCallback = countingCallback(make(inputs))
        const sigs = await client.getSessionSigs({ ...paramsFor(inputs, payloadOf(sessionSigs)), authNeededCallback })
        expect(JSON.stringify(sigs)).toBe(JSON.stringify(sessionSigs))
        expect(authNeededCallback.asked.length).toBe(1)
      })
    }
  })

  describe('samples of 2.2.63', () => {
    for (const { name, inputs, sessionSigs } of loadVectors<{ samples: Sample[] }>('lit/v2/samples-2.2.63.json').samples) {
      it(`${name}: made again byte for byte`, async () => {
        const client = await connectTo(inputs.nodes, network)
        vi.useFakeTimers({ toFake: ['Date'], now: new Date(inputs.now) })
        // What theirs widens unasked to all abilities, ours has to be told.
        const recap = newSessionCapabilityObject()
        for (const { resource } of inputs.resourceAbilityRequests ?? []) recap.addAllCapabilitiesForResource(resource)
        const authNeededCallback = countingCallback((asked) => {
          const statement = inputs.statement === null ? asked.statement : `${inputs.statement} ${asked.statement}`
          return signed(inputs, siweMessage({ ...inputs, statement: statement ?? null }, asked).prepareMessage())
        })
        const params = { ...paramsFor(inputs, payloadOf(sessionSigs)), sessionCapabilityObject: recap, authNeededCallback }
        expect(JSON.stringify(await client.getSessionSigs(params))).toBe(JSON.stringify(sessionSigs))
      })
    }
  })
})
