/**
 * Gives source code a counter at every place where it can go one way or another, and notes the words that it compares with. The counters stand in `edges.ts`; nothing else
 * about the code changes.
 */
import ts from 'typescript'

const logical = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken])

/** What to insert where, for one file; `next` gives the number of the next counter. */
function planOf(file, next) {
  const insertions = []
  const insert = (at, text) => insertions.push({ at, text })
  const count = () => `countedEdges[${next()}]++`

  function aroundExpression(node) {
    insert(node.getStart(file), `(${count()}, `)
    visit(node)
    insert(node.end, ')')
  }

  function aroundStatement(node) {
    if (ts.isBlock(node)) {
      insert(node.getStart(file) + 1, `${count()};`)
      visit(node)
    } else {
      insert(node.getStart(file), `{${count()};`)
      visit(node)
      insert(node.end, '}')
    }
  }

  function visitIf(node) {
    visit(node.expression)
    aroundStatement(node.thenStatement)
    if (node.elseStatement) aroundStatement(node.elseStatement)
    else insert(node.end, ` else {${count()}}`)
  }

  function visit(node) {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    if (ts.isIfStatement(node)) return visitIf(node)
    if (ts.isConditionalExpression(node)) {
      visit(node.condition)
      aroundExpression(node.whenTrue)
      aroundExpression(node.whenFalse)
      return
    }
    if (ts.isBinaryExpression(node) && logical.has(node.operatorToken.kind)) {
      visit(node.left)
      aroundExpression(node.right)
      return
    }
    ts.forEachChild(node, (child) => {
      const isBody = child === node.body && ts.isFunctionLike(node)
      const isLoop = child === node.statement && ts.isIterationStatement(node, false)
      const isDefault = child === node.initializer && (ts.isParameter(node) || ts.isBindingElement(node))
      if (isLoop || (isBody && ts.isBlock(child)) || (ts.isCatchClause(node) && child === node.block)) aroundStatement(child)
      else if (isBody || isDefault) aroundExpression(child)
      else visit(child)
    })
    if (ts.isCaseOrDefaultClause(node) && node.statements[0]) insert(node.statements[0].getStart(file), `${count()};`)
  }

  visit(file)
  return insertions
}

/** Short texts in quotes: a reader that looks for a word is best tried with that word. */
function wordsIn(file) {
  const words = new Set()
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) words.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return [...words].filter((word) => word.length > 0 && word.length <= 80 && !/ .* .* /.test(word))
}

/** The same source with counters, from the number `first` on; how many they are, and the words in it. */
export function instrument(path, source, first, edgesPath) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  let number = first
  const plan = planOf(file, () => number++)
  let text = ''
  let at = 0
  // Stable: what begins first at a place comes first, what ends there ends from the inside out.
  for (const { at: place, text: inserted } of plan.toSorted((a, b) => a.at - b.at)) {
    text += source.slice(at, place) + inserted
    at = place
  }
  text += `${source.slice(at)}\nimport { edges as countedEdges } from ${JSON.stringify(edgesPath)}\n`
  return { text, count: number - first, words: wordsIn(file) }
}
