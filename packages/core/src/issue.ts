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

/** What a session signature says besides its key and its node. Times are RFC 3339. */
export type SessionSigContent = Wanted & {
  readonly capabilities: readonly AuthSig[]
  readonly issuedAt: string
  readonly expiration: string
}

/**
 * Signs the same content for many nodes, in parallel: node URL, byte for byte → session signature. The content is one's own and good: lists in the wire's key order, times
 * that are times. The text differs from node to node only in the address, which stands last.
 */
export async function issueSessionSigs(
  key: SessionKey,
  content: SessionSigContent,
  nodes: readonly string[],
): Promise<Record<string, SessionSig>> {
  const { capabilities, issuedAt, expiration, ...wanted } = content
  const head = JSON.stringify({ sessionKey: key.publicKey, ...wanted, capabilities, issuedAt, expiration }).slice(0, -1)
  const sign = async (node: string): Promise<[string, SessionSig]> => {
    const signedMessage = `${head},"nodeAddress":${JSON.stringify(node)}}`
    const sig = toHex(await key.sign(toUtf8(signedMessage)))
    return [node, { sig, derivedVia: 'litSessionSignViaNacl', signedMessage, address: key.publicKey, algo: 'ed25519' }]
  }
  return Object.fromEntries(await Promise.all([...new Set(nodes)].map(sign)))
}
