/** Requests that are signed whole, each accepted once. For information: the peers prove other things, as the notes say. */
import { createSessionFetch } from '@session-sigs/http'
import { createRequestVerifier, memoryNonces } from '@session-sigs/http/verify'
import { measure, paceOf } from '../measure.mjs'
import { createOurs, createWallet, domain } from '../ours.mjs'
import { timeRow } from '../rows.mjs'

const origin = 'https://api.example'
const url = `${origin}/pkp?x=1`
const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: 'a'.repeat(200) }) }
const resource = 'litAction://QmExample'

/** What sends catches the request instead. */
async function createOurSides() {
  const { client } = await createOurs(1)
  let sent
  const catching = async (request) => {
    sent = request
    return new Response(null)
  }
  const signed = createSessionFetch(client, { fetch: catching })
  const verifier = createRequestVerifier({ origin, domains: [domain], nonces: memoryNonces() })
  const sign = async () => {
    await signed(url, init)
    return sent
  }
  return { sign, both: async () => verifier.verify(await sign(), { resource }) }
}

async function erc8128Sides() {
  const { signRequest, verifyRequest } = await import('@slicekit/erc8128')
  const { verifyMessage } = await import('viem')
  const account = createWallet()
  const signer = { chainId: 1, address: account.address, signMessage: (raw) => account.signMessage({ message: { raw } }) }
  const seen = new Set()
  const nonceStore = {
    async consume(key) {
      if (seen.has(key)) return false
      seen.add(key)
      return true
    },
  }
  const sign = () => signRequest(url, init, signer)
  const both = async () => {
    const verdict = await verifyRequest({ request: await sign(), verifyMessage, nonceStore })
    if (!verdict.ok) throw new Error(`It refused its own request: ${verdict.reason}`)
  }
  return { sign, both }
}

/** A proof as DPoP has it (RFC 9449), by the same curve. */
async function joseSides() {
  const { EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify, SignJWT } = await import('jose')
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const header = { alg: 'EdDSA', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) }
  const sign = () =>
    new SignJWT({ htm: init.method, htu: url, jti: crypto.randomUUID() }).setProtectedHeader(header).setIssuedAt().sign(privateKey)
  const seen = new Set()
  const both = async () => {
    const { payload } = await jwtVerify(await sign(), EmbeddedJWK, { typ: 'dpop+jwt', maxTokenAge: 60 })
    if (payload.htm !== init.method || payload.htu !== url || seen.has(payload.jti)) throw new Error('The proof is of something else.')
    seen.add(payload.jti)
  }
  return { sign, both }
}

function beside(of, createTheirs) {
  return async (settings) => {
    const rows = []
    for (const [what, name] of [
      ['Request proof, signing', 'sign'],
      ['Request proof, signing and verifying', 'both'],
    ]) {
      // Each its own: whom nobody verifies must not make the other think that its delegation is known.
      const [ours, theirs] = [await createOurSides(), await createTheirs()]
      const times = await measure({ ours: ours[name], theirs: theirs[name] }, paceOf(settings))
      rows.push(timeRow({ what, of, peer: 'theirs', times }))
    }
    return { rows }
  }
}

export const requests = {
  name: 'requests',
  title: 'Signed requests',
  notes: [
    'For information: each proves something else. Ours signs method, target, body and delegation by the session key, and verifies all of these, the delegation (known by then) and the nonce. erc8128 asks the wallet for every request: no session, so nothing is delegated. jose makes and verifies a DPoP proof over method and URL by ed25519, without body or delegation.',
  ],
  parts: { erc8128: beside('@slicekit/erc8128 0.2.0', erc8128Sides), jose: beside('jose 6.2.17, DPoP', joseSides) },
}
