/** Statements that sessions have ended. */

import { revokeSessionKey } from '@session-sigs/core'
import { verifyRevocation } from '@session-sigs/core/verify'
import { keyRevocationText, readRevocationUri, walletRevocationText } from '../../packages/core/src/revocation-text.ts'
import { hostileOf } from '../hostile.ts'
import { inputOf } from '../inputs.ts'
import { accepted, attemptLater, outcomeOf, refusedWith } from '../judge.ts'
import { isAuthSigOf, isSame, jsonOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { delegation, domain, minutes, now, pair, signed } from '../samples.ts'
import { spell } from '../spell.ts'

const options = { domains: [domain], now }

export const byKey: Awaited<ReturnType<typeof revokeSessionKey>> = await revokeSessionKey({ ...pair }, { now })
const beforeText = walletRevocationText({ before: now.getTime() }, delegation)
const keyText = walletRevocationText({ sessionKey: pair.publicKey }, delegation)
const byWallet = [await signed(beforeText), await signed(keyText)]

async function readStatement(input: Json): Promise<Outcome> {
  const statement = hostileOf(input)
  const ours = await attemptLater(() => verifyRevocation(statement, options))
  if (ours.error) return outcomeOf(ours)
  const value = jsonOf(statement)
  must(isSame(value, { ...byKey }) || isAuthSigOf(value, byWallet), 'revocation: nothing is accepted but what was signed', input)
  must(Object.isFrozen(ours.value) && ours.value.until > now.getTime(), 'revocation: says until when', input)
  return accepted
}

export const revocations: Parser = {
  name: 'revocation',
  reads: 'revocations by keys and by wallets: `verifyRevocation`',
  weight: 1,
  seeds: () => [JSON.stringify(byKey), inputOf(byKey), ...byWallet.map((one) => JSON.stringify(one)), { $: 'throws' }, { $: 'revoked' }],
  generate: (random) => spell(inputOf(random.pick([byKey, ...byWallet])), random),
  speed: { run: (input) => verifyRevocation(hostileOf(input), options), busy: (length) => JSON.stringify(byWallet[0]).padEnd(length) },
  read: readStatement,
}

async function readMessage(input: Json): Promise<Outcome> {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const ours = await attemptLater(async () => verifyRevocation(await signed(text), options))
  if (ours.error) {
    must(ours.error.code !== 'wallet-signature-invalid', 'revocation: a signature of the wallet is known as one', text)
    return outcomeOf(ours)
  }
  const { sessionKey, before } = ours.value
  const sentence = text.split('\n')[3] ?? ''
  const said =
    sessionKey === undefined ? `began at ${new Date(before).toISOString()} or earlier.` : `uses the key lit:session:${sessionKey}.`
  must(sentence.startsWith('End every session ') && sentence.endsWith(said), 'revocation: what is revoked was said in plain words', text)
  must(text.startsWith(`${domain} wants you to sign in`), 'revocation: of this site', text)
  return accepted
}

export const revocationMessages: Parser = {
  name: 'revocation-message',
  reads: 'messages of any content, rightly signed by a wallet: `verifyRevocation`',
  weight: 0.5,
  seeds: () => [beforeText, keyText],
  generate: (random) => random.pick([beforeText, keyText]).replace(minutes(0), () => minutes(random.below(5) - 2)),
  read: readMessage,
}

export const revocationUris: Parser = {
  name: 'revocation-uri',
  reads: 'what a URI revokes: `readRevocationUri`, `keyRevocationText`',
  weight: 2,
  seeds: () => [
    `session-sigs:revoke:key:${pair.publicKey}`,
    `session-sigs:revoke:before:${minutes(0)}`,
    'session-sigs:revoke:before:9999-12-31T23:59:59-23:59',
    'session-sigs:revoke:',
  ],
  generate: (random) => `session-sigs:revoke:${random.chance(0.5) ? `key:${pair.publicKey}` : `before:${minutes(random.below(1e6))}`}`,
  read(input) {
    const text = typeof input === 'string' ? input : JSON.stringify(input)
    const revoked = readRevocationUri(text)
    const again = JSON.parse(keyRevocationText(text, text)) as { readonly sessionKey: string }
    must(again.sessionKey === text, 'revocation: a key’s statement is JSON whatever it is told', text)
    if (!revoked) return refusedWith('none')
    const { sessionKey, before } = revoked
    const spelled = sessionKey === undefined ? `before:${new Date(before).toISOString()}` : `key:${sessionKey}`
    must(text === `session-sigs:revoke:${spelled}`, 'revocation: one spelling', text)
    return accepted
  },
}
