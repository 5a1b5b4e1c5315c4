import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

const root = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url))
const found = existsSync(root)

/** A file of third-party vectors, typed by what the caller expects of it. */
export function loadVectors<T>(path: string): T {
  return JSON.parse(readFileSync(root + path, 'utf8')) as T
}

/** A suite over third-party vectors; where their folder is missing it is left out, and says so. */
export function describeVectors(name: string, run: () => void): void {
  if (found) describe(name, run)
  else {
    console.warn(`SKIPPED "${name}": the vectors are not at ../shared/vectors`)
    describe.skip(name, () => it('left out: there is no ../shared/vectors', () => undefined))
  }
}

/** Cases that the vectors themselves say not to score. */
export function isScored(item: object): boolean {
  return !['policy', 'disputed', 'lenientOk', 'specSaysOptional'].some((mark) => {
    const value: unknown = Reflect.get(item, mark)
    return value !== undefined && value !== null && value !== false && value !== ''
  })
}
