import { connect } from 'node:http2'
import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import fastify from 'fastify'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import { createGuard } from '../src/fastify.ts'
import { createSessionFetch } from '../src/index.ts'
import { memoryNonces } from '../src/verify.ts'

const codeOf = ({ text }: { text: string }): unknown => JSON.parse(text).code

it('HTTP/2: a body is read, put back, and never overlooked', async () => {
  const app = fastify({ http2: true })
  const origin = 'http://api.example'
  const guard = createGuard({ origin: ['http://other.example', origin], domains: ['app.example'], nonces: memoryNonces() })
  app.post('/pkp', guard('litPKP://42'), async (request) => ({ by: guard.session(request).address, got: request.body ?? null }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const account = privateKeyToAccount(generatePrivateKey())
  const client = createSessionClient({ signer: viemSigner(account), domain: 'app.example' })
  await client.signIn({ resources: ['litPKP://42'] })
  let caught: Request | undefined
  const catching = async (request: RequestInfo | URL): Promise<Response> => {
    caught = request as Request
    return new Response()
  }
  const sign = createSessionFetch(client, { fetch: catching })
  const session = connect(`http://127.0.0.1:${port}`)
  async function send(body: string | undefined, sent: string | undefined): Promise<{ status: number; text: string }> {
    await sign(`${origin}/pkp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })
    const headers = Object.fromEntries(caught?.headers ?? [])
    const stream = session.request(
      { ':method': 'POST', ':path': '/pkp', ':authority': 'api.example', ...headers },
      { endStream: sent === undefined },
    )
    if (sent !== undefined) stream.end(sent)
    let status = 0
    let text = ''
    stream.on('response', (fields) => {
      status = Number(fields[':status'])
    })
    for await (const chunk of stream) text += chunk
    return { status, text }
  }
  const [whole, again] = [await send('{"a":1}', '{"a":1}'), await send('{"a":1}', '{"a":1}')]
  for (const { status, text } of [whole, again]) {
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({ by: account.address, got: { a: 1 } })
  }
  // No field says that there is a body, and yet there is one.
  expect(codeOf(await send(undefined, '{"evil":1}'))).toBe('signature-incomplete')
  expect(codeOf(await send('{"a":1}', undefined))).toBe('body-mismatch')
  // The guard lets it pass; Fastify's own parser wants a body.
  expect(codeOf(await send(undefined, undefined))).toBe('FST_ERR_CTP_EMPTY_JSON_BODY')
  session.close()
  await app.close()
})
