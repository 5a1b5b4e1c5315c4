/** Requests of one session, signed beforehand, as the bytes that go over the wire. */
import { createSessionClient } from '@session-sigs/core'
import { createSessionFetch } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** A session, and what signs its requests: `sign(url, init?)` gives the bytes. `lifeSeconds` is how long the signatures are good for. */
export async function createSession({ lifeSeconds = 300 } = {}) {
  const client = createSessionClient({ signer: viemSigner(privateKeyToAccount(generatePrivateKey())), domain: 'app.example' })
  await client.signIn({ resources: ['litPKP://42'] })
  let caught
  const catching = async (request) => {
    caught = request
    return new Response()
  }
  const signing = createSessionFetch(client, { lifeSeconds, fetch: catching })

  /** The request as its parts. */
  async function request(url, init) {
    await signing(url, init)
    const { method, headers } = caught
    const { pathname, search } = new URL(caught.url)
    return { method, path: pathname + search, headers: Object.fromEntries(headers) }
  }

  async function sign(url, init) {
    await signing(url, init)
    const { method, headers } = caught
    const { pathname, search, host } = new URL(caught.url)
    const body = Buffer.from(await caught.arrayBuffer())
    const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...[...headers].map(([name, value]) => `${name}: ${value}`)]
    if (body.length > 0) lines.push(`content-length: ${body.length}`)
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
  }
  return { client, sign, request }
}
