import type { SessionSig } from '@session-sigs/core'
import type { Check } from '@session-sigs/core/verify'
import { readProblem } from '@session-sigs/http'

/** A node's answer: what it did, or why it refused. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** The code of a refusal. */
  readonly refused: string | undefined
  /** What the node checked, where it says so. */
  readonly checks: readonly Check[]
}

export async function read(response: Response): Promise<Answer> {
  const problem = await readProblem(response)
  // Our own nodes, while developing: they say every check as the verifier does.
  const checks = (problem?.checks ?? []) as readonly Check[]
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, refused: problem?.code, checks }
}

export type Fields = Readonly<Record<string, unknown>>

export function posting(fields: Fields): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }
}

/** Posts JSON to a node; with a session signature, that stands where an AuthSig would. */
export async function call(node: string, path: string, fields: Fields, authSig?: SessionSig): Promise<Answer> {
  return read(await fetch(node + path, posting(authSig ? { ...fields, authSig } : fields)))
}
