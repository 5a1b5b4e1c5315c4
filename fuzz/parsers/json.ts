import { canonicalJson, parseJson } from '../../packages/core/src/json.ts'
import { writeJson, writeNested } from '../grammars/json.ts'
import { textOf } from '../inputs.ts'
import { attempt, outcomeOf } from '../judge.ts'
import { isSame, keysIn, keysOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
}

/** Whether a value that `JSON.parse` gave has something that is refused here, whatever the text was. */
function isStrange(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value)
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(value).some((name) => name === '__proto__' || isStrange(name)) || Object.values(value).some(isStrange)
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function read(input: Json): Outcome {
  const text = textOf(input)
  const ours = attempt(() => parseJson(text))
  const theirs = parsed(text)
  if (ours.error) {
    const isFit = theirs && keysIn(text) === keysOf(theirs.value) && !isStrange(theirs.value) && depthOf(theirs.value) <= 16
    must(!isFit, 'json: reads all JSON with each key once', text)
    return outcomeOf(ours)
  }
  const { value } = ours
  must(theirs !== undefined && isSame(theirs.value, value), 'json: reads what JSON.parse reads', text)
  must(keysIn(text) === keysOf(value), 'json: sees a key that is there twice', text)
  must(!isStrange(value) && depthOf(value) <= 16, 'json: refuses half pairs, __proto__, infinity and deep nesting', text)
  const canonical = canonicalJson(value)
  // It has no spelling for -0.
  const again = parseJson(canonical)
  must(isSame(again, JSON.parse(JSON.stringify(value))) && canonicalJson(again) === canonical, 'json: one canonical spelling', canonical)
  return outcomeOf(ours)
}

export const json: Parser = {
  name: 'json',
  reads: 'JSON with each key once: `parseJson`; `canonicalJson`',
  weight: 8,
  seeds: () => [
    '{}',
    '[1,"a",null,{"b":true}]',
    '"\\u00e9\\n"',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":1}',
    '-0',
    '1e400',
    '"\\ud800"',
    '['.repeat(17) + ']'.repeat(17),
  ],
  generate: (random) => (random.chance(0.95) ? writeJson(random) : writeNested(random)),
  speed: {
    run: (input) => parseJson(textOf(input)),
    // Spelled as the platform does not write it, so that it is read character by character.
    busy: (length) => ` [${'{"a":["b",1]},'.repeat(length / 14)}0]`,
  },
  read,
}
