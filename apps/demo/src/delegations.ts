/** Who delegated what, as the messages inside of a session signature say it. */
import { decodeRecap, parseSiweMessage, recapStatement } from '@session-sigs/core'
import { keyIn } from './message.ts'
import { wordsFor } from './powers.ts'
import { isRecord } from './values.ts'
import type { DelegationView } from './view.ts'

function wordsForAny(capability: string): string {
  if (!capability.startsWith('urn:recap:')) return wordsFor(capability)
  try {
    return recapStatement(decodeRecap(capability))
  } catch {
    return 'A ReCap that cannot be read'
  }
}

/** What a capability delegates; nothing where it is no sign-in message. */
export function readDelegation(capability: unknown): DelegationView | undefined {
  const message: unknown = isRecord(capability) ? capability['signedMessage'] : undefined
  if (typeof message !== 'string') return undefined
  try {
    const { address, domain, uri, resources = [], issuedAt, notBefore = issuedAt, expirationTime = '' } = parseSiweMessage(message)
    const powers = resources.map((capability) => ({ capability, words: wordsForAny(capability) }))
    return { address, site: domain, powers, key: keyIn(uri), from: notBefore, until: expirationTime, message }
  } catch {
    return undefined
  }
}
