/** The helpers that callbacks of Lit apps write their messages and AuthSigs with. */
import { decodeRecap, parseSiweMessage, recapStatement } from '@session-sigs/core'
import { SiweMessage } from 'siwe'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createSiweMessage,
  createSiweMessageWithRecaps,
  generateAuthSig,
  LIT_ABILITY,
  LitActionResource,
  LitPKPResource,
} from '../src/index.ts'
import { alice, day } from './app.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const walletAddress = alice.address
const uri = `lit:session:${'ab'.repeat(32)}`
const resources = [{ resource: new LitActionResource('*'), ability: LIT_ABILITY.LitActionExecution }]

describe('createSiweMessage', () => {
  it('default: an account is enough', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T10:00:00.000Z') })
    const { nonce, ...fields } = parseSiweMessage(await createSiweMessage({ walletAddress }))
    expect(fields).toEqual({
      domain: 'localhost',
      address: walletAddress,
      uri: 'https://localhost',
      version: '1',
      chainId: 1,
      issuedAt: '2026-03-01T10:00:00.000Z',
      expirationTime: '2026-03-02T10:00:00.000Z',
    })
    expect(nonce).toMatch(/^[0-9a-zA-Z]{16,}$/)
    expect(parseSiweMessage(await createSiweMessage({ walletAddress })).nonce).not.toBe(nonce)
  })

  it('behavior: in a page the domain is the page’s', async () => {
    vi.stubGlobal('location', new URL('https://app.example:8443/login'))
    expect(parseSiweMessage(await createSiweMessage({ walletAddress }))).toMatchObject({
      domain: 'app.example:8443',
      uri: 'https://app.example:8443',
    })
  })

  it('behavior: everything that is given is what it says, and the siwe package reads it', async () => {
    const expiration = new Date(Date.now() + day).toISOString()
    const params = {
      walletAddress,
      uri,
      expiration,
      nonce: `0x${'5b'.repeat(32)}`,
      domain: 'app.example',
      statement: 'Hello.',
      chainId: 137,
      resources,
    }
    const text = await createSiweMessage({ ...params, version: '1', litNodeClient: {} })
    const recap = decodeRecap(parseSiweMessage(text).resources?.[0] ?? '')
    expect(new SiweMessage(text)).toMatchObject({
      ...{
        domain: 'app.example',
        address: walletAddress,
        uri,
        chainId: 137,
        nonce: params.nonce,
        expirationTime: expiration,
        version: '1',
      },
      statement: `Hello. ${recapStatement(recap)}`,
    })
    expect(recap).toEqual({ att: { 'lit-litaction://*': { 'Threshold/Execution': [{}] } }, prf: [] })
  })

  it('behavior: several requests are one ReCap, and it is the same function under its other name', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const pkp = { resource: new LitPKPResource('*'), ability: LIT_ABILITY.PKPSigning }
    const params = { walletAddress, uri, nonce: 'abcdefgh', resources: [...resources, pkp, ...resources] }
    const text = await createSiweMessageWithRecaps(params)
    expect(text).toBe(await createSiweMessage(params))
    expect(parseSiweMessage(text).resources?.length).toBe(1)
    expect(decodeRecap(parseSiweMessage(text).resources?.[0] ?? '').att).toEqual({
      'lit-litaction://*': { 'Threshold/Execution': [{}] },
      'lit-pkp://*': { 'Threshold/Signing': [{}] },
    })
  })

  it('behavior: without requests there is no ReCap', async () => {
    for (const none of [undefined, []]) {
      const { statement, resources: written } = parseSiweMessage(
        await createSiweMessage({ walletAddress, statement: 'Hello.', resources: none }),
      )
      expect([statement, written]).toEqual(['Hello.', undefined])
    }
  })

  it('behavior: an address in lower case is put right', async () => {
    const text = await createSiweMessage({ walletAddress: walletAddress.toLowerCase() })
    expect(parseSiweMessage(text).address).toBe(walletAddress)
  })

  it.each<[string, Parameters<typeof createSiweMessage>[0], string]>([
    ['no address', { walletAddress: '' }, 'address-invalid'],
    ['a name', { walletAddress: 'alice.eth' }, 'address-invalid'],
    ['a wrong checksum', { walletAddress: walletAddress.replace('F', 'f') }, 'address-invalid'],
    ['a nonce that is too short', { walletAddress, nonce: 'abc' }, 'siwe-invalid'],
    ['a statement of two lines', { walletAddress, statement: 'one\ntwo' }, 'siwe-invalid'],
    ['an end that is no time', { walletAddress, expiration: 'tomorrow' }, 'siwe-invalid'],
    ['a domain with a scheme', { walletAddress, domain: 'https://app.example' }, 'siwe-invalid'],
    ['a chain that is none', { walletAddress, chainId: Number.NaN }, 'siwe-invalid'],
    [
      'an ability of another resource',
      { walletAddress, resources: [{ resource: new LitActionResource('*'), ability: LIT_ABILITY.PKPSigning }] },
      'ability-unknown',
    ],
  ])('error: %s', async (_, params, code) => {
    await expect(createSiweMessage(params)).rejects.toMatchObject({ name: 'SessionError', code })
  })

  it.each(['dAppOwnerWallet', 'uses', 'delegateeAddresses', 'capacityTokenId'])(
    'error: %s asks for a capacity delegation, which is not written here: that is not passed over in silence',
    async (name) => {
      await expect(createSiweMessage({ walletAddress, uri: 'lit:capability:delegation', [name]: '1' })).rejects.toThrow(TypeError)
    },
  )
})

describe('generateAuthSig', () => {
  it('default: the AuthSig of a wallet that says who it is', async () => {
    const toSign = await createSiweMessage({ walletAddress, uri })
    const authSig = await generateAuthSig({ signer: alice, toSign })
    expect(Object.keys(authSig)).toEqual(['sig', 'derivedVia', 'signedMessage', 'address'])
    expect(authSig).toEqual({
      sig: await alice.signMessage(toSign),
      derivedVia: 'web3.eth.personal.sign',
      signedMessage: toSign,
      address: walletAddress,
    })
  })

  it('behavior: an address that is given goes before the wallet’s, in its checksum spelling', async () => {
    const getAddress = vi.fn(async () => 'nobody')
    const signer = { signMessage: (text: string) => alice.signMessage(text), getAddress }
    const { address } = await generateAuthSig({ signer, toSign: 'text', address: walletAddress.toLowerCase() })
    expect([address, getAddress.mock.calls.length]).toEqual([walletAddress, 0])
  })

  it('error: nobody knows whose it is; nothing is signed then', async () => {
    const signMessage = vi.fn(async () => '0x')
    await expect(generateAuthSig({ signer: { signMessage }, toSign: 'text' })).rejects.toThrow(TypeError)
    await expect(generateAuthSig({ signer: { signMessage }, toSign: 'text', address: 'nobody' })).rejects.toMatchObject({
      code: 'address-invalid',
    })
    expect(signMessage).not.toHaveBeenCalled()
  })

  it('error: what the wallet says is passed on', async () => {
    const refusal = Object.assign(new Error('no'), { code: 4001 })
    const signer = { signMessage: () => Promise.reject(refusal), getAddress: async () => walletAddress }
    await expect(generateAuthSig({ signer, toSign: 'text' })).rejects.toBe(refusal)
  })
})
