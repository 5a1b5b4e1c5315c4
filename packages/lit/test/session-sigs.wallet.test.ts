/** Without `authNeededCallback`, in Node: there is a wallet only where one was given. */
import type { Network } from '@session-sigs/app-nodes'
import type { SessionError } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GetSessionSigsParams, LitNodeClient, LitNodeClientConfig } from '../src/index.ts'
import {
  alice,
  connect,
  countingCallback,
  delegationIn,
  domain,
  lifeOf,
  minute,
  PageWallet,
  runActions,
  startNodes,
  verify,
} from './app.ts'

let network: Network
let client: LitNodeClient | undefined

beforeAll(async () => {
  network = await startNodes()
})
afterAll(() => network.close())
afterEach(async () => {
  vi.useRealTimers()
  await client?.signOut()
  await client?.disconnect()
})

async function open(config: Partial<LitNodeClientConfig> = {}): Promise<LitNodeClient> {
  client = await connect(network, config)
  return client
}

async function refusalOf(config: Partial<LitNodeClientConfig>, params: GetSessionSigsParams = {}): Promise<SessionError> {
  const opened = await open(config)
  return opened.getSessionSigs(params).then(
    () => expect.fail('It was not refused.'),
    (error: SessionError) => error,
  )
}

const action = { resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }

describe('without a wallet', () => {
  it.each<[string, GetSessionSigsParams]>([
    ['nothing said', {}],
    ['the first form', { chain: 'ethereum', resources: ['litAction://*'] }],
    ['the later form', { resourceAbilityRequests: [action] }],
    ['a chain to go to', { chain: 'polygon', switchChain: true }],
  ])('error: wallet-missing, at once: %s', async (_, params) => {
    const opened = await open()
    // A page would be given time to announce its wallets; here no time passes.
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
    await expect(opened.getSessionSigs(params)).rejects.toMatchObject({ name: 'SessionError', code: 'wallet-missing' })
  })

  it('error: it says what is missing and what to do', async () => {
    const { message, details } = await refusalOf({})
    expect(details).toEqual({ reason: expect.stringMatching(/./) })
    expect(message).toMatch(/wallet/)
    expect(message).toMatch(/authNeededCallback/)
  })

  it('behavior: the next call with a callback works', async () => {
    await refusalOf({})
    const authNeededCallback = countingCallback()
    await client?.getSessionSigs({ authNeededCallback })
    expect(authNeededCallback.asked.length).toBe(1)
  })

  it('error: the same without any parameters', async () => {
    await expect((await open()).getSessionSigs()).rejects.toMatchObject({ code: 'wallet-missing' })
  })

  it('behavior: what is there already needs none', async () => {
    const opened = await open()
    await opened.getSessionSigs({ authNeededCallback: countingCallback() })
    expect(Object.keys(await opened.getSessionSigs({ resources: ['litAction://Qm1'] }))).toEqual(network.urls)
  })
})

describe('with defaultAuthCallback', () => {
  it('default: it is asked as a call’s own would be', async () => {
    const defaultAuthCallback = countingCallback()
    const opened = await open({ defaultAuthCallback, provider: new PageWallet() })
    const sigs = await opened.getSessionSigs({ resources: ['litAction://*'] })
    expect(defaultAuthCallback.asked).toMatchObject([{ chain: 'ethereum', resources: ['litActionCapability://*'] }])
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: a call’s own goes before it', async () => {
    const [defaultAuthCallback, authNeededCallback] = [countingCallback(), countingCallback()]
    await (await open({ defaultAuthCallback })).getSessionSigs({ authNeededCallback })
    expect([defaultAuthCallback.asked.length, authNeededCallback.asked.length]).toEqual([0, 1])
  })
})

