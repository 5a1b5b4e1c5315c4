/**
 * Greeting the nodes: loaded by who connects.
 */
import { failure } from './errors.ts'
import { greet } from './handshake.ts'

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
  if (connected.length < needed && !signal.aborted) throw failure('nodes-unreachable', { connected, needed, failed })
}
