/** Version 7.4.0, the last of the second form. */
'use strict'

const { createRequire } = require('node:module')
const { startChain } = require('./chain.cjs')
const { createCallbacks, hideNode, offer } = require('./page.cjs')

/** What the SDK itself depends on: its own versions, so that an app's are no second copies. */
const own = createRequire(require.resolve('lit-sdk-7'))

offer(
  () => own('ethers').Wallet,
  async ({ nodes, isPage }, wallet) => {
    const { LitNodeClient, checkAndSignAuthMessage, disconnectWeb3 } = require('lit-sdk-7')
    const { createSiweMessage, generateAuthSig, parseLitResource } = own('@lit-protocol/auth-helpers')
    const { LitContracts } = own('@lit-protocol/contracts-sdk')
    const { validateSessionSigs } = own('@lit-protocol/misc')
    const { SiweMessage } = own('siwe')
    const { Staking } = await LitContracts.getContractAddresses('custom')
    const { LIT_ABILITY, LIT_RESOURCE_PREFIX, LIT_CHAINS, LOCAL_STORAGE_KEYS } = own('@lit-protocol/constants')
    if (isPage) hideNode()

    const rpcUrl = await startChain(new (own('ethers').utils.Interface)(Staking.abi), nodes)
    const client = new LitNodeClient({ litNetwork: 'custom', rpcUrl, debug: false })
    await client.connect()

    /** Its resources are objects of its own classes. */
    const requestsOf = (requests) =>
      requests.map(({ resource, ability }) => ({
        resource: parseLitResource(`${resource.resourcePrefix}://${resource.resource}`),
        ability,
      }))

    const common = { domain: 'localhost:3000', nonce: 'abcdefgh12345678' }
    const ownStatement = 'Sign a session key to use with Lit Protocol.'
    /** As in the documentation of that version. */
    const written = ({ uri, expiration, resourceAbilityRequests: resources }, change) => {
      const walletAddress = wallet.current().address
      return createSiweMessage({
        ...common,
        statement: ownStatement,
        uri,
        expiration,
        resources,
        walletAddress,
        litNodeClient: client,
        ...change,
      })
    }
    /** Just what the parameters say. */
    const literal = ({ uri, expiration, resources, statement }, change) => {
      const { address } = wallet.current()
      const fields = { ...common, address, statement, uri, version: '1', chainId: 1, expirationTime: expiration, resources, ...change }
      return new SiweMessage(fields).prepareMessage()
    }
    const { asked, callback } = createCallbacks(async (params, change, isLiteral) => {
      const toSign = await (isLiteral ? literal : written)(params, change)
      return generateAuthSig({ signer: wallet.current(), toSign })
    })

    return {
      asked,
      getLatestBlockhash: () => client.getLatestBlockhash(),

      getSessionSigs(params, { changes, isLiteral, times = 1 }) {
        const all = { ...params, resourceAbilityRequests: requestsOf(params.resourceAbilityRequests) }
        const authNeededCallback = changes && callback(changes, isLiteral)
        return Promise.all(Array.from({ length: times }, () => client.getSessionSigs({ ...all, authNeededCallback })))
      },

      checkNeedToResignSessionKey: ({ resourceAbilityRequests, ...others }) =>
        client.checkNeedToResignSessionKey({ ...others, resourceAbilityRequests: requestsOf(resourceAbilityRequests) }),

      validateSessionSigs: (sigs) => validateSessionSigs(sigs),
      checkAndSignAuthMessage: (params) => checkAndSignAuthMessage(params),
      disconnectWeb3: () => disconnectWeb3(),
      tables: () => ({ LIT_ABILITY, LIT_RESOURCE_PREFIX, LIT_CHAINS, LOCAL_STORAGE_KEYS }),
    }
  },
)
