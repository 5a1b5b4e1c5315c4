import type { AuthSig } from './delegation.ts'
import { toHex, toUtf8 } from './encode.ts'
import type { SessionKey } from './native.ts'
import type { Wanted } from './scope.ts'

/** A session signature for one node, in the wire's key order. */
export interface SessionSig {
  /** 128 lower-case hex digits: ed25519 over the UTF-8 of `signedMessage`. */
  sig: string
  derivedVia: 'litSessionSignViaNacl'
  /** JSON text of the payload. */
  signedMessage: string
  /** The session public key, 64 lower-case hex digits. */
  address: string
  algo: 'ed25519'
}

/** What a session signature says besides its key, its node and what it is for. Times are RFC 3339. */
interface Frame {
  readonly capabilities: readonly AuthSig[]
  readonly issuedAt: string
  readonly expiration: string
}

/** What a session signature says besides its key and its node. */
export type SessionSigContent = Wanted & Frame

/**
 * Signs the same content for many nodes, in parallel: node URL, byte for byte → session signature. The content is one's own and good: lists in the wire's key order, times
 * that are times. The text differs from node to node only in the address, which stands last.
 */
export async function issueSessionSigs(
  key: SessionKey,
  wanted: Wanted,
  { capabilities, issuedAt, expiration }: Frame,
  nodes: readonly string[],
): Promise<Record<string, SessionSig>> {
  const { publicKey } = key
  const { resources, resourceAbilityRequests }: { resources?: unknown; resourceAbilityRequests?: unknown } = wanted
  // The list that is not there is left out of the text.
  const content = { sessionKey: publicKey, resources, resourceAbilityRequests, capabilities, issuedAt, expiration }
  const head = JSON.stringify(content).slice(0, -1)
  const start = toUtf8(head)
  const sign = async (node: string): Promise<[string, SessionSig]> => {
    const end = `,"nodeAddress":${JSON.stringify(node)}}`
    const tail = toUtf8(end)
    // The long part of the text is turned into bytes once for all nodes.
    const bytes = new Uint8Array(start.length + tail.length)
    bytes.set(start)
    bytes.set(tail, start.length)
    const sig = toHex(await key.sign(bytes))
    return [node, { sig, derivedVia: 'litSessionSignViaNacl', signedMessage: head + end, address: publicKey, algo: 'ed25519' }]
  }
  return Object.fromEntries(await Promise.all([...new Set(nodes)].map(sign)))
}
