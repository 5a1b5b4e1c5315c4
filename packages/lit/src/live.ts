/** Tells the clients of this page, and of others of this origin, that somebody signed out by a `disconnectWeb3()` that was not told whom to sign out. */
import { randomHex } from './hex.ts'

/** That somebody signed out, and when, in milliseconds. */
export interface SignOutOrder {
  readonly id: string
  readonly at: number
}

export interface Live {
  /** Where it keeps its session, as the app knows it. */
  place(): object | undefined
  /** Of this page: whatever there is, ends now. */
  end(order: SignOutOrder): Promise<void>
  /** Heard from a page, this one too: what was begun before it ends. Never rejects. */
  hear(order: SignOutOrder): Promise<void>
}

/** The clients of this page, held weakly: that function has nothing else to know them by. */
const clients: Set<WeakRef<Live>> = /* @__PURE__ */ new Set()
/** Where pages tell each other that somebody signed out. */
export const channelName = 'session-sigs:lit'

function living(): Live[] {
  return [...clients].flatMap((ref) => {
    const client = ref.deref()
    if (!client) clients.delete(ref)
    return client ? [client] : []
  })
}

export function enlist(client: Live): void {
  living()
  clients.add(new WeakRef(client))
}

function openChannel(): BroadcastChannel | undefined {
  if (!globalThis.BroadcastChannel) return undefined
  const channel = new BroadcastChannel(channelName)
  // Node's would keep the process alive.
  ;(channel as { unref?(): void }).unref?.()
  return channel
}

/** Has a client hear of it, until the returned function is called. */
export function listen(client: Live): () => void {
  const channel = openChannel()
  const ref = new WeakRef(client)
  channel?.addEventListener('message', ({ data }) => {
    const { id, at } = Object(data)
    if (typeof id === 'string' && typeof at === 'number') void ref.deref()?.hear({ id, at })
  })
  return () => channel?.close()
}

/** Signs out the clients of this page, before this returns as far as their keys go: those that keep their sessions in `place`, or all, and then those of other pages, too. */
export function signOutAll(place: object | undefined): Promise<void>[] {
  const order: SignOutOrder = { id: randomHex(16), at: Date.now() }
  const ending = living().flatMap((client) => (!place || client.place() === place ? [client.end(order)] : []))
  if (!place) {
    const channel = openChannel()
    channel?.postMessage(order)
    channel?.close()
  }
  return ending
}
