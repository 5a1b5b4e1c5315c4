/** Servers for tests of the handshake: what nodes may answer, well or badly, and what they were asked. All of them listen on the loopback interface. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'

interface Asked {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Answer = (response: ServerResponse, asked: Asked) => unknown

export interface OddNode {
  readonly url: string
  /** Every request, as far as it was read. */
  readonly asked: readonly Asked[]
  /** How many requests are open: neither answered in full nor given up by the client. */
  readonly open: () => number
  /** Resolves when the server is gone, and all its connections with it. */
  close(): Promise<void>
}

/** What a node says of itself, and no more than an older one. */
export const said = {
  serverPublicKey: 'a1'.repeat(32),
  subnetPublicKey: 'b2'.repeat(48),
  networkPublicKey: 'c3'.repeat(48),
  networkPublicKeySet: 'd4'.repeat(48),
}

export function sayJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
}

export const greetWell: Answer = (response) => sayJson(response, said)

/** Takes the question, and never says anything. */
export const silence: Answer = () => undefined

const started: Set<{ close(): Promise<void> }> = new Set()

/** Closes whatever a test has left. */
export async function closeAll(): Promise<void> {
  await Promise.all([...started].map((server) => server.close()))
}

async function listen(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function closable(url: string, end: () => Promise<void>): { readonly url: string; close(): Promise<void> } {
  const closing = {
    url,
    close: async () => {
      if (started.delete(closing)) await end()
    },
  }
  started.add(closing)
  return closing
}

export async function serve(answer: Answer): Promise<OddNode> {
  const asked: Asked[] = []
  let open = 0
  const server = createServer((request, response) => {
    open += 1
    response.once('close', () => {
      open -= 1
    })
    const { method, url: path, headers } = request
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.once('end', () => {
      const question = { method, path, headers, body }
      asked.push(question)
      answer(response, question)
    })
  })
  const { url, close } = closable(`http://127.0.0.1:${await listen(server)}`, async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  return { url, asked, open: () => open, close }
}

/** A server of another protocol: it says this to whoever connects, and hangs up. */
export async function serveBytes(bytes: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).resume()
    socket.end(bytes)
  })
  return closable(`http://127.0.0.1:${await listen(server)}`, () => new Promise((resolve) => void server.close(() => resolve())))
}

/** An address where nobody listens. */
export async function closedUrl(): Promise<string> {
  const { url, close } = await serve(silence)
  await close()
  return url
}

/** An answer that is held back until `release` is called. */
export function held(answer: Answer): { readonly answer: Answer; release(): void } {
  const waiting: (() => void)[] = []
  let isReleased = false
  return {
    answer(response, asked) {
      const give = (): unknown => answer(response, asked)
      if (isReleased) give()
      else waiting.push(give)
    },
    release() {
      isReleased = true
      for (const give of waiting.splice(0)) give()
    },
  }
}
