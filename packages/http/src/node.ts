import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, exposedBeside, exposedField } from './answer.ts'
import { type Bytes, toUtf8 } from './bytes.ts'
import { requestError } from './errors.ts'
import { type BodyBounds, checkLength, type Incoming, inTime, joined, tooLarge, tooSlow } from './incoming.ts'

/** Node's requests, as Express and Fastify have them. Express keeps the whole path where a router took a part of it. */
type NodeRequest = IncomingMessage & { readonly originalUrl?: string }

/** Of HTTP/2, where no field has to say whether there is a body, and when it is whole. */
interface Http2 {
  readonly stream?: { readonly endAfterHeaders?: boolean; readonly readableEnded?: boolean }
}

type AnyRequest = IncomingMessage & Http2 & { readonly _readableState?: { readonly ended?: boolean } }

/** Whether its stream has been given its last byte, read or not. Nothing public says so before all is read, and `complete` only means it where Node's parser has set it. */
function isEnded({ _readableState }: AnyRequest): boolean {
  return _readableState?.ended === true
}

/**
 * Whether it came over no wire: `app.inject()` of Fastify makes such requests, and what runs Node's frameworks as functions of a cloud, often `complete` from the start. No parser
 * has held their fields against their body, so only the stream itself says whether there is one.
 */
function isMade(request: AnyRequest): boolean {
  const complete: boolean | undefined = request.complete
  return complete === undefined || (complete && !isEnded(request))
}

/** Whether a message has a body at all, or may have one: by its fields (RFC 9112 §6.3), in HTTP/2 by its first frame. */
function hasBody(request: AnyRequest): boolean {
  if (request.httpVersionMajor >= 2) return request.stream?.endAfterHeaders !== true
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0 || isMade(request)
}

function isWhole(request: AnyRequest): boolean {
  return request.httpVersionMajor >= 2 ? request.complete || request.stream?.readableEnded === true : isEnded(request)
}

/**
 * Reads a body and puts it back before the stream says that it is at its end, so that a parser after this finds it as if nobody had read it.
 */
function readAhead(request: AnyRequest, bounds: BodyBounds): Promise<Bytes> {
  const parts: Buffer[] = []
  let length = 0
  let finish: (end: Bytes | Error) => void = () => undefined

  function onReadable(): void {
    // Nothing is read where nothing is there: that would end a stream without a byte before anybody else hears of its end.
    while (request.readableLength > 0 && length <= bounds.bytes) {
      const part: Buffer | null = request.read()
      if (part === null) break
      parts.push(part)
      length += part.length
    }
    if (length > bounds.bytes) finish(tooLarge(bounds))
    else if (isWhole(request)) putBack()
  }

  function putBack(): void {
    const whole = joined(parts, length)
    // In the same turn as the last read(): the end is said in the next, if there is nothing left then.
    if (length > 0) request.unshift(Buffer.from(whole.buffer))
    finish(whole)
  }

  const onBroken = (): void => finish(requestError('body-incomplete', { reason: 'it broke off' }))
  const work = new Promise<Bytes>((resolve, reject) => {
    finish = (end) => {
      request.off('readable', onReadable).off('close', onBroken).off('error', onBroken)
      if (end instanceof Error) reject(end)
      else resolve(end)
    }
    if (isWhole(request) && request.readableLength === 0) finish(joined([], 0))
    else if (request.destroyed) onBroken()
    else request.on('readable', onReadable).on('close', onBroken).on('error', onBroken)
  })
  return inTime(work, bounds.seconds, () => {
    const error = tooSlow(bounds)
    finish(error)
    return error
  })
}

export function incomingOfNode(request: NodeRequest): Incoming {
  return {
    method: request.method ?? '',
    target: request.originalUrl ?? request.url ?? '',
    header: (name) => {
      // An ordinary object: what every object has is no field.
      const { headers } = request
      const value = Object.hasOwn(headers, name) ? headers[name] : name === 'host' ? headers[':authority'] : undefined
      return Array.isArray(value) ? value.join(', ') : value
    },
    hasBody: hasBody(request),
    read: async (bounds) => {
      if (!hasBody(request)) return toUtf8('')
      if (request.readableEnded || request.readableDidRead)
        throw new TypeError('The body was read before the request was verified. Put the guard before what parses bodies.')
      checkLength(request.headers['content-length'], bounds)
      return readAhead(request, bounds)
    },
  }
}

/** Sends an answer. What is left of a body that nobody wants is let go, so that the connection can be used again; one that is slow is cut off. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, name === exposedField ? exposedBeside(response.getHeader(name), value) : value)
  }
  if (status === 408) response.setHeader('connection', 'close')
  response.writeHead(status).end(body ?? undefined)
  request.resume()
}
