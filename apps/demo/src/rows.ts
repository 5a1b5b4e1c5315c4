/** What is shown of calls to nodes, from before they are made. */
import { readChecks } from './checks.ts'
import type { Answer } from './nodes.ts'
import { attestedId, key, token, type Use } from './uses.ts'
import type { CallView } from './view.ts'

function row(id: string, title: string, resource: string): CallView {
  return { id, title, resource, status: 'idle', words: '', code: undefined, checks: [] }
}

/** What an idle row of each node shows; before the nodes are known, of as many as there usually are. */
export function nodeRows(nodes: readonly string[] | undefined, action: string | undefined): readonly CallView[] {
  const resource = `litAction://${action ?? '…'}`
  if (!nodes) return [1, 2, 3].map((number) => row(`node-${number}`, `Node ${number}`, resource))
  return nodes.map((url) => row(url, url, resource))
}

/** What idle rows of the five guarded endpoints show. */
export function powerRows(action: string | undefined): readonly CallView[] {
  return [
    row('EncryptionCondition', 'Open a sealed note', 'litEncryptionCondition://…'),
    row('SigningCondition', 'Get an attestation', `litSigningCondition://${attestedId}`),
    row('PKP', 'Sign with a network key', `litPKP://${key}`),
    row('RLI', 'Lift the rate limit', `litRLI://${token}`),
    row('Action', 'Run an action', `litAction://${action ?? '…'}`),
  ]
}

/** What an idle row shows of a use at a node. */
export function useRow({ node, resource }: Pick<Use, 'node' | 'resource'>): CallView {
  return row(node, node, resource)
}

/** What a row shows of a node's answer. */
export function shown({ words, resource }: Pick<Use, 'words' | 'resource'>, answer: Answer): Partial<CallView> {
  if (answer.status === 'down') return { status: 'down', words: 'No answer', resource, code: undefined, checks: [] }
  const { status, body } = answer
  if (status === 'accepted') return { status, words: words(body), resource, code: undefined, checks: [] }
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' && value !== '' ? value : otherwise)
  return {
    status,
    words: text(body['detail'], 'Refused'),
    resource,
    code: text(body['code'], 'unknown'),
    checks: readChecks(body),
  }
}

/** A row that waits for an answer. */
export function busy(row: CallView): CallView {
  return { ...row, status: 'busy', words: '', code: undefined, checks: [] }
}
