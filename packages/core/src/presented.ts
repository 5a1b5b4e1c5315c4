import type { DelegationMemory, ProvenDelegation } from './delegation-cache.ts'
import type { Grant } from './grant.ts'
import { type Json, parseJson } from './json.ts'
import { refusal } from './refusals.ts'
import { unfit } from './unfit.ts'
import { limits } from './verify-envelope.ts'
import type { Settings } from './verify-options.ts'

/** A grant, and the verifier's settings by which it is one. */
interface KnownGrant extends Grant {
  readonly settings: Settings
}

interface Content {
  readonly capabilities: readonly Json[]
  readonly memoryOf: (index: number) => DelegationMemory
  /** The latest of an ordinary account: most servers ask for the same again and again. */
  grant: KnownGrant | undefined
}

/** Objects, lists and keys take room that their text does not tell, as an empty object is two characters: in bytes. */
function roomOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const values: unknown[] = Object.values(value)
  const own = Array.isArray(value) ? 96 : 96 + 64 * values.length
  return values.reduce<number>((sum, child) => sum + roomOf(child), own)
}

/** Delegations that a key presents, read once. A verifier remembers in them whose wallet signatures it found good; nothing else reaches them. */
export class PresentedDelegations {
  /** How many there are. */
  readonly size: number
  /** About how much memory they take, in bytes, with what is remembered in them. */
  readonly bytes: number
  readonly #content: Content

  constructor(capabilities: readonly Json[], length: number) {
    const proven: (ProvenDelegation | undefined)[] = []
    const memoryOf = (index: number): DelegationMemory => {
      const keep = (found: ProvenDelegation): void => {
        proven[index] = found
      }
      return () => ({ known: proven[index], keep })
    }
    this.size = capabilities.length
    // The text's parts, the messages' parts and decoded ReCaps.
    this.bytes = 8 * length + 2048 * (1 + capabilities.length) + roomOf(capabilities)
    this.#content = { capabilities, memoryOf, grant: undefined }
    Object.freeze(this)
  }

  /** @throws TypeError for what `presentDelegations` did not return */
  static contentOf(presented: PresentedDelegations): Content {
    if (typeof presented === 'object' && presented !== null && #content in presented) return presented.#content
    throw new TypeError('Delegations are what presentDelegations returned.')
  }
}

/**
 * Reads the JSON text of a list of AuthSigs, for `verifyKey`. Nothing is checked yet but that it is such a text, within the bounds of session signatures. Keep what it
 * returns for the next time that the same text comes: then no wallet signature of an ordinary account is checked twice.
 *
 * @throws SessionError `json-invalid`, `input-too-large`, `delegation-malformed`
 */
export function presentDelegations(text: string): PresentedDelegations {
  if (typeof text !== 'string') throw new TypeError('The JSON text is needed.')
  if (text.length > limits.text) throw refusal('input-too-large', { what: 'the delegations', limit: limits.text })
  const capabilities = parseJson(text)
  if (!Array.isArray(capabilities)) throw unfit('delegation-malformed', { reason: 'it is not a list' })
  if (capabilities.length === 0) throw unfit('delegation-malformed', { reason: 'there is none' })
  if (capabilities.length > limits.capabilities)
    throw refusal('input-too-large', { what: 'the number of capabilities', limit: limits.capabilities })
  return new PresentedDelegations(capabilities, text.length)
}
