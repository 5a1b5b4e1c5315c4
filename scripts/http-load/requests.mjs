/** Requests of one session, signed beforehand, as the bytes that go over the wire. */
import { createSessionClient } from '@session-sigs/core'
import { createSessionFetch } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** A wallet that says yes to everything. */
export function createSigner() {
  return viemSigner(privateKeyToAccount(generatePrivateKey()))
}

/** What signs and sends nothing: the answer of that status has the request in it, so that many can be signed at the same time. */
function signing(client, lifeSeconds, status) {
  const catching = async (request) => Object.assign(new Response(null, { status }), { request })
  const send = createSessionFetch(client, { lifeSeconds, fetch: catching })
  return async (url, init) => (await send(url, init)).request
}

async function bytesOf(request) {
  const { pathname, search, host } = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  const fields = [...request.headers].map(([name, value]) => `${name}: ${value}`)
  const lines = [`${request.method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...fields]
  if (body.length > 0) lines.push(`content-length: ${body.length}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

/**
 * A session, and what signs its requests: `sign(url, init?)` gives the bytes, the first time with the delegation and from then on with its name; `signWhole` always with the
 * delegation. `lifeSeconds` is how long the signatures are good for, `sessionSeconds` how long the session is; the other options are the client's.
 */
export async function createSession({ lifeSeconds = 300, sessionSeconds = 86_400, signer = createSigner(), ...options } = {}) {
  const client = createSessionClient({ signer, domain: 'app.example', ...options })
  await client.signIn({ resources: ['litPKP://42'], expiration: new Date(Date.now() + sessionSeconds * 1000).toISOString() })
  const signed = signing(client, lifeSeconds, 200)
  // Who is never answered well never learns that the delegation is known.
  const signedWhole = signing(client, lifeSeconds, 500)

  /** The request as its parts. */
  async function request(url, init) {
    const { method, headers, url: full } = await signed(url, init)
    const { pathname, search } = new URL(full)
    return { method, path: pathname + search, headers: Object.fromEntries(headers) }
  }
  const sign = async (url, init) => bytesOf(await signed(url, init))
  const signWhole = async (url, init) => bytesOf(await signedWhole(url, init))
  return { client, signer, sign, signWhole, request }
}
