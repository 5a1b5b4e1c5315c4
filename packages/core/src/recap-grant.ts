import { type Attenuations, type Caveat, decodeRecap, encodeRecap, type Recap, recapStatement } from './recap.ts'
import { refusal } from './refusals.ts'
import { litVocabulary, recapAbilityFor, type Vocabulary } from './resource.ts'
import type { SiweMessage } from './siwe.ts'

function isUnrestricted(caveats: readonly Caveat[]): boolean {
  return caveats.length > 0 && caveats.every((caveat) => Object.keys(caveat).length === 0)
}

/**
 * Both sets of capabilities in one. Where both have the same ability its caveats follow one another, but an unrestricted `[{}]` gives way to
 * what is merged into it, as the ReCap library that existing apps use does.
 */
export function mergeRecaps(a: Recap, b: Recap): Recap {
  const att: Record<string, Record<string, readonly Caveat[]>> = {}
  for (const source of [a.att, b.att]) {
    for (const resource of Object.keys(source)) {
      const abilities = Object.hasOwn(att, resource) ? att[resource] : undefined
      const merged: Record<string, readonly Caveat[]> = { ...abilities }
      for (const [ability, caveats] of Object.entries(source[resource] ?? {})) {
        const before = Object.hasOwn(merged, ability) ? (merged[ability] ?? []) : []
        merged[ability] = before.length === 1 && isUnrestricted(before) ? caveats : [...before, ...caveats]
      }
      att[resource] = merged
    }
  }
  return { att, prf: [...new Set([...a.prf, ...b.prf])] }
}

/** The caveat lists of everything that covers a resource and ability: the resource itself or `<prefix>://*`, the ability itself or `* / *`. */
function findGrants(att: Attenuations, resource: string, ability: string): (readonly Caveat[])[] {
  const wildcard = `${resource.slice(0, resource.indexOf('://'))}://*`
  return [...new Set([resource, wildcard])].flatMap((key) => {
    const abilities = Object.hasOwn(att, key) ? (att[key] ?? {}) : {}
    return ['*/*', ability].filter((name) => Object.hasOwn(abilities, name)).map((name) => abilities[name] ?? [])
  })
}

/**
 * Whether capabilities cover a resource of the second form with its ability: `lit-litaction://Qm…` and `lit-action-execution`. This is matching
 * alone: caveats are for whoever understands them, and an empty list of them covers nothing. A resource or ability that is not of the vocabulary is not covered.
 */
export function isRecapGranted(
  recap: { readonly att: Attenuations },
  resource: string,
  ability: string,
  vocabulary: Vocabulary = litVocabulary,
): boolean {
  let wanted: string
  try {
    wanted = recapAbilityFor(resource, ability, vocabulary)
  } catch {
    return false
  }
  return findGrants(recap.att, resource, wanted).some((caveats) => caveats.length > 0)
}

/**
 * As `isRecapGranted`, for who must not guess: only a grant without caveats counts.
 *
 * @throws SessionError `recap-unsupported` where all that covers it is restricted
 */
export function isRecapGrantedPlainly(recap: Recap, resource: string, ability: string, vocabulary: Vocabulary): boolean {
  const grants = findGrants(recap.att, resource, recapAbilityFor(resource, ability, vocabulary)).filter((caveats) => caveats.length > 0)
  if (grants.some(isUnrestricted)) return true
  if (grants.length > 0) throw refusal('recap-unsupported', { reason: `${resource} is granted with caveats` })
  return false
}

/**
 * The ReCap of a message: its last resource and no other, canonical, and said in full at the end of the statement (EIP-5573 §Verification).
 *
 * @throws SessionError `recap-invalid`, `recap-statement-mismatch`
 */
export function recapOf(message: Pick<SiweMessage, 'statement' | 'resources'>): Recap {
  const resources = message.resources ?? []
  const last = resources.at(-1) ?? ''
  const recap = decodeRecap(last)
  if (resources.filter((resource) => /^urn:recap:/i.test(resource)).length > 1)
    throw refusal('recap-invalid', { reason: 'there is more than one in the message' })
  if (encodeRecap(recap) !== last) throw refusal('recap-invalid', { reason: 'it is not in the canonical spelling' })
  const expected = recapStatement(recap)
  if (!message.statement?.endsWith(expected)) throw refusal('recap-statement-mismatch', { expected })
  return recap
}

/**
 * A message's ReCap as far as it can be relied on: without proofs, which nobody here could check.
 *
 * @throws SessionError `recap-invalid`, `recap-statement-mismatch`, `recap-unsupported`
 */
export function usableRecapOf(message: SiweMessage): Recap {
  const recap = recapOf(message)
  if (recap.prf.length > 0) throw refusal('recap-unsupported', { reason: 'it rests on proofs' })
  return recap
}
