/**
 * All mutants of a file at once: each behind a switch, so that one compiled program is any of them.
 */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { type Change, changesOf } from './operators.ts'
import { isSentence } from './sentences.ts'

export interface Mutant {
  readonly id: number
  /** From the root of the repository. */
  readonly file: string
  readonly line: number
  /** The line that it begins in. */
  readonly lineText: string
  readonly operator: string
  readonly from: string
  readonly to: string
  /** Run when the module is loaded: no function is around it. */
  readonly isStatic: boolean
}

export interface Instrumented {
  readonly code: string
  readonly mutants: readonly Mutant[]
}

/** One place with its switches; those inside it are rendered before it. */
interface Place {
  readonly start: number
  readonly end: number
  readonly changes: { readonly id: number; readonly change: Change }[]
  readonly wrap: (inner: string) => string
}

const isType = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node)

function isStatic(node: ts.Node): boolean {
  return node.parent === undefined || (!ts.isFunctionLike(node.parent) && isStatic(node.parent))
}

const on = (id: number): string => `$mutant(${id})`

/** The switches of one expression: the active one's text, or what stood there. */
function switched(place: Place['changes'], inner: string): string {
  return `(${place.map(({ id, change }) => `${on(id)} ? (${change.text}) : `).join('')}(${inner}))`
}

function wrapOf(node: ts.Node, changes: Place['changes']): (inner: string) => string {
  const [first] = changes
  if (ts.isShorthandPropertyAssignment(node.parent)) return (inner) => `${inner}: ${switched(changes, inner)}`
  if (first?.change.kind === 'guard') return (inner) => `{ if (!${on(first.id)}) ${inner} }`
  if (first?.change.kind === 'empty') {
    return ts.isCatchClause(node.parent)
      ? (inner) => `{ if (!${on(first.id)}) ${inner} }`
      : (inner) => `{ if (${on(first.id)}) return; ${inner.slice(1)}`
  }
  return (inner) => switched(changes, inner)
}

/** No semicolons are written here, so a statement that begins with a switch would be taken for arguments of the line before. */
function statementPlace(node: ts.ExpressionStatement): Place {
  const isListed = ts.isBlock(node.parent) || ts.isSourceFile(node.parent)
  return { start: node.getStart(), end: node.end, changes: [], wrap: (inner) => (isListed ? `;${inner};` : `{${inner};}`) }
}

/** Counts the turns, so that a loop without end is noticed from within. */
function loopPlace(node: ts.IterationStatement): Place {
  return { start: node.statement.getStart(), end: node.statement.end, changes: [], wrap: (inner) => `{ $turn(); ${inner} }` }
}

function render(text: string, start: number, end: number, places: readonly Place[]): string {
  let out = ''
  let at = start
  for (let i = 0; i < places.length; ) {
    const place = places[i]
    if (!place) break
    const inside = places.slice(i + 1).filter((other) => other.start < place.end)
    out += text.slice(at, place.start) + place.wrap(render(text, place.start, place.end, inside))
    at = place.end
    i += 1 + inside.length
  }
  return out + text.slice(at, end)
}

/** Outer ones first; where two are of the same length the one found first is the outer. */
function inOrder(places: Place[]): Place[] {
  return places
    .map((place, i) => ({ place, i }))
    .sort((a, b) => a.place.start - b.place.start || b.place.end - a.place.end || a.i - b.i)
    .map(({ place }) => place)
}

function collect(source: ts.SourceFile, checker: ts.TypeChecker): { statements: Place[]; changes: Change[] } {
  const statements: Place[] = []
  const changes: Change[] = []
  const visit = (node: ts.Node): void => {
    if (isType(node) || (node.parent && isSentence(node))) return
    if (ts.isExpressionStatement(node)) statements.push(statementPlace(node))
    if (ts.isIterationStatement(node, false)) statements.push(loopPlace(node))
    changes.push(...changesOf(node, checker))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { statements, changes }
}

/** Instruments one file; its mutants are numbered from `firstId` on. */
function instrument(source: ts.SourceFile, checker: ts.TypeChecker, file: string, firstId: number): Instrumented {
  const { statements, changes } = collect(source, checker)
  const byNode = new Map<ts.Node, Place['changes']>()
  const seen = new Set<string>()
  const mutants: Mutant[] = []
  const lines = source.text.split('\n')
  for (const change of changes) {
    const { node, text, operator, kind } = change
    const from = node.getText()
    const key = `${node.getStart()}:${node.end}:${kind}:${text}`
    if (text === from || seen.has(key)) continue
    seen.add(key)
    const id = firstId + mutants.length
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line
    const to = kind === 'expression' ? text : ''
    mutants.push({ id, file, line: line + 1, lineText: (lines[line] ?? '').trim(), operator, from, to, isStatic: isStatic(node) })
    byNode.set(node, [...(byNode.get(node) ?? []), { id, change }])
  }
  const places = [...byNode].map(
    ([node, list]): Place => ({ start: node.getStart(), end: node.end, changes: list, wrap: wrapOf(node, list) }),
  )
  const code = render(source.text, 0, source.text.length, inOrder([...statements, ...places]))
  return { code: `const { $mutant, $turn } = globalThis.$mutation\n${code}`, mutants }
}

/** Instruments files; paths from `root`. */
export function instrumentAll(root: string, files: readonly string[], options: ts.CompilerOptions): Map<string, Instrumented> {
  const program = ts.createProgram({ rootNames: files.map((file) => root + file), options })
  const checker = program.getTypeChecker()
  const all = new Map<string, Instrumented>()
  let next = 1
  for (const file of files) {
    const source = program.getSourceFile(root + file)
    if (!source) throw new TypeError(`${file} cannot be read.`)
    const made = instrument(source, checker, file, next)
    next += made.mutants.length
    all.set(file, made)
  }
  return all
}

/** The compiler options of a package. */
export function optionsOf(tsconfig: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(tsconfig, (path) => readFileSync(path, 'utf8'))
  return ts.parseJsonConfigFileContent(config, ts.sys, tsconfig.replace(/[^/]*$/, '')).options
}
