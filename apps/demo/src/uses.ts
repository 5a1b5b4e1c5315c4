/** What the session is used for: requests to nodes, each guarded by one resource. */
import { type Accepted, type Answer, post } from './nodes.ts'
import { shortAddress, shortKey } from './texts.ts'

/** The id of what is attested: the SHA-256 of its JSON. */
export const attestedId = 'f0ed013cc34636c63f0c0b1eda3e8e1c231bbdb313f95f36b225927577b405e9'
const attested = { baseUrl: 'demo.example', path: '/private', role: 'reader' }
export const [key, token] = ['42', '7']
const note = 'The key is under the mat.'

/** A request to a node, before a session signature is put to it. */
export interface Use {
  /** The row that shows it. */
  readonly row: string
  readonly resource: string
  readonly node: string
  readonly path: string
  readonly fields: Readonly<Record<string, unknown>>
  /** What the node did, by its answer. */
  readonly words: (body: Readonly<Record<string, unknown>>) => string
}

const ran: Use['words'] = ({ result }) =>
  typeof result === 'string' ? result.replace(/0x[0-9a-fA-F]{40}/g, shortAddress).slice(0, 200) : 'It ran.'

/** The registered action, at each node. */
export function nodeUses(nodes: readonly string[], action: string): readonly Use[] {
  const fields = { id: action, params: { from: 'the demo' } }
  return nodes.map((node) => ({ row: node, resource: `litAction://${action}`, node, path: '/action', fields, words: ran }))
}

/** All five powers at one node. What is to be opened is sealed first, which is free; where the node does not do that, its answer. */
export async function powerUses(node: string, address: string, action: string): Promise<readonly Use[] | Exclude<Answer, Accepted>> {
  const sealed = await post(`${node}/seal`, { note, for: address })
  if (sealed.status !== 'accepted') return sealed
  const { encryptedKey, ciphertext, resource } = sealed.body
  const use = (row: string, resource: string, path: string, fields: Use['fields'], words: Use['words']): Use => {
    return { row, resource, node, path, fields, words }
  }
  return [
    use('EncryptionCondition', String(resource), '/open', { encryptedKey, ciphertext }, (body) => `Opened: “${body['note']}”`),
    use('SigningCondition', `litSigningCondition://${attestedId}`, '/attest', { resourceId: attested }, ({ signature }) => {
      return `Attested, and signed by the node: ${shortKey(String(signature))}`
    }),
    use('PKP', `litPKP://${key}`, '/pkp', { tokenId: key, message: 'Signed for the demo' }, (body) => {
      return `Signed by ${shortAddress(String(body['address']))}`
    }),
    use('RLI', `litRLI://${token}`, '/limited', { tokenId: token }, () => 'The limit is lifted.'),
    use('Action', `litAction://${action}`, '/action', { id: action, params: { from: 'the demo' } }, ran),
  ]
}
