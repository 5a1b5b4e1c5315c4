/** Those who send: sessions of ordinary accounts and of contract wallets, in both forms, and what they sign. */
import { createSessionClient, formatSiweMessage, toChecksumAddress } from '@session-sigs/core'
import { createSessionFetch } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { chainId } from './chain.mjs'
import { abilityRequest, domain, lifeSeconds, origin } from './settings.mjs'
import { partsOf, send } from './wire.mjs'

export const createAccount = () => privateKeyToAccount(generatePrivateKey())

const powers = { first: { resources: ['litPKP://42'] }, second: { resourceAbilityRequests: [abilityRequest] } }

/** Lets `signer` sign for a contract: what it answers with is right if it is the owner. */
function byContract(contract, signer) {
  return async ({ uri, expiration, resources }) => {
    const address = toChecksumAddress(contract)
    const signedMessage = formatSiweMessage({
      ...{ domain, address, uri, version: '1', chainId, resources, expirationTime: expiration },
      nonce: crypto.randomUUID().replaceAll('-', ''),
      issuedAt: new Date().toISOString(),
    })
    return { sig: await signer.signMessage({ message: signedMessage }), derivedVia: 'EIP1271', signedMessage, address }
  }
}

/** Signs for an account that is not its own. */
function forging(account) {
  const other = createAccount()
  return { account: async () => ({ address: account.address, chainId: 1 }), signMessage: async (message) => other.signMessage({ message }) }
}

/** Signs a request, and sends nothing: with the delegation, as who never gets a good answer sends it always. Who gets one names it from then on. */
function signing(client, life, status = 500) {
  const catching = async (request) => Object.assign(new Response(null, { status }), { parts: await partsOf(request) })
  const sign = createSessionFetch(client, { lifeSeconds: life, fetch: catching })
  return async (path, init) => (await sign(origin + path, init)).parts
}

/** Signs and sends, and signs once more where it should; the answer has with it what was sent last. */
function sending(client, portOf) {
  const carry = async (request) => {
    const parts = await partsOf(request)
    const { status, headers, text } = await send(portOf(), parts)
    const fields = Object.entries(headers).filter(([, value]) => typeof value === 'string')
    return Object.assign(new Response(text, { status, headers: fields }), { parts, text })
  }
  const fetching = createSessionFetch(client, { lifeSeconds, fetch: carry })
  return (path, init) => fetching(origin + path, init)
}

/**
 * A session. `form` is that of its delegation; with `contract` its wallet is that one, and `account` its owner, or who says so. `portOf` says where its requests go. `skew` is how
 * far its clock is ahead, in milliseconds.
 */
export async function createParty({ account, form = 'first', contract, isForged = false, site = domain, seconds = 7000, portOf }) {
  const clock = { skew: 0 }
  let statement
  const client = createSessionClient({
    ...{ signer: isForged ? forging(account) : viemSigner(account), domain: site },
    now: () => new Date(Date.now() + clock.skew),
    sendRevocation: async (made) => {
      statement = made
    },
  })
  const expiration = new Date(Date.now() + seconds * 1000).toISOString()
  const authNeededCallback = contract ? { authNeededCallback: byContract(contract, account) } : {}
  await client.signIn({ ...powers[form], expiration, ...authNeededCallback })

  async function sessionSig(node = origin) {
    const sigs = await client.getSessionSigs({ ...powers[form], nodes: [node] })
    return sigs[node]
  }
  return {
    ...{ form, clock, client, sessionSig },
    address: contract ?? account.address,
    path: `/${form}`,
    sign: signing(client, lifeSeconds),
    signBriefly: signing(client, 1),
    /** From the second on by the delegation's name alone. */
    signNamed: signing(client, lifeSeconds, 200),
    send: sending(client, portOf),
    /** Ends it, and gives the statement that says so to servers. */
    async end() {
      await client.signOut({ revoke: true })
      return statement
    },
  }
}
