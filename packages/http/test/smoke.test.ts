import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createSessionClient } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import * as forExpress from '../src/express.ts'
import * as forFastify from '../src/fastify.ts'
import * as forHono from '../src/hono.ts'
import { createSessionFetch } from '../src/index.ts'
import { memoryNonces, memoryRevocations } from '../src/verify.ts'

const options = (origin: string) => ({
  origin,
  domains: ['app.example'],
  nonces: memoryNonces(),
  revocations: memoryRevocations(),
  explain: true,
})
const account = privateKeyToAccount(generatePrivateKey())
const client = () => createSessionClient({ signer: viemSigner(account), domain: 'app.example' })

async function port(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

const kinds = {
  async hono(port: number) {
    const app = new Hono()
    const guard = forHono.createGuard(options(`http://127.0.0.1:${port}`))
    app.post('/pkp', guard('litPKP://42'), async (c) => c.json({ by: guard.session(c), got: await c.req.json() }))
    app.get('/pkp', guard('litPKP://42'), async (c) => c.json({ by: guard.session(c) }))
    app.post('/revoke', guard.revoke)
    const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
    return () => server.close()
  },
  async express(port: number) {
    const app = express()
    const guard = forExpress.createGuard(options(`http://127.0.0.1:${port}`))
    app.post('/pkp', guard('litPKP://42'), express.json(), async (req, res) => void res.json({ by: guard.session(req), got: req.body }))
    app.get('/pkp', guard('litPKP://42'), async (req, res) => void res.json({ by: guard.session(req) }))
    app.post('/revoke', guard.revoke)
    const server = app.listen(port, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    return () => server.close()
  },
  async fastify(port: number) {
    const app = fastify()
    const guard = forFastify.createGuard(options(`http://127.0.0.1:${port}`))
    app.post('/pkp', guard('litPKP://42'), async (request) => ({ by: guard.session(request), got: request.body }))
    app.get('/pkp', guard('litPKP://42'), async (request) => ({ by: guard.session(request) }))
    app.route({ method: 'POST', url: '/revoke', ...guard.revoke })
    await app.listen({ port, host: '127.0.0.1' })
    return () => void app.close()
  },
}

for (const [name, start] of Object.entries(kinds))
  it(name, async () => {
    const at = await port()
    const stop = await start(at)
    const c = client()
    await c.signIn({ resources: ['litPKP://42'] })
    const sf = createSessionFetch(c)
    for (let i = 0; i < 2; i++) {
      const get = await sf(`http://127.0.0.1:${at}/pkp?x=1`)
      const said = await get.json()
      expect(said).toMatchObject({ by: { address: account.address } })
    }
    const post = await sf(`http://127.0.0.1:${at}/pkp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ a: 1 }),
    })
    expect(await post.json()).toMatchObject({ by: { address: account.address }, got: { a: 1 } })
    stop()
  })
