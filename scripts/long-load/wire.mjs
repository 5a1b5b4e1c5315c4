/** How requests get to a server: as they were signed, to whichever port, over connections that are kept. */
import { Agent, request as start } from 'node:http'
import { createConnection } from 'node:net'

const agent = new Agent({ keepAlive: true })

/** How long an answer is waited for, in milliseconds. */
const patience = 30_000

/** A request as its parts: it can be sent again, to any server. */
export async function partsOf(request) {
  const { pathname, search, host } = new URL(request.url)
  const headers = { ...Object.fromEntries(request.headers), host }
  return { method: request.method, path: pathname + search, headers, body: Buffer.from(await request.arrayBuffer()) }
}

function bodyOf(response) {
  return new Promise((resolve, reject) => {
    const parts = []
    response.on('data', (part) => parts.push(part))
    response.on('end', () => resolve(Buffer.concat(parts).toString()))
    response.on('error', reject)
  })
}

/** That a request was answered by nobody; `parts` is the request. */
class NoAnswer extends Error {
  constructor(parts, cause) {
    super('No answer', { cause })
    this.parts = parts
  }
}

/** The answer's status and text. @throws NoAnswer */
export function send(port, parts) {
  const { method, path, headers, body } = parts
  return new Promise((resolve, reject) => {
    const fail = (cause) => reject(new NoAnswer(parts, cause))
    const length = body.length > 0 || method === 'POST' ? { 'content-length': body.length } : {}
    const sending = start({ agent, host: '127.0.0.1', port, method, path, headers: { ...headers, ...length }, timeout: patience })
    sending.on('response', (response) => {
      bodyOf(response).then((text) => resolve({ status: response.statusCode, headers: response.headers, text }), fail)
    })
    sending.on('timeout', () => sending.destroy(new Error('No answer in time')))
    sending.on('error', fail)
    sending.end(body)
  })
}

/** What an answer says: `200`, or the code of its problem with its status. What a server of Node says before any code of ours is its status alone. */
function saidBy({ status, text }) {
  const code = status < 300 ? undefined : /"code":"([a-z-]+)"/.exec(text)?.[1]
  return code === undefined ? String(status) : `${status} ${code}`
}

const noAnswer = 'no answer'

/** What came of sending: what was said, and `no answer` where nothing was. `sending` rejects with `NoAnswer`, or resolves to an answer. */
export async function heard(sending) {
  try {
    const { status, text, parts } = await sending
    return { said: saidBy({ status, text }), text, parts }
  } catch (error) {
    if (error instanceof NoAnswer) return { said: noAnswer, text: '', parts: error.parts }
    throw error
  }
}

export const ask = (port, parts) => heard(send(port, parts))

export function bytesOf({ method, path, headers, body }) {
  const fields = Object.entries({ ...headers, 'content-length': String(body.length) }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.concat([Buffer.from(`${[`${method} ${path} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n`), body])
}

/**
 * A connection of its own, with what `write(socket)` does on it. Gives what was said to it, or `no answer`: the server may have closed it before all was sent, and said why.
 */
export function converse(port, write) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
    let text = ''
    const done = () => {
      socket.destroy()
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
      resolve({ said: status ? saidBy({ status, text }) : noAnswer, text })
    }
    socket.setTimeout(patience, done)
    socket.on('data', (chunk) => {
      text += chunk
      const [head, body] = text.split('\r\n\r\n', 2)
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
      if (body !== undefined && body.length >= length) done()
    })
    socket.on('error', () => undefined)
    socket.on('close', done)
    socket.on('connect', () => write(socket))
  })
}

/** Connections that were kept are closed, so that a server can be seen to have none left. */
export function hangUp() {
  agent.destroy()
}
