/** What TypeScript says to apps: of right uses nothing, of wrong ones that they are wrong. Calls stand in functions that nobody calls. */
import type { SessionError } from '@session-sigs/core'
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'
import { expectTypeOf, it } from 'vitest'
import {
  type AuthCallbackParams,
  type AuthSig,
  checkAndSignAuthMessage,
  createSiweMessage,
  disconnectWeb3,
  type GetSessionSigsParams,
  generateAuthSig,
  generateSessionKeyPair,
  isSessionError,
  LIT_ABILITY,
  LIT_NETWORK,
  LitAbility,
  LitAccessControlConditionResource,
  LitActionResource,
  LitNodeClient,
  LitPKPResource,
  LitRLIResource,
  newSessionCapabilityObject,
  type SessionSig,
} from '../src/index.ts'

declare const client: LitNodeClient
declare const authSig: AuthSig

/** Never called: it is there to be compiled. */
export async function documentedFirstForm(): Promise<void> {
  const wallet = new Wallet('0x01')
  const litNodeClient = new LitNodeClient({ litNetwork: 'serrano', debug: true })
  await litNodeClient.connect()
  const sessionSigs = await litNodeClient.getSessionSigs({
    chain: 'ethereum',
    resources: ['litAction://*'],
    authNeededCallback: async ({ resources, expiration, uri }) => {
      const domain = 'localhost:3000'
      const message = new SiweMessage({
        domain,
        address: wallet.address,
        statement: 'Sign a session key to use with Lit Protocol',
        uri,
        version: '1',
        chainId: 1,
        expirationTime: expiration,
        resources,
      })
      const toSign = message.prepareMessage()
      const signature = await wallet.signMessage(toSign)
      const authSig = { sig: signature, derivedVia: 'web3.eth.personal.sign', signedMessage: toSign, address: wallet.address }
      return authSig
    },
  })
  expectTypeOf(sessionSigs).toEqualTypeOf<Record<string, SessionSig>>()
  await disconnectWeb3()
}

export async function documentedLaterForm(): Promise<void> {
  const ethersSigner = new Wallet('0x01')
  const litNodeClient = new LitNodeClient({ litNetwork: LIT_NETWORK.DatilTest, debug: false })
  await litNodeClient.connect()
  const { capacityDelegationAuthSig } = { capacityDelegationAuthSig: authSig }
  await litNodeClient.getSessionSigs({
    chain: 'ethereum',
    expiration: new Date(Date.now() + 1000 * 60 * 10).toISOString(),
    capabilityAuthSigs: [capacityDelegationAuthSig],
    resourceAbilityRequests: [
      { resource: new LitActionResource('*'), ability: LIT_ABILITY.LitActionExecution },
      { resource: new LitPKPResource('*'), ability: LitAbility.PKPSigning },
      { resource: new LitRLIResource('1'), ability: LIT_ABILITY.RateLimitIncreaseAuth },
      { resource: new LitAccessControlConditionResource('*'), ability: LIT_ABILITY.AccessControlConditionDecryption },
    ],
    authNeededCallback: async ({ resourceAbilityRequests, expiration, uri }) => {
      const toSign = await createSiweMessage({
        uri,
        expiration,
        resources: resourceAbilityRequests,
        walletAddress: await ethersSigner.getAddress(),
        nonce: await litNodeClient.getLatestBlockhash(),
        litNodeClient,
      })
      return await generateAuthSig({ signer: ethersSigner, toSign })
    },
  })
}

it('a callback’s parameter is known where it stands in the call, and by its type elsewhere', () => {
  expectTypeOf<NonNullable<GetSessionSigsParams['authNeededCallback']>>().parameter(0).toEqualTypeOf<AuthCallbackParams>()
  const typed: GetSessionSigsParams['authNeededCallback'] = async ({ uri, expiration, resources }) => {
    expectTypeOf(uri).toEqualTypeOf<string>()
    expectTypeOf(expiration).toEqualTypeOf<string>()
    expectTypeOf(resources).toEqualTypeOf<string[]>()
    return authSig
  }
  const annotated = async ({ uri }: AuthCallbackParams) => ({ ...authSig, sig: uri })
  void (() => client.getSessionSigs({ authNeededCallback: typed }))
  void (() => client.getSessionSigs({ authNeededCallback: annotated }))
  // A callback that Lit's own types describe says less of what it is given.
  const older = async (params: { chain: string | undefined; expiration: string; uri: string }): Promise<AuthSig> => ({
    ...authSig,
    address: params.uri,
  })
  void (() => client.getSessionSigs({ authNeededCallback: older }))
})

