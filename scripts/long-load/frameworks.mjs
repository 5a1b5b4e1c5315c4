/** The same guarded server by each framework: listening, with a handler for each route that tells who a request is by. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { createGuard as guardExpress } from '@session-sigs/http/express'
import { createGuard as guardFastify } from '@session-sigs/http/fastify'
import { createGuard as guardHono } from '@session-sigs/http/hono'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { maxBodyBytes, resources } from './settings.mjs'

/** A day: a server that hangs up on an idle connection just when it is used again would look like a fault. */
const keepAliveTimeout = 86_400_000

function pkpIn(body) {
  const sent = body.json()
  return `litPKP://${typeof sent === 'object' && sent !== null && 'pkp' in sent ? sent.pkp : ''}`
}

async function listening(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

/** `told(n, session, body)` is what a handler answers with. */
async function withExpress(options, told) {
  const guard = guardExpress(options)
  const app = express()
  const parse = express.json({ limit: maxBodyBytes })
  const answer = (request, response) => response.json(told(request.query.n, guard.session(request), request.body))
  for (const [path, resource] of Object.entries(resources)) app.all(path, guard(resource), parse, answer)
  app.post(
    '/body',
    guard((_, body) => pkpIn(body)),
    parse,
    answer,
  )
  app.post('/session/revoke', guard.revoke)
  return listening(createServer({ keepAliveTimeout }, app))
}

async function withFastify(options, told) {
  const guard = guardFastify(options)
  const app = fastify({ keepAliveTimeout, bodyLimit: maxBodyBytes })
  const answer = async (request) => told(request.query.n, guard.session(request), request.body)
  for (const [path, resource] of Object.entries(resources)) {
    app.get(path, guard(resource), answer)
    app.post(path, guard(resource), answer)
  }
  app.post(
    '/body',
    guard((_, body) => pkpIn(body)),
    answer,
  )
  app.route({ method: 'POST', url: '/session/revoke', ...guard.revoke })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}

async function withHono(options, told) {
  const guard = guardHono(options)
  const app = new Hono()
  const answer = async (c) => c.json(told(c.req.query('n'), guard.session(c), c.req.method === 'POST' ? await c.req.json() : undefined))
  for (const [path, resource] of Object.entries(resources)) app.on(['GET', 'POST'], path, guard(resource), answer)
  app.post(
    '/body',
    guard((_, body) => pkpIn(body)),
    answer,
  )
  app.post('/session/revoke', guard.revoke)
  return listening(createAdaptorServer({ fetch: app.fetch, serverOptions: { keepAliveTimeout } }))
}

export const frameworks = { express: withExpress, fastify: withFastify, hono: withHono }
