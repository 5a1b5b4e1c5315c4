/**
 * What can be wrong in an expression: an operator, a literal, a call, a condition.
 */
import ts from 'typescript'
import { regexMutants } from './regex.ts'

/** What was changed, and the code that stands there instead. */
type Spelling = readonly [operator: string, text: string]

const K = ts.SyntaxKind

const swapped: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '&&': ['||'],
  '||': ['&&'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['>>'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['+='],
  '>>=': ['<<='],
  '<<=': ['>>='],
  '|=': ['&='],
  '&=': ['|='],
  '^=': ['|='],
  '??=': ['='],
}
const swappedCalls: Readonly<Record<string, string>> = {
  every: 'some',
  some: 'every',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  min: 'max',
  max: 'min',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
  reduceRight: 'reduce',
  padStart: 'padEnd',
  find: 'findLast',
}
/** Methods of a kind that what they are called on can be used in place of what they give. */
const dropped = new Set(['filter', 'sort', 'reverse', 'slice', 'subarray', 'replace', 'toLowerCase', 'toUpperCase', 'trim', 'padStart'])
/** Functions that give back what they are given. */
const identity = new Set(['Object.freeze', 'structuredClone', 'Array.from', 'Math.floor', 'Math.abs', 'String', 'Number'])

export function isBoolean(checker: ts.TypeChecker, node: ts.Expression): boolean {
  return (
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.BooleanLike) !== 0 ||
    checker.typeToString(checker.getTypeAtLocation(node)) === 'boolean'
  )
}

function isText(checker: ts.TypeChecker, node: ts.Expression): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0
}

export const unwrapped = (node: ts.Expression): ts.Expression => (ts.isParenthesizedExpression(node) ? unwrapped(node.expression) : node)

/** Whether this node is where a yes or no is asked for. */
function isCondition(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isParenthesizedExpression(parent)) return isCondition(parent)
  if (ts.isIfStatement(parent)) return parent.expression === node
  if (ts.isConditionalExpression(parent)) return parent.condition === node
  return false
}

function* binaryChanges(node: ts.BinaryExpression, checker: ts.TypeChecker): Generator<Spelling> {
  const [left, sign, right] = [node.left.getText(), node.operatorToken.getText(), node.right.getText()]
  const write = (other: string): string => `${left} ${other} ${right}`
  if (sign === '+') {
    if (isText(checker, node))
      yield* [
        ['text', left],
        ['text', right],
      ] as const
    else yield ['arithmetic', write('-')]
  }
  if (sign === '+=' && isText(checker, node.left)) yield ['text', `${left} = ${right}`]
  else for (const other of swapped[sign] ?? []) yield ['operator', write(other)]
  if (['&&', '||', '??'].includes(sign))
    yield* [
      ['operand', left],
      ['operand', right],
    ] as const
}

function* literalChanges(node: ts.Node): Generator<Spelling> {
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.getText().replaceAll('_', ''))
    yield* [
      ['number', String(value + 1)],
      ['number', String(value - 1)],
    ] as const
  } else if (ts.isBigIntLiteral(node)) {
    yield* [
      ['number', `(${node.getText()} + 1n)`],
      ['number', `(${node.getText()} - 1n)`],
    ] as const
  } else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    yield ['text', node.text === '' ? "'mutant'" : "''"]
  } else if (ts.isTemplateExpression(node)) {
    yield ['text', "''"]
    const pieces = [node.head, ...node.templateSpans.map(({ literal }) => literal)]
    if (pieces.some(({ text }) => text !== ''))
      yield ['text', `\`${node.templateSpans.map(({ expression }) => `\${${expression.getText()}}`).join('')}\``]
  } else if (ts.isRegularExpressionLiteral(node)) {
    for (const other of new Set(regexMutants(node.getText()))) yield ['regex', other]
  } else if (node.kind === K.TrueKeyword) yield ['boolean', 'false']
  else if (node.kind === K.FalseKeyword) yield ['boolean', 'true']
  else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) yield ['literal', '[]']
  else if (ts.isObjectLiteralExpression(node) && node.properties.length > 0) yield ['literal', '({})']
}

function* callChanges(node: ts.CallExpression): Generator<Spelling> {
  const { expression: callee } = node
  const given = node.arguments.map((argument) => argument.getText())
  if (identity.has(callee.getText()) && given[0] !== undefined) yield ['call', given[0]]
  if (!ts.isPropertyAccessExpression(callee)) return
  const name = callee.name.text
  const other = swappedCalls[name]
  const receiver = callee.expression.getText()
  const dot = callee.questionDotToken ? '?.' : '.'
  if (other && receiver !== 'JSON') yield ['method', `${receiver}${dot}${other}(${given.join(', ')})`]
  if (dropped.has(name)) yield ['method', receiver]
}

/** Unary operators and waiting. */
function* prefixChanges(node: ts.Expression): Generator<Spelling> {
  if (ts.isAwaitExpression(node)) yield ['await', node.expression.getText()]
  if (ts.isPrefixUnaryExpression(node)) {
    const operand = node.operand.getText()
    if (node.operator === K.PlusPlusToken) yield ['operator', `--${operand}`]
    else if (node.operator === K.MinusMinusToken) yield ['operator', `++${operand}`]
    else yield ['operator', operand]
  }
  if (ts.isPostfixUnaryExpression(node)) {
    yield ['operator', `${node.operand.getText()}${node.operator === K.PlusPlusToken ? '--' : '++'}`]
  }
}

/** Every change of an expression, not of those within it. */
export function* expressionChanges(node: ts.Expression, checker: ts.TypeChecker): Generator<Spelling> {
  yield* literalChanges(node)
  yield* prefixChanges(node)
  if (ts.isBinaryExpression(node)) yield* binaryChanges(node, checker)
  if (ts.isCallExpression(node)) yield* callChanges(node)
  if (isCondition(node) && isBoolean(checker, node))
    yield* [
      ['condition', 'true'],
      ['condition', 'false'],
    ] as const
  const { parent } = node
  const isLoop = (ts.isWhileStatement(parent) && parent.expression === node) || (ts.isForStatement(parent) && parent.condition === node)
  if (isLoop) yield ['condition', 'false']
}