it('getSessionSigs: what can be left out, and what can be said', () => {
  void (() => client.getSessionSigs())
  void (() => client.getSessionSigs({}))
  void (() => client.getSessionSigs({ chain: 'ethereum', resources: [] as string[], switchChain: undefined }))
  void (() => client.getSessionSigs({ sessionKey: generateSessionKeyPair() }))
  void (() => client.getSessionSigs({ sessionKey: { publicKey: '', secretKey: '' }, expiration: new Date() }))
  void (() => client.getSessionSigs({ capabilityAuthSigs: [authSig], capacityDelegationAuthSig: authSig }))
  void (() => client.getSessionSigs({ sessionCapabilityObject: newSessionCapabilityObject() }))
  expectTypeOf(client.getSessionSigs).returns.resolves.toEqualTypeOf<Record<string, SessionSig>>()
})

it('getSessionSigs: wrong uses', () => {
  // @ts-expect-error a list is meant
  void (() => client.getSessionSigs({ resources: 'litAction://*' }))
  // @ts-expect-error misspelt
  void (() => client.getSessionSigs({ chain: 'ethereum', resource: ['litAction://*'] }))
  // @ts-expect-error a callback gives an AuthSig
  void (() => client.getSessionSigs({ authNeededCallback: async () => '0x' }))
  // @ts-expect-error a callback gives something
  void (() => client.getSessionSigs({ authNeededCallback: async () => undefined }))
  // @ts-expect-error a callback gives a promise
  void (() => client.getSessionSigs({ authNeededCallback: () => authSig }))
  // @ts-expect-error an AuthSig has an address
  void (() => client.getSessionSigs({ authNeededCallback: async () => ({ sig: '', derivedVia: '', signedMessage: '' }) }))
  const greedy = async ({ secretKey }: { secretKey: string }): Promise<AuthSig> => ({ ...authSig, sig: secretKey })
  // @ts-expect-error no callback is given more than there is
  void (() => client.getSessionSigs({ authNeededCallback: greedy }))
  // @ts-expect-error an instant is a text or a Date
  void (() => client.getSessionSigs({ expiration: 86_400_000 }))
  // @ts-expect-error half a key
  void (() => client.getSessionSigs({ sessionKey: { publicKey: '' } }))
  // @ts-expect-error a request has an ability
  void (() => client.getSessionSigs({ resourceAbilityRequests: [{ resource: new LitActionResource('*') }] }))
  const textual = { resource: 'lit-litaction://*', ability: 'lit-action-execution' }
  // @ts-expect-error a resource is an object here
  void (() => client.getSessionSigs({ resourceAbilityRequests: [textual] }))
})

it('the options of Lit’s clients, and ours', () => {
  void (() => new LitNodeClient({ litNetwork: 'serrano' }))
  void (() =>
    new LitNodeClient({
      litNetwork: LIT_NETWORK.Custom,
      bootstrapUrls: ['http://localhost:7470'],
      minNodeCount: 1,
    }))
  void (() =>
    new LitNodeClient({
      litNetwork: 'serrano',
      alertWhenUnauthorized: false,
      minNodeCount: 2,
      debug: false,
      bootstrapUrls: [],
      connectTimeout: 10_000,
      defaultAuthCallback: async () => authSig,
    }))
  void (() =>
    new LitNodeClient({
      litNetwork: LIT_NETWORK.Datil,
      alertWhenUnauthorized: false,
      checkNodeAttestation: false,
      contractContext: { resolverAddress: '0x', environment: 0 },
      storageProvider: { provider: localStorage },
      rpcUrl: 'http://127.0.0.1:8545',
      logFormat: 'json',
      serviceName: 'app',
    }))
  void (() =>
    new LitNodeClient({
      litNetwork: 'datil',
      provider: { request: async () => null },
      domain: 'app.example',
      statement: 'Hello',
    }))
})

