/**
 * Greeting the nodes: loaded by who connects.
 */
import { SessionError } from '@session-sigs/core'
import { randomHex } from './hex.ts'

/** More than any node says, in characters. */
const longest = 65_536

const needed = ['serverPublicKey', 'subnetPublicKey', 'networkPublicKey', 'networkPublicKeySet']

/** A body as a text, read no further than is sensible. */
async function readText(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += part.value
    if (text.length > longest) {
      await reader?.cancel()
      throw new Error('it answered too much')
    }
  }
  return text
}

/** What a node says of itself is its own word, and only looked at for being there; of later nodes the latest block is given. */
function readAnswer(answer: string): string | undefined {
  let fields: Record<string, unknown>
  try {
    fields = { ...Object(JSON.parse(answer)) }
  } catch {
    throw new Error('its answer is no JSON')
  }
  for (const name of needed) if (typeof fields[name] !== 'string') throw new Error(`its answer has no ${name}`)
  const hash = fields['latestBlockhash']
  return typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash) ? hash : undefined
}

/**
 * Greets a node; gives the latest block that it names, if it does. Redirects are not followed: what is signed is for this node, and no other.
 *
 * @throws Error whose message says what was wrong with it
 */
async function greet(node: string, signal: AbortSignal): Promise<string | undefined> {
  // What core lets nobody sign for is not greeted either.
  if (!/^https?:\/\/[^\s/?#@\\]+(?:\/\S*)?$/.test(node)) throw new Error('it is no http(s) URL')
  const response = await fetch(`${node.replace(/\/$/, '')}/web/handshake`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ clientPublicKey: 'test', challenge: randomHex(32) }),
    credentials: 'omit',
    redirect: 'error',
    signal,
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`it answered ${response.status}`)
  }
  return readAnswer(await readText(response))
}

/** Once enough nodes have answered, the others are waited for so long, in milliseconds; who answers later is added when it does. */
const grace = 1_000

export interface Greeting {
  readonly nodes: readonly string[]
  /** How many have to answer. */
  readonly needed: number
  /** How long each may take, in milliseconds. */
  readonly timeout: number
  /** Ends it all. */
  readonly signal: AbortSignal
  onNode(node: string, latestBlockhash: string | undefined): void
  onFailure(node: string, reason: string): void
}

/** Some platforms say "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = Object(error)
  return String(cause?.message || cause?.code || message || error)
    .trim()
    .replace(/\s+/g, ' ')
    .slice(0, 160)
}

/**
 * Greets all nodes at the same time. Resolves when enough have answered, and the others too or for a while longer; those that still do are told of as they come. Resolves as well where `signal` ends it.
 *
 * @throws SessionError `nodes-unreachable`
 */
export async function greetAll({ nodes, needed, timeout, signal, onNode, onFailure }: Greeting): Promise<void> {
  const own = new AbortController()
  const connected: string[] = []
  const failed: { node: string; reason: string }[] = []
  const end = (): void => own.abort()
  let isLate = false
  let last: ReturnType<typeof setTimeout> | undefined
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, timeout)
  signal.addEventListener('abort', end)
  // It may have come before this was loaded.
  if (signal.aborted) end()
  const enough = new Promise<void>((resolve) => {
    const greetOne = async (node: string): Promise<void> => {
      try {
        const hash = await greet(node, own.signal)
        if (signal.aborted) return
        connected.push(node)
        onNode(node, hash)
        if (connected.length === needed) last = setTimeout(resolve, grace)
      } catch (error) {
        if (signal.aborted) return
        const reason = isLate ? `it did not answer within ${timeout} ms` : reasonOf(error)
        failed.push({ node, reason })
        onFailure(node, reason)
      }
    }
    void Promise.all(nodes.map(greetOne)).then(() => {
      clearTimeout(timer)
      clearTimeout(last)
      resolve()
    })
  })
  await enough
  if (signal.aborted || connected.length >= needed) return
  const reasons = failed.map(({ node, reason }) => `; ${node}: ${reason}`).join('')
  const sentence = (): string => `${connected.length} of ${needed} nodes needed answered the handshake${reasons}`
  throw new SessionError('nodes-unreachable', { connected, needed, failed }, { sentences: { 'nodes-unreachable': sentence } })
}
