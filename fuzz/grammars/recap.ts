/** EIP-5573: what a ReCap holds. */
import type { Json } from '../parser.ts'
import type { Random } from '../random.ts'
import { spell } from '../spell.ts'
import { uri } from './uri.ts'

const proofs = ['zdj7Wj6FNS4rUUbsiJvjjxcsNqZdDCSiYR8sKQXfoPfpSZuAw', 'z', 'zdj7', 'bafy', '']
const abilities = ['Threshold/Execution', 'Threshold/Signing', '*/*', 'Auth/Auth', 'a/b', 'a', 'a/b/c', '']
const caveats: readonly Json[] = [{}, { uses: 1 }, { a: { b: [1, 'x', null] } }, [], 'x']

/** Most of the time the first ones. */
function usual<T>(list: readonly T[], right: number, random: Random): T {
  return random.chance(0.95) ? random.pick(list.slice(0, right)) : random.pick(list)
}

export function writeAttenuations(random: Random): { readonly [uri: string]: Json } {
  const keys = Array.from({ length: random.below(4) }, () =>
    random.pick(['lit-litaction://Qm1', 'lit-pkp://*', 'https://a.example/b', uri.write(random)]),
  )
  const grants = (): Json =>
    Object.fromEntries(
      Array.from({ length: random.below(3) }, () => [
        usual(abilities, 5, random),
        Array.from({ length: random.below(3) }, () => usual(caveats, 3, random)),
      ]),
    )
  return Object.fromEntries(keys.map((key) => [key, grants()]))
}

/** The same with all keys in order. */
export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, sorted(item)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** A URI that is mostly canonical. */
export function writeRecap(random: Random): string {
  const content: Json = { att: writeAttenuations(random), prf: random.chance(0.8) ? [] : [usual(proofs, 1, random)] }
  const value = random.chance(0.9) ? sorted(content) : content
  const text = random.chance(0.9) ? JSON.stringify(value) : spell(value, random)
  return `urn:recap:${Buffer.from(text).toString(random.chance(0.97) ? 'base64url' : 'base64')}`
}
