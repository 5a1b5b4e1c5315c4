import { domainOf, nonce } from './ask.ts'
import { askAccount, askSigner } from './ask-signer.ts'
import type { AuthSig } from './delegation.ts'
import { toHex, toUtf8 } from './encode.ts'
import { importSessionKey, type SessionKeyPair } from './keypair.ts'
import type { SessionKey } from './native.ts'
import { keyRevocationText, type RevokedSessions, walletRevocationText } from './revocation-text.ts'
import type { Signer } from './signer.ts'
import { formatInstant } from './time.ts'

/**
 * A signed statement that sessions have ended, plain JSON without a secret: by a session key, spelt as a session signature is, or by a wallet, as an AuthSig. Whoever has one can
 * do no more with it than end what it says.
 */
export type RevocationStatement = AuthSig

/** Takes a statement to where it is heard; rejects where it did not arrive. */
export type SendRevocation = (statement: RevocationStatement) => Promise<unknown>

function instantOf(name: string, date: Date): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN
  // Beyond the year 9999 there is no RFC 3339.
  if (time >= -62_167_219_200_000 && time < 253_402_300_800_000) return time
  throw new TypeError(`${name} must be a valid Date.`)
}

/**
 * A session key's own word that it is not to be used any more, whoever delegates to it: from then on it is of no use to anybody.
 *
 * @throws SessionError `key-malformed`
 */
export async function revokeSessionKey(
  key: SessionKey | SessionKeyPair | string,
  { now = new Date() }: { now?: Date | undefined } = {},
): Promise<RevocationStatement> {
  const issuedAt = formatInstant(instantOf('now', now))
  const { publicKey, sign } = typeof key === 'object' && 'sign' in key ? key : await importSessionKey(key)
  const signedMessage = keyRevocationText(publicKey, issuedAt)
  const sig = toHex(await sign(toUtf8(signedMessage)))
  return { sig, derivedVia: 'litSessionSignViaNacl', signedMessage, address: publicKey, algo: 'ed25519' }
}

export interface AskRevocationOptions {
  /** The site that the message names; the page's own host by default. */
  domain?: string | undefined
  /** Ends the account's sessions that began at this time or earlier; those until now, where neither this nor `sessionKey` is given. */
  before?: Date | undefined
  /** Ends the account's sessions with this session public key, 64 hex digits. */
  sessionKey?: string | undefined
  now?: Date | undefined
}

/**
 * Has a wallet say that sessions of its account have ended: for who has lost the device with the key. One question to the wallet, about a message that says so in plain words.
 * As in delegations, a contract wallet's statement is sent with `derivedVia: 'EIP1271'` in place of what it has here.
 *
 * @throws SessionError `wallet-refused`, `wallet-failed`, `siwe-invalid` for a domain that is none; TypeError for options that cannot be used
 */
export async function askRevocation(signer: Signer, options: AskRevocationOptions = {}): Promise<RevocationStatement> {
  const { before, sessionKey, now = new Date() } = options
  if (before !== undefined && sessionKey !== undefined) throw new TypeError('Give before or sessionKey, not both.')
  const domain = domainOf(options)
  if (!domain) throw new TypeError('domain is needed where there is no page.')
  const revoked: RevokedSessions = sessionKey === undefined ? { before: instantOf('before', before ?? now) } : { sessionKey }
  if (sessionKey !== undefined && !/^[0-9a-f]{64}$/.test(sessionKey))
    throw new TypeError('sessionKey is a session public key, 64 lower-case hex digits.')
  const issuedAt = formatInstant(instantOf('now', now))
  const account = await askAccount(signer)
  return askSigner(signer, account, walletRevocationText(revoked, { domain, ...account, nonce: nonce(), issuedAt }))
}
