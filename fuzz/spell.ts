/** JSON in another spelling of the same value, and now and then in one that is not allowed here. */
import type { Json } from './parser.ts'
import type { Random } from './random.ts'

function space(random: Random): string {
  return random.chance(0.9) ? '' : random.pick([' ', '\n', '\t', '\r\n', '  '])
}

function spellText(text: string, random: Random): string {
  const plain = JSON.stringify(text)
  if (random.chance(0.85)) return plain
  const escaped = plain.slice(1, -1).replace(/(?:^|[^\\])(?=[a-zA-Z/])./g, (found) => {
    if (random.chance(0.9) || found.length < 2) return found
    const code = found.charCodeAt(1).toString(16).padStart(4, '0')
    return `${found.charAt(0)}\\u${random.chance(0.5) ? code.toUpperCase() : code}`
  })
  return `"${escaped}"`
}

/** A JSON text of a value. One in a hundred or so has a key twice. */
export function spell(value: Json, random: Random): string {
  if (random.chance(0.7)) return JSON.stringify(value)
  const inner = (item: Json): string => space(random) + spell(item, random) + space(random)
  if (typeof value === 'string') return spellText(value, random)
  if (Array.isArray(value)) return `[${value.map(inner).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, item]) => `${space(random)}${spellText(name, random)}${space(random)}:${inner(item)}`)
  if (members.length > 0 && random.chance(0.03)) members.push(random.pick(members))
  return `{${members.join(',')}}`
}
