/** Requests that the session key signs, each by itself and good once. */
import type { LitVocabulary, Resource, SessionClient } from '@session-sigs/core'
import { createSessionFetch, type SessionFetch } from '@session-sigs/http'
import { type Answer, answerTo, limits, posting } from './nodes.ts'
import type { Use } from './uses.ts'

/** A request as it went over the wire: what somebody has who read along. */
interface Sent {
  readonly method: string
  readonly headers: Headers
  readonly body: ArrayBuffer
}

/** What a request is signed with. */
interface SignedBy {
  readonly client: SessionClient
  /** What the session may do: where that is not enough, because the clock was wrong, the wallet is asked for this and nothing else. */
  readonly resources: readonly Resource[]
  readonly lifeSeconds: number
}

export interface Requests {
  /** Signs one, and sends it. */
  send(use: Use, by: SignedBy): Promise<Answer>
  /** Sends the very bytes once more that were sent for it last. */
  resend(use: Use): Promise<Answer>
  /** When what was sent last ends, RFC 3339. */
  until(): string | undefined
}

const urlOf = ({ node, path }: Use): string => node + path

export function createRequests(): Requests {
  const sent = new Map<string, Sent>()
  let ends: string | undefined
  let known: { readonly client: SessionClient; readonly lifeSeconds: number; readonly send: SessionFetch<LitVocabulary> } | undefined

  const listening: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { url, method, headers, redirect, signal } = request
    const copy: Sent = { method, headers: new Headers(headers), body: await request.arrayBuffer() }
    sent.set(url, copy)
    const [, expires] = /;expires=(\d+)/.exec(headers.get('signature-input') ?? '') ?? []
    ends = expires && new Date(Number(expires) * 1000).toISOString()
    return fetch(url, { ...copy, redirect, signal })
  }

  return {
    send(use, { client, resources, lifeSeconds }) {
      if (known?.client !== client || known.lifeSeconds !== lifeSeconds)
        known = { client, lifeSeconds, send: createSessionFetch(client, { lifeSeconds, fetch: listening }) }
      return answerTo(known.send(urlOf(use), { ...posting(use.fields), session: { resources } }))
    },
    resend: (use) => answerTo(fetch(urlOf(use), { ...sent.get(urlOf(use)), signal: AbortSignal.timeout(limits.call) })),
    until: () => ends,
  }
}
