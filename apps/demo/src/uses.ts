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

/** Those of the five that need nothing to be sealed first, at one node. */
function plainUses(node: string, action: string): Readonly<Record<'SigningCondition' | 'PKP' | 'RLI' | 'Action', Use>> {
  return {
    SigningCondition: {
      row: 'SigningCondition',
      resource: `litSigningCondition://${attestedId}`,
      node,
      path: '/attest',
      fields: { resourceId: attested },
      words: ({ signature }) => `Attested, and signed by the node: ${shortKey(String(signature))}`,
    },
    PKP: {
      row: 'PKP',
      resource: `litPKP://${key}`,
      node,
      path: '/pkp',
      fields: { tokenId: key, message: 'Signed for the demo' },
      words: ({ address }) => `Signed by ${shortAddress(String(address))}`,
    },
    RLI: {
      row: 'RLI',
      resource: `litRLI://${token}`,
      node,
      path: '/limited',
      fields: { tokenId: token },
      words: () => 'The limit is lifted.',
    },
    Action: {
      row: 'Action',
      resource: `litAction://${action}`,
      node,
      path: '/action',
      fields: { id: action, params: { from: 'the demo' } },
      words: ran,
    },
  }
}

/** The registered action, at each node. */
export function nodeUses(nodes: readonly string[], action: string): readonly Use[] {
  return nodes.map((node) => ({ ...plainUses(node, action).Action, row: node }))
}

/** At each node the same, of what the session may do and can be asked for at once; none where there is nothing such. */
export function grantedUses(nodes: readonly string[], action: string, scope: readonly string[]): readonly Use[] {
  const isGranted = ({ resource }: Use): boolean => {
    const [type = '', id = ''] = resource.split('://')
    return scope.includes(`${type}Capability://*`) || scope.includes(`${type}Capability://${id}`)
  }
  return nodes.flatMap((node) => {
    const { Action, PKP, RLI, SigningCondition } = plainUses(node, action)
    const use = [Action, PKP, RLI, SigningCondition].find(isGranted)
    return use ? [{ ...use, row: node }] : []
  })
}

/** All five powers at one node. What is to be opened is sealed first, which is free; where the node does not do that, its answer. */
export async function powerUses(node: string, address: string, action: string): Promise<readonly Use[] | Exclude<Answer, Accepted>> {
  const sealed = await post(`${node}/seal`, { note, for: address })
  if (sealed.status !== 'accepted') return sealed
  const { encryptedKey, ciphertext, resource } = sealed.body
  const { SigningCondition, PKP, RLI, Action } = plainUses(node, action)
  const open: Use = {
    row: 'EncryptionCondition',
    resource: String(resource),
    node,
    path: '/open',
    fields: { encryptedKey, ciphertext },
    words: (body) => `Opened: “${body['note']}”`,
  }
  return [open, SigningCondition, PKP, RLI, Action]
}