it('wrong options', () => {
  // @ts-expect-error which network?
  void (() => new LitNodeClient({}))
  // @ts-expect-error which network?
  void (() => new LitNodeClient())
  // @ts-expect-error misspelt
  void (() => new LitNodeClient({ litNetwork: 'serano' }))
  // @ts-expect-error misspelt
  void (() => new LitNodeClient({ litNetwork: 'serrano', minNodecount: 2 }))
  // @ts-expect-error a number is meant
  void (() => new LitNodeClient({ litNetwork: 'serrano', minNodeCount: '2' }))
  // @ts-expect-error a number is meant
  void (() => new LitNodeClient({ litNetwork: 'serrano', connectTimeout: '2' }))
  // @ts-expect-error a list is meant
  void (() => new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: 'http://localhost:7470' }))
  // @ts-expect-error nobody may believe that it is done
  void (() => new LitNodeClient({ litNetwork: 'serrano', checkNodeAttestation: true }))
  // @ts-expect-error it is in an object, under "provider"
  void (() => new LitNodeClient({ litNetwork: 'serrano', storageProvider: localStorage }))
  // @ts-expect-error this is no storage of sessions
  void (() => new LitNodeClient({ litNetwork: 'serrano', storage: localStorage }))
  // @ts-expect-error it cannot be asked
  void (() => new LitNodeClient({ litNetwork: 'serrano', provider: {} }))
})

it('a client’s properties', () => {
  expectTypeOf(client.ready).toEqualTypeOf<boolean>()
  expectTypeOf(client.connectedNodes).toEqualTypeOf<Set<string>>()
  expectTypeOf(client.failedNodes).toEqualTypeOf<Map<string, string>>()
  expectTypeOf(client.connect).returns.resolves.toEqualTypeOf<void>()
  expectTypeOf(client.disconnect).returns.resolves.toEqualTypeOf<void>()
  expectTypeOf(client.getLatestBlockhash).returns.resolves.toEqualTypeOf<string>()
  expectTypeOf(client.config.bootstrapUrls).toEqualTypeOf<readonly string[]>()
  expectTypeOf(client.config.minNodeCount).toEqualTypeOf<number>()
})

it('the rest of what apps call', () => {
  void (() => disconnectWeb3())
  void (() => disconnectWeb3(client))
  void (() => disconnectWeb3(localStorage))
  // @ts-expect-error whom?
  void (() => disconnectWeb3('serrano'))
  void (() => checkAndSignAuthMessage({ chain: 'ethereum' }))
  expectTypeOf(checkAndSignAuthMessage).returns.resolves.toEqualTypeOf<AuthSig>()
  // @ts-expect-error which chain?
  void (() => checkAndSignAuthMessage({}))
  // @ts-expect-error whose?
  void (() => createSiweMessage({ uri: 'lit:session:00' }))
  // @ts-expect-error by whom?
  void (() => generateAuthSig({ toSign: '' }))
})

it('what is wrong can be told by its code', () => {
  const error: unknown = new Error()
  if (isSessionError(error, 'nodes-unreachable')) {
    expectTypeOf(error).toEqualTypeOf<SessionError<'nodes-unreachable'>>()
    expectTypeOf(error.details.connected).toEqualTypeOf<readonly string[]>()
    expectTypeOf(error.details.needed).toEqualTypeOf<number>()
    expectTypeOf(error.details.failed).items.toEqualTypeOf<{ readonly node: string; readonly reason: string }>()
  }
  if (isSessionError(error, 'wallet-missing')) expectTypeOf(error.details.reason).toEqualTypeOf<string>()
  // @ts-expect-error there is no such code
  void isSessionError(error, 'nodes-unreachabel')
})
