/**
 * What lies behind the guarded endpoints: small, and real.
 */
import { createCipheriv, createDecipheriv, createHash, generateKeyPairSync, hkdfSync, randomBytes, sign } from 'node:crypto'
import { privateKeyToAccount } from 'viem/accounts'

/** A note that only one wallet may have opened, sealed for one node. All fields but `for` are base64url. */
interface SealedNote {
  for: string
  /** The note's key, encrypted under the node's own. */
  encryptedKey: string
  ciphertext: string
}

/** The registered code of an action: a pure function of its parameters and of who runs it. */
export type Action = (params: unknown, runBy: string) => unknown

/** SHA-256 in hex: how conditions and actions are named here. */
export function nameOf(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

function encrypt(key: Buffer, plain: Buffer, bound: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, bound: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(bound))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
}

export interface Powers {
  /** The public half of the node's own ed25519 key, which signs what it attests: 64 hex digits. */
  readonly publicKey: string
  /** Seals a note so that this node opens it for that wallet alone. */
  seal(note: string, wallet: string): SealedNote
  /** Opens a sealed note for a wallet; `undefined` where it is for another one or was tampered with. */
  open(note: SealedNote, wallet: string): string | undefined
  /** The node's word, signed by its own ed25519 key, that a wallet may use what a resource id names. */
  attest(resourceId: unknown, wallet: string): { statement: string; signature: string; nodeKey: string }
  /** A `personal_sign` by the key that this network keeps for a wallet under that token. */
  signAsPkp(tokenId: string, wallet: string, message: string): Promise<{ address: string; signature: string }>
  /** Runs a registered action; `undefined` where none has that name. */
  run(id: string, params: unknown, wallet: string): { result: unknown } | undefined
  /** Whether one more request is within the limit of three a minute for a caller that nothing lifts it for. */
  allow(caller: string): boolean
}

/** The powers of one node. `networkSecret` is shared by the nodes of a network, so that each of them signs as the same PKP. */
export function createPowers(networkSecret: Buffer, actions: ReadonlyMap<string, Action>): Powers {
  const master = randomBytes(32)
  const nodeKey = generateKeyPairSync('ed25519')
  const publicKey = Buffer.from(nodeKey.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
  const seen = new Map<string, number[]>()

  function seal(note: string, wallet: string): SealedNote {
    const key = randomBytes(32)
    const [encryptedKey, ciphertext] = [encrypt(master, key, wallet), encrypt(key, Buffer.from(note), wallet)]
    return { for: wallet, encryptedKey: encryptedKey.toString('base64url'), ciphertext: ciphertext.toString('base64url') }
  }

  function open(note: SealedNote, wallet: string): string | undefined {
    try {
      const key = decrypt(master, Buffer.from(note.encryptedKey, 'base64url'), wallet)
      return decrypt(key, Buffer.from(note.ciphertext, 'base64url'), wallet).toString()
    } catch {
      // GCM says only that something does not fit, and that is all that a stranger should learn.
      return undefined
    }
  }

  function attest(resourceId: unknown, wallet: string): ReturnType<Powers['attest']> {
    const statement = JSON.stringify({ wallet, mayUse: resourceId, until: new Date(Date.now() + 60_000).toISOString() })
    const signature = sign(null, Buffer.from(statement), nodeKey.privateKey).toString('base64url')
    return { statement, signature, nodeKey: nodeKey.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url') }
  }

  async function signAsPkp(tokenId: string, wallet: string, message: string): ReturnType<Powers['signAsPkp']> {
    const secret = Buffer.from(hkdfSync('sha256', networkSecret, wallet, `pkp ${tokenId}`, 32))
    const account = privateKeyToAccount(`0x${secret.toString('hex')}`)
    return { address: account.address, signature: await account.signMessage({ message }) }
  }

  function run(id: string, params: unknown, wallet: string): { result: unknown } | undefined {
    const action = actions.get(id)
    return action && { result: action(params, wallet) }
  }

  function allow(caller: string): boolean {
    // Callers are not told apart for ever: a flood of new ones must not fill the memory.
    if (seen.size > 10_000) seen.clear()
    const recent = (seen.get(caller) ?? []).filter((at) => at > Date.now() - 60_000)
    seen.set(caller, [...recent, Date.now()])
    return recent.length < 3
  }

  return { publicKey, seal, open, attest, signAsPkp, run, allow }
}
