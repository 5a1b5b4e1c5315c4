/**
 * What can be wrong in a regular expression: an anchor, a quantifier, a class, an alternative or a flag that is not what it should be.
 */

/** One piece of a pattern; `class` has its members, each a character or a range. */
interface Token {
  readonly kind: 'anchor' | 'quantifier' | 'class' | 'bar' | 'open' | 'close' | 'atom'
  readonly at: number
  readonly text: string
}

const pieces: readonly (readonly [Token['kind'], RegExp])[] = [
  ['class', /\[(?:\\[\s\S]|[^\]\\])*\]/y],
  ['quantifier', /(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??/y],
  ['open', /\((?:\?(?:[:=!]|<[=!]|<\w+>))?/y],
  ['close', /\)/y],
  ['bar', /\|/y],
  ['anchor', /[$^]|\\[bB]/y],
  ['atom', /\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|[\s\S])|[\s\S]/y],
]

function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < source.length; ) {
    for (const [kind, pattern] of pieces) {
      pattern.lastIndex = at
      const text = pattern.exec(source)?.[0]
      if (text === undefined) continue
      tokens.push({ kind, at, text })
      at += text.length
      break
    }
  }
  return tokens
}

function* quantifierChanges(text: string): Generator<string> {
  const lazy = text.length > 1 && text.endsWith('?') ? '?' : ''
  const [, least, comma, most] = /^\{([0-9]+)(,?)([0-9]*)\}/.exec(text) ?? []
  if (least === undefined) {
    yield { '*': '+', '+': '*', '?': '' }[text.charAt(0)] + lazy
    if (text.startsWith('?')) yield `*${lazy}`
    return
  }
  if (Number(least) > 0) yield `{${Number(least) - 1},${comma ? most : least}}${lazy}`
  if (most || !comma) yield `{${least},${Number(most || least) + 1}}${lazy}`
}

/** A class without one of its members, turned into its opposite, and widened to everything. */
function* classChanges(text: string): Generator<string> {
  const [, not = '', inside = ''] = /^\[(\^?)([\s\S]*)\]$/.exec(text) ?? []
  const unit = String.raw`(?:\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|[\s\S])|[^\\])`
  const members = inside.match(new RegExp(`${unit}(?:-${unit})?`, 'g')) ?? []
  yield String.raw`[\s\S]`
  yield `[${not ? '' : '^'}${inside}]`
  if (members.length < 2) return
  for (const [i] of members.entries()) yield `[${not}${members.toSpliced(i, 1).join('')}]`
}

/** Each alternative of a choice left out. */
function* choiceChanges(source: string, tokens: readonly Token[]): Generator<string> {
  const starts: { at: number; bars: number[] }[] = [{ at: 0, bars: [] }]
  const cut = function* (from: number, bars: readonly number[], end: number): Generator<string> {
    const edges = [from - 1, ...bars, end]
    if (bars.length === 0) return
    for (let i = 0; i + 1 < edges.length; i++) {
      const [start = 0, stop = 0] = [edges[i], edges[i + 1]]
      // With its bar: the one before it, or for the first the one after.
      yield i === 0 ? source.slice(0, from) + source.slice(stop + 1) : source.slice(0, start) + source.slice(stop)
    }
  }
  for (const { kind, at, text } of tokens) {
    if (kind === 'open') starts.push({ at: at + text.length, bars: [] })
    if (kind === 'bar') starts.at(-1)?.bars.push(at)
    const group = kind === 'close' ? starts.pop() : undefined
    if (group) yield* cut(group.at, group.bars, at)
  }
  const [whole] = starts
  if (whole) yield* cut(whole.at, whole.bars, source.length)
}

function isPattern(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags)
    return true
  } catch {
    return false
  }
}

/** Every changed spelling of a literal `/source/flags`. */
export function regexMutants(literal: string): string[] {
  const end = literal.lastIndexOf('/')
  const [source, flags] = [literal.slice(1, end), literal.slice(end + 1)]
  const tokens = tokensOf(source)
  const changed: [string, string][] = []
  for (const { kind, at, text } of tokens) {
    const replacements = {
      anchor: () => [''],
      quantifier: quantifierChanges,
      class: classChanges,
      bar: () => [],
      open: () => [],
      close: () => [],
      atom: () => [],
    }
    for (const other of replacements[kind](text)) changed.push([source.slice(0, at) + other + source.slice(at + text.length), flags])
  }
  for (const other of choiceChanges(source, tokens)) changed.push([other, flags])
  for (const flag of flags) changed.push([source, flags.replace(flag, '')])
  return changed
    .filter(([pattern, options]) => pattern !== '' && isPattern(pattern, options))
    .map(([pattern, options]) => `/${pattern}/${options}`)
}
