/** How nodes are found, asked, stopped and started. */
import { isSessionError } from '@session-sigs/core'
import { isRecord } from './values.ts'

/** What the site says of the nodes. */
export interface Nodes {
  readonly urls: readonly string[]
  /** The id of the action that is registered with them. */
  readonly action: string
  /** Where they are stopped and started; none where that is not for this page to do. */
  readonly control: string | undefined
}

export interface Accepted {
  readonly status: 'accepted'
  readonly body: Readonly<Record<string, unknown>>
}

/** What came of a request to a node. */
export type Answer =
  | Accepted
  | { readonly status: 'refused'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly status: 'down' }

/** How long a node may take, in milliseconds. */
export const limits = { handshake: 3_000, call: 15_000 }

function isNodeUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:\/\//.test(value)
}

function readNodes(value: unknown, origin: string): Nodes {
  const { nodes, action, control } = isRecord(value) ? value : {}
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every(isNodeUrl) || typeof action !== 'string' || action === '') {
    throw new Error('This site does not say properly which nodes there are.')
  }
  return { urls: [...new Set(nodes)], action, control: typeof control === 'string' ? new URL(control, origin).href : undefined }
}

/**
 * The nodes that the site names.
 *
 * @throws Error with a sentence for the person
 */
export async function findNodes(origin: string): Promise<Nodes> {
  const response = await fetch(new URL('/network.json', origin), { cache: 'no-store' }).catch(() => undefined)
  if (!response) throw new Error('This site does not answer.')
  if (!response.ok) throw new Error('This site does not say which nodes there are.')
  return readNodes(await response.json().catch(() => undefined), origin)
}

/** JSON, as a request carries it. */
export function posting(fields: Readonly<Record<string, unknown>>, limit: number = limits.call): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
    signal: AbortSignal.timeout(limit),
  }
}

/**
 * What came of a request.
 *
 * @throws SessionError where it could not be signed, so that it was not sent
 */
export async function answerTo(request: Promise<Response>): Promise<Answer> {
  try {
    const response = await request
    const body: unknown = await response.json()
    return { status: response.ok ? 'accepted' : 'refused', body: isRecord(body) ? body : {} }
  } catch (error) {
    if (isSessionError(error)) throw error
    return { status: 'down' }
  }
}

/** Posts JSON to a node. */
export function post(url: string, fields: Readonly<Record<string, unknown>>, limit?: number): Promise<Answer> {
  return answerTo(fetch(url, posting(fields, limit)))
}

export async function isUp(node: string): Promise<boolean> {
  return (await post(`${node}/web/handshake`, {}, limits.handshake)).status === 'accepted'
}

/** @throws Error where nobody did it */
export async function control(place: string, what: 'stop' | 'start', node: string): Promise<void> {
  const body = JSON.stringify({ node })
  const response = await fetch(`${place}/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!response.ok) throw new Error(`The site answered ${response.status}.`)
}
