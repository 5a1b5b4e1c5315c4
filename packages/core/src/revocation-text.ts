/**
 * What is signed to end sessions before their time, for who writes it and for who reads it: the reader writes it once more and compares.
 */
import { sessionKeyUri } from './delegation.ts'
import { formatSiweMessage, type SiweMessage } from './siwe.ts'
import { formatInstant, parseInstant } from './time.ts'

/** What a wallet revokes of its account: the sessions delegated up to an instant (milliseconds), or those of one key (64 hex digits). */
export type RevokedSessions =
  | { readonly before: number; readonly sessionKey?: never }
  | { readonly before?: never; readonly sessionKey: string }

/**
 * What a session key signs to end itself. No session signature is spelt so, as it lacks all that one must say, and no signed request, as that is no JSON.
 * `issuedAt` is RFC 3339.
 */
export function keyRevocationText(sessionKey: string, issuedAt: string): string {
  return JSON.stringify({ sessionKey, revocation: sessionKeyUri(sessionKey), issuedAt })
}

const scheme = 'session-sigs:revoke:'

function uriOf({ before, sessionKey }: RevokedSessions): string {
  return `${scheme}${sessionKey === undefined ? `before:${formatInstant(before)}` : `key:${sessionKey}`}`
}

/** What the URI of a wallet's message revokes; `undefined` where it is not spelt as it is written here. */
export function readRevocationUri(uri: string): RevokedSessions | undefined {
  const key = uri.slice(`${scheme}key:`.length)
  const before = parseInstant(uri.slice(`${scheme}before:`.length))
  const revoked = /^[0-9a-f]{64}$/.test(key) ? { sessionKey: key } : Number.isNaN(before) ? undefined : { before }
  return revoked && uriOf(revoked) === uri ? revoked : undefined
}

/** What the wallet shows, in plain words. */
function sentenceOf({ before, sessionKey }: RevokedSessions): string {
  return sessionKey === undefined
    ? `End every session that this account began at ${formatInstant(before)} or earlier.`
    : `End every session of this account that uses the key ${sessionKeyUri(sessionKey)}.`
}

/**
 * What a wallet signs. It needs no end: heard again later it ends the same sessions and no later ones, which it does not name.
 *
 * @throws SessionError `siwe-invalid`
 */
export function walletRevocationText(
  revoked: RevokedSessions,
  by: Pick<SiweMessage, 'domain' | 'address' | 'chainId' | 'nonce' | 'issuedAt'>,
): string {
  const { domain, address, chainId, nonce, issuedAt } = by
  return formatSiweMessage({ domain, address, statement: sentenceOf(revoked), uri: uriOf(revoked), version: '1', chainId, nonce, issuedAt })
}
