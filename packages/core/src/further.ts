/**
 * More scope for a session: loaded by who asks for it.
 */
import type { ResourceAbilityRequest } from './resource.ts'

/** The part of a request that names what is wanted, in one of the two forms. */
export type WantedPart = { resources: readonly string[] } | { resourceAbilityRequests: readonly ResourceAbilityRequest[] }

/**
 * What of these is not granted yet; `undefined` where all of it is. `isGranted` is asked about all of them first, so that a list which is none is told by it.
 */
export async function missingOf(
  list: readonly (string | ResourceAbilityRequest)[],
  isGranted: (part: WantedPart) => Promise<boolean>,
): Promise<WantedPart | undefined> {
  const partOf = (some: readonly unknown[]): WantedPart =>
    (typeof list[0] === 'object' ? { resourceAbilityRequests: some } : { resources: some }) as WantedPart
  if (await isGranted(partOf(list))) return undefined
  const missing: unknown[] = []
  for (const item of list) if (!(await isGranted(partOf([item])))) missing.push(item)
  return missing.length > 0 ? partOf(missing) : undefined
}
