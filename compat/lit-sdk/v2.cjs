/** Version 2.1.161, the last of the first form. */
'use strict'

const { createRequire } = require('node:module')
const { createCallbacks, hideNode, offer } = require('./page.cjs')

/** What the SDK itself depends on: its own versions, so that an app's are no second copies. */
const own = createRequire(require.resolve('lit-sdk-2'))

offer(
  () => own('ethers').Wallet,
  async ({ nodes, isPage }, wallet) => {
    const { LitNodeClient, checkAndSignAuthMessage, disconnectWeb3 } = require('lit-sdk-2')
    const { SiweMessage } = own('lit-siwe')
    const { LIT_NETWORKS, LIT_CHAINS, LOCAL_STORAGE_KEYS } = own('@lit-protocol/constants')
    if (isPage) hideNode()

    const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: nodes, minNodeCount: nodes.length, debug: false })
    await client.connect()

    // As in the documentation of that version.
    const { asked, callback } = createCallbacks(async ({ resources, expiration, uri }, change) => {
      const { address } = wallet.current()
      const message = new SiweMessage({
        domain: 'localhost:3000',
        address,
        statement: 'Sign a session key to use with Lit Protocol',
        uri,
        version: '1',
        chainId: '1',
        expirationTime: expiration,
        resources,
        nonce: 'abcdefgh12345678',
        ...change,
      })
      const signedMessage = message.prepareMessage()
      const sig = await wallet.current().signMessage(signedMessage)
      return { sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address }
    })

    return {
      asked,

      getSessionSigs(params, { changes, times = 1 }) {
        const { sessionKey, ...others } = params
        const all = { ...others, ...(sessionKey && { sessionKey: JSON.stringify(sessionKey) }) }
        const authNeededCallback = changes && callback(changes)
        return Promise.all(Array.from({ length: times }, () => client.getSessionSigs({ ...all, authNeededCallback })))
      },

      /**
       * `mended` gives the message the method that this is checked with. The SIWE library of that version has it under the name of `validate`, so that it is never found.
       */
      checkNeedToResignSessionKey({ authSig, mended, ...others }) {
        const siweMessage = new SiweMessage(authSig.signedMessage)
        if (mended) siweMessage.verify = ({ signature }) => siweMessage.validate(signature)
        return client.checkNeedToResignSessionKey({ siweMessage, walletSignature: authSig.sig, ...others })
      },

      checkAndSignAuthMessage: (params) => checkAndSignAuthMessage(params),
      disconnectWeb3: () => disconnectWeb3(),
      tables: () => ({ LIT_NETWORKS, LIT_CHAINS, LOCAL_STORAGE_KEYS }),
    }
  },
)
