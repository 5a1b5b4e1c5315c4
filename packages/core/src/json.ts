import { isWellFormed } from './bytes.ts'
import { refusal } from './refusals.ts'
import type { Json, JsonObject } from './values.ts'

export type { Json, JsonObject } from './values.ts'
export { isObject } from './values.ts'

const space = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const word = /true|false|null/y
const plain = /[^"\\\u0000-\u001f]*/y
const escaped = /\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))/y
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const words: Readonly<Record<string, null | boolean>> = { true: true, false: false, null: null }

/** Whether nothing in a value is nested deeper. */
function isWithin(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((item) => isWithin(item, depth - 1))
}

/**
 * The value of a text that is written just as the platform writes it, which is how nearly every one comes: `undefined` for any other, be it good or not. The platform writes a
 * key once, a number in one way, and half a surrogate pair as an escape; so a text that it writes again the same has no key twice, and needs no more looking at than this.
 */
function readPlain(text: string, maxDepth: number): Json | undefined {
  if (text.includes('__proto__') || text.includes('\\ud')) return undefined
  try {
    const value = JSON.parse(text) as Json
    return JSON.stringify(value) === text && isWithin(value, maxDepth) ? value : undefined
  } catch {
    return undefined
  }
}

/** Character by character: the one who says what is wrong. */
function readStrictly(text: string, maxDepth: number): Json {
  let at = 0

  function fail(reason: string): never {
    throw refusal('json-invalid', { offset: at, reason })
  }

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at = pattern.lastIndex
    return match
  }

  function skip(): string {
    take(space)
    return text.charAt(at)
  }

  function expect(character: string): void {
    if (skip() !== character) fail(`"${character}" expected`)
    at += 1
  }

  function readString(): string {
    expect('"')
    let value = take(plain)?.[0] ?? ''
    while (text.charAt(at) === '\\') {
      const [, letter, hex] = take(escaped) ?? fail('bad escape')
      value += letter === undefined ? String.fromCharCode(Number.parseInt(hex ?? '', 16)) : (escapes[letter] ?? letter)
      value += take(plain)?.[0] ?? ''
    }
    if (text.charAt(at) !== '"') fail('unterminated string or control character')
    at += 1
    return isWellFormed(value) ? value : fail('half a surrogate pair')
  }

  function readList(close: string, readItem: () => void): void {
    at += 1
    if (skip() !== close) {
      readItem()
      while (skip() === ',') {
        at += 1
        readItem()
      }
    }
    expect(close)
  }

  function readObject(depth: number): JsonObject {
    const object: JsonObject = {}
    readList('}', () => {
      const key = readString()
      if (key === '__proto__') fail('a key __proto__')
      if (Object.hasOwn(object, key)) fail(`key "${key}" a second time`)
      expect(':')
      object[key] = readValue(depth)
    })
    return object
  }

  function readValue(depth: number): Json {
    const first = skip()
    if (first === '"') return readString()
    if (first === '{' || first === '[') {
      if (depth >= maxDepth) throw refusal('input-too-large', { what: 'nesting', limit: maxDepth })
      if (first === '{') return readObject(depth + 1)
      const array: Json[] = []
      readList(']', () => void array.push(readValue(depth + 1)))
      return array
    }
    const known = take(word)
    if (known) return words[known[0]] ?? null
    const digits = take(number) ?? fail('a value expected')
    const value = Number(digits[0])
    return Number.isFinite(value) ? value : fail('a number out of range')
  }

  const value = readValue(0)
  skip()
  return at === text.length ? value : fail('something after the end')
}

/**
 * Reads one JSON text (RFC 8259) and refuses what `JSON.parse` lets through silently: a key given twice (also when hidden by an escape),
 * `__proto__`, half a surrogate pair, and nesting beyond `maxDepth`.
 *
 * @throws SessionError `json-invalid`, `input-too-large` for nesting
 */
export function parseJson(text: string, maxDepth: number = 16): Json {
  return readPlain(text, maxDepth) ?? readStrictly(text, maxDepth)
}

/** The one spelling of a value by RFC 8785 (JCS): keys in code-unit order, no spaces. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
