import { connect, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import type { Signed } from './signing.ts'

export interface Reply {
  readonly status: number
  /** By lower-case name; of several fields the values joined by a comma and a space. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** From the last byte that was asked for to the last one of this, in milliseconds. */
  readonly took: number
}

export interface Json {
  readonly [name: string]: unknown
}

export function jsonOf(reply: Pick<Reply, 'body'>): Json {
  return JSON.parse(reply.body)
}

function readHead(text: string): { status: number; headers: Record<string, string> } {
  const [first = '', ...lines] = text.split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const at = line.indexOf(':')
    const [name, value] = [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return { status: Number(first.split(' ')[1]), headers }
}

/** The chunked body at the beginning of some bytes, and how long it is there; nothing as long as it is not whole. */
function readChunks(bytes: Buffer): { body: Buffer; length: number } | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.subarray(at, line).toString(), 16)
    const end = line + 2 + size + 2
    if (bytes.length < end) return undefined
    if (size === 0) return { body: Buffer.concat(parts), length: end }
    parts.push(bytes.subarray(line + 2, end - 2))
    at = end
  }
}

/** A connection as it is: what is sent is sent byte for byte, and answers are read one after the other. */
export class Wire {
  readonly #socket: Socket
  #bytes = Buffer.alloc(0)
  #isClosed = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (part: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, part])
      this.#wake()
    })
    const closed = (): void => {
      this.#isClosed = true
      this.#wake()
    }
    socket.on('close', closed).on('end', closed).on('error', closed)
  }

  static async open(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Wire(socket)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  send(bytes: string | Uint8Array): void {
    if (!this.#isClosed) this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Ends this side, as a client that goes away. */
  destroy(): void {
    this.#socket.destroy()
  }

  #take(isHead: boolean): Omit<Reply, 'took'> | undefined {
    const end = this.#bytes.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const { status, headers } = readHead(this.#bytes.subarray(0, end).toString('latin1'))
    const rest = this.#bytes.subarray(end + 4)
    if (status === 100) {
      this.#bytes = rest
      return this.#take(isHead)
    }
    const isBodiless = isHead || status === 204 || status === 304
    if (!isBodiless && headers['transfer-encoding'] === 'chunked') {
      const chunks = readChunks(rest)
      if (!chunks) return undefined
      this.#bytes = rest.subarray(chunks.length)
      return { status, headers, body: chunks.body.toString() }
    }
    if (!isBodiless && headers['content-length'] === undefined && !this.#isClosed) return undefined
    const length = isBodiless ? 0 : Number(headers['content-length'] ?? rest.length)
    if (rest.length < length) return undefined
    this.#bytes = rest.subarray(length)
    return { status, headers, body: rest.subarray(0, length).toString() }
  }

  /** The next answer; nothing where the connection was closed instead. */
  async reply({ isHead = false, within = 15_000 } = {}): Promise<Reply | undefined> {
    const start = performance.now()
    const late = new AbortController()
    const timer = after(within, undefined, { signal: late.signal })
      .then(() => true)
      .catch(() => false)
    try {
      for (;;) {
        const found = this.#take(isHead)
        if (found) return { ...found, took: performance.now() - start }
        if (this.#isClosed) return undefined
        const woken = new Promise<false>((resolve) => {
          this.#wake = () => resolve(false)
        })
        if (await Promise.race([woken, timer])) throw new Error(`No answer within ${within} ms.`)
      }
    } finally {
      late.abort()
    }
  }

  async closed(within = 5000): Promise<boolean> {
    const end = performance.now() + within
    while (!this.#isClosed && performance.now() < end) await after(10)
    return this.#isClosed
  }
}

/** The head of a request as text. `target` and `host` say what is written there instead of the signed URL's. */
export function headOf(signed: Signed, { target, host, version = '1.1', length = true }: HeadOptions = {}): string {
  const { pathname, search, host: own } = new URL(signed.url)
  const raw = signed.url.slice(signed.url.indexOf('/', 8))
  const names = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const hosted = host === false ? '' : `host: ${host ?? own}\r\n`
  const sized = length && signed.body !== undefined ? `content-length: ${Buffer.byteLength(signed.body)}\r\n` : ''
  return `${signed.method} ${target ?? (raw.startsWith('/') ? raw : pathname + search)} HTTP/${version}\r\n${hosted}${sized}${names.join('')}\r\n`
}

export interface HeadOptions {
  readonly target?: string
  readonly host?: string | false
  readonly version?: '1.0' | '1.1'
  /** Whether it says how long the body is. */
  readonly length?: boolean
}

/** Body bytes in chunks of a size. */
export function chunked(body: string | Uint8Array, size = 1000): Buffer {
  const bytes = Buffer.from(body)
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

/** Sends one request over a connection of its own. */
export async function exchange(port: number, signed: Signed, options: HeadOptions = {}): Promise<Reply | undefined> {
  const wire = await Wire.open(port)
  wire.send(headOf(signed, options))
  if (signed.body !== undefined) wire.send(Buffer.from(signed.body))
  const reply = await wire.reply({ isHead: signed.method === 'HEAD' })
  wire.destroy()
  return reply
}
