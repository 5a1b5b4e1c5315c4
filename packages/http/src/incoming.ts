import { type Bytes, toUtf8 } from './bytes.ts'
import { requestError } from './errors.ts'

/** A request as a verifier needs it, whatever framework it came by. */
export interface Incoming {
  readonly method: string
  /** Path and query as they came, or the whole URL. */
  readonly target: string
  /** A header field's value, several joined by a comma and a space; nothing where there is none. */
  header(name: string): string | null | undefined
  /** Whether there is a body, as far as the header says. */
  readonly hasBody: boolean
  /**
   * The whole body, once. What follows in the framework still finds it.
   *
   * @throws SessionError `input-too-large`, `body-incomplete`
   */
  read(bounds: BodyBounds): Promise<Bytes>
}

export interface BodyBounds {
  readonly bytes: number
  readonly seconds: number
}

/** The body of a request, read whole and found to be the one that was signed, where the signature covers it. */
export interface RequestBody {
  readonly bytes: Bytes
  /**
   * Its UTF-8, where `Content-Type` and `Content-Encoding` say nothing else.
   *
   * @throws SessionError `json-invalid`
   */
  text(): string
  /**
   * Its JSON, sent as JSON, as text or without a type. Who made it is not known yet: look at it as at anything from outside.
   *
   * @throws SessionError `json-invalid`
   */
  json(): unknown
}

export function tooLarge({ bytes }: BodyBounds): Error {
  return requestError('input-too-large', { what: 'the body', limit: bytes })
}

export function tooSlow({ seconds }: BodyBounds): Error {
  return requestError('body-incomplete', { reason: `not within ${seconds} s` })
}

/** What is said in its header already costs nothing to refuse. */
export function checkLength(length: string | null | undefined, bounds: BodyBounds): void {
  if (length && !(Number(length) <= bounds.bytes)) throw tooLarge(bounds)
}

/** Gives what comes first: what the work gives, or the error that its time is over. */
export async function inTime<T>(work: PromiseLike<T>, seconds: number, isLate: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(isLate()), seconds * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function joined(parts: readonly Uint8Array[], length: number): Bytes {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Reads a web stream up to a bound; more is refused as soon as it is there. */
async function readStream(stream: ReadableStream<Uint8Array> | null, bounds: BodyBounds): Promise<Bytes> {
  if (!stream) return toUtf8('')
  const reader = stream.getReader()
  const stop = (): void => void reader.cancel().catch(() => undefined)
  const read = async (): Promise<Bytes> => {
    const parts: Uint8Array[] = []
    let length = 0
    for (;;) {
      const { value, done } = await reader.read().catch((cause: unknown) => {
        throw requestError('body-incomplete', { reason: 'it broke off' }, { cause })
      })
      if (done) return joined(parts, length)
      length += value.length
      if (length > bounds.bytes) {
        stop()
        throw tooLarge(bounds)
      }
      parts.push(value)
    }
  }
  return inTime(read(), bounds.seconds, () => {
    stop()
    return tooSlow(bounds)
  })
}

/** Node's adapter of Hono gives requests whose Host makes no URL, and throws where their body is looked at: they are refused before that. */
function hasBodyOf(request: Request): boolean {
  if (!URL.canParse(request.url)) throw requestError('signature-malformed', { reason: 'the target is no URL' })
  return request.method !== 'GET' && request.method !== 'HEAD' && (request.bodyUsed || request.body !== null)
}

/** The web's `Request`. Its body is read from a copy, so that the request's own is there for who comes next. */
export function incomingOf(request: Request): Incoming {
  return {
    method: request.method,
    target: request.url,
    header: (name) => request.headers.get(name),
    get hasBody() {
      return hasBodyOf(request)
    },
    read: async (bounds) => {
      if (!hasBodyOf(request)) return toUtf8('')
      if (request.bodyUsed) throw new TypeError('The body was read before the request was verified. Verify first, or give request.clone().')
      checkLength(request.headers.get('content-length'), bounds)
      return readStream(request.clone().body, bounds)
    },
  }
}
