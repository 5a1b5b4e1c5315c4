import type { Refusal } from '@session-sigs/app-nodes'
import type { SessionSig } from '@session-sigs/core'

/** A node's answer: what it did, or why it refused. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly refusal: Refusal | undefined
}

/** Posts JSON to a node; with a session signature, that stands where an AuthSig would. */
export async function call(node: string, path: string, fields: Readonly<Record<string, unknown>>, authSig?: SessionSig): Promise<Answer> {
  const response = await fetch(node + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(authSig ? { ...fields, authSig } : fields),
  })
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, body, refusal: response.ok ? undefined : (body as unknown as Refusal) }
}
