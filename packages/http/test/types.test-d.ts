import type { SessionClient } from '@session-sigs/core'
import { createSessionClient, defineVocabulary } from '@session-sigs/core'
import type { VerifiedSession } from '@session-sigs/core/verify'
import type { Request as ExpressRequest, Response as ExpressResponse, NextFunction, RequestHandler } from 'express'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { expectTypeOf, it } from 'vitest'
import * as forExpress from '../src/express.ts'
import * as forFastify from '../src/fastify.ts'
import * as forHono from '../src/hono.ts'
import { createSessionFetch, type Problem, readProblem } from '../src/index.ts'
import { createRequestVerifier, memoryNonces, type RequestBody, type RequestVerifierOptions, verifyRequest } from '../src/verify.ts'

const options = { origin: 'https://api.example', domains: ['app.example'], nonces: memoryNonces() }

it('a resource is a string, or a function of the request of the framework', () => {
  const express = forExpress.createGuard(options)
  const fastify = forFastify.createGuard(options)
  const hono = forHono.createGuard(options)
  express((request, body) => {
    expectTypeOf(request).toEqualTypeOf<ExpressRequest>()
    expectTypeOf(body).toEqualTypeOf<RequestBody>()
    return `litPKP://${request.params['id']}`
  })
  fastify((request, body) => {
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
    expectTypeOf(body.json()).toEqualTypeOf<unknown>()
    return { resource: 'lit-pkp://42', ability: 'pkp-signing' }
  })
  hono(async (c, body) => {
    expectTypeOf(c).toEqualTypeOf<Context>()
    expectTypeOf(body.bytes).toEqualTypeOf<Uint8Array<ArrayBuffer>>()
    return `litPKP://${c.req.param('id')}`
  })
  for (const guard of [express, fastify, hono]) {
    expectTypeOf(guard).toBeCallableWith('litPKP://42')
    // @ts-expect-error a resource is no number
    expectTypeOf(guard).toBeCallableWith(42)
    // @ts-expect-error nor is what a function gives
    expectTypeOf(guard).toBeCallableWith(() => 42)
  }
})

it('guards fit where their frameworks take them', () => {
  const [app, server] = [{} as Hono, {} as FastifyInstance]
  const express = forExpress.createGuard(options)
  const hono = forHono.createGuard(options)
  const fastify = forFastify.createGuard(options)
  expectTypeOf(express('x')).toExtend<RequestHandler>()
  expectTypeOf(express.revoke).toExtend<RequestHandler>()
  expectTypeOf(express('x')).toBeCallableWith({} as ExpressRequest, {} as ExpressResponse, {} as NextFunction)
  expectTypeOf(hono('x')).toExtend<MiddlewareHandler>()
  app.post('/x/:id', hono('x'), (c) => c.json(hono.session(c)))
  app.post('/revoke', hono.revoke)
  server.post('/x', fastify('x'), async (request) => fastify.session(request))
  server.post<{ Params: { id: string } }>('/x/:id', fastify('x'), async (request) => fastify.session(request))
  server.route({ method: 'POST', url: '/revoke', ...fastify.revoke })
})

it('who a request is by', () => {
  expectTypeOf(forExpress.createGuard(options).session).parameter(0).toEqualTypeOf<import('node:http').IncomingMessage>()
  expectTypeOf(forExpress.createGuard(options).session).returns.toEqualTypeOf<VerifiedSession>()
  expectTypeOf(forFastify.createGuard(options).session).returns.toEqualTypeOf<VerifiedSession>()
  expectTypeOf(forHono.createGuard(options).session).returns.toEqualTypeOf<VerifiedSession>()
  expectTypeOf(createRequestVerifier(options).verify).returns.resolves.toEqualTypeOf<VerifiedSession>()
  expectTypeOf(verifyRequest).returns.resolves.toEqualTypeOf<VerifiedSession>()
  expectTypeOf(createRequestVerifier(options).respond).returns.toEqualTypeOf<Response>()
})

it('what cannot be left out', () => {
  expectTypeOf<{ domains: '*'; nonces: ReturnType<typeof memoryNonces> }>().not.toExtend<RequestVerifierOptions>()
  expectTypeOf<{ origin: string; nonces: ReturnType<typeof memoryNonces> }>().not.toExtend<RequestVerifierOptions>()
  expectTypeOf<{ origin: string; domains: '*' }>().not.toExtend<RequestVerifierOptions>()
  expectTypeOf<typeof options>().toExtend<RequestVerifierOptions>()
  // @ts-expect-error each request has its resource
  expectTypeOf(verifyRequest).toBeCallableWith(new Request('x'), options)
})

it('a session fetch is a fetch, with a session in its init that follows the vocabulary', () => {
  const sessionFetch = createSessionFetch({} as SessionClient)
  expectTypeOf(sessionFetch).toExtend<typeof fetch>()
  expectTypeOf(sessionFetch).toBeCallableWith('x', { method: 'POST', session: { resources: ['litPKP://42'] } })
  // @ts-expect-error no resource of that vocabulary
  expectTypeOf(sessionFetch).toBeCallableWith('x', { session: { resources: ['acmeInvoice://1'] } })
  const vocabulary = defineVocabulary({ prefix: 'acme', types: ['Invoice'] })
  const acme = createSessionFetch(createSessionClient({ vocabulary }))
  expectTypeOf(acme).toBeCallableWith('x', { session: { resources: ['acmeInvoice://1'] } })
  expectTypeOf(readProblem).returns.resolves.toEqualTypeOf<Problem | undefined>()
})
