/** The tests that a file has, read and not run. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'

export interface NamedTest {
  /** As it stands in the file, with `…` for what is filled in when it runs. */
  readonly title: string
  /** That it, or what it is in, is left out or expected to fail, whatever comes of it. */
  readonly isOff: boolean
  matches(title: string): boolean
}

/** Names of a call such as `it.each(rows)(…)`: `it`, `each`. */
function namesOf(callee: ts.Expression): string[] {
  if (ts.isIdentifier(callee)) return [callee.text]
  if (ts.isPropertyAccessExpression(callee)) return [...namesOf(callee.expression), callee.name.text]
  return ts.isCallExpression(callee) ? namesOf(callee.expression) : []
}

/** The parts of a title between what is filled in: by the language, or by `each`, as `%s` and `$name`. A title that is made elsewhere is all filled in. */
function partsOf(title: ts.Expression): string[] {
  if (ts.isStringLiteralLike(title)) return title.text.split(/%[sdifjo]|\$[a-zA-Z.]+/)
  if (!ts.isTemplateExpression(title)) return ['', '']
  return [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)].flatMap((text) => text.split(/%[sdifjo]/))
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** All tests of a file's text, those that loops and `each` make once. */
export function testsIn(text: string): NamedTest[] {
  const found: NamedTest[] = []
  function visit(node: ts.Node, isWithinOff: boolean): void {
    let isOff = isWithinOff
    if (ts.isCallExpression(node)) {
      const [name = '', ...further] = namesOf(node.expression)
      if (['it', 'test', 'describe'].includes(name)) isOff ||= further.some((one) => ['skip', 'todo', 'fails'].includes(one))
      const [title, run] = node.arguments
      // `it.each(rows)` alone is no test yet.
      if ((name === 'it' || name === 'test') && title && run) {
        const parts = partsOf(title)
        const expression = new RegExp(`^${parts.map(escaped).join('(.+)')}$`)
        // A title that is nearly all filled in would be every title: then what fills it in has to stand in the file.
        const isTelling = parts.join('').length >= 8
        const isThere = (filled: string) => isTelling || ["'", '"', '`'].some((quote) => text.includes(quote + filled + quote))
        const matches = (title: string) => expression.exec(title)?.slice(1).every(isThere) ?? false
        found.push({ title: parts.join('…'), isOff, matches })
      }
    }
    ts.forEachChild(node, (child) => visit(child, isOff))
  }
  visit(ts.createSourceFile('a.test.ts', text, ts.ScriptTarget.Latest, true), false)
  return found
}

export function testsOf(path: string): NamedTest[] {
  return testsIn(readFileSync(path, 'utf8'))
}
