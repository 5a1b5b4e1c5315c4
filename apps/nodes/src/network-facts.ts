import { createECDH, createHmac, hkdfSync } from 'node:crypto'

/** What all nodes of a network say of it in a handshake. Keys are compressed points of secp256k1, in hex. */
export interface NetworkFacts {
  readonly subnetPublicKey: string
  readonly networkPublicKey: string
  readonly networkPublicKeySet: string
  readonly hdRootPubkeys: readonly string[]
  /** `0x` and 64 hex digits. */
  readonly latestBlockhash: string
}

/** How long one block hash is the latest, in milliseconds. */
const blockTime = 30_000

/**
 * The keys that Lit's clients want to hear of when they connect: there, what is sealed for the subnet is sealed to its key, shares are put together by the set, and the keys of PKPs
 * are derived from the roots. Here nothing is encrypted to any of them (a note is sealed by the node that opens it), and no PKP comes from the roots; but each is a key whose secret
 * half this network has, and every node of it tells the same.
 */
function keysOf(networkSecret: Buffer): Omit<NetworkFacts, 'latestBlockhash'> {
  const publicKey = (of: string): string => {
    const pair = createECDH('secp256k1')
    pair.setPrivateKey(Buffer.from(hkdfSync('sha256', networkSecret, '', `handshake ${of}`, 32)))
    return pair.getPublicKey('hex', 'compressed')
  }
  const networkPublicKey = publicKey('network')
  return {
    subnetPublicKey: publicKey('subnet'),
    networkPublicKey,
    // Nothing is shared out among these nodes, so that the set has one key.
    networkPublicKeySet: networkPublicKey,
    hdRootPubkeys: [publicKey('root 0'), publicKey('root 1')],
  }
}

/**
 * In place of the latest block's hash, as these nodes have no chain: 32 bytes that nobody outside the network can foretell, the same at every node of it, and others after half a
 * minute. Lit's clients use them as the nonce of the wallet's message.
 */
function latestBlockhash(networkSecret: Buffer, now: number): string {
  const height = Math.floor(now / blockTime)
  return `0x${createHmac('sha256', networkSecret).update(`block ${height}`).digest('hex')}`
}

/** What the network that has this secret says of itself, at any time. */
export function createFacts(networkSecret: Buffer): () => NetworkFacts {
  const keys = keysOf(networkSecret)
  return () => ({ ...keys, latestBlockhash: latestBlockhash(networkSecret, Date.now()) })
}
