/**
 * The operators: for each piece of code, what a programmer could have written by mistake in its place.
 */
import ts from 'typescript'
import { expressionChanges, isBoolean, unwrapped } from './expressions.ts'
import { isSentence } from './sentences.ts'

/** A piece of code, and the code to put there instead. `guard`: the statement is left out. */
export interface Change {
  readonly operator: string
  readonly node: ts.Node
  readonly text: string
  readonly kind: 'expression' | 'guard' | 'empty'
}

const K = ts.SyntaxKind

function isTarget(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    const sign = parent.operatorToken.kind
    return sign >= K.FirstAssignment && sign <= K.LastAssignment
  }
  return (ts.isArrayLiteralExpression(parent) || ts.isObjectLiteralExpression(parent)) && isTarget(parent)
}

/** The end of a chain `a?.b.c()`: nothing inside it can be put in parentheses without cutting it. */
function wholeChain(node: ts.Node): ts.Node {
  const { parent } = node
  const isLink = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent)
  return isLink && parent.expression === node ? wholeChain(parent) : node
}

function splice(whole: ts.Node, part: ts.Node, text: string): string {
  const from = part.getStart() - whole.getStart()
  return whole.getText().slice(0, from) + text + whole.getText().slice(from + part.getText().length)
}

/** What a function gives back. */
function* resultChanges(node: ts.Node, checker: ts.TypeChecker): Generator<Change> {
  const given = ts.isReturnStatement(node) ? node.expression : ts.isArrowFunction(node) && !ts.isBlock(node.body) ? node.body : undefined
  if (!given || isSentence(given) || given.getText() === 'undefined') return
  const inner = unwrapped(given)
  if (isBoolean(checker, inner)) {
    if (![K.TrueKeyword, K.FalseKeyword].includes(inner.kind)) {
      for (const text of ['true', 'false']) yield { operator: 'result', node: given, text, kind: 'expression' }
    }
  } else if (!ts.isVoidExpression(inner)) yield { operator: 'result', node: given, text: 'undefined', kind: 'expression' }
}

/** Statements left out, and blocks emptied. */
function* statementChanges(node: ts.Node): Generator<Change> {
  const { parent } = node
  const isOnlyOfIf = (one: ts.Node): boolean =>
    (ts.isIfStatement(one.parent) && !one.parent.elseStatement) ||
    (ts.isBlock(one.parent) && one.parent.statements.length === 1 && isOnlyOfIf(one.parent))
  if (ts.isExpressionStatement(node)) yield { operator: 'statement', node: node.expression, text: 'void 0', kind: 'expression' }
  if (ts.isThrowStatement(node) && !isOnlyOfIf(node)) yield { operator: 'throw', node, text: '', kind: 'guard' }
  if ((ts.isBreakStatement(node) || ts.isContinueStatement(node)) && !isOnlyOfIf(node))
    yield { operator: 'jump', node, text: '', kind: 'guard' }
  const isLast = parent && ts.isBlock(parent) && parent.statements.at(-1) === node
  if (ts.isReturnStatement(node) && !isOnlyOfIf(node) && !(isLast && ts.isFunctionLike(parent.parent)))
    yield { operator: 'return', node, text: '', kind: 'guard' }
  const isFunction = ts.isFunctionLike(parent) && !ts.isConstructorDeclaration(parent)
  if (ts.isBlock(node) && node.statements.length > 0 && (isFunction || ts.isCatchClause(parent)))
    yield { operator: 'block', node, text: '', kind: 'empty' }
  if (ts.isSpreadAssignment(node)) yield { operator: 'spread', node: node.expression, text: '{}', kind: 'expression' }
  if (ts.isSpreadElement(node) && ts.isArrayLiteralExpression(parent) && !isTarget(parent))
    yield { operator: 'spread', node: node.expression, text: '[]', kind: 'expression' }
}

/** A property of an object that is made: not there. */
function* propertyChanges(node: ts.Node): Generator<Change> {
  if (ts.isShorthandPropertyAssignment(node) && !isTarget(node.parent))
    yield { operator: 'property', node: node.name, text: 'undefined', kind: 'expression' }
  if (!ts.isPropertyAssignment(node) || isTarget(node.parent)) return
  const value = unwrapped(node.initializer)
  const isPlain =
    ts.isStringLiteralLike(value) ||
    ts.isNumericLiteral(value) ||
    value.getText() === 'undefined' ||
    ts.isObjectLiteralExpression(value) ||
    ts.isArrayLiteralExpression(value)
  if (!isPlain) yield { operator: 'property', node: node.initializer, text: 'undefined', kind: 'expression' }
}

/** `?.` where nothing is looked at before: for each, the chain without it. */
function* chainChanges(node: ts.Node): Generator<Change> {
  const mark =
    (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node)) && node.questionDotToken
  if (!mark) return
  const whole = wholeChain(node)
  yield { operator: 'chain', node: whole, text: splice(whole, mark, ts.isPropertyAccessExpression(node) ? '.' : ''), kind: 'expression' }
}

/** Every change of one node, not of those within it. */
export function* changesOf(node: ts.Node, checker: ts.TypeChecker): Generator<Change> {
  yield* statementChanges(node)
  yield* resultChanges(node, checker)
  yield* propertyChanges(node)
  yield* chainChanges(node)
  if (!ts.isExpression(node) || isTarget(node) || ts.isJsxNamespacedName(node)) return
  const { parent } = node
  if (ts.isCallExpression(parent) && parent.expression.kind === K.ImportKeyword) return
  if ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === (node as ts.Node)) return
  for (const [operator, text] of expressionChanges(node, checker)) {
    const whole = ts.isOptionalChain(node) || ts.isOptionalChain(parent) ? wholeChain(node) : node
    yield { operator, node: whole, text: whole === node ? text : splice(whole, node, text), kind: 'expression' }
  }
}