describe('with provider', () => {
  it('default: it is asked for the account, and to sign, once', async () => {
    const wallet = new PageWallet()
    const opened = await open({ provider: wallet, domain })
    const sigs = await opened.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] })
    await opened.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] })
    expect(wallet.called.filter((method) => method === 'personal_sign').length).toBe(1)
    expect(wallet.called).not.toContain('wallet_switchEthereumChain')
    expect(delegationIn(sigs)).toMatchObject({ address: alice.address, chainId: 1, domain, resources: ['litActionCapability://*'] })
    expect((await verify(sigs, 'litAction://Qm1')).address).toBe(alice.address)
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: in the later form', async () => {
    const wallet = new PageWallet()
    const sigs = await (await open({ provider: wallet, domain })).getSessionSigs({ resourceAbilityRequests: [action] })
    expect(lifeOf(sigs)).toBe(5 * minute)
    expect(await runActions(network, sigs)).toEqual([200, 200])
  })

  it('behavior: statement is what the message begins with', async () => {
    const config = { provider: new PageWallet(), domain, statement: 'Sign in to the example.' }
    const opened = await open(config)
    expect(delegationIn(await opened.getSessionSigs({ resources: ['litAction://*'] })).statement).toBe('Sign in to the example.')
    const later = delegationIn(await opened.getSessionSigs({ resourceAbilityRequests: [action] }))
    expect(later.statement).toMatch(/^Sign in to the example\. I further authorize .* for 'lit-litaction:\/\/\*'\.$/)
  })

  it('behavior: the message names the chain that was asked for, and the wallet stays on its own', async () => {
    const wallet = new PageWallet()
    const sigs = await (await open({ provider: wallet, domain })).getSessionSigs({ chain: 'polygon', resources: ['litAction://*'] })
    expect([delegationIn(sigs).chainId, wallet.chainId]).toEqual([137, 1])
  })

  it('behavior: switchChain makes the wallet go there', async () => {
    const wallet = new PageWallet()
    const opened = await open({ provider: wallet, domain })
    const sigs = await opened.getSessionSigs({ chain: 'polygon', switchChain: true, resources: ['litAction://*'] })
    expect([delegationIn(sigs).chainId, wallet.chainId]).toEqual([137, 137])
  })

  it('behavior: without a chain it is the wallet’s', async () => {
    const wallet = new PageWallet()
    wallet.chainId = 8453
    const sigs = await (await open({ provider: wallet, domain })).getSessionSigs({ resources: ['litAction://*'] })
    expect(delegationIn(sigs).chainId).toBe(8453)
  })

  it('behavior: a callback goes before it', async () => {
    const wallet = new PageWallet()
    const authNeededCallback = countingCallback()
    await (await open({ provider: wallet, domain })).getSessionSigs({ authNeededCallback })
    expect([authNeededCallback.asked.length, wallet.called]).toEqual([1, []])
  })

  it('error: switchChain to a chain that nobody knows is a mistake of the call', async () => {
    const error = await refusalOf({ provider: new PageWallet(), domain }, { chain: 'nowhere', switchChain: true })
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain('nowhere')
  })

  it('error: outside of a page the domain has to be given', async () => {
    const error = await refusalOf({ provider: new PageWallet() })
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain('domain')
  })

  it('error: a person’s "no"', async () => {
    const wallet = new PageWallet()
    wallet.beforeSigning = () => Promise.reject(Object.assign(new Error('User rejected the request.'), { code: 4001 }))
    expect(await refusalOf({ provider: wallet, domain })).toMatchObject({ code: 'wallet-refused', details: { by: 'signer' } })
  })

  it('error: a wallet that fails', async () => {
    const wallet = new PageWallet()
    const cause = new Error('It is broken.')
    wallet.beforeSigning = () => Promise.reject(cause)
    expect(await refusalOf({ provider: wallet, domain })).toMatchObject({
      code: 'wallet-failed',
      cause,
      details: { during: 'signMessage' },
    })
  })

  it('error: a wallet without accounts', async () => {
    const wallet = { request: async ({ method }: { method: string }) => (method === 'eth_chainId' ? '0x1' : []) }
    const error = await refusalOf({ provider: wallet, domain })
    expect(error).toMatchObject({ name: 'SessionError', code: expect.stringMatching(/^(?:wallet-failed|address-invalid)$/) })
  })
})
